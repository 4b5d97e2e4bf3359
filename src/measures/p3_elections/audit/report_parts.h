// The parts of the HTML report of a review; report_html.cc puts them together. Private to this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p3_elections/audit/report_html.h"

namespace entente::measures::p3_elections::audit {

// What every part needs. References; lives on the stack of report_html().
struct ReportPage {
  const review::Review& review;
  const ReportOptions& options;

  [[nodiscard]] bool french() const { return options.language == Language::fr; }
  [[nodiscard]] std::string_view t(std::string_view en, std::string_view fr) const { return french() ? fr : en; }
};

// Text of a record for element content and quoted attributes. Hidden and turning characters and invalid bytes by their code, then & < > " '
// as references; at most `max_bytes` are shown.
[[nodiscard]] std::string report_escape(std::string_view text, std::size_t max_bytes = 2000);
// A sentence of the program itself, escaped: in French where it is known, else marked as English. report_french.cc.
[[nodiscard]] std::string report_fixed(const ReportPage& page, std::string_view text, std::size_t max_bytes = 2000);
// "13,084", in French with narrow no-break spaces.
[[nodiscard]] std::string report_count(const ReportPage& page, std::uint64_t value);
// A share as a percentage with three significant digits; far below one in ten thousand as "3.2 × 10⁻⁷".
[[nodiscard]] std::string report_share(const ReportPage& page, double share);
// "2.5" or, in French, "2,5".
[[nodiscard]] std::string report_decimal(const ReportPage& page, std::string text);
[[nodiscard]] std::string_view outcome_word(const ReportPage& page, review::ContestReview::Outcome outcome);
[[nodiscard]] std::string_view severity_word(const ReportPage& page, review::Severity severity);
// What a finding's code means, in one sentence; empty for a code that is not known here.
[[nodiscard]] std::string_view code_meaning(const ReportPage& page, std::string_view code);
[[nodiscard]] std::string report_icon(std::string_view name);  // decorative: "good", "mid", "bad", "none"; a word always stands beside it
[[nodiscard]] std::string_view outcome_class(review::ContestReview::Outcome outcome);  // "good", "bad", …
[[nodiscard]] std::string_view severity_class(review::Severity severity);

// How the sample was compared: card by card, batch by batch, or not at all (polling: only the paper is read).
[[nodiscard]] inline bool by_batch(const review::ContestReview& contest) {
  return contest.compared == review::ContestReview::Compared::batches;
}
[[nodiscard]] inline bool by_polling(const review::ContestReview& contest) {
  return contest.compared == review::ContestReview::Compared::nothing;
}
// "What did not agree" where something failed, else "Findings".
[[nodiscard]] std::string_view findings_title(const ReportPage& page);
[[nodiscard]] std::string contests_part(const ReportPage& page);
// The risk over the draws as an inline SVG with title and description, and the same as a table; empty without a path.
[[nodiscard]] std::string risk_picture(const ReportPage& page, const review::ContestReview& contest, std::size_t number);
[[nodiscard]] std::string findings_part(const ReportPage& page);
[[nodiscard]] std::string hand_check_part(const ReportPage& page);
[[nodiscard]] std::string record_part(const ReportPage& page);  // checks, files, what was not checked, how to read

[[nodiscard]] std::string_view review_style();  // CSS
[[nodiscard]] std::string_view review_icons();  // one hidden <svg>

}  // namespace entente::measures::p3_elections::audit
