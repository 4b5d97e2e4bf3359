// The HTML report: nothing from an input reaches the page unescaped, the page asks for nothing from anywhere, and it says what the
// assessment says.
#include "assess/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "assess/assess.h"
#include "assess/test_organisation.h"
#include "assess/words.h"
#include "core/utf8.h"
#include "test_support.h"

namespace entente::assess {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace ::entente::assess::testing;
using catalog::Language;

TEST(Escape, LeavesTextAndDisarmsMarkup) {
  EXPECT_EQ(escape("a < b & c > \"d\" 'e'"), "a &lt; b &amp; c &gt; &quot;d&quot; &#39;e&#39;");
  EXPECT_EQ(escape("Société « Æther » 漢字 \xF0\x9F\x94\x91\n\t"), "Société « Æther » 漢字 \xF0\x9F\x94\x91\n\t");
  EXPECT_EQ(escape(""), "");
}

TEST(Escape, ReplacesWhatIsNoTextOrHidesText) {
  const std::string bad = "\xEF\xBF\xBD";
  for (const std::string_view text : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x1B", "\x7F", "\xC2\x9B",
                                      "\xE2\x80\xAE", "\xE2\x81\xA6", "\xEF\xBB\xBF"}) {
    const std::string out = escape(text);
    EXPECT_TRUE(out.starts_with(bad)) << text;
    EXPECT_TRUE(is_valid_utf8(out));
  }
  EXPECT_EQ(escape(std::string_view("a\0b", 3)), "a" + bad + "b");
}

TEST(JsonTable, ShowsObjectsListsAndRows) {
  EXPECT_EQ(json_table(Json{{"open_findings", 3}}, Language::en),
            R"(<table class="kv"><tbody><tr><th scope="row">open findings</th><td>3</td></tr></tbody></table>)");
  EXPECT_EQ(json_table(Json::array({"a", "<b>"}), Language::en), "a, &lt;b&gt;");
  const std::string rows = json_table(Json::array({Json{{"id", "x"}, {"n", 1}}, Json{{"id", "y"}}}), Language::en);
  EXPECT_THAT(rows, HasSubstr(R"(<th scope="col">id</th><th scope="col">n</th>)"));
  EXPECT_THAT(rows, HasSubstr(R"(<td>x</td><td class="n">1</td>)"));
  EXPECT_THAT(json_table(Json{{"yes", true}, {"none", nullptr}}, Language::fr), HasSubstr("<td>oui</td>"));
}

TEST(JsonTable, SetsFewWideRowsSideBySide) {
  Json row = Json::object();
  for (int i = 0; i < 12; ++i) row[fmt::format("k{}", i)] = i;
  row["present"] = Json{{"name", 1.5}};
  EXPECT_THAT(json_table(Json::array({row, row}), Language::en),
              HasSubstr(R"(<th scope="row">present: name</th><td class="n">1.5</td><td class="n">1.5</td>)"));
  EXPECT_THAT(json_table(Json::array({row, row, row, row, row}), Language::en), HasSubstr(R"(<th scope="col">present: name</th>)"));
}

