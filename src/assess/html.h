// Small pieces of HTML: escaping, and JSON as tables. Everything that did not come from this program's source goes through escape().
#pragma once

#include <string>
#include <string_view>

#include "catalog/control.h"
#include "core/json.h"

namespace entente::assess {

// Text for element content and quoted attributes: & < > " ' become references; bytes that are not UTF-8, control characters other than
// newline and tab, and the characters that turn the direction of writing become U+FFFD, so that evidence cannot disguise itself.
[[nodiscard]] std::string escape(std::string_view text);

// A measurement as nested tables: an object as key/value rows, an array of objects as a table with one column a key, everything else as
// text. Deeper than four levels, or more than `max_rows` elements, is cut and said to be.
[[nodiscard]] std::string json_table(const Json& value, catalog::Language language, std::size_t max_rows = 20);

// Rows of a finding, worst first: what a reader looks for first (which flaw, how bad, where, what repairs it, until when) as columns, in
// this order whatever the engine's; the note and everything else as a line under the row. Columns without any value are left out.
[[nodiscard]] std::string finding_rows(const Json& rows, catalog::Language language);

// "open_findings" → "open findings".
[[nodiscard]] std::string key_label(std::string_view key);

}  // namespace entente::assess
