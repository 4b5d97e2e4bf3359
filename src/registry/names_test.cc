// Names: what is corrected, what is only reported, and the three compared forms.
#include "registry/names.h"

#include <gmock/gmock.h>

#include "core/utf8.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<NameIssue> name_issues(std::string_view raw) {
  std::vector<NameIssue> out;
  for (const auto& found : clean_name(raw).found) out.push_back(found.issue);
  return out;
}

TEST(Names, APlainNameStaysAsItIs) {
  for (const std::string name : {"Example Bank", "B&B Abogados", "Smith & Co.", "Société d’Exemple", "Țuca & Asociații", "例の会社",
                                 "Пример", "O'Example Ltd", "\u201EBeispiel\u201C e.V.", "NEC日本", "Größe 3 GmbH"}) {
    EXPECT_EQ(clean_name(name).text, name);
    EXPECT_THAT(name_issues(name), IsEmpty()) << name;
  }
}

TEST(Names, WhiteSpaceOfEveryKind) {
  for (const std::string raw : {" Example Bank", "Example Bank ", "Example  Bank", "Example\u00A0Bank", "Example\tBank", "Example\r\nBank",
                                "Example\u2003Bank\u3000"}) {
    EXPECT_EQ(clean_name(raw).text, "Example Bank");
    EXPECT_THAT(name_issues(raw), ElementsAre(NameIssue::white_space));
  }
  EXPECT_EQ(clean_name("Example\u00A0Bank").found[0].detail, "U+00A0 at character 8");
}

TEST(Names, MarksEscapesAndEntities) {
  EXPECT_EQ(clean_name("Example Bank**").text, "Example Bank");
  EXPECT_EQ(clean_name("* Example Bank").text, "Example Bank");
  EXPECT_THAT(name_issues("Example Bank *"), ElementsAre(NameIssue::mark));
  EXPECT_EQ(clean_name("Fundacja \\\"Przyklad\\\"").text, "Fundacja \"Przyklad\"");
  EXPECT_THAT(name_issues("Fundacja \\\"Przyklad\\\""), ElementsAre(NameIssue::escaped_quote));
  EXPECT_EQ(clean_name("Smith &amp; Co").text, "Smith & Co");
  EXPECT_EQ(clean_name("Smith &amp;amp; Co &#39;X&#x27; &eacute;").text, "Smith & Co 'X' é");
  EXPECT_THAT(name_issues("Smith &amp; Co"), ElementsAre(NameIssue::html_entity));
  EXPECT_EQ(clean_name("A &unknown; &#0; &#xD800; & B").text, "A &unknown; &#0; &#xD800; & B");
  EXPECT_THAT(name_issues("<b>Example</b>"), ElementsAre(NameIssue::markup));
  EXPECT_THAT(name_issues("a < b > c"), IsEmpty());
}

TEST(Names, WhatNobodySees) {
  EXPECT_EQ(clean_name("Exam\u200Bple").text, "Example");
  EXPECT_THAT(name_issues("Exam\u200Bple"), ElementsAre(NameIssue::invisible));
  EXPECT_EQ(clean_name("\u202Eelpmaxe").text, "elpmaxe");
  EXPECT_THAT(name_issues("\u202Eelpmaxe"), ElementsAre(NameIssue::bidi));
  EXPECT_THAT(name_issues("Exa\u0007mple"), ElementsAre(NameIssue::control));
  EXPECT_THAT(name_issues("Exa\uE000mple"), ElementsAre(NameIssue::control));
  // A joiner in Devanagari or Persian is spelling; between Latin letters it only hides.
  EXPECT_EQ(clean_name("क्\u200Dष").text, "क्\u200Dष");
  EXPECT_THAT(name_issues("می\u200Cخواهم"), IsEmpty());
  EXPECT_THAT(name_issues("Ex\u200Dample"), ElementsAre(NameIssue::invisible));
}

TEST(Names, FormsBytesAndLength) {
  EXPECT_EQ(clean_name("Cafe\u0301").text, "Caf\u00E9");
  EXPECT_THAT(name_issues("Cafe\u0301"), ElementsAre(NameIssue::not_nfc));
  EXPECT_EQ(clean_name("Caf\xE9 X").text, "Caf\uFFFD X");
  EXPECT_THAT(name_issues("Caf\xE9 X"), ElementsAre(NameIssue::not_utf8, NameIssue::damaged));
  EXPECT_THAT(name_issues("Caf\uFFFD"), ElementsAre(NameIssue::damaged));
  std::string longest;
  for (std::size_t i = 0; i < kMaxNameCharacters; ++i) longest += "é";
  EXPECT_THAT(name_issues(longest), IsEmpty());
  EXPECT_THAT(name_issues(longest + "é"), ElementsAre(NameIssue::too_long));
  EXPECT_EQ(clean_name(longest + "é").text, longest);
  EXPECT_THAT(name_issues(""), ElementsAre(NameIssue::empty));
  EXPECT_THAT(name_issues(" * "), ElementsAre(NameIssue::white_space, NameIssue::mark, NameIssue::empty));
}

