// The published algorithm searches a tree whose nodes are the ends of elimination orders. Here its nodes are SETS of candidates, since what
// can be asserted at a step depends on who stands and not on how it came to that: the step from S to S + x says that x goes out first of
// S + x, and the easiest assertion against it is NEN(x, c, S + x) or NEB(x, c) for some c of S, of difficulty d(x, S). An order of
// elimination is a way from {its winner} to the set of all; it can be contradicted at the difficulty of its easiest step. So the least
// possible maximum is the largest, over all ways from another candidate than the reported winner, of the smallest d on the way: a widest
// path. It is found best-first (Dijkstra's algorithm with minimum for sum), each set counted once, where the tree has up to |S|! nodes for
// it.
//
// NEB(x, c) with c in S and x outside contradicts every way on from S, as x must still be added: its difficulty bounds what S can lead to,
// and bounds never rise along a way, so that the first time the full set comes up its bound is the answer. If that is infinite, the way
// there is an order the ballots allow: a wrong winner or a tie.
//
// With the answer T known, a walk over the sets picks assertions no harder than T: NEB where one prunes a whole set, else NEN step by step.
// What the others make needless is then taken out, and the set that is handed out has been checked by check_cover().
#include "measures/p3_elections/irv/raire.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <queue>
#include <unordered_set>

#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/irv/tabulate.h"
#include "measures/p3_elections/irv/tally_tree.h"

namespace entente::measures::p3_elections::irv {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::uint64_t kTrimWork = 30'000'000;  // sets looked at while taking out needless assertions
constexpr std::uint64_t kStopEvery = 512;

// What is known of a set during the search.
struct RaireSet {
  CandidateSet set = 0;
  double bound = 0;     // of the best way to it so far, with what prunes it later
  Candidate added = 0;  // the last step of that way
  bool expanded = false;
};

// Sets by value: linear probing; no set is empty.
class RaireSets {
 public:
  RaireSets() : slots_(4096) {}
  std::uint32_t find_or_add(CandidateSet set) {
    if (entries.size() * 2 >= slots_.size()) grow();
    std::size_t at = slot(set);
    for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1))
      if (entries[slots_[at] - 1].set == set) return slots_[at] - 1;
    entries.push_back({.set = set, .bound = -1});
    slots_[at] = static_cast<std::uint32_t>(entries.size());
    return slots_[at] - 1;
  }
  std::vector<RaireSet> entries;

 private:
  [[nodiscard]] std::size_t slot(CandidateSet set) const { return ((set * 0x9e3779b97f4a7c15U) >> 32U) & (slots_.size() - 1); }
  void grow() {
    slots_.assign(slots_.size() * 2, 0);
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      std::size_t at = slot(entries[i].set);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = i + 1;
    }
  }
  std::vector<std::uint32_t> slots_;
};

struct RaireOpen {
  double bound;
  std::uint32_t size;  // of the set: among equals the one nearest to the end
  std::uint32_t entry;
  bool operator<(const RaireOpen& o) const { return bound != o.bound ? bound < o.bound : size < o.size; }
};

struct NebChoice {
  double difficulty;
  Candidate winner;
};

class RaireSearch {
 public:
  RaireSearch(const GroupedRankings& rankings, Candidate winner, const RaireOptions& options)
      : tree_(rankings),
        rating_(options.difficulty, rankings.ballots),
        options_(options),
        all_(all_of(rankings.candidates)),
        winner_(winner) {
    for (unsigned w = 0; w < tree_.candidates(); ++w)
      for (unsigned l = 0; l < tree_.candidates(); ++l) rate_neb(static_cast<Candidate>(w), static_cast<Candidate>(l));
    for (auto& list : neb_over_) std::ranges::stable_sort(list, {}, &NebChoice::difficulty);
  }

  // The least possible maximum (the bound the search ended at, with a gap) and what no set can go below.
  struct Threshold {
    double reached, least;
  };
  Result<Threshold> threshold();
  // The way to the full set, as an order of elimination; after a threshold of infinity.
  [[nodiscard]] std::vector<Candidate> order_to_all();
  // Assertions no harder than the threshold against every way.
  Result<std::vector<RatedAssertion>> select(double threshold);
  [[nodiscard]] std::uint64_t counted() const { return counted_; }

