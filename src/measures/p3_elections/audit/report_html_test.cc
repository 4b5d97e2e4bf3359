// The report of a review: well-formed, nothing of a record unescaped, the same bytes each time, both languages, and a picture that shows
// what the numbers say.
#include "measures/p3_elections/audit/report_html.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "core/utf8.h"
#include "measures/p3_elections/audit/report_parts.h"
#include "measures/p3_elections/audit/test_review.h"

namespace entente::measures::p3_elections::audit {
namespace {

using review::Review;

bool has(const std::string& page, std::string_view text) { return page.find(text) != std::string::npos; }

// Every element that needs an end has one, in order; every id stands once; every #reference leads somewhere. Empty where all is well.
std::string ill_formed(const std::string& page) {
  static const std::set<std::string> kVoid{"meta", "use", "line", "rect", "circle", "polyline", "path", "br", "!DOCTYPE"};
  std::vector<std::string> open;
  std::set<std::string> ids;
  std::vector<std::string> references;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    if (page.compare(at, 7, "<style>") == 0) at = page.find("</style>", at);
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "a tag without end";
    const std::string tag = page.substr(at + 1, end - at - 1);
    if (tag == "/style") continue;
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1))
        return "</" + tag.substr(1) + "> closes " + (open.empty() ? "nothing" : open.back());
      open.pop_back();
      continue;
    }
    const auto attribute = [&](const std::string& key) {
      const auto from = tag.find(" " + key + "=\"");
      return from == std::string::npos ? std::string()
                                       : tag.substr(from + key.size() + 3, tag.find('"', from + key.size() + 3) - from - key.size() - 3);
    };
    if (const auto id = attribute("id"); !id.empty() && !ids.insert(id).second) return "id twice: " + id;
    if (const auto href = attribute("href"); !href.empty() && href[0] == '#') references.push_back(href.substr(1));
    for (const char* key : {"aria-labelledby"}) {
      const auto list = attribute(key);
      for (std::size_t from = 0; from < list.size();) {
        const auto to = std::min(list.find(' ', from), list.size());
        references.push_back(list.substr(from, to - from));
        from = to + 1;
      }
    }
    if (!kVoid.contains(name) && tag.back() != '/') open.push_back(name);
  }
  for (const auto& r : references)
    if (!ids.contains(r)) return "leads nowhere: " + r;
  return open.empty() ? "" : "left open: " + open.back();
}

TEST(ReviewReport, IsWellFormedInBothLanguagesAndTheSameEachTime) {
  const Review r = example_review();
  for (const Language language : {Language::en, Language::fr}) {
    const ReportOptions options{language, "other.html", "entente elections verify --kind corla --record \"X\""};
    const std::string page = report_html(r, options);
    EXPECT_EQ(ill_formed(page), "");
    EXPECT_EQ(page, report_html(r, options));
    EXPECT_TRUE(is_valid_utf8(page));
  }
  EXPECT_EQ(ill_formed(report_html(Review{}, {})), "") << "of an empty review";
}

TEST(ReviewReport, AsksNothingOfAnybody) {
  const std::string page = report_html(example_review(), {});
  for (const char* never : {"<script", "http://", "https://", "@import", "url(", "<img", "<link", "onload="})
    EXPECT_FALSE(has(page, never)) << never;
  EXPECT_TRUE(has(page, "default-src 'none'"));
}

