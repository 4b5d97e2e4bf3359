// The JSON forms of lifecycle records: endoflife.date's API in both versions, and OpenEoX core with the product in the file's name. Also
// the spelling of a stage, and telling the forms apart.
#include <algorithm>
#include <filesystem>

#include "core/json.h"
#include "core/utf8.h"
#include "measures/p6_supply/eol_record.h"
#include "measures/p6_supply/openeox.h"
#include "measures/p6_supply/purl.h"

namespace entente::measures::p6_supply {

namespace {

constexpr JsonLimits kEolApiLimits{.max_bytes = kMaxEolBytes, .max_depth = 16};
constexpr std::string_view kEoxSuffix = ".openeox.json";

std::string eol_stem(const std::string& name, std::string_view suffix) {
  std::string stem = std::filesystem::path(name).filename().string();
  if (stem.ends_with(suffix)) stem.resize(stem.size() - suffix.size());
  return stem;
}

// v0 keeps a day or a truth under one key; v1 has "isEol" and "eolFrom".
Result<LifeStage> eol_api_stage(JsonView release, std::string_view key, std::string_view is, std::string_view from) {
  if (const auto text = json_string(release, key)) return parse_life_stage(*text);
  if (const auto truth = json_bool(release, key)) return parse_life_stage(*truth ? "true" : "false");
  if (const auto text = json_string(release, from)) return parse_life_stage(*text);
  if (const auto truth = json_bool(release, is)) return parse_life_stage(*truth ? "true" : "false");
  return LifeStage{};
}

Result<EolRelease> eol_api_release(JsonView view, const std::string& name, const std::string& pointer) {
  EolRelease release;
  const auto cycle = json_string(view, "cycle");
  const auto named = cycle ? cycle : json_string(view, "name");
  if (!named || named->empty()) return fail("a release without a cycle or name", {.file = name, .pointer = pointer});
  release.cycle = *named;
  if (const auto latest = json_string(view, "latest")) release.latest = *latest;
  if (const auto latest = json_get(view, "latest"))
    if (const auto version = json_string(*latest, "name")) release.latest = *version;
  const auto stage = [&](std::string_view key, std::string_view is, std::string_view from) -> Result<LifeStage> {
    auto parsed = eol_api_stage(view, key, is, from);
    if (!parsed) return fail(parsed.error().what, {.file = name, .pointer = fmt::format("{}/{}", pointer, key)});
    return parsed;
  };
  ENTENTE_TRY(release.security, stage("eol", "isEol", "eolFrom"));
  ENTENTE_TRY(release.active, stage("support", "isEoas", "eoasFrom"));
  ENTENTE_TRY(release.extended, stage("extendedSupport", "isEoes", "eoesFrom"));
  release.end_of_life = release.security;
  release.said_ended = json_bool(view, "isEol").value_or(false) || json_bool(view, "eol").value_or(false);
  return release;
}

Result<void> add_eol_api_releases(simdjson::dom::array releases, EolProduct& product, const std::string& pointer) {
  if (releases.size() > kMaxEolReleases) return fail("too many releases", {.file = product.source, .pointer = pointer});
  std::size_t i = 0;
  for (const JsonView view : releases) {
    ENTENTE_TRY(auto release, eol_api_release(view, product.source, fmt::format("{}/{}", pointer, i++)));
    product.releases.push_back(std::move(release));
  }
  return {};
}

Result<EolProduct> eol_api_product(JsonView view, const std::string& name, const std::string& pointer) {
  const auto slug = json_string(view, "name");
  const auto releases = json_array(view, "releases");
  if (!slug || slug->empty() || !releases) return fail("a product has a name and releases", {.file = name, .pointer = pointer});
  EolProduct product{.slug = std::string(*slug), .title = std::string(json_string(view, "label").value_or(*slug)), .source = name};
  if (const auto identifiers = json_array(view, "identifiers")) {
    for (const JsonView identifier : *identifiers) {
      const auto id = json_string(identifier, "id");
      const auto type = json_string(identifier, "type");
      if (id && type == "purl") product.purls.emplace_back(*id);
      if (id && type == "cpe") product.cpes.emplace_back(*id);
    }
  }
  ENTENTE_CHECK(add_eol_api_releases(*releases, product, pointer + "/releases"));
  return product;
}

std::string eol_percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

LifeStage of_eox(const EoxStage& stage) {
  return stage.state == EoxStage::State::known ? LifeStage{LifeStage::Kind::dated, stage.at} : LifeStage{};
}

}  // namespace

Result<LifeStage> parse_life_stage(std::string_view text) {
  if (text.empty()) return LifeStage{};
  if (text == "true") return LifeStage{LifeStage::Kind::over, {}};
  if (text == "false") return LifeStage{LifeStage::Kind::running, {}};
  const auto day = parse_date(text);
  if (!day) return fail("neither a day nor true or false: " + printable(text, 60));
  return LifeStage{LifeStage::Kind::dated, *day + std::chrono::days(1) - std::chrono::microseconds(1)};
}

Result<std::vector<EolProduct>> parse_eol_api(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, kEolApiLimits));
  std::vector<EolProduct> products;
  const JsonView root = document.root();
  if (const auto cycles = as_array(root)) {
    const std::string slug = eol_stem(name, ".json");
    EolProduct product{.slug = slug, .title = slug, .source = name};
    ENTENTE_CHECK(add_eol_api_releases(*cycles, product, ""));
    products.push_back(std::move(product));
    return products;
  }
  const auto result = json_get(root, "result");
  if (!result) return fail("neither a list of cycles nor an API answer with \"result\"", document.where(""));
  const auto list = as_array(*result);
  if (!list) {
    ENTENTE_TRY(auto product, eol_api_product(*result, name, "/result"));
    products.push_back(std::move(product));
    return products;
  }
  std::size_t i = 0;
  for (const JsonView view : *list) {
    ENTENTE_TRY(auto product, eol_api_product(view, name, fmt::format("/result/{}", i++)));
    products.push_back(std::move(product));
  }
  return products;
}

