// One contest of a SHANGRLA audit under review: its votes by pattern, the assertions with what the records give them, and the risk over the
// cards drawn. Used by shangrla.cc; not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/records/cvr.h"
#include "measures/p3_elections/review/review.h"
#include "measures/p3_elections/review/shangrla_record.h"
#include "measures/p3_elections/risk/assorter.h"

namespace entente::measures::p3_elections::review {

inline constexpr std::size_t kShangrlaRows = 1000;  // of one finding; the summary has the whole number

struct ShangrlaAssertion {
  risk::Assertion assertion;
  std::vector<double> values;  // by pattern
  risk::AssorterMean mean;
  risk::OverstatementAssorter over;
};

struct ShangrlaState {
  const ShangrlaContest* contest = nullptr;
  std::string name;             // as findings call it
  risk::AssertedContest rules;  // choices: of the records, then those only the log has
  risk::ContestCards cards;
  risk::CardStyle style = risk::CardStyle::used;
  std::uint64_t population = 0;  // cards sampled from
  std::uint64_t phantoms = 0;    // of them without a record
  std::vector<ShangrlaAssertion> assertions;
  std::map<std::string, std::uint64_t> unknown_choices;  // on paper, listed nowhere: by choice the papers
  std::vector<std::string> ambiguous_papers;             // with the contest or a choice twice: their ids
  ContestReview review;
};

// A card drawn, with what the paper says of this contest.
struct ShangrlaDrawn {
  std::uint64_t position = 0;  // of the draw, from 1
  std::string_view id;
  std::uint32_t cvr_pattern = 0, mvr_pattern = 0;
};

// What all contests of a review may need together: assertions, and values of assertions by pattern (0.5 GB).
struct ShangrlaBudget {
  std::uint64_t assertions = 100'000, values = std::uint64_t{1} << 26;
};

// Finds the contest in the records and counts its patterns. Findings: the contest is not there.
[[nodiscard]] bool shangrla_open_contest(const records::CvrTable& table, ShangrlaState& state, Review& review);
// The assertions (of an IRV contest from the text of its file, else made from the winners), whether they imply the outcome, and their
// margins beside those published.
void shangrla_assert(ShangrlaState& state, std::string_view assertions_text, const std::string& assertions_name, double tolerance,
                     ShangrlaBudget& budget, Review& review);
// Fills what state.review says of the contest before any card is looked at.
void shangrla_describe(ShangrlaState& state);
// The p-values over the cards drawn, in the order of the draw, beside those published; fills state.review.
void shangrla_measure(ShangrlaState& state, std::span<const ShangrlaDrawn> drawn, std::size_t path_steps, double tolerance, Review& review);

void shangrla_finding(Review& review, std::string_view code, Severity severity, std::string contest, std::string summary,
                      std::vector<Row> rows = {});

}  // namespace entente::measures::p3_elections::review
