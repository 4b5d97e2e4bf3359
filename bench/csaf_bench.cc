// All CSAF tests over documents of our own making: an advisory with a product tree, statuses, scores and remediations, read from bytes each
// time. ENTENTE_CSAF_BENCH_DIR: a folder the documents are written to, for tools/bench_csaf.sh.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "csaf/validator.h"

namespace {

using namespace entente;

// `products` versions of one product, half of them affected, half fixed, in three vulnerabilities.
std::string advisory(int number, int products) {
  std::string branches, affected, fixed;
  for (int i = 0; i < products; ++i) {
    branches += fmt::format(
        R"({}{{"category":"product_version","name":"{}.0","product":{{"name":"Example Product {}.0","product_id":"P-{}","product_identification_helper":{{"purl":"pkg:generic/example@{}.0"}}}}}})",
        i == 0 ? "" : ",", i, i, i, i);
    std::string& list = i % 2 == 0 ? affected : fixed;
    list += fmt::format("{}\"P-{}\"", list.empty() ? "" : ",", i);
  }
  std::string vulnerabilities;
  for (int v = 0; v < 3; ++v)
    vulnerabilities += fmt::format(
        R"j({}{{"cve":"CVE-2026-{}{}","cwe":{{"id":"CWE-79","name":"Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')"}},"notes":[{{"category":"summary","text":"A fault of the example."}}],"product_status":{{"fixed":[{}],"known_affected":[{}]}},"remediations":[{{"category":"vendor_fix","details":"Update.","product_ids":[{}]}}],"scores":[{{"cvss_v3":{{"baseScore":9.8,"baseSeverity":"CRITICAL","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","version":"3.1"}},"products":[{}]}}]}})j",
        v == 0 ? "" : ",", 1000 + number, v, fixed, affected, affected, affected);
  return fmt::format(
      R"j({{"document":{{"category":"csaf_security_advisory","csaf_version":"2.0","distribution":{{"tlp":{{"label":"WHITE"}}}},"lang":"en","notes":[{{"category":"summary","text":"An advisory."}}],"publisher":{{"category":"vendor","name":"Example","namespace":"https://example.com"}},"references":[{{"category":"self","summary":"This document","url":"https://example.com/ex-{0}.json"}}],"title":"Example {0}","tracking":{{"current_release_date":"2026-01-01T00:00:00Z","id":"EX-{0}","initial_release_date":"2026-01-01T00:00:00Z","revision_history":[{{"date":"2026-01-01T00:00:00Z","number":"1","summary":"First."}}],"status":"final","version":"1"}}}},"product_tree":{{"branches":[{{"branches":[{{"branches":[{1}],"category":"product_name","name":"Product"}}],"category":"vendor","name":"Example"}}]}},"vulnerabilities":[{2}]}})j",
      number, branches, vulnerabilities);
}

const std::vector<std::string>& advisories() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> out;
    for (int i = 0; i < 100; ++i) out.push_back(advisory(i, 20 + i));
    if (const char* folder = std::getenv("ENTENTE_CSAF_BENCH_DIR"))
      for (std::size_t i = 0; i < out.size(); ++i) std::ofstream(std::filesystem::path(folder) / fmt::format("ex-{}.json", i)) << out[i];
    return out;
  }();
  return all;
}

void all_csaf_tests(benchmark::State& state) {
  const auto validator = csaf::Validator::load(DataSet::embedded());
  if (!validator) return state.SkipWithError("the validator does not load");
  std::size_t bytes = 0;
  for (const std::string& text : advisories()) bytes += text.size();
  for (auto _ : state)
    for (const std::string& text : advisories()) {
      const auto document = csaf::Document::parse(text, "bench");
      if (!document || !validator->validate(*document).valid()) return state.SkipWithError("a document of the benchmark is not valid");
    }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * static_cast<std::int64_t>(state.iterations()));
  state.SetItemsProcessed(static_cast<std::int64_t>(advisories().size()) * static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(all_csaf_tests)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
