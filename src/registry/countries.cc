// Countries from what a source writes. A value is tried as a row of the source's own list of countries, as an ISO code, as one of the codes
// that are known to be used instead, then as a name. The rows of foreign lists are judged by one rule: the names a row gives are looked up
// among ISO's; if they name one country, the code means that country, if they name several, the code is ambiguous.
#include "registry/countries.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

#include "core/ascii.h"
#include "registry/names.h"

namespace entente::registry {
namespace {

constexpr std::string_view kCountriesFile = "catalog/registry/countries.json";

std::string country_text(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

std::string upper_code(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (is_lower(c)) c = static_cast<char>(c - 32);
  return out;
}

template <class Each>
void each_of(JsonView document, std::string_view member, Each&& each) {
  if (const auto list = json_array(document, member))
    for (const auto element : *list) each(element);
}

}  // namespace

Result<Countries> Countries::load(const DataSet& data) {
  ENTENTE_TRY(const std::string_view text, data.file(kCountriesFile));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, data.display_name(kCountriesFile)));
  Countries out;
  ENTENTE_CHECK(out.add(document.root(), document.name()));
  out.add_lists(document.root());
  return out;
}

Result<void> Countries::add(JsonView document, const std::string& file) {
  each_of(document, "countries", [&](JsonView row) {
    Country c{country_text(row, "alpha_3"),
              country_text(row, "alpha_2"),
              country_text(row, "numeric"),
              {},
              {},
              json_bool(row, "user_assigned").value_or(false)};
    if (const auto names = json_get(row, "names")) {
      c.en = country_text(*names, "en");
      c.fr = country_text(*names, "fr");
    }
    for (const std::string* code : {&c.alpha_3, &c.alpha_2, &c.numeric})
      if (!code->empty()) by_code_.emplace(*code, c.alpha_3);
    by_name_.emplace(fold(c.en), c.alpha_3);
    by_name_.emplace(fold(c.fr), c.alpha_3);
    each_of(row, "also", [&](JsonView name) { by_name_.emplace(fold(as_string(name).value_or("")), c.alpha_3); });
    countries_.push_back(std::move(c));
  });
  if (countries_.empty()) return fail("no countries", {.file = file, .pointer = "/countries"});
  std::ranges::sort(countries_, {}, &Country::alpha_3);
  each_of(document, "aliases", [&](JsonView row) {
    others_[country_text(row, "code")] = {CountryMatch::alias, country_text(row, "means"), {}, country_text(row, "because")};
  });
  each_of(document, "several", [&](JsonView row) {
    CountryFound found{CountryMatch::ambiguous, {}, {}, "a withdrawn code; its area is now several countries'"};
    each_of(row, "means", [&](JsonView code) { found.candidates.emplace_back(as_string(code).value_or("")); });
    others_[country_text(row, "code")] = std::move(found);
  });
  each_of(document, "withdrawn", [&](JsonView row) {
    others_.try_emplace(
        country_text(row, "code"),
        CountryFound{
            CountryMatch::withdrawn, {}, {}, fmt::format("{}, withdrawn {}", country_text(row, "name"), country_text(row, "until"))});
  });
  each_of(document, "none",
          [&](JsonView row) { others_[country_text(row, "code")] = {CountryMatch::no_country, {}, {}, country_text(row, "because")}; });
  return {};
}

void Countries::add_lists(JsonView document) {
  each_of(document, "lists", [&](JsonView list) {
    auto& rows = lists_[country_text(list, "name")];
    each_of(list, "rows", [&](JsonView element) {
      const std::string code = country_text(element, "code"), en = country_text(element, "en"), fr = country_text(element, "fr");
      Row row{{}, fmt::format("that list calls {} \"{}\" in English and \"{}\" in French", code, en, fr)};
      for (const std::string& name : {by_name(en), by_name(fr)})
        if (!name.empty()) row.means.push_back(name);
      std::ranges::sort(row.means);
      row.means.erase(std::unique(row.means.begin(), row.means.end()), row.means.end());
      rows[code] = std::move(row);
    });
  });
}

const Country* Countries::find(std::string_view alpha_3) const {
  const auto it = std::ranges::lower_bound(countries_, alpha_3, {}, [](const Country& c) { return std::string_view(c.alpha_3); });
  return it != countries_.end() && it->alpha_3 == alpha_3 ? &*it : nullptr;
}

std::vector<std::string> Countries::lists() const {
  std::vector<std::string> out;
  for (const auto& [name, rows] : lists_) out.push_back(name);
  return out;
}

std::string Countries::by_name(std::string_view name) const {
  const auto it = by_name_.find(fold(name));
  return it == by_name_.end() ? "" : it->second;
}

CountryFound Countries::by_code(std::string_view code) const {
  if (const Country* exact = find(code))
    return {exact->user_assigned ? CountryMatch::user_assigned : CountryMatch::code, exact->alpha_3, {}, {}};
  const std::string upper = upper_code(code);
  if (const auto it = others_.find(upper); it != others_.end()) return it->second;
  if (const auto it = by_code_.find(upper); it != by_code_.end())
    return {CountryMatch::other_form, it->second, {}, fmt::format("\"{}\" is another way to write {}", code, it->second)};
  return {};
}

CountryFound Countries::resolve(std::string_view text, std::string_view list) const {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty()) return {CountryMatch::no_country, {}, {}, {}};
  if (const auto rows = lists_.find(list); rows != lists_.end()) {
    if (const auto it = rows->second.find(text); it != rows->second.end()) {
      const Row& row = it->second;
      if (row.means.size() == 1) return {CountryMatch::alias, row.means.front(), {}, row.because};
      if (row.means.size() > 1) return {CountryMatch::ambiguous, {}, row.means, row.because};
    }
  }
  CountryFound found = by_code(text);
  if (found.match != CountryMatch::unknown) return found;
  if (std::string named = by_name(text); !named.empty())
    return {CountryMatch::other_form, named, {}, fmt::format("\"{}\" is a name of {}", text, named)};
  return found;
}

}  // namespace entente::registry
