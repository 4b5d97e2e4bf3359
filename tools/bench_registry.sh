#!/usr/bin/env bash
# The registry over HTTP, measured with wrk at 64 keep-alive connections, beside a peer or a limit in the same run.
#   reading      a supporter, a tile, the counters: nginx on the same machine serving the same bytes as static files; alternating rounds
#   statements   one signed statement POSTed after another, answered when it is judged, durable and in the tree: libsodium's verification of the
#                same message, times the cores. Afterwards fsck must find nothing, and the tables must be what a rebuild from the ledger gives.
#   tools/bench_registry.sh BUILD_FOLDER [SECONDS] [ROUNDS]
set -euo pipefail
build=$(readlink -f "$1"); seconds=${2:-5}; rounds=${3:-3}
entente=$build/entente
for program in wrk nginx; do
  command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
    { echo "bench_registry: $program is not installed (apt-get install wrk nginx-light)" >&2; exit 2; }
done
PATH=$PATH:/usr/sbin
folder=$(mktemp -d "${TMPDIR:-/tmp}/entente-bench-registry.XXXXXX")
chmod 755 "$folder"
server=
nginx=
stop() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  server=
}
finish() {
  stop
  [ -z "$nginx" ] || kill -TERM "$nginx" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

# The same bytes as files, served as nginx's manual advises for static content: sendfile, open files kept, no access log.
start_nginx() {
  mkdir -p "$folder/static"
  local path
  for path in "${paths[@]}"; do
    mkdir -p "$folder/static$(dirname "$path")"
    curl -sSf "$url$path" -o "$folder/static$path"
  done
  cat >"$folder/nginx.conf" <<CONF
worker_processes auto;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
daemon off;
events { worker_connections 1024; multi_accept on; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 60s;
  default_type application/json;
  client_body_temp_path $folder/t1; proxy_temp_path $folder/t2; fastcgi_temp_path $folder/t3; uwsgi_temp_path $folder/t4; scgi_temp_path $folder/t5;
  server { listen 127.0.0.1:$nginx_port reuseport; root $folder/static; }
}
CONF
  nginx -c "$folder/nginx.conf" -p "$folder" 2>/dev/null &
  nginx=$!
  for _ in $(seq 50); do curl -s -o /dev/null "http://127.0.0.1:$nginx_port/" && return; sleep 0.1; done
  cat "$folder/nginx.log" >&2
  return 1
}

rate() { # URL → requests a second
  wrk -t1 -c64 -d"$seconds"s "$1" >"$folder/wrk.out"
  if grep -E 'Non-2xx|Socket errors' "$folder/wrk.out" >&2; then echo "bench_registry: $1 failed" >&2; exit 1; fi
  awk '/Requests\/sec/ {print $2}' "$folder/wrk.out"
}

reading() {
  nginx_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  paths=(/api/v1/supporters/organisation-7 /log/tile/0/000 /api/v1/counters)
  start_nginx
  printf '%-36s %8s %6s %12s %12s %7s\n' path bytes round 'nginx/s' 'entente/s' ratio
  local path round theirs ours
  for path in "${paths[@]}"; do
    for round in $(seq "$rounds"); do
      theirs=$(rate "http://127.0.0.1:$nginx_port$path")
      ours=$(rate "$url$path")
      awk -v p="$path" -v s="$(stat -c %s "$folder/static$path")" -v r="$round" -v a="$theirs" -v b="$ours" \
        'BEGIN {printf "%-36s %8d %6d %12.0f %12.0f %6.0f%%\n", p, s, r, a, b, 100 * b / a}'
    done
  done
  kill -TERM "$nginx"
  wait "$nginx" 2>/dev/null || true
  nginx=
  echo "goal: ratio of at least 50 %."
}

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

reading
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
