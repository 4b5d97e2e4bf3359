// The whole review of Colorado's general election of 2024: 65 samples redrawn, 725 risks and 1,450 sizes recomputed, 54,049 batches and
// 1,495 totals added up, from the files on disk to the finished review. CPU time, best of fifteen, beside the least anybody could do with
// the same bytes in the same run: read and hash them. Needs ../shared; says so where it is absent.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "core/digest.h"
#include "core/file.h"
#include "measures/p3_elections/review/corla.h"
#include "measures/p3_elections/risk/kaplan_markov.h"
#include "measures/p3_elections/sampling/corla.h"
#include "test_support.h"

namespace {

using namespace entente;
using namespace entente::measures::p3_elections;

double corla_cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1e3 * static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-3 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

double corla_best_ms(int runs, const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const double start = corla_cpu_ms();
    work();
    best = std::min(best, corla_cpu_ms() - start);
  }
  return best;
}

}  // namespace

int main() {
  const auto shared = test::shared_dir();
  if (!shared) {
    fmt::print("corla_bench: no shared data; put ../shared beside the checkout or set ENTENTE_SHARED\n");
    return 0;
  }
  const std::filesystem::path folder = *shared / "conformance/p3_elections/corla/2024general";
  Progress silent(Progress::Mode::silent);
  std::size_t findings = 0;
  const double whole = corla_best_ms(15, [&] { findings = review::review_corla(folder, {}, silent).value().findings.size(); });
  std::uint64_t bytes = 0;
  const double hashed = corla_best_ms(15, [&] {
    bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string text = read_file(entry.path()).value();
      bytes += text.size();
      (void)sha256(text);
    }
  });
  fmt::print("Colorado 2024, whole review: {:.1f} ms CPU (goal 60 ms: {:.2f} of it); {} findings\n", whole, whole / 60, findings);
  fmt::print("  anchor: read and hash the same {:.1f} MB: {:.1f} ms; the review is {:.1f} times that\n", static_cast<double>(bytes) / 1e6,
             hashed, whole / hashed);

  constexpr std::uint64_t kDraws = 1'000'000;
  std::uint64_t sum = 0;
  const double drawn = corla_best_ms(3, [&] {
    for (const std::uint64_t position : sampling::corla_draws("53417960661093690826", 1, kDraws, 4'746'866)) sum += position;
  });
  fmt::print("draws: {:.2f} million a second (quoted: Python 1.5 million)\n", static_cast<double>(kDraws) / drawn / 1e3);
  const double sizes = corla_best_ms(5, [&] {
    risk::KaplanMarkov a;
    for (std::uint64_t i = 0; i < 18'444; ++i) {
      a.cards = 100'000 + i * 257;
      a.margin = 1 + i * 13 % 90'000;
      a.over1 = i % 5;
      sum += risk::kaplan_markov_size(a, 3'000'000).value();
    }
  });
  fmt::print("18,444 sample sizes: {:.1f} ms (goal 20 ms: {:.2f} of it)\n", sizes, sizes / 20);
  return sum == 0;
}
