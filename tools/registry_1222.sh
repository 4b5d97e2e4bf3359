#!/bin/sh
# tools/registry_1222.sh BINARY OUT: a folder `entente serve OUT` runs from, with the records of the older list in $ENTENTE_SHARED/registry (or
# ../shared/registry beside the checkout), all imported and unclaimed: 1,222 of them. Its keys are made here, for trying out.
set -eu
if [ $# -ne 2 ]; then
  echo "usage: tools/registry_1222.sh BINARY OUT" >&2
  exit 2
fi
binary=$1 out=$2
root=$(cd "$(dirname "$0")/.." && pwd)
list=${ENTENTE_SHARED:-$root/../shared}/registry/supporters.json
if [ ! -f "$list" ]; then
  echo "registry_1222: $list is not there: the list is data of others and not in this repository (set ENTENTE_SHARED)" >&2
  exit 3
fi
if [ -e "$out" ] && [ -n "$(ls -A "$out")" ]; then
  echo "registry_1222: $out holds something already" >&2
  exit 2
fi
work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
# A server makes a registry to try out when it starts; it says its address when that is done.
"$binary" serve "$out" --listen 127.0.0.1:0 >"$work/said" 2>"$work/problems" &
server=$!
tries=0
until [ -s "$work/said" ]; do
  tries=$((tries + 1))
  if ! kill -0 "$server" 2>/dev/null || [ $tries -gt 300 ]; then
    cat "$work/problems" >&2
    exit 1
  fi
  sleep 0.1
done
kill -TERM "$server"
wait "$server" || true
server=
"$binary" registry import "$list" --key "$out/keys/importer.key" --name "Older list" --out "$work/import" >/dev/null
"$binary" --quiet ledger append "$out/log" --key "$out/keys/log.key" "$work"/import/*.dsse.json >/dev/null
"$binary" registry rebuild "$out/log" --database "sqlite:$out/registry.sqlite" --json
