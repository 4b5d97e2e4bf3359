#!/usr/bin/env bash
# Signed statements over HTTP, measured with wrk: 64 keep-alive connections that each POST one signed statement after another, answered when
# it is judged, durable and in the tree. Beside it, in the same run, what it cannot be cheaper than: libsodium's verification of the same
# message, times the cores. Afterwards the registry is stopped, and its tables must be what a rebuild from the ledger gives.
#   tools/bench_registry.sh BUILD_FOLDER [SECONDS] [ROUNDS]
set -euo pipefail
build=$(readlink -f "$1"); seconds=${2:-5}; rounds=${3:-3}
entente=$build/entente
command -v wrk >/dev/null || { echo "bench_registry: wrk is not installed (apt-get install wrk)" >&2; exit 2; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/entente-bench-registry.XXXXXX")
server=
stop() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  server=
}
trap 'stop; rm -rf "$folder"' EXIT

cat >"$folder/post.lua" <<'LUA'
-- The statements of this round, in order; wrk's one thread hands them to its connections.
function init(args)
  requests, at = {}, 0
  local first, most = tonumber(args[2]), tonumber(args[3])
  local n = 0
  for line in io.lines(args[1]) do
    n = n + 1
    if n > first + most then break end
    if n > first then
      requests[#requests + 1] = "POST /api/v1/statements HTTP/1.1\r\nHost: bench.example\r\nContent-Type: application/json\r\nContent-Length: "
        .. #line .. "\r\n\r\n" .. line
    end
  end
end
function request()
  at = at + 1
  if at > #requests then wrk.thread:stop(); return requests[#requests] end
  return requests[at]
end
LUA

each=150000
total=$((each * rounds))
verify=$("$build/bench/registry_load" "$folder/registry" 5000 "$total")
cores=$(nproc)
"$entente" serve "$folder/registry" --listen 127.0.0.1:0 >"$folder/url" 2>"$folder/err" &
server=$!
for _ in $(seq 600); do [ -s "$folder/url" ] && break; sleep 0.1; done
url=$(cat "$folder/url")
[ -n "$url" ] || { cat "$folder/err" >&2; exit 1; }

printf '%-6s %14s %10s %16s %7s\n' round 'statements/s' p99 'verify/s x cores' ratio
first=0
for round in $(seq "$rounds"); do
  wrk -t1 -c64 -d"$seconds"s --latency -s "$folder/post.lua" "$url" -- "$folder/registry/statements" "$first" "$each" >"$folder/wrk.out"
  if grep -E 'Socket errors' "$folder/wrk.out" >&2; then exit 1; fi
  # Statements of different connections may overtake one another: a renewal that comes after a later one is refused.
  refused=$(sed -n 's/.*Non-2xx or 3xx responses: //p' "$folder/wrk.out")
  read -r n rate p99 < <(awk '/requests in/ {n = $1} /Requests\/sec/ {r = $2} /99%/ {p = $2} END {print n, r, p}' "$folder/wrk.out")
  [ "${refused:-0}" -le $((n / 1000)) ] || { echo "bench_registry: $refused of $n statements were refused" >&2; exit 1; }
  first=$((first + each))
  awk -v round="$round" -v r="$rate" -v p="$p99" -v v="$verify" -v c="$cores" -v bad="${refused:-0}" \
    'BEGIN {printf "%-6s %14.0f %10s %16.0f %6.0f%%%s\n", round, r, p, v * c, 100 * r / (v * c), (bad > 0 ? "  (" bad " refused)" : "")}'
done
stop
"$entente" --quiet ledger fsck "$folder/registry/log"
"$entente" --quiet registry rebuild "$folder/registry/log" --database "sqlite:$folder/again.sqlite" >"$folder/again"
"$entente" --quiet registry rebuild "$folder/registry/log" --database "sqlite:$folder/registry/registry.sqlite" >"$folder/same"
cmp "$folder/again" "$folder/same"
echo "goal: ratio of at least 50 %. The tables are what a rebuild from the ledger gives."