 private:
  void rate_neb(Candidate w, Candidate l);
  // The easiest NEB over `c` by someone outside `set`.
  [[nodiscard]] double later_neb(Candidate c, CandidateSet set) const;
  [[nodiscard]] double step_difficulty(Candidate x, CandidateSet set, Candidate* loser) const;
  void offer(CandidateSet set, double bound, Candidate added);
  Result<void> count(CandidateSet set);
  Result<double> dive(CandidateSet set, double bound);
  [[nodiscard]] const RatedAssertion* neb_against(CandidateSet set, double threshold);
  Result<void> pick(CandidateSet set, double threshold);

  TallyTree tree_;
  Rating rating_;
  const RaireOptions& options_;
  CandidateSet all_;
  Candidate winner_;
  std::array<std::array<double, kMaxCandidates>, kMaxCandidates> neb_{};  // [winner][loser]
  std::array<std::vector<NebChoice>, kMaxCandidates> neb_over_;           // by loser, easiest first
  std::priority_queue<RaireOpen> open_;
  RaireSets sets_;
  Returns returns_;
  std::uint64_t counted_ = 0;
  std::vector<RatedAssertion> picked_;
  std::array<CandidateSet, kMaxCandidates> picked_neb_{};  // by loser: winners
  std::unordered_set<CandidateSet> walked_;
};

void RaireSearch::rate_neb(Candidate w, Candidate l) {
  neb_[w][l] = w == l ? kNever : rating_.of(tree_.first_ranks(w), tree_.preferred(l, w));
  if (neb_[w][l] != kNever) neb_over_[l].push_back({neb_[w][l], w});
}

double RaireSearch::later_neb(Candidate c, CandidateSet set) const {
  for (const NebChoice& n : neb_over_[c])
    if (!contains(set, n.winner)) return n.difficulty;
  return kNever;
}

// d(x, set), from the votes in returns_. A NEB over one of the set is never easier than the NEN where difficulty goes by margins: its
// winner's votes are some of the NEN's, its loser's votes hold the NEN's.
double RaireSearch::step_difficulty(Candidate x, CandidateSet set, Candidate* loser) const {
  double best = kNever;
  std::uint64_t least = ~std::uint64_t{0};
  const bool of_margin = options_.difficulty.of_margin();
  Candidate at = 0;
  for (CandidateSet rest = set; rest != 0; rest &= rest - 1) {
    const auto c = static_cast<Candidate>(std::countr_zero(rest));
    const std::uint64_t votes = returns_.standing[c] - returns_.taken[x][c];
    if (of_margin) {
      if (votes >= least) continue;
      least = votes;
      at = c;
    } else if (const double d = rating_.of(returns_.total[x], votes); d < best) {
      best = d;
      least = votes;
      at = c;
    }
  }
  if (of_margin) best = rating_.of(returns_.total[x], least);
  if (loser != nullptr) *loser = at;
  return best;
}

Result<void> RaireSearch::count(CandidateSet set) {
  if (++counted_ > options_.max_sets)
    return fail(fmt::format("no assertions found within {} sets of candidates", options_.max_sets), {},
                "raise the limit, or allow a gap between the hardest assertion and the least possible");
  if (options_.stop && counted_ % kStopEvery == 0 && options_.stop()) return fail("the search for assertions was stopped");
  tree_.count_returns(set, returns_);
  return {};
}

void RaireSearch::offer(CandidateSet set, double bound, Candidate added) {
  const std::uint32_t index = sets_.find_or_add(set);
  RaireSet& entry = sets_.entries[index];
  if (entry.expanded || bound <= entry.bound) return;
  entry.bound = bound;
  entry.added = added;
  open_.push({bound, static_cast<std::uint32_t>(std::popcount(set)), index});
}

// Straight up from a set by the widest step each time: some order needs this much.
Result<double> RaireSearch::dive(CandidateSet set, double bound) {
  while (set != all_) {
    ENTENTE_CHECK(count(set));
    double widest = -1;
    Candidate chosen = 0;
    for (CandidateSet rest = all_ & ~set; rest != 0; rest &= rest - 1) {
      const auto x = static_cast<Candidate>(std::countr_zero(rest));
      if (const double d = step_difficulty(x, set, nullptr); d > widest) {
        widest = d;
        chosen = x;
      }
    }
    bound = std::min(bound, widest);
    for (CandidateSet rest = set; rest != 0; rest &= rest - 1)
      bound = std::min(bound, neb_[chosen][static_cast<std::size_t>(std::countr_zero(rest))]);
    set |= set_of(chosen);
  }
  return bound;
}

