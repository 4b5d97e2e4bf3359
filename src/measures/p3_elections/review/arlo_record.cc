// Collects the files of an Arlo audit. What a table is shows its header: "Batch Name" with a number of ballots is a manifest, "Batch Name"
// with other columns the totals by batch. Tables belong to the jurisdiction whose name their folder, or else their file name, holds.
#include "measures/p3_elections/review/arlo_record.h"

#include <algorithm>
#include <set>

#include "core/ascii.h"
#include "core/digest.h"
#include "core/file.h"
#include "measures/p3_elections/records/manifest.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/csv.h"
#include "measures/p3_elections/tables/table.h"

namespace entente::measures::p3_elections::review {

namespace {

using tables::Table;
using tables::TableRow;
using tables::trimmed;

// One table of the record, before it has found its jurisdiction.
struct ArloTableFile {
  std::string file;    // "manifests.zip!BAKER/m.csv"
  std::string inside;  // the path that names the jurisdiction: "BAKER/m.csv"
  std::string bytes;
};

struct ArloFound {
  std::vector<std::pair<std::string, ArloReport>> reports;
  std::vector<ArloTableFile> tables;
};

bool arlo_is_table_name(std::string_view name) {
  const std::string l = lower(name);
  return l.ends_with(".csv") || l.ends_with(".xlsx") || l.ends_with(".txt") || l.ends_with(".tsv");
}

Result<void> arlo_take_file(const std::filesystem::path& folder, const std::string& path, const ArloOptions& options, Review& review,
                            ArloFound& found) {
  ENTENTE_TRY(const tables::FileText text, tables::FileText::open(folder / path, options.max_file_bytes));
  const std::string_view bytes = text.bytes();
  RecordFile file{.path = path, .size = bytes.size(), .sha256 = sha256(bytes), .role = "other"};
  const tables::Packing packing = tables::packing_of(bytes);
  const bool workbook = packing == tables::Packing::zip && lower(path).ends_with(".xlsx");
  if (!workbook && (packing == tables::Packing::zip || packing == tables::Packing::tar)) {
    file.role = "archive";
    review.files.push_back(std::move(file));
    const tables::MemberLimits limits{
        .max_bytes = options.max_file_bytes, .max_member_bytes = options.max_file_bytes, .max_members = options.max_files};
    return tables::each_member(
        bytes, path, limits, [](std::string_view member) { return arlo_is_table_name(member); },
        [&](tables::Member&& member) -> Result<void> {
          found.tables.push_back({path + "!" + member.name, std::move(member.name), std::move(member.content)});
          return {};
        });
  }
  if (looks_like_arlo_report(bytes)) {
    file.role = "audit report";
    review.files.push_back(std::move(file));
    ENTENTE_TRY(ArloReport report, parse_arlo_report(bytes, path));
    found.reports.emplace_back(path, std::move(report));
    return {};
  }
  review.files.push_back(std::move(file));
  if (arlo_is_table_name(path)) found.tables.push_back({path, path, std::string(bytes)});
  return {};
}

enum class ArloTableKind { manifest, totals, other };

ArloTableKind arlo_kind(const Table& table, std::size_t& batch_column) {
  if (table.rows.empty()) return ArloTableKind::other;
  const TableRow& header = table.rows.front();
  bool batch = false, cards = false;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const std::string title = lower(trimmed(header.cells[i]));
    if (title == "batch name" && !batch) batch = true, batch_column = i;
    cards = cards || title == "number of ballots" || title == "ballots";
  }
  return !batch ? ArloTableKind::other : cards ? ArloTableKind::manifest : ArloTableKind::totals;
}

Result<void> arlo_read_manifest(const ArloTableFile& table, ArloJurisdiction& j) {
  ENTENTE_TRY(const records::Manifest manifest, records::parse_manifest(table.bytes, table.file));
  for (const records::ManifestBatch& b : manifest.batches)
    j.manifest.push_back({std::string(b.container), std::string(b.tabulator), std::string(b.batch), b.cards, b.line});
  j.manifest_file = table.file;
  return {};
}

Result<void> arlo_read_totals(const Table& table, std::size_t batch_column, ArloJurisdiction& j) {
  const TableRow& header = table.rows.front();
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    if (i == batch_column || trimmed(header.cells[i]).empty()) continue;
    columns.push_back(i);
    j.columns.emplace_back(trimmed(header.cells[i]));
  }
  for (std::size_t r = 1; r < table.rows.size(); ++r) {
    const TableRow& row = table.rows[r];
    if (std::ranges::all_of(row.cells, [](const std::string& c) { return trimmed(c).empty(); })) continue;
    ArloTallyRow tally{.batch = std::string(trimmed(row.cell(batch_column))), .votes = {}, .line = row.line};
    for (const std::size_t column : columns) {
      const std::string_view cell = trimmed(row.cell(column));
      if (cell.empty()) {
        tally.votes.emplace_back();
        continue;
      }
      ENTENTE_TRY(const std::uint64_t n, tables::parse_count(cell, "votes", table.where(row, column)));
      tally.votes.emplace_back(static_cast<std::int64_t>(n));
    }
    j.totals.push_back(std::move(tally));
  }
  j.totals_file = table.file;
  return {};
}

