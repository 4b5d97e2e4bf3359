// The short ways of the room beside their references: verdicts beside evaluations, sequences beside RE2, ordinary URIs beside the grammar.
#include "schema/verdict.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <cstdlib>
#include <random>

#include "core/data.h"
#include "schema/formats.h"
#include "schema/uri.h"

namespace entente::schema {
namespace {

Schema verdict_schema(std::string_view text) {
  auto compiled = Schema::compile(text, "test.schema.json");
  EXPECT_TRUE(compiled.has_value()) << text;
  return *std::move(compiled);
}

// Texts over `alphabet`, among them long runs of one character.
std::string random_text(std::mt19937& random, std::string_view alphabet) {
  std::string out;
  for (std::size_t n = random() % 14; n > 0; --n)
    out.append(1 + (random() % 8 == 0 ? random() % 5 : 0), alphabet[random() % alphabet.size()]);
  return out;
}

TEST(Sequence, TakesPatternsWithoutAlternativesAndNoOthers) {
  for (const char* pattern : {"^CVE-[0-9]{4}-[0-9]{4,}$", "^CWE-[1-9]\\d{0,5}$", "^[0-9a-fA-F]{32,}$",
                              "^pkg:[A-Za-z\\.\\-\\+][A-Za-z0-9\\.\\-\\+]*\\/.+", "^a?b*$", "^"})
    EXPECT_TRUE(Sequence::of(pattern)) << pattern;
  for (const char* pattern : {"abc", "^(a|b)$", "^a|b$", "^[\\S](.*[\\S])?$", "^a*ab$", "^a?a$", "^.*x$", "^a+?$", "^\\bx", "^[a[b]]$",
                              "^é$", "^a$b", "^a{1001}$", "^\\w+$", "^\\u0041$", "^x{2"})
    EXPECT_FALSE(Sequence::of(pattern)) << pattern;
}

// A tenth of the full count, which is ./dev soak's.
int rounds(int full) { return std::getenv("ENTENTE_SOAK") != nullptr ? full : full / 10; }

TEST(Sequence, SaysWhatRe2Says) {
  std::mt19937 random(20261128);
  for (const char* pattern :
       {"^CVE-[0-9]{4}-[0-9]{4,}$", "^CWE-[1-9]\\d{0,5}$", "^[0-9a-fA-F]{3,}$", "^pkg:[A-Za-z\\.\\-\\+][A-Za-z0-9\\.\\-\\+]*\\/.+",
        "^a?b*c{2,3}$", "^[^\\s\\-_.]+-\\S$", "^\\D*\\d?$", "^[a-c-]x.$", "^.", "^a{0}b", "^a\\s*b"}) {
    const auto sequence = Sequence::of(pattern);
    const auto regex = compile_regex(pattern);
    ASSERT_TRUE(sequence && regex) << pattern;
    for (int i = 0, all = rounds(20'000); i < all; ++i) {
      std::string text = random_text(random, "CVEWpkg:abcx/-._+019 \n\r\t\xc3");
      if (const auto lone = text.find('\xc3'); lone != std::string::npos) text.replace(lone, 1, "\xc3\xa9");  // é
      if (text.find('\xc3') != std::string::npos && !simdjson::validate_utf8(text)) continue;
      if (i % 2 == 0) text.insert(0, i % 4 == 0 ? "pkg:" : i % 3 == 0 ? "CVE-2026-" : "CWE-1");
      const Sequence::Answer answer = sequence->matches(text);
      if (answer != Sequence::Answer::unknown)
        ASSERT_EQ(answer == Sequence::Answer::yes, re2::RE2::PartialMatch(text, **regex)) << pattern << " on " << text;
    }
  }
}

char random_letter(std::mt19937& random) {
  constexpr std::string_view kLetters = "CVS:3.10/AMNLHUXPRT9-_ +\nei\x7f";
  return kLetters[random() % kLetters.size()];
}

TEST(PatternShortcuts, SayWhatRe2Says) {
  // What each of them is mostly asked, altered below.
  const char* texts[] = {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                         "CVSS:3.1/AV:N/AC:L/PR:H/UI:R/S:C/C:H/I:N/A:L/E:X/RL:O/RC:C/CR:H/MAV:P/MC:N",
                         "1.2.3",
                         "104",
                         "en-US",
                         "deu",
                         "csaf_base",
                         "EX 1",
                         "pkg:generic/p@1"};
  std::mt19937 random(20261129);
  std::size_t known = 0, number = 0;
  for (; !shortcut_pattern(number).empty(); ++number) {
    const std::string_view pattern = shortcut_pattern(number);
    const PatternShortcut shortcut = pattern_shortcut(pattern);
    const auto regex = compile_regex(pattern);
    ASSERT_TRUE(shortcut != nullptr && regex) << pattern;
    for (int i = 0, all = rounds(40'000); i < all; ++i) {
      std::string text = texts[random() % std::size(texts)];
      for (std::size_t n = random() % 4; n > 0; --n) {
        const std::size_t at = random() % (text.size() + 1);
        const char c = random_letter(random);
        if (random() % 3 == 0)
          text.insert(at, random() % 8 == 0 ? std::string("\xc3\xa9") : std::string(1, c));
        else if (at < text.size() && random() % 2 == 0)
          text[at] = c;
        else
          text.erase(at, 1 + random() % 3);
      }
      if (!simdjson::validate_utf8(text)) continue;
      const Sequence::Answer answer = shortcut(text);
      if (answer == Sequence::Answer::unknown) continue;
      ++known;
      ASSERT_EQ(answer == Sequence::Answer::yes, re2::RE2::PartialMatch(text, **regex)) << pattern << " on " << text;
    }
  }
  EXPECT_EQ(number, 7u);
  EXPECT_GT(known, static_cast<std::size_t>(rounds(40'000)));
  EXPECT_EQ(pattern_shortcut("^a$"), nullptr);
}

TEST(Verdict, FindsRepeatedItemsOfAnyLength) {
  const Schema schema = verdict_schema(R"({"uniqueItems":true})");
  std::mt19937 random(5);
  std::size_t valid = 0;
  for (int i = 0, all = rounds(20'000); i < all; ++i) {
    std::vector<std::string> items;
    const std::size_t size = random() % 20;
    for (std::size_t n = 2 + random() % 4; n > 0; --n) {
      std::string item(size + random() % 2, 'a');
      if (!item.empty()) item[random() % item.size()] = static_cast<char>('a' + random() % 3);
      items.push_back(std::move(item));
    }
    if (i % 2 == 0) std::sort(items.begin(), items.end());
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "[\"" : ",\"") + item + "\"";
    const auto document = JsonDocument::parse(text + "]", "test.json");
    ASSERT_TRUE(document);
    ASSERT_EQ(schema.is_valid(document->root()), schema.is_valid_slowly(document->root())) << text;
    valid += schema.is_valid(document->root());
  }
  EXPECT_GT(valid, static_cast<std::size_t>(rounds(2'000)));
}

TEST(Verdict, CallsOrderlyOnlyWhatWasSeenToBe) {
  const Schema schema = verdict_schema(
      R"({"properties":{"a":{"items":{"properties":{"x":true,"y":{}}}},"b":{"oneOf":[{"properties":{"m":{"type":"integer"},"n":{}},"required":["m"]},{"properties":{"m":{},"n":{"type":"string"}},"required":["n"]}]},"c":{"type":"array"}},"patternProperties":{"^p":true}})");
  for (const char* orderly : {"1", "{}", R"({"a":[]})", R"({"a":[{},{"x":"1","y":2}],"b":{"n":"1"}})", R"({"b":{"m":1}})"}) {
    const auto document = JsonDocument::parse(orderly, "test.json");
    EXPECT_TRUE(schema.judge(document->root()).valid) << orderly;
    EXPECT_TRUE(schema.judge(document->root()).orderly) << orderly;
  }
  for (const char* unknown : {R"({"d":1})", R"({"p":1})", R"({"b":{"m":1},"a":[]})", R"({"a":[{"y":1,"x":"1"}]})", R"({"a":[{"x":{}}]})",
                              R"({"a":[{"x":"1","z":1}]})", R"({"c":[]})", R"({"b":{"m":1,"o":1}})", R"({"a":{}})", R"([1])"}) {
    const auto document = JsonDocument::parse(unknown, "test.json");
    EXPECT_TRUE(schema.judge(document->root()).valid) << unknown;
    EXPECT_FALSE(schema.judge(document->root()).orderly) << unknown;
  }
}

TEST(Formats, OrdinaryUrisAreUris) {
  std::mt19937 random(7);
  std::size_t uris = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = random_text(random, "ab9+.-:/@%2?#[]_ \x7f~!$");
    if (i % 2 == 0) text.insert(0, i % 4 == 0 ? "https://" : "pkg:a/");
    const bool reference = is_uri_reference(text) && split_uri(text).scheme;
    ASSERT_EQ(is_uri(text), reference) << text;
    uris += reference;
  }
  EXPECT_GT(uris, 1000u);
}

TEST(Verdict, KnowsEveryKeywordTheEvaluationKnows) {
  const char* schemas[] = {
      R"({"type":["string","integer"],"minLength":2,"maxLength":3,"minimum":2,"exclusiveMaximum":9,"multipleOf":2})",
      R"({"$ref":"#/$defs/a","minLength":1,"$defs":{"a":{"type":"string","minLength":3}}})",
      R"({"type":"integer","$ref":"#/$defs/a","$defs":{"a":{"type":"number"}}})",
      R"({"$ref":"#/$defs/a","$defs":{"a":false}})",
      R"({"minItems":2,"maxItems":3,"uniqueItems":true,"prefixItems":[{"type":"string"}],"items":{"type":["string","number","array"]}})",
      R"({"prefixItems":[true],"items":false})",
      R"({"properties":{"a":{"type":"string"},"b":true,"c":false},"required":["a","d"],"patternProperties":{"^a":{"minLength":2}},"additionalProperties":{"type":"integer"}})",
      R"({"additionalProperties":false,"properties":{"a":{}},"minProperties":1,"maxProperties":1})",
      R"({"oneOf":[{"type":"string"},{"minLength":2},{"const":"ab"}]})",
      R"({"anyOf":[{"type":"string"},{"enum":[1,2,null,[1]]}],"not":{"const":"ab"}})",
      R"({"allOf":[{"required":["a"]},{"dependentRequired":{"a":["b"]}},{"dependentSchemas":{"b":{"maxProperties":2}}}]})",
      R"({"if":{"type":"string"},"then":{"pattern":"^a[b-d]*$"},"else":{"type":"array"}})",
      R"({"items":{"$ref":"#"},"properties":{"a":{"$ref":"#"}},"type":["array","object","string"]})",
      R"({"contains":{"const":1}})",
      R"({"propertyNames":{"maxLength":1}})",
      R"({"properties":{"a":true},"unevaluatedProperties":false})"};
  const char* instances[] = {R"("")",
                             R"("a")",
                             R"("ab")",
                             R"("abc")",
                             R"("é")",
                             "1",
                             "2",
                             "2.0",
                             "2.5",
                             "8",
                             "null",
                             "true",
                             "[]",
                             R"(["a"])",
                             R"(["a","a"])",
                             R"(["b","a","b"])",
                             R"(["b",1,1.0])",
                             R"(["a",[1],[1]])",
                             R"(["a",1,2])",
                             R"([1])",
                             R"({})",
                             R"({"a":"x"})",
                             R"({"a":"xx","d":1})",
                             R"({"a":"xx","b":2,"d":1})",
                             R"({"a":"xx","d":"no"})",
                             R"({"c":1})",
                             R"({"ab":1,"a":"xy","d":1})",
                             R"([[["a"],{"a":[1]}]])",
                             R"({"a":1,"b":1})",
                             R"({"a":1,"b":1,"c":1})",
                             R"(["a","é","a"])"};
  std::size_t valid = 0;
  for (const char* text : schemas) {
    const Schema schema = verdict_schema(text);
    for (const char* instance : instances) {
      const auto document = JsonDocument::parse(instance, "test.json");
      ASSERT_TRUE(document) << instance;
      ASSERT_EQ(schema.is_valid(document->root()), schema.is_valid_slowly(document->root())) << text << "\n" << instance;
      valid += schema.is_valid(document->root());
    }
  }
  EXPECT_GT(valid, 50u);
}

TEST(Verdict, AgreesOnAlteredAdvisories) {
  const DataSet data = DataSet::embedded();
  CompileOptions options;
  for (const auto& [uri, file] : {std::pair{"https://www.first.org/cvss/cvss-v2.0.json", "csaf/cvss-2.0.schema.json"},
                                  std::pair{"https://www.first.org/cvss/cvss-v3.0.json", "csaf/cvss-3.0.schema.json"},
                                  std::pair{"https://www.first.org/cvss/cvss-v3.1.json", "csaf/cvss-3.1.schema.json"}})
    options.documents.emplace(uri, std::string(*data.file(file)));
  const auto schema = Schema::compile(*data.file("csaf/csaf-2.0.schema.json"), "csaf", options);
  ASSERT_TRUE(schema);
  const std::string advisory =
      R"j({"document":{"category":"csaf_base","csaf_version":"2.0","publisher":{"category":"vendor","name":"Example","namespace":"https://example.com"},"title":"T","tracking":{"current_release_date":"2026-01-01T00:00:00Z","id":"EX-1","initial_release_date":"2026-01-01T00:00:00Z","revision_history":[{"date":"2026-01-01T00:00:00Z","number":"1","summary":"S"}],"status":"final","version":"1"}},"product_tree":{"branches":[{"category":"product_version","name":"1.0","product":{"name":"P","product_id":"P-1","product_identification_helper":{"cpe":"cpe:2.3:a:example:p:1:*:*:*:*:*:*:*","hashes":[{"file_hashes":[{"algorithm":"sha256","value":"00112233445566778899aabbccddeeff"}],"filename":"f"}],"purl":"pkg:generic/p@1"}}}]},"vulnerabilities":[{"cve":"CVE-2026-0001","cwe":{"id":"CWE-79","name":"N"},"product_status":{"fixed":["P-1","P-2"]},"scores":[{"cvss_v3":{"baseScore":9.8,"baseSeverity":"CRITICAL","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","version":"3.1"},"products":["P-1"]}]}]})j";
  const auto whole = JsonDocument::parse(advisory, "a.json");
  ASSERT_TRUE(whole && schema->is_valid(whole->root()));
  std::mt19937 random(4);
  std::size_t read = 0, valid = 0;
  for (int i = 0, all = rounds(20'000); i < all; ++i) {
    std::string altered = advisory;
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % altered.size();
      if (random() % 3 == 0)
        altered.erase(at, 1);
      else
        altered[at] = "\"{}[]:,19aAz-./"[random() % 15];
    }
    const auto document = JsonDocument::parse(altered, "a.json");
    if (!document) continue;
    ++read;
    ASSERT_EQ(schema->is_valid(document->root()), schema->is_valid_slowly(document->root())) << altered;
    valid += schema->is_valid(document->root());
  }
  EXPECT_GT(valid, static_cast<std::size_t>(rounds(500)));
  EXPECT_GT(read, valid + static_cast<std::size_t>(rounds(500)));
}

}  // namespace
}  // namespace entente::schema
