// The whole SF 2019 District Attorney audit (146,662 vote records) as the review does it, and sample sizes, beside figures of SHANGRLA
// quoted from design/notes/p3_elections.md (25.3 s and 281 MB; 15.5 s for 13 × 100 simulations, on the machine named there). CPU time and
// peak memory. The record is made once from ../shared (see tests/conformance/p3/shangrla_test.cc); without it nothing runs.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/file.h"
#include "core/json.h"
#include "core/progress.h"
#include "measures/p3_elections/review/shangrla.h"
#include "measures/p3_elections/risk/assorter.h"
#include "measures/p3_elections/risk/sample_size.h"

namespace {

namespace fs = std::filesystem;
using namespace entente;
using namespace entente::measures::p3_elections;

std::optional<fs::path> shared_data() {
  const char* env = std::getenv("ENTENTE_SHARED");
  const fs::path path =
      (env != nullptr && *env != '\0' ? fs::path(env) : fs::path(ENTENTE_SOURCE_DIR).parent_path() / "shared") / "conformance/p3_elections";
  if (!fs::is_directory(path)) return std::nullopt;
  return path;
}

// The record: SHANGRLA's inputs, the published sample, an MVR for each card that says nothing (the arithmetic is the same).
bool make_record(const fs::path& folder, const fs::path& data) {
  const char* files[] = {"SFDA2019_PrelimReport12VBMJustDASheets.raire.xz", "SF2019Nov8Assertions.json",
                         "N19 ballot manifest with WH location for RLA Upload VBM 11-14.xlsx"};
  for (const char* file : files) fs::create_symlink(data / "shangrla/SFDA2019" / file, folder / file);
  const auto golden = JsonDocument::read(data / "golden/shangrla_sf2019_da.json");
  if (!golden) return false;
  Json sample = Json::array(), ballots = Json::array();
  const auto ids = *json_array(golden->root(), "sample_ids_in_order");
  for (JsonView id : ids) {
    sample.push_back(std::string(*as_string(id)));
    ballots.push_back({{"id", std::string(*as_string(id))}, {"votes", {{"339", Json::object()}}}});
  }
  Json log;
  log["Audit"] = {{"seed", "12345678901234567890"}, {"cvr_file", files[0]},
                  {"manifest_file", files[2]},      {"sample_file", "sample.json"},
                  {"mvr_file", "mvr.json"},         {"strata", {{"s", {{"max_cards", 293555}, {"use_style", true}}}}}};
  log["contests"]["339"] = {{"cards", 146662},
                            {"choice_function", "IRV"},
                            {"candidates", {"15", "16", "17", "18", "45"}},
                            {"winner", {"15"}},
                            {"assertion_file", files[1]},
                            {"test", "ALPHA_MART"},
                            {"estim", "OPTIMAL_COMPARISON"},
                            {"sample_size", 369}};
  std::ofstream(folder / "audit.json") << log.dump();
  std::ofstream(folder / "sample.json") << sample.dump();
  std::ofstream(folder / "mvr.json") << Json{{"ballots", ballots}}.dump();
  return true;
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void sf2019_whole_audit(benchmark::State& state) {
  const auto data = shared_data();
  auto folder = TemporaryFolder::make("entente-bench");
  if (!data || !folder || !make_record(folder->path(), *data)) return state.SkipWithError("no shared data");
  Progress progress(Progress::Mode::silent);
  const double before = peak_mib();
  std::size_t draws = 0;
  for (auto _ : state) {
    const auto review = review::review_shangrla(folder->path(), {}, progress);
    if (!review || review->contests.empty()) return state.SkipWithError("the review failed");
    draws = review->contests[0].draws;
  }
  state.counters["cards_drawn"] = static_cast<double>(draws);
  state.counters["peak_MiB"] = peak_mib();
  state.counters["peak_MiB_before"] = before;
  state.counters["SHANGRLA_s_quoted"] = 25.3;
  state.counters["goal_s"] = 0.2;
  state.counters["goal_MiB"] = 64;
}
BENCHMARK(sf2019_whole_audit)->Unit(benchmark::kMillisecond)->MinTime(2);

std::vector<risk::ComparisonTest> sf2019_tests(const fs::path& data) {
  std::vector<risk::ComparisonTest> tests;
  const auto golden = JsonDocument::read(data / "golden/shangrla_sf2019_da.json");
  const auto margins = *json_object(golden->root(), "margins");
  for (auto [name, value] : margins) {
    risk::ComparisonTest t;
    t.assorter = {.upper_a = 1, .margin = std::strtod(std::string(*as_string(value)).c_str(), nullptr)};
    t.test.estimator = risk::Estimator::optimal_comparison;
    t.test.upper = t.assorter.upper();
    t.test.population = 146'662;
    tests.push_back(t);
  }
  return tests;
}

// 13 assertions, 100 simulated samples each; SHANGRLA 15.5 s (quoted), goal 0.03 s for our own draws.
void sample_sizes(benchmark::State& state, risk::SimulatedDraws draws) {
  const auto data = shared_data();
  if (!data) return state.SkipWithError("no shared data");
  const auto tests = sf2019_tests(*data);
  for (auto _ : state) benchmark::DoNotOptimize(risk::comparison_sample_sizes(tests, 0.001, 0, {.draws = draws}));
  state.counters["SHANGRLA_s_quoted"] = 15.5;
}
BENCHMARK_CAPTURE(sample_sizes, own, risk::SimulatedDraws::own)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sample_sizes, as_numpy, risk::SimulatedDraws::numpy)->Unit(benchmark::kMillisecond);

// A look-up a card: what evaluating an assertion over all cards costs once its patterns are known.
void assorter_over_cards(benchmark::State& state) {
  std::vector<double> values(65, 0.5), out(1 << 20);
  std::vector<std::uint32_t> cards(1 << 20);
  for (std::size_t i = 0; i < cards.size(); ++i) cards[i] = static_cast<std::uint32_t>((i * 2654435761U >> 7) % values.size());
  for (auto _ : state) {
    risk::assort_cards(values, cards, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(cards.size()) * state.iterations());
}
BENCHMARK(assorter_over_cards);

void alpha_steps(benchmark::State& state) {
  risk::TestOptions o;
  o.population = 1'000'000'000;
  auto test = risk::NonnegMean::make(o).value();
  std::uint64_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(test.add(static_cast<double>(++i & 1U)));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(alpha_steps);

}  // namespace

BENCHMARK_MAIN();
