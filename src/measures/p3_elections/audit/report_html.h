// A review as a page people can read: which contests, how sure, which ballots, what to check by hand, what did not agree, what nobody
// checked. One self-contained HTML file (no script, no request to anywhere), light and dark, for the screen, the telephone and paper.
#pragma once

#include <string>

#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::audit {

enum class Language { en, fr };

struct ReportOptions {
  Language language = Language::en;
  std::string other_language_href;  // "report.fr.html": the same report in the other language; empty: no link
  std::string command;              // what makes the report again, shown at its foot; empty: left out
};

// The same review and options give the same bytes. Everything a record says is escaped, and characters that hide or turn text are shown by
// their code. Sentences of findings are English; the French page marks them so. Lists beyond some hundred rows are cut, and say so: the
// JSON of the review has all. Thread-safe.
[[nodiscard]] std::string report_html(const review::Review& review, const ReportOptions& options);

}  // namespace entente::measures::p3_elections::audit
