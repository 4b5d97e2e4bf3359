// Numbers, equality and hashes as JSON Schema wants them.
#include "schema/value.h"

#include "test_support.h"

namespace entente::schema {
namespace {

struct Parsed {
  explicit Parsed(const std::string& text) : document(JsonDocument::parse(text, "test").value()) {}
  JsonDocument document;
  [[nodiscard]] JsonView root() const { return document.root(); }
};

Number number(const std::string& text) { return to_number(Parsed(text).root()); }

TEST(Value, ComparesNumbersExactly) {
  EXPECT_EQ(compare(number("1"), number("1.0")), 0);
  EXPECT_EQ(compare(number("-0.0"), number("0")), 0);
  EXPECT_EQ(compare(number("9007199254740993"), number("9007199254740992.0")), 1);
  EXPECT_EQ(compare(number("18446744073709551615"), number("18446744073709551616.0")), -1);
  EXPECT_EQ(compare(number("-9223372036854775808"), number("-9223372036854775808.0")), 0);
  EXPECT_EQ(compare(number("-1"), number("18446744073709551615")), -1);
  EXPECT_EQ(compare(number("1e300"), number("18446744073709551615")), 1);
}

TEST(Value, FindsMultiplesWithoutFloatingPointError) {
  const auto multiple = [](const char* n, const char* divisor) { return is_multiple(number(n), number(divisor)); };
  EXPECT_TRUE(multiple("0.0075", "0.0001"));
  EXPECT_FALSE(multiple("0.00751", "0.0001"));
  EXPECT_TRUE(multiple("19.99", "0.01"));
  EXPECT_TRUE(multiple("4.35", "0.01"));
  EXPECT_TRUE(multiple("-1.1", "0.1"));
  EXPECT_TRUE(multiple("0", "7"));
  EXPECT_TRUE(multiple("0.0", "1e-300"));
  EXPECT_TRUE(multiple("1e308", "0.5"));
  EXPECT_TRUE(multiple("1e308", "1e-308"));
  EXPECT_FALSE(multiple("1e308", "0.123456789"));
  EXPECT_FALSE(multiple("1e-308", "1"));
  EXPECT_FALSE(multiple("3", "1e20"));
  EXPECT_TRUE(multiple("18446744073709551615", "5"));
  EXPECT_FALSE(multiple("18446744073709551615", "2"));
  EXPECT_TRUE(multiple("-9223372036854775808", "2"));
  EXPECT_FALSE(multiple("1", "3"));
}

TEST(Value, EqualValuesAreEqualAndHashAlike) {
  const std::pair<const char*, const char*> equal[] = {{"1", "1.0"},
                                                       {"[1,2]", "[1.0,2e0]"},
                                                       {R"({"a":1,"b":[null]})", R"({"b":[null],"a":1.0})"},
                                                       {"0", "-0.0"},
                                                       {"\"\\u00e9\"", "\"\xc3\xa9\""},
                                                       {"18446744073709551615", "18446744073709551615"},
                                                       {"1e300", "1.0e300"},
                                                       {"{}", "{}"},
                                                       {"9223372036854775808", "9223372036854775808.0"}};
  for (const auto& [a, b] : equal) {
    const Parsed left(a);
    const Parsed right(b);
    EXPECT_TRUE(deep_equal(left.root(), right.root())) << a << " " << b;
    EXPECT_TRUE(deep_equal(right.root(), left.root())) << a << " " << b;
    EXPECT_EQ(deep_hash(left.root()), deep_hash(right.root())) << a << " " << b;
  }
}

TEST(Value, DifferentValuesDiffer) {
  const char* values[] = {"null",
                          "false",
                          "true",
                          "0",
                          "1",
                          "1.5",
                          "\"\"",
                          "\"0\"",
                          "\"null\"",
                          "[]",
                          "[[]]",
                          "{}",
                          "[{}]",
                          "[0]",
                          "[0,0]",
                          R"({"a":1})",
                          R"({"a":2})",
                          R"({"b":1})",
                          R"({"a":1,"b":1})",
                          R"([["a","b"]])",
                          R"([["a"],["b"]])",
                          R"({"a":{"b":1}})"};
  for (const char* a : values)
    for (const char* b : values) {
      const Parsed left(a);
      const Parsed right(b);
      const bool same = std::string(a) == b;
      EXPECT_EQ(deep_equal(left.root(), right.root()), same) << a << " " << b;
      EXPECT_EQ(deep_hash(left.root()) == deep_hash(right.root()), same) << a << " " << b;
    }
}

TEST(Value, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 4u);
}

TEST(Value, SpellsNumbersShortly) {
  EXPECT_EQ(spell(number("0.1")), "0.1");
  EXPECT_EQ(spell(number("-3")), "-3");
  EXPECT_EQ(spell(number("18446744073709551615")), "18446744073709551615");
}

}  // namespace
}  // namespace entente::schema
