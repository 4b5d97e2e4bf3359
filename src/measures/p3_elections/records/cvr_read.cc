// What a file is, from its first bytes; the files of an export, archives unpacked on the way; and one reader for all of them.
#include "measures/p3_elections/records/cvr_read.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_build.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/table.h"
#include "measures/p3_elections/tables/xlsx.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::CsvReader;
using tables::CsvRow;
using tables::trimmed;

bool row_has(const CsvRow& row, std::string_view wanted) {
  return std::any_of(row.cells.begin(), row.cells.end(),
                     [&](std::string_view c) { return lower_ascii(trimmed(tables::without_formula(trimmed(c)))) == wanted; });
}

CvrFileKind classify_text(std::string_view text) {
  CsvReader reader(text, "");
  CsvRow row;
  for (int i = 0; i < 8; ++i) {
    const auto more = reader.next(row);
    if (!more || !*more) break;
    const std::string_view first = trimmed(row.cell(0));
    if (i == 3 && row_has(row, "cvrnumber")) return CvrFileKind::dominion_csv;
    if (i == 0 && row_has(row, "boxid") && row_has(row, "ballotid")) return CvrFileKind::clearballot;
    if (i == 0 && first.starts_with("#FormatVersion")) return CvrFileKind::hart_scans;
    if (i == 0 && first.starts_with('#') && row_has(row, "uniqueidentifier")) return CvrFileKind::hart_scans;
    if (i == 1 && first == "Contest" && row.cells.size() > 3) return CvrFileKind::raire;
    if (row_has(row, "cast vote record")) {
      const bool ballots =
          i > 0 || row_has(row, "ballot status") || row_has(row, "results report") || row_has(row, "original ballot exception");
      return ballots && row_has(row, "batch") ? CvrFileKind::ess_ballots : CvrFileKind::ess_cvr;
    }
  }
  return CvrFileKind::unknown;
}

CvrFileKind classify_xml(std::string_view text) {
  const std::string_view head = text.substr(0, 4096);
  if (head.find("CastVoteRecordReport") != std::string_view::npos) return CvrFileKind::nist_xml;
  if (head.find("<Cvr ") != std::string_view::npos || head.find("<Cvr>") != std::string_view::npos) return CvrFileKind::hart_xml;
  if (head.find("Tabulator Status") != std::string_view::npos) return CvrFileKind::tabulator_status;
  return CvrFileKind::unknown;
}

CvrFileKind classify_json(std::string_view text) {
  // Keys of the top level may come in any order behind large lists: both ends are looked at.
  const std::string head(text.substr(0, 4096)), tail(text.size() > 4096 ? text.substr(text.size() - 4096) : std::string_view());
  const auto has = [&](std::string_view key) { return head.find(key) != std::string::npos || tail.find(key) != std::string::npos; };
  if (has("CVR.CastVoteRecordReport") || has("\"CVR.CVR\"") || has("\"CVRSnapshot\"")) return CvrFileKind::nist_json;
  if (has("\"Sessions\"")) return CvrFileKind::dominion_json;
  if (has("\"List\"")) return CvrFileKind::dominion_manifest;
  return CvrFileKind::unknown;
}

CvrFileKind classify_workbook(std::string_view bytes) {
  const auto sheets = tables::read_xlsx(bytes, "");
  if (!sheets || sheets->empty()) return CvrFileKind::unknown;
  const auto& rows = sheets->front().rows;
  for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 8); ++i) {
    const auto has = [&](std::string_view wanted) {
      return std::any_of(rows[i].cells.begin(), rows[i].cells.end(),
                         [&](const std::string& c) { return lower_ascii(trimmed(c)) == wanted; });
    };
    if (has("cast vote record")) return i > 0 || has("ballot status") ? CvrFileKind::ess_ballots : CvrFileKind::ess_cvr;
  }
  return CvrFileKind::unknown;
}

std::optional<CvrFormat> format_of(CvrFileKind kind) {
  switch (kind) {
    case CvrFileKind::dominion_csv: return CvrFormat::dominion_csv;
    case CvrFileKind::dominion_json: return CvrFormat::dominion_json;
    case CvrFileKind::ess_cvr: return CvrFormat::ess;
    case CvrFileKind::hart_xml: return CvrFormat::hart;
    case CvrFileKind::clearballot: return CvrFormat::clearballot;
    case CvrFileKind::nist_xml: return CvrFormat::nist_xml;
    case CvrFileKind::nist_json: return CvrFormat::nist_json;
    case CvrFileKind::raire: return CvrFormat::raire;
    default: return std::nullopt;
  }
}

