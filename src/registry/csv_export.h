// The supporters as a table: CSV (RFC 4180) and NDJSON, from the same rows, so that they always have the same count. Cells that a
// spreadsheet would take for a formula are made harmless with an apostrophe before them; NDJSON has the values as they are.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "registry/state.h"

namespace entente::registry {

// counting: approved and imported, what the counters count; all: every record, tombstones and applications as well.
enum class ExportScope { counting, all };

[[nodiscard]] std::span<const std::string_view> export_columns();
// A header line, then one line a record, by id; CRLF after each.
[[nodiscard]] std::string supporters_csv(const State& state, ExportScope scope);
// One JSON object a line, with the columns as members in the same order (null where there is nothing); LF after each.
[[nodiscard]] std::string supporters_ndjson(const State& state, ExportScope scope);

// One cell: quoted where RFC 4180 demands it; with an apostrophe before = + - @, tab, CR, LF and the full-width forms of the first four.
[[nodiscard]] std::string csv_cell(std::string_view value);

}  // namespace entente::registry
