#!/usr/bin/env bash
# The main job on the sample organisation, from evidence to a verified ledger entry. Called by `./dev demo`.
#   tools/demo.sh ENTENTE-BINARY OUTPUT-FOLDER
set -euo pipefail
entente=$1 out=$2
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
at=2026-11-24T12:00:00Z

mkdir -p "$out"
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

# Keys and the log are made once and kept: a second run adds nothing that is already there.
if [ ! -f "$out/keys/organisation" ]; then
  mkdir -p "$out/keys"
  "$entente" --quiet keygen coop.example --out "$out/keys/organisation" >/dev/null
fi
[ -f "$out/keys/log" ] || "$entente" --quiet keygen log.example --out "$out/keys/log" >/dev/null
[ -d "$out/ledger" ] || "$entente" --quiet ledger init "$out/ledger" --key "$out/keys/log" >/dev/null

say "1. Assess the sample organisation (examples/org.toml) and sign, log and receipt the result"
set +e
"$entente" assess "$root/examples/org.toml" --at "$at" --output "$out/assessment" --force \
  --key "$out/keys/organisation" --ledger "$out/ledger" --ledger-key "$out/keys/log"
code=$?
set -e
# 1 means: there are findings. For a demonstration that is the point.
if [ $code -gt 1 ]; then exit $code; fi

say "2. Verify everything again, trusting only the two public keys"
show_and_run() { printf '  $'; printf ' %q' "$@"; printf '\n'; "$@"; }
show_and_run "$entente" verify "$out/assessment" --key "$out/keys/organisation.vkey" --log "$out/keys/log.vkey"
show_and_run "$entente" verify "$out/ledger" --log "$out/keys/log.vkey"

say "Where things lie"
cat <<END
  $out/assessment/report.html          the report, for a browser (report.fr.html in French)
  $out/assessment/assessment.json      the same as data
  $out/assessment/bundle/              the evidence it rests on
  $out/assessment/statement.dsse.json  the signed statement      receipt.tlog-proof  its proof of being in the ledger
  $out/ledger/                         the ledger

Try next
  $entente controls show P6-02
  $entente reproduce $out/assessment
  $entente supply check examples/sbom/*.json
  $entente elections audit init county --plan examples/elections/plan.json    an audit of a sample election (docs/elections-audit.md)
  edit a byte of $out/assessment/bundle/profile.toml and run the first of the two verify commands above again
END
