#!/usr/bin/env bash
# CSAF validation beside @secvisogram/csaf-validator-lib (npm), the same documents in the same run, processor time of both: in turns of
# about a second, five times, and the best turn of each is compared.
# Usage: tools/bench_csaf.sh BUILD_FOLDER (default build/release). The peer is installed into a temporary folder.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
bench=${1:-build/release}/bench/csaf_bench
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir "$work/documents"
ENTENTE_CSAF_BENCH_DIR=$work/documents "$bench" --benchmark_min_time=0.01 >/dev/null 2>&1
if ! (cd "$work" && npm install --silent --no-audit --no-fund @secvisogram/csaf-validator-lib@2.0.10 >/dev/null 2>&1); then
  echo "npm cannot reach its registry: no comparison was made" >&2
  exit 1
fi
cat >"$work/peer.mjs" <<'END'
import { readFileSync, readdirSync } from "node:fs";
import validate from "@secvisogram/csaf-validator-lib/validate.js";
import * as schema from "@secvisogram/csaf-validator-lib/schemaTests.js";
import * as mandatory from "@secvisogram/csaf-validator-lib/mandatoryTests.js";
import * as optional from "@secvisogram/csaf-validator-lib/optionalTests.js";
import * as informative from "@secvisogram/csaf-validator-lib/informativeTests.js";
// Without those that ask the network or a dictionary, which Entente skips too.
const left = new Set(["informativeTest_6_3_6", "informativeTest_6_3_7", "informativeTest_6_3_8"]);
const tests = [schema.csaf_2_0_strict, ...[mandatory, optional, informative].flatMap((m) => Object.entries(m).filter(([n]) => !left.has(n)).map(([, f]) => f))];
const texts = readdirSync("documents").map((f) => readFileSync("documents/" + f, "utf8"));
const round = async () => { for (const text of texts) await validate(tests, JSON.parse(text)); };
for (let i = 0; i < 3; ++i) await round();
const before = process.cpuUsage(), rounds = 5;
for (let i = 0; i < rounds; ++i) await round();
const used = process.cpuUsage(before);
console.log(`${tests.length} ${((texts.length * rounds * 1e6) / (used.user + used.system)).toFixed(0)}`);
END
best_own=0 best_peer=0
for turn in 1 2 3 4 5; do
  own=$("$bench" --benchmark_min_time=1 --benchmark_format=csv 2>/dev/null | awk -F, '/^"all_csaf_tests"/ { printf "%.0f", $7 }')
  read -r tests peer < <(cd "$work" && node peer.mjs)
  echo "turn $turn: Entente $own documents per CPU second; csaf-validator-lib $peer, $tests tests"
  best_own=$((own > best_own ? own : best_own)) best_peer=$((peer > best_peer ? peer : best_peer))
done
awk -v own="$best_own" -v peer="$best_peer" 'BEGIN { printf "best of both: %d and %d documents per CPU second, %.1f times\n", own, peer, own / peer }'