TEST(ReviewReport, NothingOfARecordIsMarkup) {
  Review r = example_review();
  const std::string evil = "<script>alert('x')</script>\"onload=\"\xE2\x80\xAE\x07\xff";
  r.title = r.seed = r.contests[0].name = r.contests[0].method = r.contests[0].reason = r.contests[0].published_risk_text = evil;
  r.contests[0].winners = r.contests[0].losers = r.not_checked = {evil};
  r.contests[0].drawn[0].name = r.contests[0].drawn[0].note = r.files[0].path = r.files[0].role = r.checks[0].name = evil;
  r.findings[0].code = r.findings[0].contest = r.findings[0].summary = r.findings[0].rows[0].file = r.findings[0].rows[0].text = evil;
  r.contests[0].certificate = Json{{"x", evil}, {"sampler", evil}};
  r.kind = evil;
  for (const Language language : {Language::en, Language::fr}) {
    const std::string page = report_html(r, {language, evil, evil});
    EXPECT_EQ(ill_formed(page), "");
    EXPECT_FALSE(has(page, "<script"));
    EXPECT_FALSE(has(page, "\"onload"));
    EXPECT_FALSE(has(page, "\xE2\x80\xAE"));
    EXPECT_TRUE(has(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;onload=&quot;\\u{202e}\\x07\\xff"));
    EXPECT_FALSE(has(page, "printf")) << "no command for a seed a shell could misread";
  }
}

TEST(ReviewReport, SaysWhatTheNumbersSay) {
  const std::string page = report_html(example_review(), {});
  EXPECT_TRUE(has(page, "The verification fails.</b> 1 failure. <b>1 contest is not confirmed.</b>"));
  EXPECT_TRUE(has(page, "Of 3 contests, <strong>1 confirmed</strong>, 1 not confirmed, 0 sent to a full count, 1 not audited."));
  EXPECT_TRUE(has(page, "06712345678901234567"));
  EXPECT_TRUE(has(page, "259 of 260"));
  EXPECT_TRUE(has(page, "P3-DRAW-MISMATCH"));
  EXPECT_TRUE(has(page, "audited.csv, line 17"));
  EXPECT_TRUE(has(page, "After 260 draws the risk measured is "));
  EXPECT_TRUE(has(page, "The limit was met at draw "));
  EXPECT_TRUE(has(page, "The limit was not met."));
  const std::string french = report_html(example_review(), {.language = Language::fr});
  EXPECT_TRUE(has(french, "41\u202f003 cartes"));
  EXPECT_TRUE(has(french, "La vérification échoue."));
  EXPECT_TRUE(has(french, "3,01\u00a0%"));
}

TEST(ReviewReport, DrawByHandIsTheRealDraw) {
  const std::string page = report_html(example_review(), {});
  // printf '%s' '06712345678901234567,1' | sha256sum, and python3 for the remainder.
  EXPECT_TRUE(has(page, "850f6a09fc679f7de8c938f227a14d80fdb0501878ca394049b464c23668633a"));
  EXPECT_TRUE(has(page, "<p>Card number 17,463.</p>"));
  EXPECT_TRUE(has(page, "Of this audit, draw 1 is <b>Example County, scanner 3, batch 2, card 8</b>"));
}

TEST(ReviewReport, LongListsAreCutAndSaySo) {
  Review r = example_review();
  r.contests[0].drawn.resize(5'000);
  r.findings[0].rows.assign(1'000, {"f.csv", 3, "row"});
  for (std::uint64_t i = 261; i <= 20'000; ++i) r.contests[0].path.push_back({i, 0.01});
  const std::string page = report_html(r, {});
  EXPECT_TRUE(has(page, "and 4,700 more, in the review’s JSON"));
  EXPECT_TRUE(has(page, "and 800 more rows, in the review’s JSON"));
  EXPECT_LT(page.size(), 200'000U);
  EXPECT_TRUE(has(page, "The limit was met at draw ")) << "the crossing survives the thinning";
}

TEST(ReviewReport, ManyContestsAreLinesAndWhatIsNotConfirmedComesFirst) {
  Review r = example_review();
  const auto confirmed = r.contests[0];
  const auto not_audited = r.contests[2];
  for (int i = 0; i < 20; ++i) {
    r.contests.push_back(confirmed);
    r.contests.push_back(not_audited);
  }
  const std::string page = report_html(r, {});
  EXPECT_EQ(ill_formed(page), "");
  EXPECT_FALSE(has(page, "<article"));
  EXPECT_TRUE(has(page, "Other contests (21)"));
  EXPECT_LT(page.find(">Treasurer<"), page.find(">Mayor of Example Town<"));
  EXPECT_TRUE(has(page, "id=\"contest-2\" open>")) << "what is not confirmed stands open";
}

// Green only where every audited contest is confirmed or counted in full.
TEST(ReviewReport, TheBannerIsGreenOnlyWhereAllIsConfirmed) {
  Review r = example_review();
  r.findings.clear();
  r.contests.resize(1);
  EXPECT_TRUE(has(report_html(r, {}), "verdict good"));
  r.contests[0].outcome = review::ContestReview::Outcome::full_count;
  EXPECT_TRUE(has(report_html(r, {}), "verdict good"));
  r.contests[0].outcome = review::ContestReview::Outcome::not_audited;
  EXPECT_TRUE(has(report_html(r, {}), "verdict mid"));
  EXPECT_TRUE(has(report_html(r, {}), "No contest is confirmed."));
  r.contests[0].outcome = review::ContestReview::Outcome::not_confirmed;
  EXPECT_TRUE(has(report_html(r, {}), "verdict mid"));
  EXPECT_TRUE(has(report_html(r, {}), "1 contest is not confirmed."));
  r.contests[0].outcome = review::ContestReview::Outcome::confirmed;
  r.findings = {{std::string(review::kLimitNotMet), review::Severity::warning, "Sheriff", "Above.", {}},
                {std::string(review::kLimitNotMet), review::Severity::warning, "Clerk", "Above.", {}}};
  const std::string page = report_html(r, {});
  EXPECT_TRUE(has(page, "verdict mid"));
  EXPECT_TRUE(has(page, "2 contests are not confirmed."));
  EXPECT_FALSE(has(page, "What did not agree")) << "nothing disagrees";
  r.findings = {{std::string(review::kLimitHigh), review::Severity::warning, "", "High.", {}}};
  EXPECT_TRUE(has(report_html(r, {}), "verdict mid"));
  EXPECT_TRUE(has(report_html(r, {}), "A risk limit is above 10%."));
  r.findings = {{std::string(review::kDrawMismatch), review::Severity::failure, "", "Another.", {}}};
  EXPECT_TRUE(has(report_html(r, {}), "verdict bad"));
  EXPECT_TRUE(has(report_html(Review{}, {}), "verdict mid"));
}

TEST(ReviewReport, DiscrepanciesAreOfCardsOnly) {
  Review r = example_review();
  r.contests.resize(1);
  auto& c = r.contests[0];
  c.over1 = 0;
  EXPECT_TRUE(has(report_html(r, {}), "<dt>Discrepancies</dt><dd>none</dd>"));
  EXPECT_TRUE(has(report_html(r, {.language = Language::fr}), "<dt>Divergences</dt><dd>aucune</dd>"));
  c.compared = review::ContestReview::Compared::batches;
  const std::string page = report_html(r, {});
  EXPECT_TRUE(has(page, "<dt>Discrepancies</dt><dd>compared batch by batch; what each count found is in the list of batches</dd>"));
  EXPECT_TRUE(has(page, "Which batches (260)"));
  c.over1 = 3;
  EXPECT_TRUE(has(report_html(r, {}), "in 3 draws the tally favours the winner"));
  EXPECT_FALSE(has(report_html(r, {}), "one vote in the winner’s favour"));
  c.batch_changes = {.batches = 134, .changed = 15, .votes_more = 9, .votes_fewer = 7};
  EXPECT_TRUE(has(report_html(r, {}), "compared batch by batch; 15 of 134 batches have other votes (+9 −7)"));
  c.compared = review::ContestReview::Compared::nothing;
  EXPECT_FALSE(has(report_html(r, {}), "<dt>Discrepancies</dt>")) << "no record was compared";
}

TEST(ReviewReport, FixedWordsAreFrenchAndTheRestIsMarked) {
  Review r = example_review();
  const ReportOptions options{.language = Language::fr, .other_language_href = {}, .command = {}};
  const ReportPage page{r, options};
  EXPECT_EQ(report_fixed(page, "opportunistic"), "observé au passage");
  EXPECT_EQ(report_fixed(page, "draws of 65 targeted contests that fall on audited cards"),
            "tirages de 65 scrutins ciblés qui tombent sur des cartes auditées");
  EXPECT_EQ(report_fixed(page, "batches redrawn: Mayor <1>"), "lots tirés de nouveau\u00a0: Mayor &lt;1&gt;");
  EXPECT_EQ(report_fixed(page, "Mayor: assertions imply the winner"), "Mayor\u00a0: les assertions impliquent le vainqueur");
  EXPECT_EQ(report_fixed(page, "matches: Ada Example"), "concorde\u00a0: Ada Example");
  EXPECT_EQ(report_fixed(page, "something <else>"), "<span lang=\"en\">something &lt;else&gt;</span>");
  EXPECT_EQ(report_fixed(page, "17"), "<span lang=\"en\">17</span>");
  EXPECT_EQ(report_fixed(page, "The cards audited: the report lists none."), "Les cartes auditées\u00a0: le rapport n’en nomme aucune.");
  const std::string french = report_html(r, options);
  EXPECT_TRUE(has(french, "<strong>confirmés\u00a0:\u00a01</strong>"));
  EXPECT_TRUE(has(french, "seul ce que la commission d’audit a noté"));
  const ReportOptions english;
  EXPECT_EQ(report_fixed(ReportPage{r, english}, "matches: <b>"), "matches: &lt;b&gt;");
}

TEST(ReviewReport, FingerprintsAreOfWhatWasFixed) {
  Review r = example_review();
  std::string page = report_html(r, {});
  EXPECT_TRUE(has(page, "find . -type f -exec sha256sum {} +")) << "files in folders too";
  EXPECT_FALSE(has(page, "fixed in public before the seed")) << "nothing was, of an audit others published";
  r.kind = "audit";
  EXPECT_FALSE(has(report_html(r, {}), "commitment.json"));
  r.files.push_back({"commitment.json", 5, sha256("fixed"), "commitment"});
  page = report_html(r, {});
  EXPECT_TRUE(has(page, fmt::format("<p><code>{}</code> commitment.json</p>", sha256("fixed").hex())));
  EXPECT_TRUE(has(page, "its fingerprint must stand in the log"));
}

// The labels of limit and crossing: on opposite sides where the limit is met early, at different heights or far apart where it is met late.
TEST(ReviewReport, LabelsOfThePictureKeepApart) {
  const auto picture = [](std::uint64_t met, std::uint64_t last) {
    Review r = example_review();
    r.contests.resize(1);
    auto& c = r.contests[0];
    c.path.clear();
    for (std::uint64_t i = 1; i <= last; ++i)
      c.path.push_back({i, std::pow(0.05, static_cast<double>(i) / static_cast<double>(met)) * (1 - 1e-9)});
    return report_html(r, {});
  };
  const std::string early = picture(20, 100);
  EXPECT_TRUE(has(early, "dy=\"15\" text-anchor=\"end\">risk limit 5%"));
  EXPECT_TRUE(has(early, "dx=\"9\" dy=\"-10\" text-anchor=\"start\">draw 20<"));
  const std::string late = picture(70, 100);
  EXPECT_TRUE(has(late, "x=\"66\""));
  EXPECT_TRUE(has(late, "dx=\"-9\" dy=\"33\" text-anchor=\"end\">draw 70<"));
  EXPECT_TRUE(has(picture(100, 100), "dx=\"-9\" dy=\"20\" text-anchor=\"end\">draw 100<"));
  EXPECT_TRUE(has(picture(200, 100), "dy=\"15\" text-anchor=\"start\">risk limit 5%")) << "not met: the path lies above";
}

TEST(ReviewReport, Numbers) {
  const Review r;
  const ReportOptions options;
  const ReportPage page{r, options};
  EXPECT_EQ(report_share(page, 1), "100%");
  EXPECT_EQ(report_share(page, 0), "0%");
  EXPECT_EQ(report_share(page, 0.05), "5%");
  EXPECT_EQ(report_share(page, 0.04987), "4.99%");
  EXPECT_EQ(report_share(page, 0.123456), "12.3%");
  EXPECT_EQ(report_share(page, 0.0001), "0.01%");
  EXPECT_EQ(report_share(page, 3.21e-7), "3.2 × 10⁻⁷");
  EXPECT_EQ(report_share(page, 9.99e-12), "1.0 × 10⁻¹¹");
  EXPECT_EQ(report_count(page, 13'084), "13,084");
  EXPECT_EQ(report_count(page, 999), "999");
  EXPECT_EQ(report_count(page, 1'000'000), "1,000,000");
}

}  // namespace
}  // namespace entente::measures::p3_elections::audit
