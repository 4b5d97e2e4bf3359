#!/bin/sh
# Purl parsing beside packageurl-js (npm): the same six purls in the same run, each taken apart into an object that owns its parts, which is
# then dropped. V8 gets a second to compile and to warm up; its garbage collector's threads count as its time. Needs node and npm.
#   tools/bench_purl.sh build/release
set -eu
build=${1:-build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --no-fund --prefix "$work" packageurl-js >/dev/null
cat > "$work/bench.js" <<'JS'
const { PackageURL } = require("packageurl-js");
const purls = ["pkg:npm/%40angular/animation@12.3.1", "pkg:golang/github.com/gorilla/context@v1.1.1", "pkg:pypi/django-package@1.11.1.dev1",
  "pkg:cargo/rand@0.7.2", "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
  "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?classifier=sources"];
let n = 0;
const run = (ms) => { const end = process.hrtime.bigint() + BigInt(ms) * 1000000n; n = 0;
  while (process.hrtime.bigint() < end) for (let i = 0; i < 100; ++i) for (const p of purls) { PackageURL.fromString(p); ++n; } };
run(1000);
const cpu = process.cpuUsage();
run(3000);
const used = process.cpuUsage(cpu);
console.log((n / ((used.user + used.system) / 1e6)).toFixed(0));
JS
# Three rounds in turn, the best of each: both are read by CPU time, but a busy machine's caches still count.
peer=0 ours=0
for _ in 1 2 3; do
  n=$(node "$work/bench.js")
  if [ "$n" -gt "$peer" ]; then peer=$n; fi
  n=$("$build/bench/supply_bench" --benchmark_filter='^BM_PurlParse$' --benchmark_format=json 2>/dev/null |
    python3 -c 'import json,sys; b=json.load(sys.stdin)["benchmarks"][0]; print(round(b["items_per_second"]))')
  if [ "$n" -gt "$ours" ]; then ours=$n; fi
done
echo "packageurl-js $(node -p "require('$work/node_modules/packageurl-js/package.json').version"): $peer purls/s; entente: $ours purls/s; ratio $(python3 -c "print(f'{$ours/$peer:.1f}')")"
