// Intake of a Dominion CSV export of a large county: some 200 MB, 900,000 cards, made in memory, read into a CvrTable on one core; beside
// it in the same run what the machine can do at most with the same bytes: copy them, and find their line ends. Prints its own lines (CPU
// time, best of five) and the ratio to the goal of the issue.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/records/tabulate.h"

namespace {

using namespace entente::measures::p3_elections::records;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

double best_of(int runs, const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const double start = cpu_seconds();
    work();
    best = std::min(best, cpu_seconds() - start);
  }
  return best;
}

enum class Quotes { none, all };

// 40 contests of 2 to 5 choices; a card style has half of them; a third of the contests has "vote for 2"; one in ten is left blank.
std::string export_of(std::size_t cards, Quotes quotes) {
  std::mt19937_64 random(7);
  struct Contest {
    std::size_t choices, votes;
  };
  std::vector<Contest> contests;
  for (std::size_t c = 0; c < 40; ++c) contests.push_back({2 + c % 4, c % 3 == 0 ? 2U : 1U});
  std::vector<std::vector<bool>> styles(60, std::vector<bool>(contests.size()));
  for (auto& style : styles)
    for (std::size_t c = 0; c < contests.size(); ++c) style[c] = c < 8 || random() % 3 == 0;
  const std::string q = quotes == Quotes::all ? "\"" : "";
  std::string first = q + "Example County General Election" + q + "," + q + "5.17.17.1" + q, second = ",,,,,,,", third = ",,,,,,,",
              fourth = "CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,CountingGroup,PrecinctPortion,BallotType";
  for (std::size_t c = 0; c < contests.size(); ++c) {
    for (std::size_t k = 0; k < contests[c].choices; ++k) {
      second += fmt::format(",Contest {} (Vote For={})", c, contests[c].votes);
      third += fmt::format(",Choice {}-{}", c, k);
      fourth += ",";
    }
  }
  std::string out = first + "\n" + second + "\n" + third + "\n" + fourth + "\n";
  out.reserve(cards * 260);
  for (std::size_t i = 0; i < cards; ++i) {
    const std::size_t tabulator = 101 + i / 200'000, batch = i / 100 % 2000, record = i % 100 + 1, style = random() % styles.size();
    out += fmt::format("{0}{1}{0},{0}{2}{0},{0}{3}{0},{0}{4}{0},{0}{2}-{3}-{4}{0},{0}{5}{0},{0}{6} ({6}){0},{0}Ballot {7} - Type {7}{0}", q,
                       i + 1, tabulator, batch, record, i % 7 == 0 ? "In Person" : "Mail", 1340116000 + style * 7 + random() % 7, style);
    for (std::size_t c = 0; c < contests.size(); ++c) {
      const std::size_t choices = contests[c].choices;
      std::uint64_t marked = 0;
      if (random() % 10 != 0)
        for (std::size_t v = 0; v < contests[c].votes; ++v) marked |= std::uint64_t{1} << random() % choices;
      for (std::size_t k = 0; k < choices; ++k) {
        out += ',';
        out += q;
        if (styles[style][c]) out += (marked >> k & 1) != 0 ? '1' : '0';
        out += q;
      }
    }
    out += '\n';
  }
  return out;
}

void line(const char* what, double seconds, std::size_t bytes) {
  fmt::print("{:<34} {:7.3f} s  {:8.0f} MB/s\n", what, seconds, static_cast<double>(bytes) / 1e6 / seconds);
}

void run(const char* name, Quotes quotes, std::size_t cards) {
  const std::string text = export_of(cards, quotes);
  fmt::print("{}: {} MB, {} cards\n", name, text.size() / 1'000'000, cards);
  std::string copy(text.size(), '\0');
  line("  anchor: copy", best_of(5, [&] { std::memcpy(copy.data(), text.data(), text.size()); }), text.size());
  std::size_t lines = 0;
  line("  anchor: find line ends",
       best_of(5,
               [&] {
                 lines = 0;
                 for (const char *p = text.data(), *end = p + text.size();
                      (p = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)))) != nullptr; ++p)
                   ++lines;
               }),
       text.size());
  const std::vector<CvrSource> sources{{"bench.csv", text}};
  std::size_t read = 0, marks = 0;
  std::vector<ContestTally> tally;
  const double fast = best_of(5, [&] {
    const auto table = read_cvrs(sources, {.max_problems = 10});
    if (!table) fmt::print("{}\n", table.error().str());
    read = table ? table->table.cards.size() : 0;
    marks = table ? table->table.marks.size() : 0;
  });
  line("  read into a table", fast, text.size());
  const double plain =
      best_of(2, [&] { static_cast<void>(read_cvrs(sources, {.max_problems = 10, .scanner = CvrReadOptions::Scanner::plain})); });
  line("  the same by the plain reader", plain, text.size());
  const auto table = read_cvrs(sources, {.max_problems = 10});
  line("  tabulate", best_of(3, [&] { tally = tabulate(table->table); }), text.size());
  fmt::print("  {} cards, {} marks; goal 300 MB/s a core: {:.2f}x\n", read, marks, static_cast<double>(text.size()) / 1e6 / fast / 300);
}

}  // namespace

int main() {
  run("Dominion CSV", Quotes::none, 900'000);
  run("Dominion CSV, every cell quoted", Quotes::all, 450'000);
}
