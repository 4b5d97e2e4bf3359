// Reads ballot manifests. What a column is, is decided by the letters of its header alone ("# of Ballot Cards", "#of Ballot Cards",
// ". of Ballots" and "# in Batch" are all the number of cards), because no two counties write it alike. Rows point into the text of the
// file, which the manifest keeps. A position is found by binary search in the sums of cards.
#include "measures/p3_elections/records/manifest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>

#include "core/ascii.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/csv.h"
#include "measures/p3_elections/tables/encoding.h"
#include "measures/p3_elections/tables/table.h"
#include "measures/p3_elections/tables/xlsx.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::CsvReader;
using tables::CsvRow;

constexpr std::size_t kManifestHeaderRows = 25;
constexpr std::size_t kNoColumn = ~std::size_t{0};

enum class ManifestColumn : std::size_t { county, container, tabulator, batch, cards, location, cvr, count_, other };

constexpr std::array<std::string_view, 7> kManifestColumnNames = {"county",          "container", "tabulator", "batch",
                                                                  "number of cards", "location",  "CVR"};

// Lower-case letters, digits and '#' only.
std::string manifest_header_letters(std::string_view cell) {
  std::string out;
  for (const char c : cell.substr(0, 200)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '#') out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

ManifestColumn manifest_column(std::string_view cell) {
  const std::string text = manifest_header_letters(tables::trimmed(cell));
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  const auto is = [&](std::initializer_list<std::string_view> all) { return std::ranges::find(all, text) != all.end(); };
  if (has("location") || has("locator") || has("storage")) return ManifestColumn::location;
  if (is({"county", "countyid", "countyname", "jurisdiction", "jurisdictionname"})) return ManifestColumn::county;
  if (is({"container", "containername", "containerid"})) return ManifestColumn::container;
  if (has("tabulator") || has("scanner") || is({"device", "deviceid", "machine", "machineid"})) return ManifestColumn::tabulator;
  if (is({"cvr", "cvrs", "hascvr"})) return ManifestColumn::cvr;
  if (is({"batch", "batchid", "batchname", "batch#", "batchno", "batchnumber", "#batch", "batches"})) return ManifestColumn::batch;
  if (has("ballot") || has("card") || has("sheet") || is({"#inbatch", "numberinbatch", "count", "#"})) {
    // "Ballot Type" and the like say nothing of how many, running sums nothing of this batch.
    return has("cum") || has("running") || has("type") || has("style") || has("group") || has("party") || has("cart")
               ? ManifestColumn::other
               : ManifestColumn::cards;
  }
  if (is({"box", "boxid", "box#", "bin", "bin#", "tray", "tray#", "traynumber", "bag"})) return ManifestColumn::location;
  return ManifestColumn::other;
}

struct ManifestColumns {
  std::array<std::size_t, static_cast<std::size_t>(ManifestColumn::count_)> at;
  ManifestColumns() { at.fill(kNoColumn); }
  [[nodiscard]] std::size_t operator[](ManifestColumn c) const { return at[static_cast<std::size_t>(c)]; }
  [[nodiscard]] bool found() const { return (*this)[ManifestColumn::batch] != kNoColumn && (*this)[ManifestColumn::cards] != kNoColumn; }
};

// A row that is a header; columns that come twice are an error only there.
Result<std::optional<ManifestColumns>> manifest_header(const CsvRow& row, const std::string& name) {
  ManifestColumns columns;
  std::optional<std::pair<ManifestColumn, std::size_t>> twice;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const ManifestColumn column = manifest_column(row.cells[i]);
    if (column == ManifestColumn::other) continue;
    std::size_t& at = columns.at[static_cast<std::size_t>(column)];
    if (at == kNoColumn)
      at = i;
    else if (column != ManifestColumn::location && !twice)  // several columns may say where; the first counts
      twice = {column, i};
  }
  if (!columns.found()) return std::nullopt;
  if (twice)
    return fail("a second column for the " + std::string(kManifestColumnNames[static_cast<std::size_t>(twice->first)]),
                {.file = name, .line = row.line, .column = twice->second + 1}, "leave one of the two in the manifest");
  return columns;
}

char manifest_separator(std::string_view text) {
  const std::string_view head = text.substr(0, 4096);
  std::array<std::pair<std::ptrdiff_t, char>, 3> counts = {
      {{std::ranges::count(head, ','), ','}, {std::ranges::count(head, ';'), ';'}, {std::ranges::count(head, '\t'), '\t'}}};
  return std::ranges::max_element(counts, {}, [](const auto& c) { return c.first; })->second;
}

