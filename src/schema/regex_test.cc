// ECMA-262 patterns in RE2: what they match, and what is refused with which place.
#include "schema/regex.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/json.h"
#include "test_support.h"

namespace entente::schema {
namespace {

class Regex : public ::testing::Test {
 protected:
  void SetUp() override {
    auto read = JsonDocument::read(test::source_dir() / "src/schema/testdata/regexes.json");
    ASSERT_OK(read);
    data = std::move(*read);
  }
  std::optional<JsonDocument> data;
};

TEST_F(Regex, MatchesAsEcma262Does) {
  const auto cases = json_array(data->root(), "cases");
  ASSERT_TRUE(cases);
  for (const JsonView c : *cases) {
    const std::string_view pattern = json_string(c, "pattern").value();
    const auto regex = compile_regex(pattern);
    ASSERT_TRUE(regex.has_value()) << regex.error().str();
    for (const bool expected : {true, false}) {
      const auto texts = json_array(c, expected ? "matches" : "rejects");
      ASSERT_TRUE(texts);
      for (const JsonView text : *texts)
        EXPECT_EQ(re2::RE2::PartialMatch(as_string(text).value(), **regex), expected)
            << pattern << " on " << text << ": " << (*regex)->pattern();
    }
  }
}

TEST_F(Regex, RefusesWithThePatternAndThePlace) {
  const auto cases = json_array(data->root(), "errors");
  ASSERT_TRUE(cases);
  for (const JsonView c : *cases) {
    const std::string pattern(json_string(c, "pattern").value());
    const auto regex = compile_regex(pattern);
    ASSERT_FALSE(regex.has_value()) << pattern;
    EXPECT_THAT(regex.error().what, ::testing::HasSubstr(pattern));
    EXPECT_THAT(regex.error().what, ::testing::HasSubstr(json_string(c, "what").value()));
    EXPECT_EQ(regex.error().where.offset, static_cast<std::uint64_t>(json_int(c, "offset").value())) << pattern;
  }
}

TEST(RegexLimits, LargeRepetitionsMatchExactlyOrAreRefused) {
  const auto regex = compile_regex("^(?:ab){1,2500}$");
  ASSERT_OK(regex);
  const auto repeated = [](int n) {
    std::string s;
    for (int i = 0; i < n; ++i) s += "ab";
    return s;
  };
  EXPECT_TRUE(re2::RE2::PartialMatch(repeated(2500), **regex));
  EXPECT_FALSE(re2::RE2::PartialMatch(repeated(2501), **regex));
  EXPECT_FALSE(re2::RE2::PartialMatch("", **regex));
  EXPECT_FALSE(compile_regex("(((a{100}){100}){100}){100}").has_value());
  EXPECT_FALSE(compile_regex(std::string(kMaxRegexBytes + 1, 'a')).has_value());
  EXPECT_FALSE(compile_regex(std::string(1000, '(') + std::string(1000, ')')).has_value());
}

TEST(RegexLimits, AnswersInLinearTimeWhereBacktrackingWouldNot) {
  const auto regex = compile_regex("^(a+)+$");
  ASSERT_OK(regex);
  EXPECT_FALSE(re2::RE2::PartialMatch(std::string(100'000, 'a') + "b", **regex));
}

}  // namespace
}  // namespace entente::schema
