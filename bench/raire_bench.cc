// RAIRE: assertions of instant-runoff contests, from the text to a proved set. Beside it, on the same data in the same run, the algorithm
// as it was published (a tree of elimination orders' ends, dives, every ballot counted for every node), written plainly: the anchor for the
// figures quoted of peers. CPU time of the process, best of several; `./raire_bench` prints a table with the goals.
#include <fmt/format.h>
#include <sys/resource.h>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <queue>

#include "core/file.h"
#include "measures/p3_elections/irv/ballots_text.h"
#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/irv/raire.h"
#include "measures/p3_elections/irv/tabulate.h"
#include "measures/p3_elections/tables/container.h"

namespace {

using namespace entente;
using namespace entente::measures::p3_elections;
using namespace entente::measures::p3_elections::irv;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

// The least CPU time of one call. Calls are repeated until they fill 50 ms, as the clock is coarse.
double best_of(int rounds, const std::function<void()>& call) {
  double best = std::numeric_limits<double>::infinity();
  for (int r = 0; r < rounds; ++r) {
    const double start = cpu_seconds();
    int calls = 0;
    do {
      call();
      ++calls;
    } while (cpu_seconds() - start < 0.05);
    best = std::min(best, (cpu_seconds() - start) / calls);
  }
  return best;
}

// ---- the anchor -----------------------------------------------------------------------------------------------------------------------

struct PlainNode {
  std::vector<Candidate> tail;  // the next to go out first, the winner last
  double estimate = 0;          // of the easiest assertion for this node or one above
  bool operator<(const PlainNode& o) const { return estimate < o.estimate; }
};

class PlainRaire {
 public:
  PlainRaire(const GroupedRankings& grouped, Candidate winner, const Difficulty& difficulty)
      : candidates_(grouped.candidates), winner_(winner), rating_(difficulty, grouped.ballots) {
    for (const RankingGroup& g : grouped.groups)
      for (std::uint64_t i = 0; i < g.ballots; ++i) ballots_.emplace_back(grouped.ranking(g).begin(), grouped.ranking(g).end());
    neb_.assign(candidates_, std::vector<double>(candidates_, kNever));
    for (Candidate w = 0; w < candidates_; ++w)
      for (Candidate l = 0; l < candidates_; ++l)
        if (w != l) neb_[w][l] = neb(w, l);
  }

  // The least possible greatest difficulty.
  double solve() {
    std::priority_queue<PlainNode> frontier;
    for (Candidate c = 0; c < candidates_; ++c)
      for (Candidate d = 0; d < candidates_; ++d)
        if (c != winner_ && d != c) frontier.push(node({.tail = {d, c}, .estimate = kNever}));
    double bound = 0;
    while (!frontier.empty()) {
      const PlainNode top = frontier.top();
      frontier.pop();
      if (top.estimate <= bound) break;
      if (top.tail.size() == candidates_) {
        bound = std::max(bound, top.estimate);
        continue;
      }
      bound = std::max(bound, dive(top));
      if (top.estimate <= bound) break;
      for (Candidate c = 0; c < candidates_; ++c)
        if (std::ranges::find(top.tail, c) == top.tail.end()) frontier.push(child(top, c));
    }
    return bound;
  }
  std::uint64_t nodes = 0;

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  [[nodiscard]] double neb(Candidate w, Candidate l) const {
    std::uint64_t winner = 0;
    std::uint64_t loser = 0;
    for (const auto& b : ballots_) {
      if (!b.empty() && b.front() == w) ++winner;
      const auto pw = std::ranges::find(b, w);
      const auto pl = std::ranges::find(b, l);
      if (pl != b.end() && pl < pw) ++loser;
    }
    return rating_.of(winner, loser);
  }

  PlainNode child(const PlainNode& parent, Candidate c) {
    PlainNode out{.tail = {c}, .estimate = parent.estimate};
    out.tail.insert(out.tail.end(), parent.tail.begin(), parent.tail.end());
    return node(std::move(out));
  }

  PlainNode node(PlainNode n) {
    ++nodes;
    std::vector<std::uint64_t> votes(candidates_);
    for (const auto& b : ballots_)
      for (const Candidate c : b)
        if (std::ranges::find(n.tail, c) != n.tail.end()) {
          ++votes[c];
          break;
        }
    for (std::size_t i = 1; i < n.tail.size(); ++i)
      n.estimate = std::min({n.estimate, rating_.of(votes[n.tail[0]], votes[n.tail[i]]), neb_[n.tail[0]][n.tail[i]]});
    for (Candidate other = 0; other < candidates_; ++other)
      if (std::ranges::find(n.tail, other) == n.tail.end())
        for (const Candidate c : n.tail) n.estimate = std::min(n.estimate, neb_[other][c]);
    return n;
  }

  double dive(PlainNode n) {
    while (n.tail.size() < candidates_) {
      Candidate next = 0;
      while (std::ranges::find(n.tail, next) != n.tail.end()) ++next;
      n = child(n, next);
    }
    return n.estimate;
  }