// One row behind the header, from any kind of table.
class ManifestRows {
 public:
  ManifestRows(Manifest& manifest, const ManifestColumns& columns, CsvRow header) : manifest_(manifest), columns_(columns) {
    for (const std::string_view cell : header.cells) header_.emplace_back(cell);
    manifest.has_county = columns[ManifestColumn::county] != kNoColumn;
    manifest.has_container = columns[ManifestColumn::container] != kNoColumn;
    manifest.has_tabulator = columns[ManifestColumn::tabulator] != kNoColumn;
    manifest.has_location = columns[ManifestColumn::location] != kNoColumn;
  }

  Result<void> take(const CsvRow& row) {
    const std::string_view batch = cell(row, ManifestColumn::batch), count = cell(row, ManifestColumn::cards);
    const std::string_view tabulator = cell(row, ManifestColumn::tabulator);
    if (batch.empty() && tabulator.empty() && is_blank(row)) return {};
    if (is_total(row, batch, tabulator)) return take_total(row, count);
    if (std::ranges::equal(row.cells, header_)) return {};  // the header again, above a second page
    if (total_line_ != 0)
      return fail("a row below the totals of line " + std::to_string(total_line_), {.file = manifest_.file, .line = row.line, .column = 1},
                  "leave the row of totals out, or make it the last");
    if (batch.empty()) return fail("a row without a batch", where(row, ManifestColumn::batch), "name the batch, or leave the row out");
    std::uint64_t cards = 0;
    if (const auto plain = tables::plain_count(count)) {
      cards = *plain;
    } else {
      ENTENTE_TRY(cards, tables::parse_count(count, "the number of cards", where(row, ManifestColumn::cards)));
    }
    ManifestBatch out{.county = cell(row, ManifestColumn::county),
                      .container = cell(row, ManifestColumn::container),
                      .tabulator = tabulator,
                      .batch = batch,
                      .location = cell(row, ManifestColumn::location),
                      .cards = cards,
                      .line = row.line,
                      .has_cvr = {}};
    if (columns_[ManifestColumn::cvr] != kNoColumn) { ENTENTE_TRY(out.has_cvr, yes_or_no(row)); }
    if (cards > kMaxManifestCards || manifest_.cards() > kMaxManifestCards - cards)
      return fail("more than 2^40 cards", where(row, ManifestColumn::cards));
    manifest_.add(out);
    return {};
  }

 private:
  [[nodiscard]] std::string_view cell(const CsvRow& row, ManifestColumn column) const {
    const std::size_t at = columns_[column];
    return at == kNoColumn ? std::string_view() : tables::trimmed(tables::without_formula(tables::trimmed(row.cell(at))));
  }
  [[nodiscard]] Where where(const CsvRow& row, ManifestColumn column) const {
    return {.file = manifest_.file, .line = row.line, .column = columns_[column] + 1};
  }
  static bool is_blank(const CsvRow& row) {
    return std::ranges::all_of(row.cells, [](std::string_view c) { return tables::trimmed(c).empty(); });
  }
  static bool is_total(const CsvRow& row, std::string_view batch, std::string_view tabulator) {
    if (!batch.empty() && !tabulator.empty()) return false;
    const auto first = std::ranges::find_if(row.cells, [](std::string_view c) { return !tables::trimmed(c).empty(); });
    if (first == row.cells.end()) return false;
    const std::string text = manifest_header_letters(*first);
    return (text == "total" || text == "totals" || text == "grandtotal" || text == "sum" || text == "totalballots" || text == "totalcards");
  }
  Result<void> take_total(const CsvRow& row, std::string_view count) {
    total_line_ = row.line;
    if (count.empty()) return {};
    ENTENTE_TRY(const std::uint64_t total, tables::parse_count(count, "the total", where(row, ManifestColumn::cards)));
    if (total != manifest_.cards())
      return fail("the total is " + std::to_string(total) + ", but the rows above add up to " + std::to_string(manifest_.cards()),
                  where(row, ManifestColumn::cards), "find the row that is missing or miscounted");
    return {};
  }
  Result<bool> yes_or_no(const CsvRow& row) const {
    const std::string_view text = cell(row, ManifestColumn::cvr);
    if (lower(text) == "y" || lower(text) == "yes") return true;
    if (lower(text) == "n" || lower(text) == "no") return false;
    return fail("the CVR column says neither Y nor N", where(row, ManifestColumn::cvr));
  }

