// The test suite of the OASIS CSAF TC for CSAF 2.0: each document must fail the test its case names, or pass it. Documents that are to
// pass must besides be free of schema violations and of failed mandatory tests.
#include "csaf/validator.h"

#include <set>

#include "core/data.h"
#include "csaf/spelling.h"
#include "test_support.h"

namespace entente::csaf {
namespace {

namespace fs = std::filesystem;

// In place of the network: what the suite says of its URLs. ".invalid" is judged without.
std::optional<bool> probe_of_the_suite(std::string_view url) { return url.find("/not-available") == std::string_view::npos; }

// Two documents of optional tests name one hash algorithm twice, which mandatory test 6.1.25 forbids, though the suite calls them valid.
bool repeats_a_hash(std::string_view name) { return name.ends_with("-6-2-08-02.json") || name.ends_with("-6-2-09-02.json"); }

bool fails(const Report& report, std::string_view test) {
  for (const Finding& f : report.findings)
    if (f.test->id == test) return true;
  return false;
}

std::string spelt(const Report& report) {
  std::string out;
  for (const Finding& f : report.findings) out += std::string(f.test->id) + " " + f.pointer + ": " + f.what + "\n";
  return out;
}

TEST(CsafSuite, EveryCaseFailsOrPassesTheTestItNames) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path root = shared / "conformance/p6_supply/csaf/oasis/test_2.0/validator-data";
  if (!fs::is_directory(root)) GTEST_SKIP() << "no " << root;
  const auto validator = Validator::load(DataSet::embedded());
  ASSERT_OK(validator);
  const auto cases = JsonDocument::read(root / "testcases.json");
  ASSERT_OK(cases);
  const Dictionaries dictionaries;
  if (!dictionaries.misspelt("en", "")) GTEST_SKIP() << "no English dictionary in /usr/share/hunspell (Debian: hunspell-en-us)";
  const Selection selection{.probe = probe_of_the_suite, .spelling = [&](std::string_view language, std::string_view text) {
                              return dictionaries.misspelt(language, text);
                            }};
  int seen = 0;
  std::set<std::string> ids;
  const auto tests = json_array(cases->root(), "tests");
  ASSERT_TRUE(tests);
  for (const JsonView test : *tests) {
    const std::string id(json_string(test, "id").value());
    ids.insert(id);
    ASSERT_NE(find_test(id), nullptr) << id;
    for (const auto& [member, must_fail] : {std::pair{"failures", true}, std::pair{"valid", false}}) {
      const auto list = json_array(test, member);
      if (!list) continue;
      for (const JsonView one : *list) {
        const std::string name(json_string(one, "name").value());
        const auto document = Document::read(root / name);
        ASSERT_OK(document);
        const Report report = validator->validate(*document, selection);
        ++seen;
        EXPECT_EQ(fails(report, id), must_fail) << name << " and test " << id << ":\n" << spelt(report);
        EXPECT_EQ(report.valid(), json_bool(one, "valid").value_or(false) && !repeats_a_hash(name)) << name << ":\n" << spelt(report);
        if (repeats_a_hash(name)) EXPECT_TRUE(fails(report, "6.1.25")) << name;
      }
    }
  }
  EXPECT_EQ(seen, 239);
  EXPECT_EQ(ids.size() + 1, all_tests().size());  // the schema is a test of ours
}

TEST(CsafSuite, TheExamplesAreValid) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path root = shared / "conformance/p6_supply/csaf/oasis/examples/csaf";
  if (!fs::is_directory(root)) GTEST_SKIP() << "no " << root;
  const auto validator = Validator::load(DataSet::embedded());
  ASSERT_OK(validator);
  const auto files = list_files(root);
  ASSERT_OK(files);
  int seen = 0;
  for (const std::string& file : *files) {
    if (!file.ends_with(".json")) continue;
    const auto document = Document::read(root / file);
    ASSERT_OK(document);
    const Report report = validator->validate(*document, {.mandatory = false, .optional = false, .informative = false});
    EXPECT_TRUE(report.findings.empty()) << file << ":\n" << spelt(report);
    ++seen;
  }
  EXPECT_GE(seen, 15);
}

TEST(CsafSuite, FileNames) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path root = shared / "conformance/p6_supply/csaf/oasis/test_2.0/filenames-data";
  if (!fs::is_directory(root)) GTEST_SKIP() << "no " << root;
  int seen = 0;
  for (const char* folder : {"valid", "invalid"})
    for (const auto& entry : fs::directory_iterator(root / folder)) {
      const auto document = Document::read(entry.path());
      ASSERT_OK(document);
      EXPECT_EQ(file_name_of(document->id) == entry.path().filename().string(), std::string_view(folder) == "valid") << entry.path();
      ++seen;
    }
  EXPECT_EQ(seen, 6);
}

TEST(CsafSuite, TrailingGarbageIsRefused) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path root = shared / "conformance/p6_supply/csaf/gocsaf/testdata/csaf-documents";
  if (!fs::is_directory(root)) GTEST_SKIP() << "no " << root;
  EXPECT_FALSE(Document::read(root / "trailing-garbage-data/avendor-advisory-0004.json").has_value());
  EXPECT_OK(Document::read(root / "valid/avendor-advisory-0004.json"));
}

}  // namespace
}  // namespace entente::csaf