// Which files go along with a format's records.
bool belongs_to(CvrFileKind kind, CvrFormat format) {
  if (format_of(kind) == format) return true;
  return (format == CvrFormat::ess && kind == CvrFileKind::ess_ballots) || (format == CvrFormat::hart && kind == CvrFileKind::hart_scans) ||
         (format == CvrFormat::dominion_json && kind == CvrFileKind::dominion_manifest);
}

std::string_view kind_words(CvrFileKind kind) {
  switch (kind) {
    case CvrFileKind::ess_ballots: return "an ES&S ballots file";
    case CvrFileKind::hart_scans: return "Hart's scanned ballot information";
    case CvrFileKind::dominion_manifest: return "a manifest of Dominion";
    case CvrFileKind::tabulator_status: return "a tabulator status report";
    default: return "";
  }
}

struct SeenFiles {
  std::optional<CvrFormat> format;
  std::string of;                                          // the file that decided
  std::vector<std::pair<std::string, CvrFileKind>> files;  // all, by name
};

// First pass: which format the export is of.
Result<SeenFiles> survey(CvrFiles& files) {
  SeenFiles seen;
  ENTENTE_CHECK(files.survey([&](const std::string& name, CvrFileKind kind) -> Result<void> {
    seen.files.emplace_back(name, kind);
    const auto format = format_of(kind);
    if (!format) return {};
    if (seen.format && *seen.format != *format)
      return fail(fmt::format("vote records of two kinds: this is {}, {} is {}", to_string(*format), seen.of, to_string(*seen.format)),
                  {.file = name}, "read the exports one by one");
    if (!seen.format) seen.of = name;
    seen.format = format;
    return {};
  }));
  return seen;
}

Error not_a_record(const std::string& name, std::string_view bytes, CvrFileKind kind) {
  std::string_view what = kind_words(kind);
  if (what.empty()) what = tables::foreign_kind(bytes);
  const std::string words = what.empty() ? "not a vote record of a known kind" : fmt::format("{}, not a vote record", what);
  return {
      .what = words, .where = {.file = name}, .hint = "known are: Dominion CSV and JSON, ES&S, Hart, ClearBallot, NIST SP 1500-103, RAIRE"};
}

}  // namespace

std::string_view to_string(CvrFormat format) {
  switch (format) {
    case CvrFormat::dominion_csv: return "Dominion CSV";
    case CvrFormat::dominion_json: return "Dominion JSON";
    case CvrFormat::ess: return "ES&S";
    case CvrFormat::hart: return "Hart";
    case CvrFormat::clearballot: return "ClearBallot";
    case CvrFormat::nist_xml: return "NIST SP 1500-103 XML";
    case CvrFormat::nist_json: return "NIST SP 1500-103 JSON";
    case CvrFormat::raire: return "RAIRE";
  }
  return "";
}

CvrFileKind classify_cvr_file(std::string_view bytes) {
  if (tables::looks_like_xlsx(bytes)) return classify_workbook(bytes);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const auto start = bytes.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return CvrFileKind::unknown;
  if (bytes[start] == '<') return classify_xml(bytes.substr(start));
  if (bytes[start] == '{') return classify_json(bytes.substr(start));
  // Eight header rows are ASCII enough in every encoding but UTF-16.
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    const auto text = tables::decode_text(bytes.substr(0, (std::size_t{4} << 20)), "");
    return text ? classify_text(text->text()) : CvrFileKind::unknown;
  }
  return classify_text(bytes);
}