  Manifest& manifest_;
  const ManifestColumns columns_;
  std::vector<std::string> header_;
  std::uint64_t total_line_ = 0;
};

// Arlo's audit report has sections under lines like "######## SAMPLED BATCHES ########", and one of them lists batches with ballots: those
// drawn, which is no manifest.
Result<void> manifest_no_report(const CsvRow& row, const std::string& name) {
  const std::string_view first = tables::trimmed(row.cell(0));
  if (!first.starts_with("########")) return {};
  return fail("an audit report of Arlo, not a ballot manifest", {.file = name, .line = row.line},
              "give the manifest the batches were drawn from; `entente elections verify --record DIR` reads the report");
}

// `next` gives the rows of any kind of table.
template <class Next>
Result<void> read_manifest_rows(Manifest& manifest, Next&& next) {
  std::optional<ManifestRows> rows;
  CsvRow row;
  for (std::size_t seen = 0;; ++seen) {
    ENTENTE_TRY(const bool more, next(row));
    if (!more) break;
    ENTENTE_CHECK(manifest_no_report(row, manifest.file));
    if (rows) {
      ENTENTE_CHECK(rows->take(row));
      continue;
    }
    if (seen == kManifestHeaderRows) break;
    ENTENTE_TRY(const std::optional<ManifestColumns> columns, manifest_header(row, manifest.file));
    if (columns) rows.emplace(manifest, *columns, row);
  }
  if (!rows)
    return fail("no header of a ballot manifest: none of the first rows names a batch and a number of ballots or cards",
                {.file = manifest.file, .line = 1}, "the columns are called for instance Tabulator, Batch Name, Number of Ballots");
  if (manifest.batches.empty()) return fail("a ballot manifest without a batch", {.file = manifest.file});
  return {};
}

// A table of at most half full slots, a power of two.
std::vector<std::uint32_t> manifest_slots(std::size_t batches) { return std::vector<std::uint32_t>(std::bit_ceil(2 * batches + 2), 0); }

std::uint64_t manifest_hash(std::string_view tabulator, std::string_view batch) {
  const std::hash<std::string_view> hash;
  return hash(tabulator) * 0x9E3779B97F4A7C15u + hash(batch);
}

// The slot of a batch that `same` knows, or the empty one where it belongs.
template <class Slots, class Same>
auto& manifest_slot(Slots& slots, std::uint64_t hash, Same&& same) {
  const std::size_t mask = slots.size() - 1;
  std::size_t at = (hash ^ hash >> 32) & mask;
  while (slots[at] != 0 && !same(static_cast<std::size_t>(slots[at] - 1))) at = (at + 1) & mask;
  return slots[at];
}

// The first sheet with a header of a manifest; where none has one, the error is of the first.
Result<void> read_manifest_sheets(Manifest& manifest, std::string_view bytes) {
  ENTENTE_TRY(const std::vector<tables::Sheet> sheets, tables::read_xlsx(bytes, manifest.file, {.max_bytes = kMaxManifestBytes}));
  std::optional<Error> first_error;
  for (const tables::Sheet& sheet : sheets) {
    if (sheet.rows.empty()) continue;
    Manifest candidate;
    candidate.file = manifest.file;
    std::vector<std::string_view> cells;
    std::size_t at = 0;
    const auto next = [&](CsvRow& row) -> Result<bool> {
      if (at == sheet.rows.size()) return false;
      cells.assign(sheet.rows[at].cells.begin(), sheet.rows[at].cells.end());
      row = {.line = sheet.rows[at].row, .cells = cells};
      ++at;
      return true;
    };
    if (auto read = read_manifest_rows(candidate, next); !read) {
      // Rows that are wrong below a header are an error of the file, not a reason to look at another sheet.
      if (!candidate.batches.empty() || candidate.has_tabulator || candidate.has_county || candidate.has_container)
        return fail(std::move(read).error());
      if (!first_error) first_error = std::move(read).error();
      continue;
    }
    manifest = std::move(candidate);
    return {};
  }
  if (first_error) return fail(std::move(*first_error));
  return fail("a workbook without a sheet that has cells", {.file = manifest.file});
}

}  // namespace

std::string_view Manifest::take_bytes(std::string bytes) { return texts_->bytes = std::move(bytes); }

std::string_view Manifest::kept(std::string_view text) {
  const std::string& bytes = texts_->bytes;
  if (text.empty() || (std::less_equal<>()(bytes.data(), text.data()) && std::less<>()(text.data(), bytes.data() + bytes.size())))
    return text;
  if (!texts_->made.empty() && texts_->made.back() == text) return texts_->made.back();
  return texts_->made.emplace_back(text);
}