// "Contest Name","Jurisdictions": "all", or names with commas between; what Arlo is given at the start of an audit.
void arlo_read_universes(const Table& table, std::map<std::string, std::set<std::string>>& universes) {
  if (table.rows.empty() || table.rows.front().cells.size() < 2 || trimmed(table.rows.front().cell(0)) != "Contest Name" ||
      trimmed(table.rows.front().cell(1)) != "Jurisdictions")
    return;
  for (std::size_t r = 1; r < table.rows.size(); ++r) {
    std::string_view names = trimmed(table.rows[r].cell(1));
    if (lower(names) == "all") continue;
    std::set<std::string>& in = universes[std::string(trimmed(table.rows[r].cell(0)))];
    while (!names.empty()) {
      const std::size_t comma = std::min(names.find(','), names.size());
      in.insert(arlo_jurisdiction_key(names.substr(0, comma)));
      names.remove_prefix(std::min(names.size(), comma + 1));
    }
  }
}

// The names of jurisdictions, by key, as the report spells them.
std::map<std::string, std::string> arlo_spelt(const ArloReport& report) {
  std::map<std::string, std::string> out;
  for (const ArloBatchRow& row : report.batches) out.emplace(arlo_jurisdiction_key(row.jurisdiction), row.jurisdiction);
  for (const ArloBallotRow& row : report.ballots) out.emplace(arlo_jurisdiction_key(row.jurisdiction), row.jurisdiction);
  return out;
}

std::string arlo_jurisdiction_of(const ArloTableFile& table, const std::map<std::string, std::string>& spelt) {
  const std::filesystem::path path(table.inside);
  const std::string folder = path.parent_path().filename().string();
  if (const auto it = spelt.find(arlo_jurisdiction_key(folder)); it != spelt.end()) return it->second;
  // The longest name of the report that the file's own name holds.
  const std::string stem = arlo_jurisdiction_key(path.stem().string());
  const std::string* best = nullptr;
  std::size_t length = 0;
  for (const auto& [key, name] : spelt)
    if (!key.empty() && key.size() > length && stem.find(key) != stem.npos) best = &name, length = key.size();
  if (best != nullptr && (folder.empty() || table.file == table.inside)) return *best;
  std::string name = folder.empty() ? path.stem().string() : folder;
  std::ranges::replace(name, '-', ' ');
  return name;
}

void arlo_unreadable(Review& review, const std::string& file, const Error& error) {
  arlo_add(
      review,
      {kUnreadable, Severity::failure, "", "A file of the record could not be read.", {{file, error.where.line.value_or(0), error.what}}});
}

void arlo_place_table(const ArloTableFile& table, const std::map<std::string, std::string>& spelt,
                      std::map<std::string, ArloJurisdiction>& by_name, std::map<std::string, std::set<std::string>>& universes,
                      Review& review) {
  const auto parsed = tables::parse_table(table.bytes, table.file);
  if (!parsed) return arlo_unreadable(review, table.file, parsed.error());
  std::size_t batch_column = 0;
  const ArloTableKind kind = arlo_kind(*parsed, batch_column);
  if (kind == ArloTableKind::other) return arlo_read_universes(*parsed, universes);
  const std::string name = arlo_jurisdiction_of(table, spelt);
  ArloJurisdiction& j = by_name[name];
  j.name = name;
  const std::string& before = kind == ArloTableKind::manifest ? j.manifest_file : j.totals_file;
  const std::string_view what = kind == ArloTableKind::manifest ? "manifests" : "tables of totals";
  if (!before.empty()) {
    arlo_add(review, {kManifest,
                      Severity::failure,
                      "",
                      "Jurisdiction " + name + " has two " + std::string(what) + "; the first was taken.",
                      {{before, 0, "taken"}, {table.file, 0, "left out"}}});
    return;
  }
  const auto read = kind == ArloTableKind::manifest ? arlo_read_manifest(table, j) : arlo_read_totals(*parsed, batch_column, j);
  if (!read) return arlo_unreadable(review, table.file, read.error());
  if (table.file == table.inside)
    for (RecordFile& file : review.files)
      if (file.path == table.file) file.role = kind == ArloTableKind::manifest ? "manifest" : "totals by batch";
}

}  // namespace

std::string arlo_jurisdiction_key(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (is_alnum(c) || static_cast<unsigned char>(c) >= 0x80) out += lower(c);
  return out;
}

Result<ArloRecord> read_arlo_record(const std::filesystem::path& folder, const ArloOptions& options, Review& review) {
  ENTENTE_TRY(const std::vector<std::string> paths, list_files(folder, options.max_files));
  ArloFound found;
  for (const std::string& path : paths)
    if (auto taken = arlo_take_file(folder, path, options, review, found); !taken) {
      if (std::ranges::any_of(review.files, [&](const RecordFile& f) { return f.path == path && f.role == "audit report"; }))
        return tl::unexpected<Error>(std::move(taken).error());
      arlo_unreadable(review, path, taken.error());
    }
  if (found.reports.size() != 1)
    return fail(found.reports.empty() ? "no audit report of Arlo in the folder" : "several audit reports in the folder",
                {.file = folder.string()}, "the report is the CSV that begins with \"######## ELECTION INFO ########\"");
  ArloRecord out;
  out.report_file = found.reports.front().first;
  out.report = std::move(found.reports.front().second);
  const auto spelt = arlo_spelt(out.report);
  std::map<std::string, ArloJurisdiction> by_name;  // Python sorts texts by code points, as bytes of UTF-8 sort
  for (const ArloTableFile& table : found.tables) arlo_place_table(table, spelt, by_name, out.universes, review);
  for (auto& [name, j] : by_name) out.jurisdictions.push_back(std::move(j));
  return out;
}

}  // namespace entente::measures::p3_elections::review