Result<RaireSearch::Threshold> RaireSearch::threshold() {
  for (CandidateSet rest = all_ & ~set_of(winner_); rest != 0; rest &= rest - 1) {
    const auto c = static_cast<Candidate>(std::countr_zero(rest));
    offer(set_of(c), later_neb(c, set_of(c)), c);
  }
  double least = 0;
  while (!open_.empty()) {
    const RaireOpen top = open_.top();
    open_.pop();
    RaireSet& entry = sets_.entries[top.entry];
    if (entry.expanded || top.bound != entry.bound) continue;
    entry.expanded = true;
    const CandidateSet set = entry.set;
    if (set == all_) return Threshold{top.bound, top.bound};
    // From two candidates on, as audit-irv-cp has it, whose search begins there.
    if (options_.gap > 0 && top.bound != kNever && top.size > 1) {
      ENTENTE_TRY(const double dived, dive(set, top.bound));
      least = std::max(least, dived);
      if (top.bound - least <= options_.gap) return Threshold{top.bound, least};
    }
    ENTENTE_CHECK(count(set));
    for (CandidateSet rest = all_ & ~set; rest != 0; rest &= rest - 1) {
      const auto x = static_cast<Candidate>(std::countr_zero(rest));
      const CandidateSet next = set | set_of(x);
      double bound = std::min(top.bound, step_difficulty(x, set, nullptr));
      if (!options_.difficulty.of_margin())
        for (CandidateSet c = set; c != 0; c &= c - 1) bound = std::min(bound, neb_[x][static_cast<std::size_t>(std::countr_zero(c))]);
      offer(next, std::min(bound, later_neb(x, next)), x);
    }
  }
  return Threshold{0, 0};  // nobody else stands
}

std::vector<Candidate> RaireSearch::order_to_all() {
  std::vector<Candidate> order;
  for (CandidateSet set = all_; set != 0;) {
    const Candidate added = sets_.entries[sets_.find_or_add(set)].added;
    order.push_back(added);
    set &= ~set_of(added);
  }
  return order;
}

// A NEB within the threshold that prunes the whole set: one picked already, else one of the reported winner, else the easiest.
const RatedAssertion* RaireSearch::neb_against(CandidateSet set, double threshold) {
  Candidate loser = 0;
  Candidate by = 0;
  double best = kNever;
  for (CandidateSet rest = set; rest != 0; rest &= rest - 1) {
    const auto c = static_cast<Candidate>(std::countr_zero(rest));
    if ((picked_neb_[c] & ~set) != 0) return &picked_.front();
    for (const NebChoice& n : neb_over_[c]) {
      if (n.difficulty > threshold) break;
      if (contains(set, n.winner)) continue;
      const double rank = n.winner == winner_ ? n.difficulty - threshold : n.difficulty;  // the winner's come first
      if (rank >= best) continue;
      best = rank;
      loser = c;
      by = n.winner;
    }
  }
  if (best == kNever) return nullptr;
  picked_neb_[loser] |= set_of(by);
  picked_.push_back({.assertion = {.kind = AssertionKind::not_eliminated_before, .winner = by, .loser = loser},
                     .winner_votes = tree_.first_ranks(by),
                     .loser_votes = tree_.preferred(loser, by),
                     .difficulty = neb_[by][loser]});
  return &picked_.back();
}

Result<void> RaireSearch::pick(CandidateSet set, double threshold) {
  if (!walked_.insert(set).second || neb_against(set, threshold) != nullptr) return {};
  ENTENTE_CHECK(count(set));
  std::vector<CandidateSet> open;
  for (CandidateSet rest = all_ & ~set; rest != 0; rest &= rest - 1) {
    const auto x = static_cast<Candidate>(std::countr_zero(rest));
    Candidate loser = 0;
    const double d = step_difficulty(x, set, &loser);
    if (d > threshold) {
      open.push_back(set | set_of(x));
      continue;
    }
    picked_.push_back(
        {.assertion = {.kind = AssertionKind::not_eliminated_next, .winner = x, .loser = loser, .continuing = set | set_of(x)},
         .winner_votes = returns_.total[x],
         .loser_votes = returns_.standing[loser] - returns_.taken[x][loser],
         .difficulty = d});
  }
  for (const CandidateSet next : open) ENTENTE_CHECK(pick(next, threshold));
  return {};
}

