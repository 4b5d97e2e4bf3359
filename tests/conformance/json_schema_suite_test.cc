// The JSON Schema Test Suite against src/schema: all mandatory tests of draft-04, 06, 07 and 2020-12, the optional ones of the
// formats Entente asserts, and those optional ones that concern what it supports. Two copies come with Debian: an old one
// (json-schema-test-suite: up to draft-07) and a newer one with 2020-12 (libtest-json-schema-acceptance-perl); every copy
// found is run. $ENTENTE_JSON_SCHEMA_SUITE names a further folder with `tests` and `remotes`. What is left out is named
// below, each with its reason; a named test that would pass is an error too.
#include <fmt/format.h>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "core/file.h"
#include "core/json.h"
#include "schema/schema.h"
#include "test_support.h"

namespace entente::schema {
namespace {

namespace fs = std::filesystem;

// Files of the suite that are not run, by their path below tests/<draft>/.
struct LeftOutFile {
  std::string_view path;
  std::string_view reason;
};
constexpr LeftOutFile kLeftOutFiles[] = {
    {"optional/bignum.json", "integers beyond 64 bits are refused by the JSON reader"},
    {"optional/content.json", "contentEncoding and contentMediaType are annotations"},
    {"optional/format/idn-hostname.json", "idn-hostname is an annotation: IDNA 2008 needs tables Entente does not carry"},
};

// Single tests that are expected to come out otherwise: "file|group|test" (or "file|group|*").
struct Deviation {
  std::string_view name;
  std::string_view reason;
};
constexpr Deviation kDeviations[] = {
    {"draft4/optional/zeroTerminatedFloats.json|some languages do not distinguish between different types of numeric value|*",
     "1.0 is an integer, as in every later draft"},
    {"draft7/optional/cross-draft.json|refs to future drafts are processed as future drafts|*", "the draft referred to is 2019-09"},
    {"draft2020-12/optional/cross-draft.json|refs to historic drafts are processed as historic drafts|*",
     "the draft referred to is 2019-09"},
};

std::vector<fs::path> suites() {
  std::vector<fs::path> out;
  if (const char* env = std::getenv("ENTENTE_JSON_SCHEMA_SUITE"); env != nullptr && *env != '\0') out.emplace_back(env);
  out.emplace_back("/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance");
  out.emplace_back("/usr/share/json-schema-test-suite");
  std::erase_if(out, [](const fs::path& p) { return !fs::is_directory(p / "tests"); });
  return out;
}

std::map<std::string, std::string> remotes(const fs::path& suite) {
  std::map<std::string, std::string> out;
  const auto files = list_files(suite / "remotes");
  if (!files) return out;
  for (const std::string& file : *files)
    if (auto text = read_file(suite / "remotes" / file)) out.emplace("http://localhost:1234/" + file, std::move(*text));
  return out;
}

class Suite {
 public:
  Suite(fs::path suite, std::string draft, std::string draft_uri) : root_(std::move(suite)), draft_(std::move(draft)) {
    options_.documents = remotes(root_);
    options_.default_draft = std::move(draft_uri);
  }

  void run(const std::string& file, FormatMode formats) {
    options_.formats = formats;
    const auto document = JsonDocument::read(root_ / "tests" / draft_ / file);
    ASSERT_OK(document);
    const auto groups = as_array(document->root());
    ASSERT_TRUE(groups);
    for (const JsonView group : *groups) run_group(file, group);
  }

  int tests = 0;
  int left_out = 0;

 private:
  static std::optional<std::string_view> deviation(const std::string& name, const std::string& group) {
    for (const Deviation& d : kDeviations)
      if (d.name == name || d.name == group + "|*") return d.reason;
    return std::nullopt;
  }

  void run_group(const std::string& file, JsonView group) {
    const std::string group_name = fmt::format("{}/{}|{}", draft_, file, *json_string(group, "description"));
    const auto schema = Schema::compile(simdjson::minify(*json_get(group, "schema")), group_name, options_);
    const auto cases = json_array(group, "tests");
    ASSERT_TRUE(cases);
    for (const JsonView test : *cases) {
      const std::string name = fmt::format("{}|{}", group_name, *json_string(test, "description"));
      const bool expected = *json_bool(test, "valid");
      const JsonView data = *json_get(test, "data");
      ++tests;
      const bool agrees = schema && schema->is_valid(data) == expected && schema->validate(data).empty() == expected;
      if (const auto reason = deviation(name, group_name)) {
        ++left_out;
        EXPECT_FALSE(agrees) << name << ": passes, though left out because " << *reason;
        continue;
      }
      EXPECT_TRUE(agrees) << root_ << " " << name << ": expected " << (expected ? "valid" : "invalid")
                          << (schema ? "" : ", but the schema does not compile: " + schema.error().str());
    }
  }

  fs::path root_;
  std::string draft_;
  CompileOptions options_;
};

bool is_left_out(std::string_view path) {
  for (const LeftOutFile& file : kLeftOutFiles)
    if (file.path == path) return true;
  return false;
}

// All files of one draft in every copy that has it, or a skip that says what to install.
void run_draft(const std::string& draft, const std::string& uri, int at_least) {
  int tests = 0;
  int left_out = 0;
  for (const fs::path& root : suites()) {
    if (!fs::is_directory(root / "tests" / draft)) continue;
    const auto files = list_files(root / "tests" / draft);
    ASSERT_OK(files);
    Suite suite(root, draft, uri);
    for (const std::string& file : *files)
      if (file.ends_with(".json") && !is_left_out(file))
        suite.run(file, file.starts_with("optional/format") || file == "optional/ecmascript-regex.json" ? FormatMode::assert_known
                                                                                                        : FormatMode::annotate);
    tests += suite.tests;
    left_out += suite.left_out;
  }
  if (tests == 0)
    GTEST_SKIP() << "no JSON Schema Test Suite for " << draft
                 << ": apt-get install libtest-json-schema-acceptance-perl json-schema-test-suite";
  EXPECT_GE(tests, at_least);
  ::testing::Test::RecordProperty("tests", tests);
  fmt::print("{}: {} tests, {} of them known deviations\n", draft, tests, left_out);
}

TEST(JsonSchemaSuite, Draft4) { run_draft("draft4", "http://json-schema.org/draft-04/schema#", 365); }
TEST(JsonSchemaSuite, Draft6) { run_draft("draft6", "http://json-schema.org/draft-06/schema#", 494); }
TEST(JsonSchemaSuite, Draft7) { run_draft("draft7", "http://json-schema.org/draft-07/schema#", 500); }
TEST(JsonSchemaSuite, Draft2020) { run_draft("draft2020-12", "https://json-schema.org/draft/2020-12/schema", 1200); }

}  // namespace
}  // namespace entente::schema
