// What an assertion makes of a vote: a number between 0 and its upper bound whose mean over all cards is above 1/2 exactly when the
// assertion holds; and of a vote record beside the paper: the overstatement assorter of a comparison audit. Cards with the same vote share
// one PATTERN, so an assertion is evaluated once a pattern and a card costs one look-up. Sources: Stark (2020), sections 2 and 3.2;
// Bañuelos and Stark (2012), "Limiting risk by turning manifest phantoms into evil zombies"; Glazer, Spertus and Stark (2021), "More style,
// less work"; Stark (2023), "ONEAudit". Immutable objects are thread-safe to read.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/records/cvr.h"
#include "measures/p3_elections/risk/assertions.h"

namespace entente::measures::p3_elections::risk {

// The distinct votes of one contest. Two are always there: the contest is not on the card, and the card is a phantom (nobody has its record
// or its paper).
class VotePatterns {
 public:
  static constexpr std::uint32_t kAbsent = 0, kPhantom = 1;
  VotePatterns();

  // The number of this vote, made if new. `overvoted`: the marks do not count.
  std::uint32_t intern(std::span<const records::CvrMark> marks, bool overvoted = false);
  [[nodiscard]] std::span<const records::CvrMark> marks(std::uint32_t pattern) const {
    return std::span(marks_).subspan(first_[pattern], first_[pattern + 1] - first_[pattern]);
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(first_.size() - 1); }

 private:
  void grow();
  std::vector<records::CvrMark> marks_;
  std::vector<std::uint32_t> first_;  // and one past the last
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> slots_;  // open addressing; pattern + 1, 0 empty
};

// One contest on every card of a table.
struct ContestCards {
  VotePatterns patterns;
  std::vector<std::uint32_t> card;    // by card: its pattern
  std::vector<std::uint64_t> counts;  // by pattern: cards

  // Cards that carry the contest, phantoms included.
  [[nodiscard]] std::uint64_t on_card() const;
  void add_phantoms(std::uint64_t cards);  // after all others
};
[[nodiscard]] ContestCards contest_cards(const records::CvrTable& table, std::uint32_t contest);

[[nodiscard]] double assort(const Assertion& assertion, std::span<const records::CvrMark> marks);
// By pattern; absent contests and phantoms are 1/2.
[[nodiscard]] std::vector<double> assort_patterns(const Assertion& assertion, const VotePatterns& patterns);

// Whether a contest's sample comes from the cards whose records list it (`used`), or from all cards.
enum class CardStyle { used, unused };

struct AssorterMean {
  double mean = 0.5, margin = 0;  // margin = 2·mean - 1
  std::uint64_t cards = 0;        // averaged over
};
[[nodiscard]] AssorterMean assorter_mean(std::span<const double> values, std::span<const std::uint64_t> counts, CardStyle style);
// From reported totals of the choices (points of score and Borda contests) over `cards` cards. Error: an assertion that totals do not
// decide (IRV, more_points).
[[nodiscard]] Result<double> margin_from_tally(const Assertion& assertion, std::span<const std::uint64_t> tally, std::uint64_t cards);

// (1 - (cvr - mvr)/u_A)/(2 - v/u_A): its mean over all cards is above 1/2 exactly when the assertion holds.
struct OverstatementAssorter {
  double upper_a = 1, margin = 0;
  [[nodiscard]] double upper() const { return 2 / (2 - margin / upper_a); }  // the u of the test
  [[nodiscard]] double value(double cvr, double mvr) const { return (1 - (cvr - mvr) / upper_a) / (2 - margin / upper_a); }
};
// What the paper is worth to the assertion: a phantom 0, the worst there is; a card that should carry the contest and does not 0 too where
// style is used, else 1/2.
[[nodiscard]] double paper_value(std::span<const double> values, std::uint32_t mvr_pattern, CardStyle style);

// ONEAudit: cards of a pool are compared with the mean of its records (Stark 2023, section 2). By pool; NaN for a pool without a card.
[[nodiscard]] std::vector<double> pool_means(std::span<const double> values, std::span<const std::uint32_t> cards,
                                             std::span<const std::uint32_t> pools, std::uint32_t pool_count, CardStyle style);

// values[cards[i]] for every card, into `out`; and their sum. Nothing is allocated.
void assort_cards(std::span<const double> values, std::span<const std::uint32_t> cards, std::span<double> out);

}  // namespace entente::measures::p3_elections::risk
