// Runs the selected tests one after another over one document. The CVSS objects are checked against their own schemas only where the whole
// document broke the CSAF schema, since that one refers to them.
#include "csaf/validator.h"

#include <algorithm>

#include "csaf/checks.h"

namespace entente::csaf {
namespace {

constexpr std::string_view kCvss2 = "https://www.first.org/cvss/cvss-v2.0.json";
constexpr std::string_view kCvss30 = "https://www.first.org/cvss/cvss-v3.0.json";
constexpr std::string_view kCvss31 = "https://www.first.org/cvss/cvss-v3.1.json";

void test_schema(Check& c) {
  const JsonView root = c.document.json.root();
  const schema::Schema::Judgement judgement = c.state.csaf.judge(root);
  c.schema_valid = judgement.valid;
  if (judgement.orderly) c.tidy = true;  // Shape is made of the same schema
  if (c.schema_valid || c.test == nullptr) return;
  for (const schema::Violation& v : c.state.csaf.validate(root, 100))
    c.fail(v.instance, v.message, fmt::format("see {} in the CSAF 2.0 schema", v.keyword));
}

const std::vector<TestEntry>& all_entries() {
  static const std::vector<TestEntry> entries = [] {
    std::vector<TestEntry> all{{{"schema", "JSON Schema", Group::schema}, test_schema}};
    for (const auto* part : {&mandatory_tests(), &profile_tests(), &optional_tests(), &informative_tests()})
      all.insert(all.end(), part->begin(), part->end());
    // "6.1.27.10" after "6.1.27.9": compare the numbers between the dots.
    const auto numbers = [](std::string_view id) {
      std::vector<int> out(1);
      for (const char ch : id)
        if (ch == '.')
          out.push_back(0);
        else if (ch >= '0' && ch <= '9')
          out.back() = out.back() * 10 + (ch - '0');
      return out;
    };
    std::stable_sort(all.begin() + 1, all.end(),
                     [&](const TestEntry& a, const TestEntry& b) { return numbers(a.info.id) < numbers(b.info.id); });
    return all;
  }();
  return entries;
}

bool selected(const Selection& s, const TestInfo& test) {
  if (!s.only.empty()) return std::find(s.only.begin(), s.only.end(), test.id) != s.only.end();
  return test.group == Group::schema      ? s.schema
         : test.group == Group::mandatory ? s.mandatory
         : test.group == Group::optional  ? s.optional
                                          : s.informative;
}

}  // namespace

std::string_view group_name(Group group) {
  return group == Group::schema      ? "schema"
         : group == Group::mandatory ? "mandatory"
         : group == Group::optional  ? "optional"
                                     : "informative";
}

const std::vector<TestInfo>& all_tests() {
  static const std::vector<TestInfo> infos = [] {
    std::vector<TestInfo> out;
    for (const TestEntry& e : all_entries()) out.push_back(e.info);
    return out;
  }();
  return infos;
}

const TestInfo* find_test(std::string_view id) {
  for (const TestInfo& t : all_tests())
    if (t.id == id) return &t;
  return nullptr;
}

bool Report::valid() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& f) { return f.test->group == Group::schema || f.test->group == Group::mandatory; });
}

Result<Validator> Validator::load(const DataSet& data) {
  schema::CompileOptions options;
  options.formats = schema::FormatMode::assert_known;
  std::map<std::string, JsonDocument> documents;
  std::map<std::string, schema::Schema> compiled;
  for (const auto& [uri, file] : {std::pair{kCvss2, "csaf/cvss-2.0.schema.json"}, std::pair{kCvss30, "csaf/cvss-3.0.schema.json"},
                                  std::pair{kCvss31, "csaf/cvss-3.1.schema.json"}}) {
    ENTENTE_TRY(const std::string_view text, data.file(file));
    options.documents.emplace(std::string(uri), std::string(text));
    ENTENTE_TRY(JsonDocument json, JsonDocument::parse(text, data.display_name(file)));
    documents.emplace(std::string(uri), std::move(json));
    ENTENTE_TRY(schema::Schema one, schema::Schema::compile(text, data.display_name(file)));
    compiled.emplace(std::string(uri), std::move(one));
  }
  ENTENTE_TRY(const std::string_view text, data.file("csaf/csaf-2.0.schema.json"));
  ENTENTE_TRY(schema::Schema csaf, schema::Schema::compile(text, data.display_name("csaf/csaf-2.0.schema.json"), options));
  ENTENTE_TRY(const JsonDocument json, JsonDocument::parse(text, "csaf-2.0.schema.json"));
  std::map<std::string, JsonView> views;
  for (const auto& [uri, document] : documents) views.emplace(uri, document.root());
  ENTENTE_TRY(Weaknesses weaknesses, Weaknesses::load(data));
  ENTENTE_TRY(Languages languages, Languages::load(data));
  return Validator(std::make_shared<const State>(State{std::move(csaf), compiled.at(std::string(kCvss2)), compiled.at(std::string(kCvss30)),
                                                       compiled.at(std::string(kCvss31)), Shape::of(json.root(), views),
                                                       std::move(weaknesses), std::move(languages)}));
}

Report Validator::validate(const Document& document, const Selection& selection) const {
  Report report;
  report.skipped.reserve(3);  // what is skipped without a network and dictionaries
  Check check{document, *state_, selection, report};
  const std::vector<TestInfo>& infos = all_tests();
  const std::vector<TestEntry>& entries = all_entries();
  if (!selected(selection, infos[0])) test_schema(check);  // the CVSS tests want to know the verdict
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!selected(selection, infos[i])) continue;
    check.test = &infos[i];
    check.made = 0;
    entries[i].run(check);
  }
  return report;
}

}  // namespace entente::csaf
