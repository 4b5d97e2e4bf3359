// CSAF reading, versions, language tags, and the validator on small documents of our own.
#include "csaf/document.h"
#include "csaf/registries.h"
#include "csaf/validator.h"
#include "csaf/version.h"
#include "test_support.h"

namespace entente::csaf {
namespace {

std::string fixture() { return test::slurp(test::source_dir() / "fuzz/corpus/csaf/vex.json"); }

std::vector<std::string> failed(const Report& report) {
  std::vector<std::string> ids;
  for (const Finding& f : report.findings)
    if (ids.empty() || ids.back() != f.test->id) ids.emplace_back(f.test->id);
  return ids;
}

TEST(CsafDocument, ResolvesTheProductTree) {
  const auto d = Document::parse(fixture(), "vex.json");
  ASSERT_OK(d);
  ASSERT_EQ(d->products.size(), 2u);
  ASSERT_NE(d->product("A"), nullptr);
  EXPECT_EQ(d->product("A")->purl, "pkg:npm/a@1");
  EXPECT_EQ(d->product_pointer(*d->product("A")), "/product_tree/branches/0/branches/0/product");
  EXPECT_EQ(d->product_pointer(*d->product("B")), "/product_tree/relationships/0/full_product_name");
  EXPECT_EQ(d->relationships[0].combined.text, "B");
  ASSERT_EQ(d->vulnerabilities.size(), 1u);
  const auto texts = [](const std::vector<ProductId>& ids) { return std::vector<Text>(ids.begin(), ids.end()); };
  EXPECT_EQ(texts(d->vulnerabilities[0].of(Status::known_not_affected)), std::vector<Text>{"A"});
  EXPECT_EQ(texts(d->products_of(d->vulnerabilities[0].flags[0].scope)), (std::vector<Text>{"A", "B"}));
  EXPECT_EQ(d->product("C"), nullptr);
}

TEST(CsafDocument, RefusesDuplicateKeysAndTrailingBytesAndTakesAnyShape) {
  EXPECT_FALSE(Document::parse(R"({"document":{},"document":{}})", "x").has_value());
  EXPECT_FALSE(Document::parse("{} x", "x").has_value());
  for (const char* text : {"[]", "1", R"({"document":1,"product_tree":[],"vulnerabilities":{}})",
                           R"({"vulnerabilities":[1,[],{"scores":[{"products":[1]}]}]})"})
    EXPECT_OK(Document::parse(text, "x"));
}

TEST(CsafDocument, FileName) {
  EXPECT_EQ(file_name_of("2022_#01-A"), "2022_01-a.json");
  EXPECT_EQ(file_name_of("RHBA-2019:0024"), "rhba-2019_0024.json");
}

TEST(CsafVersion, OrdersAsSemVerSays) {
  const auto order = [](const char* a, const char* b) { return compare(*parse_version(a), *parse_version(b)); };
  EXPECT_LT(order("9", "10"), 0);
  EXPECT_LT(order("1.9.0", "1.10.0"), 0);
  EXPECT_LT(order("1.0.0-rc.1", "1.0.0"), 0);
  EXPECT_LT(order("1.0.0-2", "1.0.0-alpha"), 0);
  EXPECT_EQ(order("1.0.0+a", "1.0.0+b"), 0);
  EXPECT_LT(order("99999999999999999999", "100000000000000000000"), 0);
  for (const char* bad : {"", "v1", "1.0", "1.0.0.0", "1.0.0-", "1..0"}) EXPECT_FALSE(parse_version(bad)) << bad;
}

TEST(CsafLanguages, Verdicts) {
  const auto languages = Languages::load(DataSet::embedded());
  ASSERT_OK(languages);
  for (const char* known : {"en", "en-US", "de-DE", "zh-Hant-TW", "sl-rozaj-biske", "i-default", "es-419"})
    EXPECT_EQ(languages->judge(known).first, LanguageVerdict::known) << known;
  for (const char* own : {"qtx", "en-QM", "en-AA", "en-Qabc", "x-mine", "en-x-a"})
    EXPECT_EQ(languages->judge(own).first, LanguageVerdict::private_use) << own;
  for (const char* bad : {"EZ", "en-UK", "xx-YY"}) EXPECT_EQ(languages->judge(bad).first, LanguageVerdict::unknown) << bad;
  EXPECT_EQ(languages->judge("en--US").first, LanguageVerdict::malformed);
}

TEST(CsafPurl, Form) {
  EXPECT_EQ(check_purl("pkg:maven/org.example/a@1.0?type=jar#x"), "");
  EXPECT_EQ(check_purl("pkg:npm/%40scope/a@1"), "");
  for (const char* bad : {"pkg:maven/@1.3.4", "npm/a@1", "pkg:/a", "pkg:npm", "pkg:npm/a%4", "pkg:npm/a?b"})
    EXPECT_NE(check_purl(bad), "") << bad;
}

TEST(CsafValidator, NamesWhatIsWrongAndWhere) {
  const auto validator = Validator::load(DataSet::embedded());
  ASSERT_OK(validator);
  const auto d = Document::parse(fixture(), "vex.json");
  ASSERT_OK(d);
  const Report report = validator->validate(*d, {.optional = false, .informative = false});
  EXPECT_EQ(failed(report),
            (std::vector<std::string>{"schema", "6.1.3", "6.1.11"}));  // a hash of two digits; B stands on itself; CWE-79 is not "x"
  const Report one = validator->validate(*d, {.only = {"6.1.11"}});
  ASSERT_EQ(one.findings.size(), 1u);
  EXPECT_EQ(one.findings[0].pointer, "/vulnerabilities/0/cwe/name");
  EXPECT_FALSE(one.findings[0].repair.empty());
}

TEST(CsafValidator, SaysWhatItSkipped) {
  const auto validator = Validator::load(DataSet::embedded());
  ASSERT_OK(validator);
  const auto d = Document::parse(fixture(), "vex.json");
  ASSERT_OK(d);
  const Report report = validator->validate(*d);
  ASSERT_EQ(report.skipped.size(), 2u);
  EXPECT_EQ(report.skipped[0].test->id, "6.3.6");
  EXPECT_EQ(report.skipped[1].test->id, "6.3.8");
}

TEST(CsafValidator, TestsStandInTheOrderOfTheStandard) {
  const auto& tests = all_tests();
  EXPECT_EQ(tests.front().id, "schema");
  EXPECT_EQ(tests.size(), 75u);
  EXPECT_NE(find_test("6.1.27.10"), nullptr);
  EXPECT_EQ(find_test("6.4.1"), nullptr);
  EXPECT_LT(find_test("6.1.9"), find_test("6.1.10"));
}

}  // namespace
}  // namespace entente::csaf
