// CSV by RFC 4180, with the faults of real lists: a row with too many fields, because a name holds commas and nobody quoted it, is put
// right if there is one way to do it (the category then stands in its column); other rows of a wrong length keep only id and name.
#include <fmt/format.h>
#include <algorithm>
#include <optional>

#include "core/utf8.h"
#include "registry/import_readers.h"
#include "registry/supporter.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxCsvColumns = 200, kMaxCsvRows = 1'000'001;

struct CsvRow {
  std::vector<std::string> cells;
  std::uint64_t line = 0;
  bool odd_quotes = false;
};

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& path) : text_(text), path_(path) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  Result<CsvRow> row() {
    CsvRow out{{}, line_, false};
    for (;;) {
      if (out.cells.size() >= kMaxCsvColumns) return fail("more than 200 fields in a row", {.file = path_, .line = out.line});
      ENTENTE_CHECK(cell(out));
      if (at_end()) return out;
      const char c = text_[at_++];
      if (c == ',') continue;
      if (c == '\r' && !at_end() && text_[at_] == '\n') ++at_;
      ++line_;
      return out;
    }
  }

 private:
  [[nodiscard]] bool at_break() const { return at_end() || text_[at_] == ',' || text_[at_] == '\n' || text_[at_] == '\r'; }

  Result<void> cell(CsvRow& row) {
    std::string out;
    if (!at_end() && text_[at_] == '"') {
      ENTENTE_CHECK(quoted(out));
      if (!at_break()) {
        out = '"' + out + '"';
        row.odd_quotes = true;
      }
    }
    while (!at_break()) {
      row.odd_quotes = row.odd_quotes || text_[at_] == '"';
      out += text_[at_++];
    }
    row.cells.push_back(std::move(out));
    return {};
  }
  Result<void> quoted(std::string& out) {
    const std::uint64_t opened = line_;
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          return {};
        }
        ++at_;
      }
      if (c == '\n') ++line_;
      out += c;
    }
    return fail("a quoted field does not end", {.file = path_, .line = opened}, "its closing quotation mark is missing");
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

struct CsvHeader {
  std::vector<std::string> fields;  // canonical; empty: not taken
  std::optional<std::size_t> name, category, id;
};

Result<CsvHeader> csv_header(const CsvRow& row, const std::string& path) {
  CsvHeader out;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    out.fields.push_back(canonical_field(row.cells[i]));
    if (row.cells[i] == "id") out.id = i;
    if (out.fields.back() == "name" && !out.name) out.name = i;
    if (out.fields.back() == "category" && !out.category) out.category = i;
  }
  if (!out.name)
    return fail("the header names no column \"name\"", {.file = path, .line = row.line}, "the first line holds the names of the columns");
  return out;
}

bool is_csv_category(std::string_view cell) { return cell.empty() || cell == "undefined" || category_from(cell).has_value(); }

// Commas of an unquoted name: the fields too many are joined to it, if the category then is one.
bool join_name(CsvRow& row, const CsvHeader& header) {
  const std::size_t extra = row.cells.size() - header.fields.size(), name = *header.name;
  if (!header.category || *header.category <= name || !is_csv_category(row.cells[*header.category + extra])) return false;
  if (row.cells[*header.category + extra].empty()) return false;
  for (std::size_t i = 1; i <= extra; ++i) row.cells[name] += "," + row.cells[name + i];
  row.cells.erase(row.cells.begin() + static_cast<std::ptrdiff_t>(name + 1),
                  row.cells.begin() + static_cast<std::ptrdiff_t>(name + 1 + extra));
  return true;
}

void take_csv_list(std::string_view cell, std::vector<std::string>& into) {
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find('|'), cell.size());
    if (end > 0) into.emplace_back(cell.substr(0, end));
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
}

void take_csv_cell(RawRecord& record, const std::string& field, std::string cell) {
  if (field.empty() || cell.empty()) return;
  if (field == "former_names") return take_csv_list(cell, record.former_names);
  if (field == "memberships") return take_csv_list(cell, record.memberships);
  record.fields.emplace(field, RawField{std::move(cell), record.line});
}

RawRecord csv_record(CsvRow row, const CsvHeader& header, const std::string& path) {
  RawRecord record;
  record.file = path;
  record.line = row.line;
  std::string whole;
  for (std::size_t i = 0; i < row.cells.size(); ++i) whole += (i == 0 ? "" : ",") + row.cells[i];
  if (row.odd_quotes) record.defects.push_back({DefectCode::row_quote, {}, {}, {}, row.line});
  bool fits = row.cells.size() == header.fields.size();
  if (row.cells.size() > header.fields.size() && join_name(row, header)) {
    fits = true;
    record.defects.push_back({DefectCode::row_commas, "name", row.cells[*header.name], {}, row.line});
  } else if (!fits) {
    record.defects.push_back(
        {DefectCode::row_length, {}, whole, fmt::format("{} fields, the header has {}", row.cells.size(), header.fields.size()), row.line});
    record.fields.emplace("row", RawField{std::move(whole), row.line});
  }
  if (header.id && *header.id < row.cells.size()) record.id = row.cells[*header.id];
  for (std::size_t i = 0; i < std::min(row.cells.size(), header.fields.size()); ++i)
    if (fits || i == *header.name) take_csv_cell(record, header.fields[i], std::move(row.cells[i]));
  return record;
}

}  // namespace

Result<RawSource> read_csv(std::string_view text, const std::string& path) {
  if (!is_valid_utf8(text))
    return fail("the list is not UTF-8", {.file = path}, "convert it, for instance with iconv -f windows-1252 -t utf-8");
  CsvReader reader(text, path);
  if (reader.at_end()) return fail("an empty file", {.file = path});
  ENTENTE_TRY(const CsvRow first, reader.row());
  ENTENTE_TRY(const CsvHeader header, csv_header(first, path));
  RawSource out;
  while (!reader.at_end()) {
    ENTENTE_TRY(CsvRow row, reader.row());
    if (row.cells.size() == 1 && row.cells.front().empty()) continue;
    if (out.records.size() >= kMaxCsvRows) return fail("more than a million rows", {.file = path});
    out.records.push_back(csv_record(std::move(row), header, path));
  }
  if (out.records.empty()) return fail("a list without records", {.file = path});
  return out;
}

}  // namespace entente::registry
