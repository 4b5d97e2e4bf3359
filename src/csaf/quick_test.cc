// The short ways of the room beside the long ones: ordinary purls, tidy documents, numbered product IDs.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

#include "core/data.h"
#include "core/same_text.h"
#include "csaf/document.h"
#include "csaf/registries.h"
#include "csaf/shape.h"
#include "schema/schema.h"
#include "test_support.h"

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

TEST(QuickWays, WhatTheSchemaCallsOrderlyIsTidy) {
  const DataSet data = DataSet::embedded();
  std::map<std::string, JsonDocument> documents;
  schema::CompileOptions options;
  for (const auto& [uri, file] : {std::pair{"https://www.first.org/cvss/cvss-v2.0.json", "csaf/cvss-2.0.schema.json"},
                                  std::pair{"https://www.first.org/cvss/cvss-v3.0.json", "csaf/cvss-3.0.schema.json"},
                                  std::pair{"https://www.first.org/cvss/cvss-v3.1.json", "csaf/cvss-3.1.schema.json"}}) {
    options.documents.emplace(uri, std::string(*data.file(file)));
    documents.emplace(uri, *JsonDocument::parse(*data.file(file), file));
  }
  std::map<std::string, JsonView> views;
  for (const auto& [uri, document] : documents) views.emplace(uri, document.root());
  const auto json = JsonDocument::parse(*data.file("csaf/csaf-2.0.schema.json"), "schema");
  const Shape shape = Shape::of(json->root(), views);
  const auto schema = schema::Schema::compile(*data.file("csaf/csaf-2.0.schema.json"), "schema", options);
  ASSERT_OK(schema);
  const std::string advisory =
      R"j({"document":{"category":"csaf_base","csaf_version":"2.0","lang":"en","publisher":{"category":"vendor","name":"Example","namespace":"https://example.com"},"title":"T","tracking":{"current_release_date":"2026-01-01T00:00:00Z","id":"EX-1","initial_release_date":"2026-01-01T00:00:00Z","revision_history":[{"date":"2026-01-01T00:00:00Z","number":"1","summary":"S"}],"status":"final","version":"1"}},"product_tree":{"branches":[{"category":"product_version","name":"1.0","product":{"name":"P","product_id":"P-1","product_identification_helper":{"purl":"pkg:generic/p@1"}}}],"product_groups":[{"group_id":"g","product_ids":["P-1","P-2"]}],"relationships":[{"category":"installed_on","full_product_name":{"name":"Q","product_id":"P-2"},"product_reference":"P-1","relates_to_product_reference":"P-1"}]},"vulnerabilities":[{"cve":"CVE-2026-0001","cwe":{"id":"CWE-79","name":"N"},"product_status":{"fixed":["P-1","P-2"]},"scores":[{"cvss_v2":{"baseScore":10,"vectorString":"AV:N/AC:L/Au:N/C:C/I:C/A:C","version":"2.0"},"cvss_v3":{"baseScore":9.8,"baseSeverity":"CRITICAL","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","version":"3.1"},"products":["P-1"]}]}]})j";
  const auto whole = JsonDocument::parse(advisory, "a.json");
  ASSERT_OK(whole);
  ASSERT_TRUE(schema->judge(whole->root()).orderly);  // else the short way is never taken
  std::vector<std::size_t> quotes;
  for (std::size_t i = 0; i < advisory.size(); ++i)
    if (advisory[i] == '"' && advisory[i - 1] != ':') quotes.push_back(i);
  std::mt19937 random(15);
  std::size_t orderly = 0, untidy = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string altered = advisory;
    if (i % 2 == 0)  // a member more, at any place
      altered.insert(quotes[random() % quotes.size()], i % 4 == 0 ? "\"title\":\"x\"," : "\"lang\":[{}],");
    else
      altered[random() % altered.size()] = "aeinoprstu_\"{}[]:,19"[random() % 20];
    const auto document = JsonDocument::parse(altered, "a.json");
    if (!document) continue;
    const auto judgement = schema->judge(document->root());
    const bool tidy = shape.is_tidy(document->root());
    if (judgement.orderly) ASSERT_TRUE(judgement.valid && tidy) << altered;
    orderly += judgement.orderly;
    untidy += !tidy;
  }
  EXPECT_GT(orderly, 500u);
  EXPECT_GT(untidy, 500u);
}

TEST(QuickWays, PlainLanguagesAreJudgedAsAll) {
  const auto languages = Languages::load(DataSet::embedded());
  ASSERT_OK(languages);
  std::size_t known = 0;
  const std::string letters = "abcdefghijklmnopqrstuvwxyzAZ0-@";
  for (const char a : letters)
    for (const char b : letters)
      for (const char c : letters + "\n") {
        std::string tag{a, b, c};
        if (c == '\n') tag.pop_back();
        const auto judged = languages->judge(tag);
        ASSERT_EQ(judged, languages->judge_any(tag)) << tag;
        known += judged.first == LanguageVerdict::known;
      }
  EXPECT_GT(known, 5'000u);
  EXPECT_EQ(languages->judge("en-US"), languages->judge_any("en-US"));
}

TEST(QuickWays, IdsDefinedOnce) {
  const auto defined = [](std::string_view tree, std::string_view status) {
    const auto d =
        Document::parse(fmt::format(R"({{"product_tree":{},"vulnerabilities":[{{"product_status":{{"fixed":{}}}}}]}})", tree, status), "d");
    EXPECT_OK(d);
    return d && d->is_each_id_defined_once;
  };
  const std::string two = R"({"full_product_names":[{"name":"A","product_id":"A"},{"name":"B","product_id":"B"}]})";
  EXPECT_TRUE(defined(two, R"(["A","B"])"));
  EXPECT_TRUE(defined(two, "[]"));
  EXPECT_FALSE(defined(two, R"(["A","C"])"));
  EXPECT_FALSE(defined(two, R"([1])"));
  EXPECT_FALSE(defined(R"({"full_product_names":[{"product_id":"A"},{"product_id":"A"}]})", R"(["A"])"));
  EXPECT_FALSE(defined(R"({"full_product_names":[{"product_id":"A"},{"product_id":"A"}]})", R"(["B"])"));
  EXPECT_TRUE(defined("{}", "[]"));
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
