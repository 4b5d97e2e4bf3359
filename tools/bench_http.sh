#!/usr/bin/env bash
# Adding over HTTP, measured with wrk beside the limit of the same server: 64 keep-alive connections that each add one distinct entry of
# 1 KiB after another (answered when it is durable and in the tree), against the same connections answered with an empty 204. Alternating
# rounds, so that both see the same machine. Afterwards the log is checked: fsck must find nothing, and hold all that was acknowledged.
#   tools/bench_http.sh PATH/TO/entente [SECONDS] [ROUNDS] [FOLDER]
set -euo pipefail
entente=$(readlink -f "$1"); seconds=${2:-5}; rounds=${3:-3}
command -v wrk >/dev/null || { echo "bench_http: wrk is not installed (apt-get install wrk)" >&2; exit 2; }
folder=$(mktemp -d "${4:-${TMPDIR:-/tmp}}/entente-bench-http.XXXXXX")
server=
stop() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  server=
}
trap 'stop; rm -rf "$folder"' EXIT

cat >"$folder/add.lua" <<'LUA'
-- Each request carries its own entry: thread, round and counter make it distinct.
local threads = 0
function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end
function init(args)
  round = args[1]
  count = 0
  pad = string.rep("x", 1024 - 24)
  head = "POST /add HTTP/1.1\r\nHost: bench.example\r\nContent-Length: 1024\r\n\r\n"
end
function request()
  count = count + 1
  return head .. string.format("%03d %03d %015d ", id, round, count) .. pad
end
LUA
cat >"$folder/ping.lua" <<'LUA'
function request() return "OPTIONS * HTTP/1.1\r\nHost: bench.example\r\n\r\n" end
LUA

"$entente" keygen log.example/bench -o "$folder/key" >/dev/null
"$entente" --quiet ledger init "$folder/log" --key "$folder/key" >/dev/null
"$entente" ledger serve "$folder/log" --key "$folder/key" --listen 127.0.0.1:0 >"$folder/url" 2>"$folder/err" &
server=$!
for _ in $(seq 100); do [ -s "$folder/url" ] && break; sleep 0.1; done
url=$(cat "$folder/url")
[ -n "$url" ] || { cat "$folder/err" >&2; exit 1; }

run() { # SCRIPT ROUND → requests, requests a second, p99 (appended to the table)
  wrk -t1 -c64 -d"$seconds"s --latency -s "$folder/$1.lua" "$url" -- "$2" >"$folder/wrk.out"
  if grep -E 'Non-2xx|Socket errors' "$folder/wrk.out" >&2; then echo "bench_http: $1 failed" >&2; exit 1; fi
  awk '/requests in/ {n = $1} /Requests\/sec/ {r = $2} /99%/ {p = $2} END {print n, r, p}' "$folder/wrk.out"
}

# The disk's own limit: synced 4-KiB writes to a file that has its blocks. 64 clients that wait can share one sync, no more.
syncs() {
  dd if=/dev/zero of="$folder/raw" bs=4k count=300 conv=fsync 2>/dev/null
  local start end
  start=$(date +%s%N)
  dd if=/dev/zero of="$folder/raw" bs=4k count=300 conv=notrunc oflag=dsync 2>/dev/null
  end=$(date +%s%N)
  rm -f "$folder/raw"
  echo $((300 * 1000000000 / (end - start)))
}

acknowledged=0
printf '%-6s %14s %14s %7s %10s %12s\n' round '204/s' 'adds/s' ratio 'adds p99' 'raw syncs/s'
for round in $(seq "$rounds"); do
  read -r _ ping _ < <(run ping "$round")
  read -r n add p99 < <(run add "$round")
  acknowledged=$((acknowledged + n))
  raw=$(syncs)
  awk -v round="$round" -v a="$add" -v b="$ping" -v p="$p99" -v s="$raw" \
    'BEGIN {printf "%-6s %14.0f %14.0f %6.0f%% %10s %12s\n", round, b, a, 100 * a / b, p, s}'
done
stop
"$entente" --quiet ledger fsck "$folder/log"
size=$("$entente" --json ledger stats "$folder/log" | sed -n 's/^ *"size": \([0-9]*\),*/\1/p')
[ "$size" -ge "$acknowledged" ] || { echo "bench_http: $acknowledged entries were acknowledged, the log has $size" >&2; exit 1; }
echo "goal: ratio of at least 50 %. The log holds all $acknowledged acknowledged entries ($size in all); fsck found nothing."