Result<std::vector<RatedAssertion>> RaireSearch::select(double threshold) {
  for (CandidateSet rest = all_ & ~set_of(winner_); rest != 0; rest &= rest - 1) ENTENTE_CHECK(pick(rest & -rest, threshold));
  return std::move(picked_);
}

// Takes out, hardest first, what the others make needless, and makes sure that what is left proves the winner.
Result<void> raire_trim(std::vector<RatedAssertion>& rated, const GroupedRankings& rankings, Candidate winner,
                        RaireOptions::Redundant redundant) {
  std::ranges::stable_sort(rated, [](const RatedAssertion& a, const RatedAssertion& b) {
    return a.difficulty != b.difficulty ? a.difficulty > b.difficulty : a.margin() < b.margin();  // rounded difficulties hide margins
  });
  const auto plain = [&](std::size_t without) {
    std::vector<Assertion> out;
    for (std::size_t i = 0; i < rated.size(); ++i)
      if (i != without) out.push_back(rated[i].assertion);
    return out;
  };
  ENTENTE_TRY(const Cover cover, check_cover(rankings.candidates, winner, plain(rated.size())));
  if (!cover.complete) return fail("internal error: the assertions found do not prove the winner");
  if (redundant == RaireOptions::Redundant::kept) return {};
  std::uint64_t work = 0;
  for (std::size_t i = 0; i < rated.size() && work < kTrimWork;) {
    ENTENTE_TRY(const Cover without, check_cover(rankings.candidates, winner, plain(i)));
    work += without.sets * rankings.candidates + rated.size();
    if (without.complete)
      rated.erase(rated.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
  }
  return {};
}

RaireResult raire_refusal(CandidateSet possible, Candidate winner, const std::vector<Candidate>& other_order) {
  RaireResult out{.outcome = contains(possible, winner) ? RaireResult::Outcome::tie : RaireResult::Outcome::wrong_winner};
  out.possible_winners = possible;
  out.max_difficulty = out.least_difficulty = kNever;
  out.other_order = other_order;
  return out;
}

Result<void> check_options(const GroupedRankings& rankings, Candidate winner, const RaireOptions& options) {
  if (rankings.candidates == 0 || rankings.candidates > kMaxCandidates) return fail("an instant-runoff contest has 1 to 64 candidates");
  if (winner >= rankings.candidates) return fail("the reported winner is no candidate");
  const Difficulty& d = options.difficulty;
  if (!(d.risk_limit > 0 && d.risk_limit < 1)) return fail("the risk limit is not between 0 and 1");
  if (!(d.gamma >= 1)) return fail("gamma is below 1");
  const double odd = 1.0 / (2.0 * d.gamma);
  if (!(d.lambda >= 0 && odd + d.lambda * std::log(1.0 - odd) > 0))
    return fail("lambda is negative, or so many errors are tolerated that no sample can suffice");
  if (d.cards != 0 && d.cards < rankings.ballots) return fail("the universe has fewer cards than the contest has ballots");
  return {};
}

}  // namespace

Result<RaireResult> find_assertions(const GroupedRankings& rankings, Candidate winner, const RaireOptions& options) {
  ENTENTE_CHECK(check_options(rankings, winner, options));
  const auto count = count_irv(rankings);
  if (count && count->possible_winners != set_of(winner)) {
    const auto other = std::ranges::find_if(count->ways, [&](const auto& way) { return way.back() != winner; });
    return raire_refusal(count->possible_winners, winner, *other);
  }
  RaireSearch search(rankings, winner, options);
  ENTENTE_TRY(const auto threshold, search.threshold());
  if (threshold.reached == kNever) {  // only where there were too many ties to count every way
    const std::vector<Candidate> order = search.order_to_all();
    return raire_refusal(set_of(order.back()), winner, order);
  }
  RaireResult out;
  out.possible_winners = set_of(winner);
  out.least_difficulty = threshold.least;
  ENTENTE_TRY(out.assertions, search.select(threshold.reached));
  out.sets = search.counted();
  ENTENTE_CHECK(raire_trim(out.assertions, rankings, winner, options.redundant));
  if (!out.assertions.empty()) out.max_difficulty = out.assertions.front().difficulty;
  return out;
}

}  // namespace entente::measures::p3_elections::irv
