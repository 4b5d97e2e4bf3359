// The short ways of the room beside the long ones: ordinary purls, tidy documents, numbered product IDs.
#include <gtest/gtest.h>
#include <random>

#include "core/data.h"
#include "core/same_text.h"
#include "csaf/document.h"
#include "csaf/registries.h"
#include "csaf/shape.h"

namespace entente::csaf {
namespace {

TEST(QuickWays, OrdinaryPurlsHoldByTheLongRuleToo) {
  std::mt19937 random(11);
  std::size_t held = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string purl = i % 3 == 0 ? "pkg:" : i % 3 == 1 ? "pkg:npm/" : "";
    for (std::size_t n = random() % 12; n > 0; --n) purl += "ab/@.-+_~9%2 ?=&#:\xe9"[random() % 20];
    ASSERT_EQ(check_purl(purl), check_any_purl(purl)) << purl;
    held += check_purl(purl).empty();
  }
  EXPECT_GT(held, 1000u);
}

TEST(QuickWays, TidyDocumentsHaveNothingUnknownOrUnsorted) {
  const auto schema = JsonDocument::parse(
      R"({"properties":{"a":{"items":{"properties":{"x":{},"y":{"properties":{}}}}},"b":{},"c":{"properties":{"d":{"$ref":"#/properties/a"}}}}})",
      "s");
  ASSERT_TRUE(schema);
  const Shape shape = Shape::of(schema->root(), {});
  std::mt19937 random(12);
  std::size_t tidy = 0;
  const auto value = [&](const auto& self, int depth) -> std::string {
    const auto kind = depth == 0 ? 0 : random() % 3;
    if (kind == 0) return "1";
    std::string out = kind == 1 ? "[" : "{";
    std::string keys = "abcdxy";
    for (std::size_t n = random() % 4; n > 0 && !keys.empty(); --n) {
      if (out.size() > 1) out += ',';
      if (kind == 2) {
        const std::size_t at = random() % std::min<std::size_t>(keys.size(), 3);
        out += std::string("\"") + keys[at] + "\":";
        keys.erase(0, random() % 4 == 0 ? 0 : at + 1);
        if (const auto used = keys.find(out[out.size() - 3]); used != std::string::npos) keys.erase(used, 1);
      }
      out += self(self, depth - 1);
    }
    return out + (kind == 1 ? "]" : "}");
  };
  for (int i = 0; i < 50'000; ++i) {
    const std::string text = value(value, 4);
    const auto document = JsonDocument::parse(text, "d");
    ASSERT_TRUE(document) << text;
    bool reported = false;
    shape.unknown_members(document->root(), [&](const std::string&) { reported = true; });
    Shape::unsorted_members(document->root(), [&](const std::string&, std::string_view) { reported = true; });
    ASSERT_EQ(shape.is_tidy(document->root()), !reported) << text;
    tidy += !reported;
  }
  EXPECT_GT(tidy, 1000u);
  EXPECT_LT(tidy, 49'000u);
}

TEST(QuickWays, PredictedNumbersAreThoseOfTheTable) {
  std::mt19937 random(13);
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) texts.push_back("P-" + std::to_string(i));
  ProductNumbers numbers;
  TextTable table;
  std::size_t at = 0;
  for (int i = 0; i < 20'000; ++i) {
    at = random() % 10 == 0 ? random() % texts.size() : (at + 1) % texts.size();
    ASSERT_EQ(numbers.add(texts[at]), table.add(texts[at]).number);
  }
  EXPECT_EQ(numbers.size(), table.size());
}

TEST(QuickWays, SameTextIsEquality) {
  std::mt19937 random(14);
  for (std::size_t size = 0; size < 70; ++size)
    for (std::size_t change = 0; change <= size; ++change) {
      std::string a(size, 'a');
      for (char& c : a) c = static_cast<char>(random());
      std::string b = a;
      if (change < size) b[change] = static_cast<char>(b[change] ^ 0x10);
      ASSERT_EQ(same_text(a, b), a == b);
      ASSERT_FALSE(same_text(a, b + "x"));
    }
}

}  // namespace
}  // namespace entente::csaf
