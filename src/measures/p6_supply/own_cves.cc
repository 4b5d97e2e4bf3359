// A text that begins with '[' or '{' is JSON, any other CSV of two columns, with or without a heading. A heading is recognised by its
// names, so that a first line which is nonsense is an error and not a heading; and a list is empty only if it says so, by "[]" or a heading
// alone.
#include "measures/p6_supply/own_cves.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "core/ascii.h"
#include "core/json.h"
#include "core/utf8.h"

namespace entente::measures::p6_supply {
namespace {

bool is_cve_number(std::string_view text) {
  return text.size() >= 13 && text.size() <= 32 && text.starts_with("CVE-") && text[8] == '-' &&
         std::ranges::all_of(text.substr(4, 4), is_digit) && std::ranges::all_of(text.substr(9), is_digit);
}

class OwnCveList {
 public:
  Result<void> add(std::string_view written, std::string_view date, Where where) {
    std::string id(written);  // "cve-2026-0001" is the same number
    if (lower(written.substr(0, 4)) == "cve-") id.replace(0, 4, "CVE-");
    if (!is_cve_number(id)) return fail(fmt::format("\"{}\" is no CVE number", printable(written, 80)), std::move(where));
    const auto at = parse_time_or_date(date);
    if (!at) return fail(fmt::format("\"{}\" is neither a time nor a date", printable(date, 80)), std::move(where));
    const auto [known, fresh] = dates_.try_emplace(id, *at);
    if (!fresh && known->second != *at) return fail(fmt::format("{} has two dates", id), std::move(where));
    if (dates_.size() > kMaxOwnCves) return fail(fmt::format("more than {} CVE numbers", kMaxOwnCves), std::move(where));
    return {};
  }
  [[nodiscard]] std::vector<OwnCve> list() const {
    std::vector<OwnCve> out;
    for (const auto& [id, at] : dates_) out.push_back({id, at});
    return out;
  }

 private:
  std::map<std::string, Instant> dates_;
};

Result<void> read_cve_json(std::string_view text, const std::string& name, OwnCveList& list) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, {.max_bytes = 64 << 20, .max_depth = 8}));
  const bool bare = as_array(document.root()).has_value();
  const auto items = bare ? as_array(document.root()) : json_array(document.root(), "cves");
  if (!items)
    return fail("there is no list of CVE numbers", document.where(""),
                R"(write {"cves":[{"id":"CVE-2026-0001","published":"2026-03-04"}]})");
  std::size_t i = 0;
  for (const JsonView one : *items) {
    const std::string pointer = fmt::format("{}/{}", bare ? "" : "/cves", i++);
    if (auto added = list.add(json_string(one, "id").value_or(""), json_string(one, "published").value_or(""), {}); !added)
      return fail(added.error().what, document.where(pointer));
  }
  return {};
}

std::string_view csv_cell(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '"' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

constexpr std::array<std::string_view, 7> kNumberHeadings{"cve", "cve id", "cve_id", "cve-id", "cveid", "id", "number"};
constexpr std::array<std::string_view, 6> kDateHeadings{"published",      "date",          "date_published",
                                                        "date published", "datepublished", "published_at"};

bool is_cve_heading(std::string_view id, std::string_view date) {
  return std::ranges::find(kNumberHeadings, lower(id)) != kNumberHeadings.end() &&
         std::ranges::find(kDateHeadings, lower(date)) != kDateHeadings.end();
}

Result<void> read_cve_csv(std::string_view text, const std::string& name, OwnCveList& list) {
  bool any = false;
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view row = csv_cell(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.empty()) continue;
    const std::size_t comma = row.find(',');
    const std::string_view id = csv_cell(row.substr(0, comma));
    const std::string_view date = comma == std::string_view::npos ? std::string_view() : csv_cell(row.substr(comma + 1));
    const bool first = !std::exchange(any, true);
    if (first && is_cve_heading(id, date)) continue;
    ENTENTE_CHECK(list.add(id, date, {.file = name, .line = line}));
  }
  if (!any) return fail("the file is empty, which may be by mistake", {.file = name}, R"(if there are no CVE numbers, write {"cves":[]})");
  return {};
}

}  // namespace

Result<std::vector<OwnCve>> parse_own_cves(std::string_view text, const std::string& name) {
  OwnCveList list;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with('{') || text.starts_with('['))
    ENTENTE_CHECK(read_cve_json(text, name, list));
  else
    ENTENTE_CHECK(read_cve_csv(text, name, list));
  return list.list();
}

}  // namespace entente::measures::p6_supply
