// A portfolio of 1,200 SBOMs of 1,000 components each: how long one new advisory takes to answer (goal: 5 ms), what opening and adding
// cost, and the same question answered by scanning every SBOM again.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <random>

#include "core/file.h"
#include "measures/p6_supply/portfolio.h"
#include "measures/p6_supply/scan.h"

using namespace entente;
using namespace entente::measures::p6_supply;

namespace {

constexpr int kSboms = 1200, kComponents = 1000, kPackages = 20000;

// Package k is drawn with a weight that falls with k: a few packages are in nearly every product, most in few.
Sbom made_sbom(std::mt19937& random) {
  std::string text = R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[)";
  for (int i = 0; i < kComponents; ++i) {
    const double u = std::uniform_real_distribution<double>(0, 1)(random);
    const int package = static_cast<int>(u * u * u * kPackages);
    text += fmt::format(R"({}{{"type":"library","name":"p{}","version":"x","purl":"pkg:{}/p{}@{}.{}.{}"}})", i == 0 ? "" : ",", package,
                        package % 3 == 0 ? "pypi" : "npm", package, random() % 4, random() % 10, random() % 10);
  }
  return parse_sbom(text + "]}", "made.json").value();
}

const std::vector<Sbom>& sboms() {
  static const std::vector<Sbom> kMade = [] {
    std::mt19937 random(11);
    std::vector<Sbom> out;
    for (int i = 0; i < kSboms; ++i) out.push_back(made_sbom(random));
    return out;
  }();
  return kMade;
}

const std::string& portfolio_bytes() {
  static const std::string kBytes = [] {
    Portfolio::Builder builder;
    for (int i = 0; i < kSboms; ++i) builder.add(fmt::format("product-{}", i), "made", {}, sboms()[static_cast<std::size_t>(i)], {});
    return builder.bytes().value();
  }();
  return kBytes;
}

// Package 1: one of those nearly everybody ships.
const std::string kAdvisory =
    R"({"id":"EX-1","modified":"2026-11-28T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"p1"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"2.5.0"}]}]}]})";

// From the advisory's text to the answer.
void BM_OneNewAdvisory(benchmark::State& state) {
  const Portfolio portfolio = Portfolio::from_memory(portfolio_bytes()).value();
  const AdvisorySource source = AdvisorySource::memory("new.json", kAdvisory);
  Progress progress(Progress::Mode::silent);
  std::size_t affected = 0;
  for (auto _ : state) {
    std::vector<OsvRecord> records;
    if (!read_advisories(source, [&](OsvRecord&& r) { records.push_back(std::move(r)); }, progress)) state.SkipWithError("advisory");
    const AdvisoryIndex index =
        AdvisoryIndex::from_memory(AdvisoryIndex::build_bytes(std::span(&source, 1), progress).value().bytes).value();
    affected = portfolio.who_ships(index, records).entries.size();
  }
  state.counters["affected"] = static_cast<double>(affected);
}
BENCHMARK(BM_OneNewAdvisory)->Unit(benchmark::kMillisecond);

void BM_ScanAllAgain(benchmark::State& state) {
  const AdvisorySource source = AdvisorySource::memory("new.json", kAdvisory);
  Progress progress(Progress::Mode::silent);
  const AdvisoryIndex index = AdvisoryIndex::from_memory(AdvisoryIndex::build_bytes(std::span(&source, 1), progress).value().bytes).value();
  std::size_t affected = 0;
  for (auto _ : state) {
    affected = 0;
    for (const Sbom& sbom : sboms()) affected += scan(sbom, std::span(&index, 1), nullptr).vulnerabilities.empty() ? 0 : 1;
  }
  state.counters["affected"] = static_cast<double>(affected);
}
BENCHMARK(BM_ScanAllAgain)->Unit(benchmark::kMillisecond);

void BM_OpenPortfolio(benchmark::State& state) {
  const auto folder = TemporaryFolder::make("bench").value();
  if (!write_file_atomic(folder.path() / "p", portfolio_bytes())) state.SkipWithError("write");
  for (auto _ : state) benchmark::DoNotOptimize(Portfolio::open(folder.path() / "p"));
  state.counters["MB"] = static_cast<double>(portfolio_bytes().size()) / 1e6;
}
BENCHMARK(BM_OpenPortfolio)->Unit(benchmark::kMillisecond);

void BM_AddOneSbom(benchmark::State& state) {
  for (auto _ : state) {
    Portfolio::Builder builder(Portfolio::from_memory(portfolio_bytes()).value());
    builder.add("new", "made", {}, sboms().front(), {});
    benchmark::DoNotOptimize(builder.bytes());
  }
}
BENCHMARK(BM_AddOneSbom)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