TEST(FindingRows, WhatMattersFirstAndTheRestUnderTheRow) {
  const Json row{{"state", "affected"}, {"sbom", "a<b.json"}, {"component", "grpc 1.0"}, {"purl", ""},     {"id", "CVE-2026-1"},
                 {"severity", "high"},  {"cvss", 7.5},        {"kev_due", nullptr},      {"fixed", "1.1"}, {"note", "Crash & burn"}};
  EXPECT_EQ(finding_rows(Json::array({row}), Language::en),
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\"><table class=\"rows found\"><thead><tr>"
            "<th scope=\"col\" class=\"c-id\">id</th><th scope=\"col\" class=\"c-severity\">severity</th>"
            "<th scope=\"col\" class=\"c-cvss\">cvss</th><th scope=\"col\" class=\"c-component\">component</th>"
            "<th scope=\"col\" class=\"c-fixed\">fixed</th><th scope=\"col\" class=\"c-state screen\">state</th></tr></thead>"
            "<tbody><tr><td class=\"c-id\" data-label=\"id\">CVE-2026-1</td><td class=\"c-severity\" data-label=\"severity\">high</td>"
            "<td class=\"c-cvss\" data-label=\"cvss\">7.5</td><td class=\"c-component\" data-label=\"component\">grpc 1.0</td>"
            "<td class=\"c-fixed\" data-label=\"fixed\">1.1</td><td class=\"c-state screen\" data-label=\"state\">affected</td></tr>"
            "<tr class=\"under\"><td colspan=\"6\"><p>Crash &amp; burn</p><dl><div><dt>sbom</dt><dd>a&lt;b.json</dd></div></dl></td></tr>"
            "</tbody></table></div>");
  EXPECT_EQ(finding_rows(Json::array({"a", "b"}), Language::en), "a, b");
  EXPECT_THAT(finding_rows(Json::array({Json{{"other", 1}}}), Language::en), HasSubstr("<th scope=\"col\">other</th>"));
}