// A zip is an archive unless it is a workbook.
Result<void> CvrFiles::visit(const std::function<bool(const std::string&)>& wanted, const Visit& take) const {
  std::uint64_t left = options_.max_bytes;
  const auto spend = [&](const std::string& name, std::uint64_t bytes) -> Result<void> {
    if (bytes > left) return fail(fmt::format("more than {} bytes of vote records", options_.max_bytes), {.file = name});
    left -= bytes;
    return {};
  };
  for (const CvrSource& source : sources_) {
    const tables::Packing packing = tables::packing_of(source.bytes);
    std::string unpacked;
    std::string_view bytes = source.bytes;
    if (packing == tables::Packing::xz || packing == tables::Packing::gzip) {
      ENTENTE_TRY(unpacked, tables::unpacked(source.bytes, source.name, left));
      bytes = unpacked;
    }
    const tables::Packing inner = tables::packing_of(bytes);
    if (inner == tables::Packing::tar || (inner == tables::Packing::zip && classify_cvr_file(bytes) == CvrFileKind::unknown)) {
      // By the file as it came, else a packed file in a packed file would unfold twice as far.
      const std::uint64_t size = source.packed_size != 0 ? source.packed_size : source.bytes.size();
      const std::uint64_t most = tables::unfolded_limit(size, left);
      const tables::MemberLimits limits{.max_bytes = most, .max_member_bytes = most, .max_members = 2'000'000};
      const auto wanted_member = [&](std::string_view member) { return !wanted || wanted(fmt::format("{}:{}", source.name, member)); };
      ENTENTE_CHECK(tables::each_member(bytes, source.name, limits, wanted_member, [&](tables::Member&& member) -> Result<void> {
        ENTENTE_CHECK(spend(source.name, member.content.size()));
        return take(source.name + ":" + member.name, member.content);
      }));
      continue;
    }
    ENTENTE_CHECK(spend(source.name, bytes.size()));
    if (!wanted || wanted(source.name)) ENTENTE_CHECK(take(source.name, bytes));
  }
  return {};
}

Result<void> CvrFiles::survey(const Survey& take) {
  return visit({}, [&](const std::string& name, std::string_view bytes) -> Result<void> {
    const CvrFileKind kind = classify_cvr_file(bytes);
    if (!kinds_.emplace(name, kind).second) return fail("a file given twice", {.file = name});
    firsts_.emplace(kind, name);
    return take(name, kind);
  });
}

std::string CvrFiles::first(CvrFileKind kind) const {
  const auto it = firsts_.find(kind);
  return it != firsts_.end() ? it->second : std::string();
}

Result<void> CvrFiles::each(CvrFileKind kind, const Take& take) const {
  return visit(
      [&](const std::string& name) {
        const auto it = kinds_.find(name);
        return it != kinds_.end() && it->second == kind;
      },
      take);
}

Result<CvrRead> read_cvrs(std::span<const CvrSource> sources, const CvrReadOptions& options) {
  if (sources.empty()) return fail("no vote records given");
  CvrFiles files(sources, options);
  ENTENTE_TRY(const SeenFiles seen, survey(files));
  std::set<std::string, std::less<>> given;
  for (const CvrSource& source : sources) {
    given.insert(source.name);
    if (seen.format) continue;
    return fail(not_a_record(source.name, source.bytes, classify_cvr_file(source.bytes)));
  }
  CvrBuilder b(options);
  b.report.format = *seen.format;
  for (const auto& [name, kind] : seen.files) {
    if (belongs_to(kind, *seen.format)) continue;
    // A file named by the caller must be one; of an archive's, some are something else.
    if (kind == CvrFileKind::unknown && given.contains(name)) return fail(not_a_record(name, {}, kind));
    b.problem(CvrProblemKind::unused_file, {.file = name},
              kind_words(kind).empty() ? "passed over: no vote record" : fmt::format("passed over: {}", kind_words(kind)));
  }
  switch (*seen.format) {
    case CvrFormat::dominion_csv: ENTENTE_CHECK(read_dominion_csv(b, files)); break;
    case CvrFormat::dominion_json: ENTENTE_CHECK(read_dominion_json(b, files)); break;
    case CvrFormat::ess: ENTENTE_CHECK(read_ess(b, files)); break;
    case CvrFormat::hart: ENTENTE_CHECK(read_hart(b, files)); break;
    case CvrFormat::clearballot: ENTENTE_CHECK(read_clearballot(b, files)); break;
    case CvrFormat::nist_xml:
    case CvrFormat::nist_json: ENTENTE_CHECK(read_nist(b, files)); break;
    case CvrFormat::raire: ENTENTE_CHECK(read_raire(b, files)); break;
  }
  b.find_duplicates();
  return CvrRead{std::move(b.table), std::move(b.report)};
}

Result<CvrRead> read_cvrs(std::span<const std::filesystem::path> paths, const CvrReadOptions& options) {
  std::vector<tables::FileText> texts;
  std::vector<CvrSource> sources;
  std::uint64_t left = options.max_bytes;
  for (const std::filesystem::path& path : paths) {
    ENTENTE_TRY(tables::FileText text, tables::FileText::open(path, left));
    left -= text.bytes().size();
    texts.push_back(std::move(text));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) sources.push_back({paths[i].string(), texts[i].bytes(), texts[i].file_size()});
  return read_cvrs(sources, options);
}

}  // namespace entente::measures::p3_elections::records
