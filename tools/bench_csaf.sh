#!/usr/bin/env bash
# CSAF validation beside @secvisogram/csaf-validator-lib (npm), the same documents in the same run, processor time of both.
# Usage: tools/bench_csaf.sh BUILD_FOLDER (default build/release). The peer is installed into a temporary folder.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
bench=${1:-build/release}/bench/csaf_bench
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir "$work/documents"
ENTENTE_CSAF_BENCH_DIR=$work/documents "$bench" --benchmark_min_time=2
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
await round();
const before = process.cpuUsage(), rounds = 5;
for (let i = 0; i < rounds; ++i) await round();
const used = process.cpuUsage(before), seconds = (used.user + used.system) / 1e6;
console.log(`csaf-validator-lib: ${tests.length} tests, ${((texts.length * rounds) / seconds).toFixed(0)} documents per CPU second`);
END
(cd "$work" && node peer.mjs)