TEST(JsonTable, IsBounded) {
  Json many = Json::array();
  for (int i = 0; i < 50; ++i) many.push_back(i);
  EXPECT_THAT(json_table(many, Language::en, 20), HasSubstr("and 30 more"));
  Json deep = "bottom <b>";
  for (int i = 0; i < 100; ++i) deep = Json{{"k", deep}};
  const std::string html = json_table(deep, Language::en);
  EXPECT_LT(html.size(), 2'000U);
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
}

std::string hostile_report(Language language) {
  Organisation organisation(R"("software-producer", "private-sector")", "<script>alert(1)</script><img src=x onerror=alert(2)>' & Co");
  organisation.evidence("sbom.cyclonedx", "bom.json", "{\"bomFormat\":\"<svg onload=alert(3)>\"", "2026-11-20");
  organisation.toml += "[[not_applicable]]\ncontrol = \"P4-03\"\nreason = \"</details><iframe src='//evil.example'>\"\n";
  organisation.declare("P8-01", "2026-06-01");
  organisation.toml.replace(organisation.toml.find("so declared"), 11, "</dd><a href='javascript:alert(4)'>x</a>");
  const auto outcome = organisation.judge();
  if (!outcome) {
    ADD_FAILURE() << outcome.error().str();
    return {};
  }
  return html_report(*outcome, the_catalog(), language);
}

TEST(Report, InputsCannotBecomeMarkup) {
  for (const Language language : {Language::en, Language::fr}) {
    const std::string html = hostile_report(language);
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
    EXPECT_THAT(html, HasSubstr("&lt;/details&gt;&lt;iframe"));
    for (const char* markup : {"<script", "<img", "<iframe", "<svg onload", "<a href='javascript"})
      EXPECT_THAT(html, Not(HasSubstr(markup))) << markup;
  }
}

// Attribute values of all `name="…"` in the page.
std::vector<std::string> attributes(const std::string& html, const std::string& name) {
  std::vector<std::string> out;
  const std::string start = " " + name + "=\"";
  for (std::size_t at = html.find(start); at != std::string::npos; at = html.find(start, at + 1)) {
    const std::size_t from = at + start.size();
    out.push_back(html.substr(from, html.find('"', from) - from));
  }
  return out;
}

TEST(Report, AsksForNothingFromAnywhere) {
  const std::string html = hostile_report(Language::en);
  for (const auto& href : attributes(html, "href"))
    EXPECT_TRUE(href.starts_with("#") || href == "report.html" || href == "report.fr.html") << href;
  EXPECT_TRUE(attributes(html, "src").empty());
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  EXPECT_THAT(html, Not(HasSubstr("url(http")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(Report, LinksLeadSomewhereAndIdsAreUnique) {
  const std::string html = hostile_report(Language::en);
  const auto ids = attributes(html, "id");
  const std::set<std::string> unique(ids.begin(), ids.end());
  EXPECT_EQ(unique.size(), ids.size());
  for (const auto& href : attributes(html, "href")) {
    if (href.starts_with("#")) { EXPECT_TRUE(unique.contains(href.substr(1))) << href; }
  }
  for (const auto& by : attributes(html, "aria-labelledby")) EXPECT_TRUE(unique.contains(by)) << by;
}

// Every element that is opened is closed, in order: what a browser need not repair.
TEST(Report, ElementsNest) {
  const std::set<std::string> empty{"meta", "br", "rect", "line", "circle", "path", "use", "!DOCTYPE"};
  const std::string html = hostile_report(Language::fr);
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    if (html.compare(at, 7, "<style>") == 0) {
      at = html.find("</style>", at);
      continue;
    }
    const std::size_t end = html.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const bool closes = html[at + 1] == '/';
    const std::size_t from = at + (closes ? 2 : 1);
    const std::string name = html.substr(from, html.find_first_of(" />\n", from) - from);
    if (name == "style" || html[end - 1] == '/' || empty.contains(name)) continue;
    if (!closes) {
      open.push_back(name);
    } else {
      ASSERT_FALSE(open.empty());
      ASSERT_EQ(open.back(), name) << html.substr(at > 200 ? at - 200 : 0, 300);
      open.pop_back();
    }
  }
  EXPECT_TRUE(open.empty());
}

TEST(Report, SpeaksTheLanguageAskedFor) {
  const std::string en = hostile_report(Language::en);
  const std::string fr = hostile_report(Language::fr);
  EXPECT_THAT(en, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(fr, HasSubstr("<html lang=\"fr\">"));
  EXPECT_THAT(en, HasSubstr("What to fix first"));
  EXPECT_THAT(fr, HasSubstr("À corriger d’abord"));
  EXPECT_THAT(fr, HasSubstr("Protéger l’internet"));
}

TEST(Report, TranslatesWhatTheJudgeSaysAndMarksWhatAnEngineSays) {
  Organisation organisation;
  organisation.evidence("sbom.cyclonedx", "bom.json", "{\"bomFormat\":", "2026-11-20");
  organisation.declare("P8-01", "2026-06-01");
  const auto outcome = organisation.judge();
  ASSERT_OK(outcome);
  const std::string en = html_report(*outcome, the_catalog(), Language::en);
  const std::string fr = html_report(*outcome, the_catalog(), Language::fr);
  EXPECT_THAT(en, HasSubstr("Declared by the organisation on 2026-06-01: satisfied"));
  EXPECT_THAT(en, Not(HasSubstr("<span lang=\"en\">")));
  EXPECT_THAT(fr, HasSubstr("<span>Déclaré par l’organisation le 2026-06-01 : satisfait"));
  EXPECT_THAT(fr, Not(HasSubstr("Declared by")));
  EXPECT_THAT(fr, HasSubstr("<span lang=\"en\">"));  // the engine's finding about the SBOM
  EXPECT_THAT(fr, HasSubstr("Les constats des moteurs de mesure sont donnés en anglais"));
}

TEST(Words, AreThereInBothLanguages) {
  EXPECT_EQ(long_time(time_of("2026-11-24T12:05:00Z"), Language::en), "24 November 2026, 12:05 UTC");
  EXPECT_EQ(long_time(time_of("2026-08-01"), Language::fr), "1er août 2026, 00:00 UTC");
  EXPECT_EQ(percent(0.666, Language::en), "67%");
  EXPECT_EQ(percent(1, Language::fr), "100\u00a0%");
  std::set<std::string_view> words;
  for (int s = 0; s < 5; ++s) {
    for (const Language language : {Language::en, Language::fr}) words.insert(status_word(static_cast<catalog::Status>(s), language));
  }
  EXPECT_EQ(words.size(), 10U);
}

}  // namespace
}  // namespace entente::assess