void Manifest::add(ManifestBatch batch) {
  for (std::string_view* text : {&batch.county, &batch.container, &batch.tabulator, &batch.batch, &batch.location}) *text = kept(*text);
  first_.push_back(first_.back() + batch.cards);
  batches.push_back(batch);
}

ManifestPlace Manifest::place_of(std::uint64_t position) const {
  const auto after = std::ranges::lower_bound(first_, position);  // the first sum that reaches it: batches of 0 cards are never met
  const auto batch = static_cast<std::size_t>(after - first_.begin()) - 1;
  return {batch, position - first_[batch]};
}

std::vector<std::pair<std::size_t, std::size_t>> Manifest::duplicates() const {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  std::vector<std::uint32_t> slots = manifest_slots(batches.size());
  const auto same = [&](std::size_t i, std::size_t j) {
    const ManifestBatch &a = batches[i], &b = batches[j];
    return a.batch == b.batch && a.tabulator == b.tabulator && a.container == b.container && a.county == b.county;
  };
  for (std::size_t i = 0; i < batches.size(); ++i) {
    std::uint32_t& slot =
        manifest_slot(slots, manifest_hash(batches[i].tabulator, batches[i].batch), [&](std::size_t j) { return same(i, j); });
    if (slot == 0)
      slot = static_cast<std::uint32_t>(i + 1);
    else
      out.emplace_back(slot - 1, i);
  }
  return out;
}

ManifestIndex::ManifestIndex(const Manifest& manifest) : manifest_(manifest), slots_(manifest_slots(manifest.batches.size())) {
  for (std::size_t i = 0; i < manifest.batches.size(); ++i) {
    const ManifestBatch& b = manifest.batches[i];
    std::uint32_t& slot = manifest_slot(slots_, manifest_hash(b.tabulator, b.batch), [&](std::size_t j) {
      return manifest.batches[j].batch == b.batch && manifest.batches[j].tabulator == b.tabulator;
    });
    if (slot == 0) slot = static_cast<std::uint32_t>(i + 1);
  }
}

std::optional<std::size_t> ManifestIndex::find(std::string_view tabulator, std::string_view batch) const {
  const std::uint32_t slot = manifest_slot(slots_, manifest_hash(tabulator, batch), [&](std::size_t j) {
    return manifest_.batches[j].batch == batch && manifest_.batches[j].tabulator == tabulator;
  });
  if (slot == 0) return std::nullopt;
  return slot - 1;
}

Result<Manifest> parse_manifest(std::string bytes, std::string name) {
  Manifest manifest;
  manifest.file = std::move(name);
  if (bytes.size() > kMaxManifestBytes) return fail("a ballot manifest of more than 256 MiB", {.file = manifest.file});
  if (tables::looks_like_xlsx(bytes)) {
    ENTENTE_CHECK(read_manifest_sheets(manifest, bytes));
    return manifest;
  }
  if (const std::string_view kind = tables::foreign_kind(bytes); !kind.empty())
    return fail("a ballot manifest cannot be " + std::string(kind), {.file = manifest.file}, "save it as CSV (UTF-8) or .xlsx");
  std::string converted;
  {
    ENTENTE_TRY(const tables::DecodedText text, tables::decode_text(bytes, manifest.file));
    if (text.encoding() != tables::Encoding::utf8) converted = text.text();
  }
  const std::string_view text = manifest.take_bytes(converted.empty() ? std::move(bytes) : std::move(converted));
  CsvReader reader(text, manifest.file, manifest_separator(text));
  ENTENTE_CHECK(read_manifest_rows(manifest, [&](CsvRow& row) { return reader.next(row); }));
  return manifest;
}

Result<Manifest> read_manifest(const std::filesystem::path& path, std::uint64_t max_bytes) {
  ENTENTE_TRY(std::string bytes, tables::read_packed(path, max_bytes));
  return parse_manifest(std::move(bytes), path.string());
}

void ManifestChain::add(const Manifest& manifest) {
  manifests_.push_back(&manifest);
  first_.push_back(first_.back() + manifest.cards());
}

ManifestChain::Place ManifestChain::place_of(std::uint64_t position) const {
  const auto after = std::ranges::lower_bound(first_, position);
  const auto index = static_cast<std::size_t>(after - first_.begin()) - 1;
  return {index, manifests_[index]->place_of(position - first_[index])};
}

}  // namespace entente::measures::p3_elections::records
