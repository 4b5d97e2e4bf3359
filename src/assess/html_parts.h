// The parts of the HTML report; html_report.cc puts them together.
#pragma once

#include <string>

#include "assess/assess.h"
#include "assess/words.h"

namespace entente::assess {

// What every part needs. References; lives on the stack of html_report().
struct Page {
  const Outcome& outcome;
  const catalog::Catalog& catalog;
  catalog::Language language;

  [[nodiscard]] std::string_view t(std::string_view en, std::string_view fr) const;
};

// A sentence of a judgement as <span>, marked with its language where that is not the page's; empty if there is none.
[[nodiscard]] std::string sentence_span(const Page& page, const Sentence& sentence);
[[nodiscard]] std::string status_icon(catalog::Status status);  // decorative; a word always stands beside it
[[nodiscard]] std::string overview_part(const Page& page);      // identity row, nine principles with their interval bars, key
[[nodiscard]] std::string fix_part(const Page& page);           // what to fix first
[[nodiscard]] std::string controls_part(const Page& page);      // every control, by principle
[[nodiscard]] std::string gaps_part(const Page& page);          // what was not assessed
[[nodiscard]] std::string legend_part(const Page& page);
[[nodiscard]] std::string provenance_part(const Page& page);

}  // namespace entente::assess
