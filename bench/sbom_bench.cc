// SBOM intake and scanning. The same 20,000-component document is parsed by nlohmann-json (nothing but parsing), read by the JSON
// reader alone (syntax, UTF-8, depth, duplicate keys), read into the graph without and with validation by the format's rules, read from
// its XML form, and scanned from bytes to findings. Data: made up here, so
// that the benchmark runs anywhere; with ../shared present, ENTENTE_BENCH_SBOM=<file> measures a document of one's own.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <malloc.h>

#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/file.h"
#include "core/parallel.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/sbom.h"
#include "measures/p6_supply/scan.h"

namespace {

using namespace entente;
using namespace entente::measures::p6_supply;

constexpr int kComponents = 20'000;
constexpr int kPackages = 2'000;

// Shaped like what common producers write: indented, with bom-ref, supplier, hash, licence and dependencies.
std::string made_document() {
  std::string text = "{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.5\",\n  \"version\": 1,\n  \"components\": [\n";
  for (int i = 0; i < kComponents; ++i)
    text += fmt::format(
        "    {{\n      \"type\": \"library\",\n      \"bom-ref\": \"pkg:npm/package-{0}@1.{1}.0?n={2}\",\n      \"name\": "
        "\"package-{0}\",\n"
        "      \"version\": \"1.{1}.0\",\n      \"purl\": \"pkg:npm/package-{0}@1.{1}.0\",\n      \"supplier\": {{ \"name\": \"Example "
        "{0}\" }},\n"
        "      \"hashes\": [ {{ \"alg\": \"SHA-256\", \"content\": \"{3:064x}\" }} ],\n      \"licenses\": [ {{ \"license\": {{ \"id\": "
        "\"MIT\" }} }} ]\n    }}{4}\n",
        i % kPackages, i % 30, i, i, i + 1 == kComponents ? "" : ",");
  text += "  ],\n  \"dependencies\": [\n";
  for (int i = 0; i + 1 < kComponents; ++i)
    text += fmt::format(
        "    {{ \"ref\": \"pkg:npm/package-{0}@1.{1}.0?n={2}\", \"dependsOn\": [ \"pkg:npm/package-{3}@1.{4}.0?n={5}\" ] }}{6}\n",
        i % kPackages, i % 30, i, (i + 1) % kPackages, (i + 1) % 30, i + 1, i + 2 == kComponents ? "" : ",");
  return text + "  ]\n}\n";
}

const std::string& document() {
  static const std::string text = [] {
    const char* path = std::getenv("ENTENTE_BENCH_SBOM");
    if (path == nullptr) return made_document();
    auto read = read_file(path);
    if (!read) {
      std::fprintf(stderr, "%s\n", read.error().str().c_str());
      std::exit(2);
    }
    return std::move(*read);
  }();
  return text;
}

// The same components and dependencies as XML.
const std::string& made_xml() {
  static const std::string made = [] {
    std::string text = "<?xml version=\"1.0\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\" version=\"1\">\n  <components>\n";
    for (int i = 0; i < kComponents; ++i)
      text += fmt::format(
          "    <component type=\"library\" bom-ref=\"pkg:npm/package-{0}@1.{1}.0?n={2}\">\n      <supplier><name>Example "
          "{0}</name></supplier>\n      <name>package-{0}</name>\n      <version>1.{1}.0</version>\n      <hashes><hash "
          "alg=\"SHA-256\">{2:064x}</hash></hashes>\n      <licenses><license><id>MIT</id></license></licenses>\n      "
          "<purl>pkg:npm/package-{0}@1.{1}.0</purl>\n    </component>\n",
          i % kPackages, i % 30, i);
    text += "  </components>\n  <dependencies>\n";
    for (int i = 0; i + 1 < kComponents; ++i)
      text += fmt::format(
          "    <dependency ref=\"pkg:npm/package-{0}@1.{1}.0?n={2}\">\n      <dependency "
          "ref=\"pkg:npm/package-{3}@1.{4}.0?n={5}\"/>\n    </dependency>\n",
          i % kPackages, i % 30, i, (i + 1) % kPackages, (i + 1) % 30, i + 1);
    return text + "  </dependencies>\n</bom>\n";
  }();
  return made;
}

// Five advisories a package, so that about half of all versions are affected by some.
const AdvisoryIndex& index() {
  static const AdvisoryIndex made = [] {
    std::string records;
    for (int i = 0; i < kPackages; ++i)
      for (int j = 0; j < 5; ++j)
        records += fmt::format(
            R"({{"id":"B-{0}-{1}","modified":"2026-01-01T00:00:00Z","published":"2026-01-01T00:00:00Z","severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],"affected":[{{"package":{{"ecosystem":"npm","name":"package-{0}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"1.{2}.0"}}]}}]}}]}})"
            "\n",
            i, j, 4 + j * 5);
    Progress progress(Progress::Mode::silent);
    const AdvisorySource source = AdvisorySource::memory("made", std::move(records));
    auto built = AdvisoryIndex::build_bytes(std::span(&source, 1), progress);
    return std::move(*AdvisoryIndex::from_memory(std::move(built->bytes)));
  }();
  return made;
}

void finish(benchmark::State& state, std::size_t components) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document().size()));
  state.counters["components/s"] = benchmark::Counter(static_cast<double>(state.iterations() * components), benchmark::Counter::kIsRate);
}

void nlohmann_parse_only(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(nlohmann::json::parse(document()));
  finish(state, kComponents);
}
BENCHMARK(nlohmann_parse_only)->Unit(benchmark::kMillisecond);

void json_reader_full_checks(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(JsonDocument::parse(document(), "bench", kSbomLimits));
  finish(state, kComponents);
}
BENCHMARK(json_reader_full_checks)->Unit(benchmark::kMillisecond);

void intake(benchmark::State& state, const std::string& text, SchemaCheck check) {
  std::size_t components = 0;
  for (auto _ : state) {
    const auto sbom = parse_sbom(text, "bench", {.schema = check});
    if (!sbom || !sbom->valid()) {
      state.SkipWithError(sbom ? sbom->issues.front().message.c_str() : sbom.error().what.c_str());
      return;
    }
    components = sbom->components.size();
    benchmark::DoNotOptimize(components);
  }
  finish(state, components);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
void sbom_intake(benchmark::State& state) { intake(state, document(), SchemaCheck::off); }
BENCHMARK(sbom_intake)->Unit(benchmark::kMillisecond);
void sbom_intake_validated(benchmark::State& state) { intake(state, document(), SchemaCheck::on); }
BENCHMARK(sbom_intake_validated)->Unit(benchmark::kMillisecond);
void sbom_intake_xml(benchmark::State& state) { intake(state, made_xml(), SchemaCheck::off); }
BENCHMARK(sbom_intake_xml)->Unit(benchmark::kMillisecond);
void sbom_intake_xml_validated(benchmark::State& state) { intake(state, made_xml(), SchemaCheck::on); }
BENCHMARK(sbom_intake_xml_validated)->Unit(benchmark::kMillisecond);

void quality_only(benchmark::State& state) {
  const auto sbom = parse_sbom(document(), "bench", {.schema = SchemaCheck::off});
  for (auto _ : state) benchmark::DoNotOptimize(measure_quality(*sbom));
  finish(state, sbom->components.size());
}
BENCHMARK(quality_only)->Unit(benchmark::kMillisecond)->UseRealTime();

void match_only(benchmark::State& state) {
  const auto sbom = parse_sbom(document(), "bench", {.schema = SchemaCheck::off});
  for (auto _ : state) benchmark::DoNotOptimize(scan(*sbom, std::span(&index(), 1), nullptr));
  finish(state, sbom->components.size());
}
BENCHMARK(match_only)->Unit(benchmark::kMillisecond)->UseRealTime();

void scan_end_to_end(benchmark::State& state) {
  std::size_t matches = 0;
  std::size_t components = 0;
  for (auto _ : state) {
    const auto sbom = parse_sbom(document(), "bench", {.schema = SchemaCheck::off});
    const ScanResult r = scan(*sbom, std::span(&index(), 1), nullptr);
    matches = r.vulnerabilities.size();
    components = sbom->components.size();
  }
  finish(state, components);
  state.counters["matches"] = static_cast<double>(matches);
}
BENCHMARK(scan_end_to_end)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  // Memory is kept between rounds, for all contestants alike: else a virtual machine's page faults drown what is measured.
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
