// The schema is compiled once from the data built in; a document that passes it has every member that is read here.
#include "measures/p6_supply/safe_defaults.h"

#include <fmt/format.h>

#include "core/data.h"
#include "core/json.h"
#include "schema/schema.h"

namespace entente::measures::p6_supply {

namespace {

constexpr JsonLimits kSafeDefaultsLimits{.max_bytes = SafeDefaultsReport::kMaxBytes, .max_depth = 8};

const Result<schema::Schema>& safe_defaults_schema() {
  static const Result<schema::Schema> schema = []() -> Result<schema::Schema> {
    constexpr std::string_view kPath = "schemas/safe-defaults-v1.json";
    ENTENTE_TRY(const std::string_view text, DataSet::embedded().file(kPath));
    return schema::Schema::compile(text, DataSet::embedded().display_name(kPath));
  }();
  return schema;
}

std::vector<SafeDefaultsResult> safe_defaults_results(JsonView root, std::string_view member) {
  std::vector<SafeDefaultsResult> out;
  const auto object = json_object(root, member);
  if (!object) return out;
  using Outcome = SafeDefaultsResult::Outcome;
  for (const auto& [key, value] : *object) {
    const auto word = json_string(value, "result").value_or("fail");
    out.push_back({.name = std::string(key),
                   .pointer = fmt::format("/{}/{}", member, pointer_segment(key)),
                   .outcome = word == "pass"   ? Outcome::pass
                              : word == "fail" ? Outcome::fail
                                               : Outcome::not_applicable,
                   .note = std::string(json_string(value, "note").value_or(""))});
  }
  return out;
}

}  // namespace

std::string_view to_string(SafeDefaultsResult::Outcome outcome) {
  switch (outcome) {
    case SafeDefaultsResult::Outcome::pass: return "pass";
    case SafeDefaultsResult::Outcome::not_applicable: return "not-applicable";
    case SafeDefaultsResult::Outcome::fail: break;
  }
  return "fail";
}

Result<SafeDefaultsReport> SafeDefaultsReport::parse(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, kSafeDefaultsLimits));
  const auto& schema = safe_defaults_schema();
  if (!schema) return fail(schema.error());
  ENTENTE_CHECK(schema::check(*schema, document));
  const JsonView root = document.root();
  const auto product = json_get(root, "product");
  const auto tester = json_get(root, "tester");
  if (!product || !tester) return fail("no product or tester", document.where(""));
  SafeDefaultsReport out;
  out.product = json_string(*product, "name").value_or("");
  out.version = json_string(*product, "version").value_or("");
  out.tester = json_string(*tester, "kind") == "outside_lab" ? Tester::outside_lab : Tester::self;
  out.tester_name = json_string(*tester, "name").value_or("");
  ENTENTE_TRY(out.date, parse_date(json_string(root, "date").value_or("")));
  ENTENTE_TRY(out.report, Digest::from_hex(json_string(root, "report_sha256").value_or("")));
  out.tests = safe_defaults_results(root, "tests");
  out.provisions = safe_defaults_results(root, "provisions");
  return out;
}

}  // namespace entente::measures::p6_supply