TEST(Names, QuotesAndScripts) {
  EXPECT_THAT(name_issues("Women\u00B4s Forum"), ElementsAre(NameIssue::quote));
  EXPECT_THAT(name_issues("Fundacja \"Przyklad"), ElementsAre(NameIssue::quote));
  EXPECT_THAT(name_issues("Fundacja \u201CPrzyklad"), ElementsAre(NameIssue::quote));
  EXPECT_THAT(name_issues("Fundacja \u201EPrzyklad\u201D"), IsEmpty());
  EXPECT_THAT(name_issues("Exаmple"), ElementsAre(NameIssue::mixed_script));  // the а is Cyrillic
  EXPECT_THAT(name_issues("Gοοd"), ElementsAre(NameIssue::mixed_script));     // the ο are Greek
  EXPECT_THAT(name_issues("Example Пример"), IsEmpty());                      // two words, each of one script
}

TEST(Names, Fold) {
  EXPECT_EQ(fold("  Société  d’Exemple (S.A.) "), "societe d exemple s a");
  EXPECT_EQ(fold("Łódź ŒUVRE Straße İstanbul Þór Øre"), "lodz oeuvre strasse istanbul thor ore");
  EXPECT_EQ(fold("ＦＵＬＬ １２"), "full 12");
  EXPECT_EQ(fold("Ελλάς"), "ελλασ");
  EXPECT_EQ(fold("Йод"), "иод");
  EXPECT_EQ(fold("हिन्दी"), "हिन्दी");  // vowel signs are no accents
  EXPECT_EQ(fold("A\xFF"
                 "B"),
            "a b");
  EXPECT_EQ(fold("&"), "");
}

std::string name_utf8(std::uint32_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
  if (c < 0x10000)
    return {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
  return {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
          static_cast<char>(0x80 | (c & 0x3F))};
}

// Every character of Unicode, one by one and after a letter.
TEST(Names, FoldIsStableForEveryCharacter) {
  for (std::uint32_t c = 1; c <= 0x10FFFF; c += c < 0x30000 ? 1 : 97) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::string once = fold("a" + name_utf8(c) + "b");
    ASSERT_EQ(fold(once), once) << std::hex << c;
    ASSERT_TRUE(is_valid_utf8(once)) << std::hex << c;
    ASSERT_TRUE(once.starts_with("a")) << std::hex << c;
  }
}

TEST(Names, Skeleton) {
  EXPECT_EQ(skeleton("Example"), skeleton("Exаmple"));
  EXPECT_EQ(skeleton("раураl"), skeleton("paypal"));
  EXPECT_EQ(skeleton("EXAMPLE"), skeleton("example"));
  EXPECT_NE(skeleton("Example"), skeleton("Sample"));
}

TEST(Names, Slug) {
  EXPECT_EQ(slug("Example Bank (EB)"), "example-bank-eb");
  EXPECT_EQ(slug("Țuca Zbârcea & Asociații"), "tuca-zbarcea-asociatii");
  EXPECT_EQ(slug("Пример"), "primer");
  EXPECT_EQ(slug("!!!"), "x");
  const std::string cut = slug("The Faculty of Examples and Samples in the University of Exemplary Studies of Sampletown");
  EXPECT_EQ(cut, "the-faculty-of-examples-and-samples-in-the-university-of");
  EXPECT_EQ(slug(std::string(100, 'a')), std::string(kMaxIdBytes, 'a'));
}

TEST(Names, IdsAreDistinctAndDoNotDependOnTheOrder) {
  const std::vector<IdRequest> requests = {{"Example", "a"}, {"Sample", "b"}, {"EXAMPLE", "c"}, {"Taken", "d"}};
  const auto ids = assign_ids(requests, {"taken"});
  EXPECT_EQ(ids[1], "sample");
  EXPECT_THAT(ids[0], ::testing::MatchesRegex("example-[0-9a-f]+"));
  EXPECT_NE(ids[0], ids[2]);
  EXPECT_THAT(ids[3], ::testing::MatchesRegex("taken-[0-9a-f]+"));
  const std::vector<IdRequest> turned = {requests[3], requests[2], requests[1], requests[0]};
  const auto again = assign_ids(turned, {"taken"});
  EXPECT_THAT(again, ElementsAre(ids[3], ids[2], ids[1], ids[0]));
  // The same name and key twice: still two ids.
  const auto twins = assign_ids(std::vector<IdRequest>{{"Example", "a"}, {"Example", "a"}});
  EXPECT_EQ(twins[1], twins[0] + "-2");
  const std::string longest(90, 'b');
  for (const std::string& id : assign_ids(std::vector<IdRequest>{{longest, "1"}, {longest, "2"}})) EXPECT_LE(id.size(), kMaxIdBytes);
}

}  // namespace
}  // namespace entente::registry