Result<EolProduct> parse_eol_openeox(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const EoxCore core, parse_openeox(text, name));
  for (const EoxFault& fault : core.faults)
    if (fault.group == EoxGroup::schema || fault.group == EoxGroup::mandatory)
      return fail(fmt::format("not a valid OpenEoX record{}{}: {}", fault.test.empty() ? "" : ", test ", fault.test, fault.message),
                  {.file = name, .pointer = fault.pointer});
  auto purl = Purl::parse(eol_percent_decoded(eol_stem(name, kEoxSuffix)));
  if (!purl)
    return fail("an OpenEoX core record names no product, and neither does its file: " + purl.error().what, {.file = name},
                "name the file after the product's purl, percent-encoded: pkg%3Anpm%2Fleft-pad%401.3.0.openeox.json");
  EolRelease release{.cycle = std::exchange(purl->version, {}), .exact = true};
  release.security = of_eox(core.end_of_security_support);
  release.end_of_life = of_eox(core.end_of_life);
  const std::string spelling = purl->str();
  EolProduct product{.slug = spelling, .title = spelling, .source = name, .purls = {spelling}, .releases = {std::move(release)}};
  for (const EoxFault& fault : core.faults)
    product.warnings.push_back(fmt::format("test {}, {}: {}", fault.test, fault.pointer, fault.message));
  return product;
}

Result<std::vector<EolProduct>> parse_eol_records(std::string_view text, const std::string& name) {
  if (text.size() > kMaxEolBytes) return fail("a lifecycle record this large is not read", {.file = name});
  const std::string_view body = text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
  if (body.starts_with("---")) {
    ENTENTE_TRY(auto product, parse_eol_page(text, name));
    return std::vector<EolProduct>{std::move(product)};
  }
  if (name.ends_with(".md"))
    return fail("a page of endoflife.date begins with its front matter, and this one does not", {.file = name, .line = 1},
                "its first line is \"---\", then YAML with `title`, `identifiers` and `releases`, then \"---\" again: docs/lifecycle.md");
  if (name.ends_with(kEoxSuffix) || text.find("/openeox/v1.0/schema/core.json") < 4096) {
    ENTENTE_TRY(auto product, parse_eol_openeox(text, name));
    return std::vector<EolProduct>{std::move(product)};
  }
  return parse_eol_api(text, name);
}

}  // namespace entente::measures::p6_supply
