// Workbooks of ECMA-376 (.xlsx), as ballot manifests come: the cells of each sheet as texts, with their places. Formulas are not computed:
// the value stored with them is taken. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::tables {

// A number is written as the shortest whole number where it is one ("27", never "27.0" or "2.7E1"), else as stored. A cell Excel holds to
// be a date is "2019-11-05" or "2019-11-05T12:30:00": a batch "3-8" that became one is seen, and is no count. true and false are "TRUE",
// "FALSE".
struct SheetRow {
  std::uint64_t row = 0;           // 1-based, as the program shows it
  std::vector<std::string> cells;  // from column A on; trailing empty ones left out
};

struct Sheet {
  std::string name;
  bool hidden = false;
  std::vector<SheetRow> rows;  // ascending; rows without a cell left out
};

struct XlsxLimits {
  std::uint64_t max_bytes = std::uint64_t{512} << 20;  // unpacked; and of the texts of all cells, a shared one counted in each
  std::uint64_t max_cells = 20'000'000;                // of all sheets, empty ones within a row counted
  std::uint32_t max_columns = 16'384;                  // Excel's own
  std::uint64_t max_rows = 1'048'576;
};

[[nodiscard]] bool looks_like_xlsx(std::string_view bytes);  // a zip; whether it is a workbook shows on reading

// The sheets in the workbook's order. Errors: no workbook (with what it is instead, where that can be said), a cell whose formula failed
// (#REF!, …), a shared string that is not there, rows out of order, and all of zip and XML; with the sheet and the cell ("Sheet1!B7").
[[nodiscard]] Result<std::vector<Sheet>> read_xlsx(std::string_view bytes, const std::string& name, const XlsxLimits& limits = {});

}  // namespace entente::measures::p3_elections::tables
