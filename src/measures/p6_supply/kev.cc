// Reads CISA's KEV catalogue and checks it whole: a catalogue read half would call exploited vulnerabilities unexploited.
#include "measures/p6_supply/kev.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/file.h"
#include "core/json.h"

namespace entente::measures::p6_supply {
namespace {

bool is_cve(std::string_view id) {
  const auto digits = [](std::string_view s) { return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; }); };
  return id.size() >= 13 && id.size() <= 28 && id.starts_with("CVE-") && digits(id.substr(4, 4)) && id[8] == '-' && digits(id.substr(9));
}

Result<Instant> date(JsonView entry, std::string_view key, const JsonDocument& document, const std::string& pointer) {
  const auto text = json_string(entry, key);
  if (!text) return fail(fmt::format("a KEV entry needs \"{}\"", key), document.where(pointer));
  auto instant = parse_date(*text);
  if (!instant)
    return fail(fmt::format("\"{}\" is no date: {}", key, instant.error().what), document.where(pointer + "/" + std::string(key)));
  return *instant;
}

Result<KevEntry> read_entry(JsonView entry, const JsonDocument& document, const std::string& pointer) {
  KevEntry out;
  ENTENTE_TRY(out.date_added, date(entry, "dateAdded", document, pointer));
  ENTENTE_TRY(out.due_date, date(entry, "dueDate", document, pointer));
  out.name = json_string(entry, "vulnerabilityName").value_or("");
  out.vendor = json_string(entry, "vendorProject").value_or("");
  out.product = json_string(entry, "product").value_or("");
  out.ransomware = json_string(entry, "knownRansomwareCampaignUse") == "Known" ? RansomwareUse::known : RansomwareUse::unknown;
  return out;
}

}  // namespace

Result<KevCatalog> KevCatalog::parse(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, std::move(name)));
  const JsonView root = document.root();
  const auto list = json_array(root, "vulnerabilities");
  if (!list) {
    return fail("not a KEV catalogue: no array \"vulnerabilities\"", document.where(""),
                "give known_exploited_vulnerabilities.json as CISA publishes it");
  }
  KevCatalog out;
  out.version = json_string(root, "catalogVersion").value_or("");
  if (const auto released = json_string(root, "dateReleased")) {
    auto instant = parse_time(*released);
    if (!instant) return fail("\"dateReleased\" is no time: " + instant.error().what, document.where("/dateReleased"));
    out.released = *instant;
  }
  std::size_t i = 0;
  const simdjson::dom::array entries = *list;
  for (const JsonView entry : entries) {
    const std::string pointer = fmt::format("/vulnerabilities/{}", i++);
    const auto cve = json_string(entry, "cveID");
    if (!cve || !is_cve(*cve)) return fail("a KEV entry needs a \"cveID\" of the form CVE-YYYY-NNNN", document.where(pointer));
    ENTENTE_TRY(KevEntry value, read_entry(entry, document, pointer));
    if (!out.entries.emplace(std::string(*cve), std::move(value)).second)
      return fail(fmt::format("{} is listed twice", *cve), document.where(pointer));
  }
  if (const auto count = json_int(root, "count"); count && *count != static_cast<std::int64_t>(i)) {
    return fail(fmt::format("\"count\" says {} but {} vulnerabilities are listed: the catalogue is not whole", *count, i),
                document.where("/count"));
  }
  return out;
}

Result<KevCatalog> KevCatalog::read(const std::filesystem::path& path) {
  ENTENTE_TRY(const std::string text, read_file(path));
  return parse(text, path.string());
}

const KevEntry* KevCatalog::find(std::string_view cve) const {
  const auto it = entries.find(cve);
  return it == entries.end() ? nullptr : &it->second;
}

}  // namespace entente::measures::p6_supply
