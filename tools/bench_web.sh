#!/usr/bin/env bash
# Times of the web pages (bench/web); needs build/web, the program, Chromium and the official list in $ENTENTE_SHARED.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../web"
shared=${ENTENTE_SHARED:-$PWD/../../shared}
[ -f "$shared/registry/supporters.json" ] || { echo "bench_web: $shared/registry/supporters.json is not there (set ENTENTE_SHARED)" >&2; exit 2; }
exec npx --no-install vite-node --root .. ../bench/web/web_bench.ts "$@"