  unsigned candidates_;
  Candidate winner_;
  Rating rating_;
  std::vector<std::vector<Candidate>> ballots_;
  std::vector<std::vector<double>> neb_;
};

// ---- the table ------------------------------------------------------------------------------------------------------------------------

struct Row {
  std::string what;
  double ours = 0, search = 0, anchor = 0, quoted = 0, goal = 0;
};

void print(const Row& row) {
  fmt::print("{:<62} {:>10.3f} ms", row.what, row.ours * 1e3);
  if (row.anchor > 0)
    fmt::print("   without reading {:>7.3f} ms, plain {:>8.1f} ms = {:.0f}x", row.search * 1e3, row.anchor * 1e3, row.anchor / row.search);
  if (row.quoted > 0)
    fmt::print("   quoted {:.2f} s = {:.0f}x; goal {:.0f}x: {}", row.quoted, row.quoted / row.ours, row.goal,
               row.quoted / row.ours >= row.goal ? "reached" : "MISSED");
  fmt::print("\n");
}

// From the text to assertions that were checked to prove the winner.
void whole(const std::function<Result<BallotContest>()>& read, const RaireOptions& options) {
  const auto contest = read();
  if (!contest) std::abort();
  const auto count = count_irv(contest->rankings);
  if (!count || !count->winner) std::abort();
  const auto result = find_assertions(contest->rankings, *count->winner, options);
  if (!result || result->assertions.empty()) std::abort();
}

Row compare(const std::string& what, const std::function<Result<BallotContest>()>& read, const RaireOptions& options) {
  Row row{.what = what};
  row.ours = best_of(7, [&] { whole(read, options); });
  const auto contest = read();
  const Candidate winner = *count_irv(contest->rankings)->winner;
  row.search = best_of(7, [&] {
    if (!find_assertions(contest->rankings, winner, options)) std::abort();
  });
  double plain_answer = 0;
  const double start = cpu_seconds();
  PlainRaire plain(contest->rankings, winner, options.difficulty);
  plain_answer = plain.solve();
  row.anchor = cpu_seconds() - start;
  const auto exact = find_assertions(contest->rankings, winner, {.difficulty = options.difficulty});
  if (!exact || exact->least_difficulty != plain_answer) {
    fmt::print("{}: the plain algorithm says {}, ours {}\n", what, plain_answer, exact ? exact->least_difficulty : -1);
    std::exit(1);
  }
  return row;
}

void grouping() {
  std::vector<std::vector<Candidate>> ballots;
  std::uint64_t state = 1;
  for (int i = 0; i < 1'000'000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t r = state >> 40U;
    ballots.push_back({static_cast<Candidate>(r % 10), static_cast<Candidate>(10 + r / 10 % 10), static_cast<Candidate>(20 + r / 100 % 5)});
  }
  const double seconds = best_of(5, [&] {
    RankingGrouper grouper(25);
    for (const auto& b : ballots) grouper.add(b);
    if (grouper.rankings().groups.size() != 500) std::abort();
  });
  fmt::print("{:<62} {:>10.3f} ms   {:.0f} M ballots/s\n", "grouping 1,000,000 ballots into 500 rankings", seconds * 1e3, 1 / seconds);
}

}  // namespace

int main() {
  const char* shared = std::getenv("ENTENTE_SHARED");
  const std::filesystem::path data =
      std::filesystem::path(shared != nullptr ? shared : ENTENTE_SOURCE_DIR "/../shared") / "conformance/p3_elections";
  grouping();
  if (!std::filesystem::exists(data / "raire")) {
    fmt::print("no shared data: set ENTENTE_SHARED\n");
    return 0;
  }
  const auto usirv = [&](const std::string& file) {
    return [text = read_file(data / "raire/USIRV" / file).value(), file] { return read_usirv(text, file); };
  };
  const RaireOptions as_peer{.difficulty = irv_audit_difficulty(), .gap = 0.005 * 149465};
  Row sf = compare("San Francisco 2007, 18 candidates, 149,465 ballots, gap 0.005", usirv("SanFran_2007_Mayor.txt"), as_peer);
  sf.quoted = 0.78;  // irvaudit; notes of November 2026
  sf.goal = 3;
  print(sf);
  print(compare("the same at the least difficulty", usirv("SanFran_2007_Mayor.txt"), {.difficulty = irv_audit_difficulty()}));
  print(compare("Oakland 2010, 11 candidates, 122,268 ballots", usirv("Oakland_2010_Mayor.txt"), {.difficulty = irv_audit_difficulty()}));
  print(compare("Aspen 2009, 11 candidates, 2,544 ballots", usirv("Aspen_2009_CityCouncil.txt"), {.difficulty = irv_audit_difficulty()}));

  // Arlo's slowest test contest (North Shore, New South Wales) is not at hand; Albury is of the same election, its file of the same size.
  const std::string albury = tables::read_packed(data / "shangrla/albury.raire.xz", std::uint64_t{1} << 28).value();
  Row arlo = compare("Albury, 5 candidates, 46,357 ballots (for Arlo's North Shore)",
                     [&] { return read_raire(albury, "albury.raire").map([](const RaireBallots& b) { return b.contests.front(); }); },
                     {.difficulty = {.measure = Difficulty::Measure::one_over_margin}});
  arlo.quoted = 45.4;
  arlo.goal = 500;
  print(arlo);
  const std::string sf2019 =
      tables::read_packed(data / "shangrla/SFDA2019/SFDA2019_PrelimReport12VBMJustDASheets.raire.xz", std::uint64_t{1} << 28).value();
  const double read = best_of(5, [&] {
    if (!read_raire(sf2019, "sf")) std::abort();
  });
  fmt::print("{:<62} {:>10.3f} ms   {:.0f} MB/s\n", "reading San Francisco 2019 (.raire, 146,662 ballots)", read * 1e3,
             static_cast<double>(sf2019.size()) / read / 1e6);
}
