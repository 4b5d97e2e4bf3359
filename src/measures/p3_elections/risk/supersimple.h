// Ballot comparison as Arlo runs it: SuperSimple (Stark, "Super-Simple Simultaneous Single-Ballot Risk-Limiting Audits", EVT/WOTE 2010),
// the Kaplan–Markov bound with the error inflator γ = 1.03905. Differences from the paper, all Arlo's: understatements count as no error; a
// card whose discrepancy differs between pairs of winner and loser counts by the pair with the most VOTES of overstatement (not the largest
// relative one); a card without record, or one the board does not find, counts as an overstatement of two for every contest, also one that
// was not on it; draws with replacement are compared with the number of ballots for the full hand tally. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "measures/p3_elections/risk/contest.h"
#include "measures/p3_elections/risk/decimal.h"

namespace entente::measures::p3_elections::risk {

// What a record, or the audit board, says of one contest on one card.
struct CardReading {
  enum class Special { none, overvote, undervote };  // ES&S exports words where the marks would stand
  bool found = true;                                 // false: no record, or no paper
  bool has_contest = true;
  Special special = Special::none;
  std::vector<int> votes;  // by index of the contest's choices; may be empty
};

struct Discrepancy {
  int votes = 0;     // +2 … −2: how much the record overstated the margin
  Decimal relative;  // votes / margin of the pair; infinite for a tie
};

struct ComparedCard {
  CardReading reported, audited;
  std::uint64_t times = 1;  // how often it was drawn
};

// nullopt: none.
[[nodiscard]] std::optional<Discrepancy> pair_discrepancy(const Contest& contest, const Pair& pair, const CardReading& reported,
                                                          const CardReading& audited);
// Over all pairs, by votes.
[[nodiscard]] std::optional<Discrepancy> card_discrepancy(const Contest& contest, const CardReading& reported, const CardReading& audited);

// One assertion: a margin in votes over a population of cards. Arlo rounds the diluted margin to a double for plurality contests and keeps
// 28 digits for IRV assertions; both are Decimals here.
struct ComparisonMargin {
  Decimal votes, diluted;
  std::int64_t ballots = 0;
  [[nodiscard]] static ComparisonMargin of(const Contest& contest);
  [[nodiscard]] static ComparisonMargin exact(std::int64_t votes, std::int64_t ballots);
};

// One card's share of the bound; negative `relative` counts as 0.
struct ComparedError {
  Decimal relative;
  std::uint64_t times = 1;
};

struct ComparisonRisk {
  Decimal p = 1;    // before it is cut at 1
  double risk = 1;  // min(p, 1); 0 after a full hand tally
  bool confirmed = false;
};
// Stops at 0 < p < limit. `path`, if given, gets p after each card.
[[nodiscard]] ComparisonRisk comparison_risk(const Decimal& limit, const ComparisonMargin& margin, std::span<const ComparedError> errors,
                                             std::vector<double>* path = nullptr);
[[nodiscard]] ComparisonRisk comparison_risk(const Decimal& limit, const Contest& contest, std::span<const ComparedCard> cards,
                                             std::vector<double>* path = nullptr);

// Numbers of cards over- and understated by one and two votes.
struct DiscrepancyCounts {
  std::int64_t sampled = 0;
  std::int64_t over1 = 0, over2 = 0, under1 = 0, under2 = 0;
};
// The smallest sample that confirms with these (expected or seen) counts; Stark's "nmin".
[[nodiscard]] Decimal minimum_sample(const Decimal& limit, const ComparisonMargin& margin, const Decimal& over1, const Decimal& over2,
                                     const Decimal& under1, const Decimal& under2);
// Cards still to draw: at the rates seen, or 0.001 one-vote and 0.0001 two-vote misstatements of either kind before anything was seen. At
// most all ballots.
[[nodiscard]] std::int64_t comparison_sample_size(const Decimal& limit, const Contest& contest, const DiscrepancyCounts& seen = {});
// The same for an IRV assertion; two-vote rates are then not scaled by the sample (as Arlo has it).
[[nodiscard]] std::int64_t irv_sample_size(const Decimal& limit, const ComparisonMargin& margin, const DiscrepancyCounts& seen = {});

// γ, exactly the double 1.03905 that Stark's tool, Colorado and Arlo use.
[[nodiscard]] const Decimal& error_inflator();

}  // namespace entente::measures::p3_elections::risk
