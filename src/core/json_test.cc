// The JSON reader: what it accepts and refuses, where it says a fault lies, and that the fast path and the reference scanner agree.
#include "core/json.h"

#include <gmock/gmock.h>
#include <random>

#include "core/json_scan.h"
#include "test_support.h"

namespace entente {
namespace {

using ::testing::HasSubstr;

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, ReadsValuesOfEveryType) {
  const auto doc = JsonDocument::parse(
      R"({"s":"é\u00e9\ud83d\ude00","i":-5,"u":18446744073709551615,"d":1.5e3,"b":true,"n":null,"a":[1,2],"o":{"k":"v"}})", "t.json");
  ASSERT_OK(doc);
  EXPECT_EQ(json_string(doc->root(), "s"), "éé😀");
  EXPECT_EQ(json_int(doc->root(), "i"), -5);
  EXPECT_EQ(json_number(doc->root(), "d"), 1500.0);
  EXPECT_EQ(json_bool(doc->root(), "b"), true);
  EXPECT_EQ(json_array(doc->root(), "a")->size(), 2u);
  EXPECT_EQ(json_string(*json_get(doc->root(), "o"), "k"), "v");
  EXPECT_EQ(json_string(doc->root(), "i"), std::nullopt);
  EXPECT_EQ(json_string(doc->root(), "absent"), std::nullopt);
  EXPECT_EQ(json_compact(to_json(doc->root())),
            R"({"s":"éé😀","i":-5,"u":18446744073709551615,"d":1500.0,"b":true,"n":null,"a":[1,2],"o":{"k":"v"}})");
}

struct BadCase {
  const char* name;
  std::string text;
  const char* what;
  std::uint64_t line, column;
};

class BadJson : public testing::TestWithParam<BadCase> {};

TEST_P(BadJson, SaysWhatAndWhere) {
  const auto doc = JsonDocument::parse(GetParam().text, "bad.json");
  ASSERT_FALSE(doc.has_value());
  EXPECT_THAT(doc.error().what, HasSubstr(GetParam().what));
  EXPECT_EQ(doc.error().where.file, "bad.json");
  EXPECT_EQ(doc.error().where.line, GetParam().line) << doc.error().str();
  EXPECT_EQ(doc.error().where.column, GetParam().column) << doc.error().str();
  EXPECT_FALSE(doc.error().hint.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadJson,
    testing::Values(
        BadCase{"empty", "", "empty", 1, 1}, BadCase{"space", " \n ", "empty", 2, 2},
        BadCase{"cut_object", "{\"a\": 1", "ends before the closing '}'", 1, 8}, BadCase{"cut_string", "[\n \"ab", "inside a string", 2, 2},
        BadCase{"trailing", "{} x", "after the end", 1, 4}, BadCase{"trailing_comma", "[1,]", "value is expected", 1, 4},
        BadCase{"duplicate", "{\"a\":1,\n\"b\":2,\n \"a\":3}", "duplicate key \"a\"", 3, 2},
        BadCase{"duplicate_escaped", "{\"a\":1,\"\\u0061\":2}", "duplicate key", 1, 8},
        BadCase{"duplicate_deep", "[[{\"x\":{\"k\":1,\"k\":1}}]]", "duplicate key", 1, 15}, BadCase{"utf8", "[\"\xff\"]", "UTF-8", 1, 2},
        BadCase{"overlong", "[\"\xc0\xaf\"]", "UTF-8", 1, 2}, BadCase{"surrogate", "[\"\\ud800\"]", "surrogate", 1, 3},
        BadCase{"bom", "\xef\xbb\xbf{}", "byte order mark", 1, 1}, BadCase{"huge_int", "[123456789012345678901234567890]", "64 bits", 1, 2},
        BadCase{"huge_double", "[1e999]", "too large", 1, 2}, BadCase{"leading_zero", "[012]", "leading zero", 1, 2},
        BadCase{"control", "[\"a\nb\"]", "control character", 1, 4}, BadCase{"deep", nested(129), "nested more than 128", 1, 129},
        BadCase{"very_deep", std::string(1'000'000, '['), "nested more than 128", 1, 129},
        BadCase{"single_quote", "{'a':1}", "key in quotes", 1, 2}, BadCase{"nan", "[NaN]", "value is expected", 1, 2}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Json, AcceptsTheDepthLimitItself) { EXPECT_OK(JsonDocument::parse(nested(128), "t")); }

TEST(Json, FindsManyKeysDuplicateAmongThousands) {
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) text += fmt::format("\"key{}\":{},", i, i);
  EXPECT_OK(JsonDocument::parse(text + "\"last\":1}", "t"));
  const auto doc = JsonDocument::parse(text + "\"key17\":1}", "t");
  ASSERT_FALSE(doc.has_value());
  EXPECT_THAT(doc.error().what, HasSubstr("duplicate key \"key17\""));
}

TEST(Json, WhereResolvesPointers) {
  const auto doc = JsonDocument::parse("{\"a\":[1,\n  {\"b/c\": true}]}", "t.json");
  ASSERT_OK(doc);
  const Where w = doc->where("/a/1/b~1c");
  EXPECT_EQ(w.line, 2u);
  EXPECT_EQ(w.column, 11u);
  EXPECT_EQ(doc->where("/a/1/absent").column, 3u);  // the deepest part that exists
  EXPECT_EQ(doc->where("").offset, 0u);
}

// Every mutation of a small document: the fast path and the reference must agree on accept or refuse.
TEST(Json, FastPathAgreesWithReferenceOnMutations) {
  const std::string seed = R"({"k":[1,-2.5e1,"x\n\u00e9",true,null],"é":{"a":{},"b":[]}})";
  std::size_t accepted = 0, refused = 0;
  for (std::size_t i = 0; i < seed.size(); ++i) {
    for (const char c : std::string("\"\\{}[],:0e.-x \xc3\x00t", 17)) {
      for (int op = 0; op < 3; ++op) {
        std::string text = seed;
        if (op == 0)
          text[i] = c;
        else if (op == 1)
          text.insert(i, 1, c);
        else
          text.erase(i, 1);
        const bool fast = JsonDocument::parse(text, "t").has_value();
        const bool reference = !scan_json(text, 128).has_value();
        ASSERT_EQ(fast, reference) << text;
        ++(fast ? accepted : refused);
      }
    }
  }
  EXPECT_GT(accepted, 100u);
  EXPECT_GT(refused, 1000u);
}

// Random documents whose objects often have a key twice, with keys that share length and beginning, few or many in an object: the walk over
// simdjson's tape and the reference must agree.
class RandomDocument {
 public:
  explicit RandomDocument(unsigned seed) : random_(seed) {}
  std::string value(int levels) {
    switch (below(levels > 0 ? 8 : 6)) {
      case 0: return "\"text \\u00e9\"";
      case 1: return "-12";
      case 2: return "18446744073709551615";
      case 3: return "1.5e3";
      case 4: return below(2) == 0 ? "{}" : "[]";
      case 5: return "null";
      case 6: return array(levels);
      default: return object(levels);
    }
  }
  std::string object(int levels) {
    const std::size_t keys = below(8) == 0 ? 14 + below(40) : below(9);
    std::string out = "{";
    for (std::size_t i = 0; i < keys; ++i) out += (i > 0 ? "," : "") + key(i) + ":" + value(levels - 1);
    return out + "}";
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  std::string array(int levels) {
    std::string out = "[";
    for (std::size_t n = below(5); n > 0; --n) out += value(levels - 1) + (n > 1 ? "," : "");
    return out + "]";
  }
  // Mostly unlike the others of its object.
  std::string key(std::size_t i) {
    const std::size_t n = below(60) == 0 ? below(i + 1) : i;
    switch (n % 4) {
      case 0: return fmt::format("\"{}\"", n == 0 ? "" : std::string(n, 'k'));
      case 1: return fmt::format("\"k{}\"", n);
      case 2: return fmt::format("\"eightfold{:03}\"", n);
      default: return fmt::format("\"\\u006b-{}\"", n);
    }
  }
  std::mt19937 random_;
};

TEST(Json, FastPathAgreesWithReferenceOnKeysAndDepth) {
  std::size_t accepted = 0, refused = 0;
  for (unsigned seed = 0; seed < 6'000; ++seed) {
    const std::string text = RandomDocument(seed).object(6);
    const std::uint32_t depth = 3 + seed % 5;
    const auto fast = JsonDocument::parse(text, "t", {.max_depth = depth});
    const auto reference = scan_json(text, depth);
    ASSERT_EQ(fast.has_value(), !reference.has_value()) << text;
    if (!fast) { EXPECT_EQ(fast.error().what, reference->what); }
    ++(fast ? accepted : refused);
  }
  EXPECT_GT(accepted, 1000u);
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace entente
