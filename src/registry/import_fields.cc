// Names of fields in the lists we read, and the names under which they are judged; and records as JSON, as import statements hold them.
#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "registry/import.h"
#include "registry/import_readers.h"

namespace entente::registry {
namespace {

struct FieldName {
  std::string_view theirs, ours;
};
// The second of two fields for one thing ("country" beside "country_source") is what somebody made of the first.
constexpr std::array kFieldNames = std::to_array<FieldName>({{"name", "name"},
                                                             {"title", "name"},
                                                             {"category", "category"},
                                                             {"nature_source", "nature"},
                                                             {"nature", "nature_given"},
                                                             {"country_source", "country"},
                                                             {"nationality", "country"},
                                                             {"state", "country"},
                                                             {"country", "country_given"},
                                                             {"website", "website"},
                                                             {"url", "website"},
                                                             {"domain", "website"},
                                                             {"date_signed", "date_signed"},
                                                             {"signed_on", "date_signed"},
                                                             {"first_published", "first_published"},
                                                             {"published_on", "first_published"},
                                                             {"date_precision", "date_precision"},
                                                             {"lei", "lei"},
                                                             {"ror", "ror"},
                                                             {"wikidata", "wikidata"},
                                                             {"register_number", "register_number"},
                                                             {"former_names", "former_names"},
                                                             {"alliance_2018", "memberships"},
                                                             {"memberships", "memberships"}});

}  // namespace

std::string canonical_field(std::string_view field) {
  std::string name;
  for (const char c : field.substr(0, 64)) name += is_alnum(c) ? lower(c) : '_';
  const auto it = std::ranges::find(kFieldNames, std::string_view(name), &FieldName::theirs);
  if (it != kFieldNames.end()) return std::string(it->ours);
  if (name.size() == 7 && name.starts_with("name_") && is_lower(name[5]) && is_lower(name[6])) return name;
  if (name.find("date") != std::string::npos || name.ends_with("_on") || name.ends_with("_at")) return "?" + name;
  return {};
}

Json ImportRecord::json() const {
  Json out = Json::object();
  out["organisation"] = who.json();
  if (dates != RecordDates{}) {
    Json& days = out["dates"] = Json::object();
    if (!dates.signed_on.empty()) days["signed_on"] = dates.signed_on;
    if (!dates.published_on.empty()) days["published_on"] = dates.published_on;
    if (!dates.signed_no_later_than.empty()) days["signed_no_later_than"] = dates.signed_no_later_than;
  }
  Json& source = out["source"] = Json::object();
  if (!source_id.empty()) source["id"] = source_id;
  source["file"] = file;
  if (line != 0) source["line"] = line;
  if (!pointer.empty()) source["pointer"] = pointer;
  for (const auto& [field, value] : values) source["values"][field] = value;
  if (!former_names.empty()) out["former_names"] = former_names;
  if (!memberships.empty()) out["memberships"] = memberships;
  std::set<std::string> codes;
  for (const Defect& defect : defects) codes.emplace(kind(defect.code).code);
  if (!codes.empty()) out["defects"] = codes;
  return out;
}

Result<ImportRecord> ImportRecord::from(JsonView record) {
  ImportRecord out;
  const auto organisation = json_get(record, "organisation");
  if (!organisation) return fail("an imported record needs an organisation", {.pointer = "/organisation"});
  ENTENTE_TRY(out.who, Identity::from(*organisation));
  const auto text = [](JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); };
  if (const auto dates = json_get(record, "dates"))
    out.dates = {text(*dates, "signed_on"), text(*dates, "published_on"), text(*dates, "signed_no_later_than")};
  if (const auto source = json_get(record, "source")) {
    out.source_id = text(*source, "id");
    out.file = text(*source, "file");
    out.line = static_cast<std::uint64_t>(json_int(*source, "line").value_or(0));
    out.pointer = text(*source, "pointer");
    if (const auto values = json_object(*source, "values"))
      for (const auto& [field, value] : *values) out.values.emplace(field, as_string(value).value_or(""));
  }
  const auto list = [&](std::string_view member, auto&& take) {
    if (const auto array = json_array(record, member))
      for (const auto element : *array) take(std::string(as_string(element).value_or("")));
  };
  list("former_names", [&](std::string name) { out.former_names.push_back(std::move(name)); });
  list("memberships", [&](std::string name) { out.memberships.push_back(std::move(name)); });
  list("defects", [&](const std::string& code) {
    if (const auto known = defect_from(code)) out.defects.push_back({*known, {}, {}, {}, 0});
  });
  return out;
}

}  // namespace entente::registry
