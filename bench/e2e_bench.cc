// End-to-end verifiable records: the check of the shared ElectionGuard and Belenios records, and Debian's belenios-tool on the same archive
// in the same run. Goal of issue 7: Belenios, 100 ballots, at least 3 times belenios-tool. Compared by processor time (the tool uses one
// core), and by wall time beside it. Skips what is not installed or not there.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "core/file.h"
#include "measures/p3_elections/e2e/record_check.h"

namespace {

using namespace entente;
namespace e2e = entente::measures::p3_elections::e2e;

std::filesystem::path record(const char* name) {
  const char* shared = std::getenv("ENTENTE_SHARED");
  const std::filesystem::path root =
      shared != nullptr ? std::filesystem::path(shared) : std::filesystem::path(ENTENTE_SOURCE_DIR).parent_path() / "shared";
  return root / "conformance/p3_elections" / name;
}

double processor_seconds(int who) {
  rusage use{};
  getrusage(who, &use);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

void check_record(benchmark::State& state, const char* name) {
  if (!std::filesystem::exists(record(name))) return state.SkipWithError("no shared data");
  const double before = processor_seconds(RUSAGE_SELF);
  for (auto _ : state) {
    Progress progress(Progress::Mode::silent);
    const auto result = e2e::check_record(record(name), {}, progress);
    if (!result || !result->good()) return state.SkipWithError("the record does not verify");
  }
  state.counters["processor_s"] = (processor_seconds(RUSAGE_SELF) - before) / static_cast<double>(state.iterations());
}
BENCHMARK_CAPTURE(check_record, belenios_100_ballots, "belenios/election-100-ballots.bel")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(check_record, electionguard_095_small, "electionguard/eg-0.95.0-small.tar.xz")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(check_record, electionguard_20_42_ballots, "electionguard/egk-2.0-allAvailable.tar.xz")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// Alternately, best of five each.
void belenios_against_belenios_tool(benchmark::State& state) {
  const auto archive = record("belenios/election-100-ballots.bel");
  if (!std::filesystem::exists(archive)) return state.SkipWithError("no shared data");
  if (std::system("command -v belenios-tool > /dev/null 2>&1") != 0) return state.SkipWithError("belenios-tool is not installed");
  const auto folder = TemporaryFolder::make().value();
  std::filesystem::copy_file(archive, folder.path() / "election.bel");
  const std::string command = fmt::format("belenios-tool election verify --dir={} > /dev/null 2>&1", folder.path().string());
  using Clock = std::chrono::steady_clock;
  double own_cpu = 1e9, own_wall = 1e9, tool_cpu = 1e9, tool_wall = 1e9;
  for (auto _ : state) {
    for (int i = 0; i < 5; ++i) {
      double cpu = processor_seconds(RUSAGE_SELF);
      auto wall = Clock::now();
      Progress progress(Progress::Mode::silent);
      const auto result = e2e::check_record(archive, {}, progress);
      if (!result || !result->good()) return state.SkipWithError("the record does not verify");
      own_cpu = std::min(own_cpu, processor_seconds(RUSAGE_SELF) - cpu);
      own_wall = std::min(own_wall, std::chrono::duration<double>(Clock::now() - wall).count());
      cpu = processor_seconds(RUSAGE_CHILDREN);
      wall = Clock::now();
      if (std::system(command.c_str()) != 0) return state.SkipWithError("belenios-tool does not verify it");
      tool_cpu = std::min(tool_cpu, processor_seconds(RUSAGE_CHILDREN) - cpu);
      tool_wall = std::min(tool_wall, std::chrono::duration<double>(Clock::now() - wall).count());
    }
  }
  state.counters["own_cpu_s"] = own_cpu;
  state.counters["tool_cpu_s"] = tool_cpu;
  state.counters["ratio_cpu"] = tool_cpu / own_cpu;
  state.counters["ratio_wall"] = tool_wall / own_wall;
  state.SetLabel(fmt::format("goal: 3 times; {}", tool_cpu / own_cpu >= 3 ? "reached" : "missed"));
}
BENCHMARK(belenios_against_belenios_tool)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
