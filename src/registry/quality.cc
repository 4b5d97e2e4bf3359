// The table of defects, and the report on a list in its two forms for programs (JSON, CSV). The order of the table is that of DefectCode.
#include "registry/quality.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "core/utf8.h"
#include "registry/import.h"

namespace entente::registry {
namespace {

constexpr std::array<DefectKind, static_cast<std::size_t>(DefectCode::count_)> kDefectKinds = {{
    {"front-matter-missing", Severity::error, "The Markdown file has no front matter", "look at the file; only its name is known"},
    {"front-matter-broken", Severity::error, "The front matter is not valid YAML; it was read line by line",
     "correct the file at the source"},
    {"field-repeated", Severity::warning, "A field stands there twice; the first counts", "correct the record at the source"},
    {"row-commas", Severity::warning, "The row has more fields than the header: commas of an unquoted name were taken as part of it",
     "write the list with RFC 4180 quotes"},
    {"row-quote", Severity::warning, "Text before or after a quoted part of a field; read as written",
     "write the list with RFC 4180 quotes"},
    {"row-length", Severity::error, "The row does not have as many fields as the header; only id and name were taken",
     "correct the row at the source"},
    {"file-name-disagrees", Severity::warning, "File name and content disagree on category or country; the content counts",
     "find out which is right"},
    {"source-id-repeated", Severity::warning, "Two records have the same id in the source", "find out whether they are one record"},
    {"name-missing", Severity::error, "The record has no name", "ask the source"},
    {"name-white-space", Severity::note, "Odd white space in the name, removed", "nothing; the source may be tidied"},
    {"name-mark", Severity::note, "Footnote asterisks at the name, removed", "find out what they mark and say it in a field of its own"},
    {"name-escaped-quote", Severity::note, "Backslashes before quotation marks, removed", "nothing; the source may be tidied"},
    {"name-html-entity", Severity::note, "HTML entities in the name, decoded", "nothing; the source may be tidied"},
    {"name-control", Severity::warning, "Control characters or private characters in the name, removed", "look at the name"},
    {"name-bidi", Severity::error, "Bidirectional controls in the name, removed: they can make a name look like another",
     "look at the name and at who entered it"},
    {"name-invisible", Severity::warning, "Invisible characters in the name, removed", "look at the name and at who entered it"},
    {"name-not-nfc", Severity::note, "The name was not in Unicode's composed form (NFC), composed", "nothing"},
    {"name-too-long", Severity::warning, "The name was longer than 400 characters, cut", "ask for a name"},
    {"name-not-utf8", Severity::error, "The name was not UTF-8; bytes were replaced", "ask the source for its encoding"},
    {"name-damaged", Severity::error, "The name holds the replacement character: letters were lost before",
     "ask the organisation how it writes its name"},
    {"name-markup", Severity::warning, "The name holds what looks like an HTML tag", "look at the name; show it escaped"},
    {"name-quote", Severity::note, "An accent used as an apostrophe, or a quotation mark without its partner",
     "ask the organisation how it writes its name"},
    {"name-mixed-script", Severity::error, "One word of the name mixes scripts that do not go together",
     "compare it with the name it resembles"},
    {"category-missing", Severity::error, "No category: the supporter is in no counter and on no filtered page",
     "ask the supporter, then correct the record"},
    {"category-unknown", Severity::error, "The category is none of the registry's", "map it in categories.json, or correct the record"},
    {"category-international", Severity::note, "An international organisation filed under another category; there is intergovernmental",
     "propose a correction"},
    {"nature-missing", Severity::note, "The nature is not said", "ask at the next renewal"},
    {"nature-unknown", Severity::warning, "The nature is none of the registry's", "map it in natures.json, or correct the record"},
    {"nature-white-space", Severity::note, "Odd white space around the nature, passed over", "nothing"},
    {"nature-spelling", Severity::note, "The nature is spelt unlike the code list", "nothing"},
    {"nature-label", Severity::note, "What stands for the nature is a label that says something else", "ask at the next renewal"},
    {"country-missing", Severity::warning, "No country", "ask; international bodies have none"},
    {"country-none", Severity::note, "The source says that there is no country", "nothing; international bodies have none"},
    {"country-not-iso", Severity::warning, "The code is not in ISO 3166-1; what it means is certain", "correct it at the source"},
    {"country-form", Severity::note, "The country is written as a name or another code than alpha-3", "nothing"},
    {"country-user-assigned", Severity::note, "The code is in use but not in ISO 3166-1 (user-assigned)", "nothing"},
    {"country-withdrawn", Severity::error, "A withdrawn code without a certain successor", "ask the supporter"},
    {"country-ambiguous", Severity::error, "The code may mean several countries", "ask the supporter, then correct the record"},
    {"country-unknown", Severity::error, "No country is known under this code or name", "ask the supporter, then correct the record"},
    {"country-disagrees", Severity::error, "Two fields of the record name different countries", "find out which is right"},
    {"state-name-disagrees", Severity::error, "The record is a state, and its name is that of another country than its code",
     "find out which is right"},
    {"date-signed-missing", Severity::note, "Nobody recorded when the supporter signed",
     "nothing; another kind of date does not stand for it"},
    {"date-malformed", Severity::warning, "Not a day of the calendar as YYYY-MM-DD", "correct the record at the source"},
    {"date-kind-unknown", Severity::warning, "A date of which nobody says what happened that day; not taken", "say what the date means"},
    {"date-order", Severity::warning, "Signed after the record appeared", "find out which day is right"},
    {"date-before-call", Severity::warning, "Signed before the Call was made (2018-11-12)", "find out the day"},
    {"website-missing", Severity::note, "No website: the domain cannot be proved", "ask at the next renewal"},
    {"website-malformed", Severity::warning, "Not a web address", "ask for the address"},
    {"website-insecure", Severity::note, "The address is http only", "nothing"},
    {"website-shared-host", Severity::note, "The address is a page on a host many share: it proves nothing",
     "ask for a domain of the supporter's own"},
    {"lei-invalid", Severity::error, "Not a Legal Entity Identifier (ISO 17442)", "look it up in the GLEIF index"},
    {"ror-invalid", Severity::error, "Not a ROR id", "look it up at ror.org"},
    {"wikidata-invalid", Severity::error, "Not a Wikidata item", "look it up"},
}};

// RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe in front (it would run what an input wrote).
std::string defect_csv_cell(std::string_view text) {
  std::string cell(text);
  if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos) cell.insert(0, 1, '\'');
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string out = "\"";
  for (const char c : cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string defect_csv_row(std::initializer_list<std::string_view> cells) {
  std::string out;
  for (const std::string_view cell : cells) out += (out.empty() ? "" : ",") + defect_csv_cell(cell);
  return out + "\r\n";
}

Json defect_json(const Defect& defect, const ImportRecord& record) {
  Json out = Json::object();
  out["code"] = std::string(kind(defect.code).code);
  out["severity"] = std::string(name(kind(defect.code).severity));
  if (!defect.field.empty()) out["field"] = defect.field;
  if (!defect.value.empty()) out["value"] = defect.value;
  if (!defect.detail.empty()) out["detail"] = defect.detail;
  out["line"] = defect.line != 0 ? defect.line : record.line;
  return out;
}

Json suggestion_json(const Suggestion& s, const Import& import) {
  Json reasons = Json::array();
  for (const SameReason reason : s.reasons) reasons.push_back(std::string(name(reason)));
  return Json{
      {"first", import.records[s.first].who.id}, {"second", import.records[s.second].who.id}, {"reasons", reasons}, {"score", s.score}};
}

}  // namespace

std::string_view name(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note";
}

const DefectKind& kind(DefectCode code) { return kDefectKinds[static_cast<std::size_t>(code)]; }

std::optional<DefectCode> defect_from(std::string_view code) {
  const auto it = std::ranges::find(kDefectKinds, code, &DefectKind::code);
  if (it == kDefectKinds.end()) return std::nullopt;
  return static_cast<DefectCode>(it - kDefectKinds.begin());
}

std::vector<std::pair<DefectCode, std::size_t>> count_defects(const Import& import) {
  std::array<std::size_t, static_cast<std::size_t>(DefectCode::count_)> counts{};
  for (const ImportRecord& record : import.records)
    for (const Defect& defect : record.defects) ++counts[static_cast<std::size_t>(defect.code)];
  std::vector<std::pair<DefectCode, std::size_t>> out;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) out.emplace_back(static_cast<DefectCode>(i), counts[i]);
  return out;
}

std::map<std::string, std::size_t> count_categories(const Import& import) {
  std::map<std::string, std::size_t> out;
  for (const ImportRecord& record : import.records) ++out[record.who.category ? std::string(name(*record.who.category)) : std::string()];
  return out;
}

bool needs_attention(const Import& import) {
  if (!import.duplicates.empty()) return true;
  const auto counts = count_defects(import);
  return std::ranges::any_of(counts, [](const auto& c) { return kind(c.first).severity != Severity::note; });
}

Json quality_json(const Import& import) {
  Json out = Json::object();
  out["format"] = std::string(name(import.format));
  out["files"] = import.files.size();
  out["sha256"] = import.digest.hex();
  out["records"] = import.records.size();
  out["categories"] = Json::object();
  for (const auto& [category, count] : count_categories(import)) out["categories"][category.empty() ? "none" : category] = count;
  out["defects"] = Json::array();
  for (const auto& [code, count] : count_defects(import)) {
    const DefectKind& k = kind(code);
    out["defects"].push_back(Json{{"code", std::string(k.code)},
                                  {"severity", std::string(name(k.severity))},
                                  {"count", count},
                                  {"meaning", std::string(k.meaning)},
                                  {"advice", std::string(k.advice)}});
  }
  out["duplicates"] = Json::array();
  for (const Suggestion& s : import.duplicates) out["duplicates"].push_back(suggestion_json(s, import));
  out["found"] = Json::array();
  for (const ImportRecord& record : import.records) {
    if (record.defects.empty()) continue;
    Json entry = Json{{"id", record.who.id}, {"source_id", record.source_id}, {"name", record.who.name}, {"file", record.file}};
    if (!record.pointer.empty()) entry["pointer"] = record.pointer;
    entry["defects"] = Json::array();
    for (const Defect& defect : record.defects) entry["defects"].push_back(defect_json(defect, record));
    out["found"].push_back(std::move(entry));
  }
  return out;
}

std::string quality_csv(const Import& import) {
  std::string out = defect_csv_row({"code", "severity", "id", "source_id", "name", "file", "line", "field", "value", "detail", "advice"});
  for (const ImportRecord& record : import.records) {
    for (const Defect& defect : record.defects) {
      const DefectKind& k = kind(defect.code);
      out += defect_csv_row({k.code, name(k.severity), record.who.id, record.source_id, record.who.name, record.file,
                             std::to_string(defect.line != 0 ? defect.line : record.line), defect.field, defect.value, defect.detail,
                             k.advice});
    }
  }
  for (const Suggestion& s : import.duplicates) {
    const ImportRecord &a = import.records[s.first], &b = import.records[s.second];
    std::string reasons;
    for (const SameReason reason : s.reasons) reasons += (reasons.empty() ? "" : " ") + std::string(name(reason));
    out += defect_csv_row({"duplicate-suggested", "warning", a.who.id, a.source_id, a.who.name, a.file, std::to_string(a.line), "",
                           b.who.id, fmt::format("score {}: {}", s.score, reasons), "compare the two; merge nothing by name alone"});
  }
  return out;
}

}  // namespace entente::registry
