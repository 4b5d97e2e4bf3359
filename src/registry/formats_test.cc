// The formats: CSV and NDJSON, Atom and JSON Feed, iCalendar, badge. Names are hostile on purpose. XML is read back by a parser that is not
// ours (Python's expat) where there is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cstdlib>
#include <random>

#include "core/utf8.h"
#include "registry/badge.h"
#include "registry/calendar.h"
#include "registry/changes.h"
#include "registry/csv_export.h"
#include "registry/feed_changes.h"
#include "registry/feed_text.h"
#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using namespace fixture;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// What people and attackers write into names.
const std::vector<std::string>& hostile() {
  static const std::vector<std::string> names = {
      "<script>alert(1)</script> & \"Co\" 'x'",
      "=HYPERLINK(\"https://evil.example\",\"x\")",
      "@SUM(A1:A9)",
      "+1 more, and; semicolons \\ back",
      "-2+3",
      "منظمة السلام الرقمي",
      "ארגון הפוך, <b>מאוד</b>",
      "🛡️👩‍👩‍👧‍👦 Família 🇫🇷 & Söhne",
      "]]> --> <!-- <?xml ?> %s {0} $(id)",
      "Institut für Sicherheit – Zürich, «Genève»",
  };
  return names;
}

int python(const std::string& code, const std::filesystem::path& file) {
  return std::system(("python3 -c '" + code + "' '" + file.string() + "' 2>/dev/null").c_str());
}
bool has_python() { return std::system("python3 -c 'import xml.dom.minidom, csv, json' 2>/dev/null") == 0; }

class TempFile {
 public:
  explicit TempFile(std::string_view text) {
    path_ = std::filesystem::temp_directory_path() /
            ("entente-formats-" + sha(std::to_string(reinterpret_cast<std::uintptr_t>(this)) + std::string(text)).substr(0, 16));
    test::spit(path_, text);
  }
  ~TempFile() {
    std::error_code ec;
    std::filesystem::remove(path_, ec);
  }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Every document is well-formed, and the text of some element of one of them contains each of `wanted` once references are resolved.
// One process for all: starting it takes longer than reading.
void expect_xml(const std::vector<std::string>& documents, const std::vector<std::string>& wanted = {}) {
  const auto joined = [](const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += text + '\x1E';
    return out;
  };
  const TempFile file(joined(documents)), want(joined(wanted));
  const std::string code =
      "import sys,xml.etree.ElementTree as e; rd=lambda p: open(p,\"rb\").read().split(b\"\\x1e\")[:-1]; "
      "t=[x for d in rd(sys.argv[1]) for x in e.fromstring(d).itertext()]; "
      "sys.exit(0 if all(any(w.decode() in x for x in t) for w in rd(\"" +
      want.path().string() + "\")) else 1)";
  EXPECT_EQ(python(code, file.path()), 0) << documents.front();
}

class Formats : public ::testing::Test {
 protected:
  void SetUp() override {
    world.found();
    for (std::size_t i = 0; i < hostile().size(); ++i) {
      const std::string id = "org-" + std::to_string(i);
      Json p = world.pledge_predicate(id);
      p["organisation"]["name"] = hostile()[i];
      const std::string digest = world.put(entry("pledge", sha("the call"), p, {&key(id)}));
      if (i != 3) world.append(world.approval(id, digest, {&key("anna"), &key("ben")}));
    }
    // No pledge may bring such a name any more; an import says what another list says.
    world.append(world.import({{"org-turned", "ארגון \u202Ereversed"}}, {&key("importer")}));
  }
  [[nodiscard]] std::vector<Change> changes() const { return latest_changes(world.state, LedgerTimes(world.state), {}); }
  World world;
  FeedInfo info{.id = "https://registry.example/changes",
                .title = "Changes <of> the \"registry\" & more",
                .author = "Registry & Sons",
                .self = "https://registry.example/changes.atom?a=1&b=2",
                .home = "https://registry.example/",
                .entries = "https://registry.example/api/entries/",
                .updated = when("2026-11-24T00:00:00Z")};
};

TEST(CsvCell, QuotesAndDisarms) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell(""), "");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
  for (const std::string start : {"=", "+", "-", "@", "\t", "\xEF\xBC\x9D", "\xEF\xBC\xA0"})
    EXPECT_EQ(csv_cell(start + "1"), "'" + start + "1");
  EXPECT_EQ(csv_cell("\r1"), "\"'\r1\"");
  EXPECT_EQ(csv_cell("=1,2"), "\"'=1,2\"");
  EXPECT_EQ(csv_cell("a=b"), "a=b");
}

TEST_F(Formats, ANameThatTurnsTheTextIsNoPledges) {
  for (const std::string name : {"Bank \u202Eelpmaxe", "Bank\u200F", "A\u2066b\u2069"}) {
    Json p = world.pledge_predicate("turned");
    p["organisation"]["name"] = name;
    EXPECT_EQ(world.refusal(entry("pledge", sha("the call"), p, {&key("turned")})), "schema");
    p = world.pledge_predicate("turned");
    p["organisation"]["names"] = {{"fr", name}};
    EXPECT_EQ(world.refusal(entry("pledge", sha("the call"), p, {&key("turned")})), "schema");
  }
}

TEST_F(Formats, CsvAndNdjsonHaveTheSameRows) {
  if (!has_python()) GTEST_SKIP() << "no python3 to read CSV with";
  for (const ExportScope scope : {ExportScope::counting, ExportScope::all}) {
    const std::string table = supporters_csv(world.state, scope), lines = supporters_ndjson(world.state, scope);
    const std::size_t want = hostile().size() + (scope == ExportScope::counting ? 0 : 1);
    EXPECT_EQ(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')), want);
    const TempFile csv_file(table), json_file(lines);
    // A CSV reader that is not ours gives the same cells, but for the apostrophe.
    const std::string code =
        "import sys,csv,json; r=list(csv.DictReader(open(sys.argv[1],newline=\"\",encoding=\"utf-8\"),strict=True)); "
        "n=[json.loads(l) for l in open(\"" +
        json_file.path().string() + "\",encoding=\"utf-8\")]; assert len(r)==len(n)==" + std::to_string(want) +
        "; assert list(r[0])==list(n[0]); q=chr(39); "
        "ok=all((a[k]==(b[k] or \"\").replace(chr(0x202e),\"\")) or (a[k]==q+b[k] and b[k][0] in \"=+-@\") for a,b in zip(r,n) for k in "
        "b); "
        "sys.exit(0 if ok else 1)";
    EXPECT_EQ(python(code, csv_file.path()), 0);
    EXPECT_THAT(table, AllOf(HasSubstr("reversed"), Not(HasSubstr("\u202E"))));
    EXPECT_THAT(table, Not(HasSubstr(",=")));
    EXPECT_THAT(table, Not(HasSubstr(",@")));
  }
  EXPECT_EQ(supporters_csv(world.state, ExportScope::all).substr(0, 8), "id,name,");
}

TEST_F(Formats, AtomIsWellFormedAndKeepsNames) {
  if (!has_python()) GTEST_SKIP() << "no python3 to read XML with";
  const std::string feed = atom_feed(info, changes());
  expect_xml({feed, atom_feed(info, {})},
             {info.title, "<script>alert(1)</script> & \"Co\" 'x': pledge approved",
              "\xE2\x81\xA8منظمة السلام الرقمي\xE2\x81\xA9: pledge approved", "🛡️👩‍👩‍👧‍👦 Família 🇫🇷 & Söhne",
              "]]> --> <!-- <?xml ?> %s {0} $(id)"});
  EXPECT_THAT(feed, Not(HasSubstr("<script>")));
  EXPECT_THAT(feed, Not(HasSubstr("\xE2\x80\xAE")));  // RIGHT-TO-LEFT OVERRIDE
}

TEST_F(Formats, FeedIdsAreOfTheStatementAndTheTimeIsTheLedgers) {
  const auto list = changes();
  const std::string feed = atom_feed(info, list);
  EXPECT_THAT(feed, HasSubstr("<updated>" + format_time(list.front().ledger_time) + "</updated>"));
  std::set<std::string> ids;
  for (const Change& c : list) {
    ids.insert(digest_uri(c.envelope));
    EXPECT_THAT(feed, HasSubstr("<id>" + digest_uri(c.envelope) + "</id>"));
  }
  EXPECT_EQ(ids.size(), list.size());
  EXPECT_EQ(digest_uri(sha256("Hello World!")), "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk");  // RFC 6920, section 8.1
  EXPECT_THAT(atom_feed(info, {}), HasSubstr("<updated>2026-11-24T00:00:00Z</updated>"));
}

TEST_F(Formats, JsonFeedHasWhatTheVersionDemands) {
  const auto list = changes();
  const Json feed = Json::parse(json_compact(json_feed(info, list)));
  EXPECT_EQ(feed["version"], "https://jsonfeed.org/version/1.1");
  EXPECT_EQ(feed["title"], info.title);
  ASSERT_EQ(feed["items"].size(), list.size());
  for (const Json& item : feed["items"]) {
    EXPECT_TRUE(item["id"].get<std::string>().starts_with("ni:///sha-256;"));
    EXPECT_FALSE(item["content_text"].get<std::string>().empty());
    EXPECT_OK(parse_time(item["date_published"].get<std::string>()));
  }
}

TEST(FeedText, XmlTextHoldsNothingXmlForbids) {
  EXPECT_EQ(xml_text("<a href=\"x\" b='y'>&amp;</a>"), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(xml_text(std::string_view("a\0b\x1B"
                                      "c",
                                      5)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD"
            "c");
  EXPECT_EQ(xml_text("\xEF\xBF\xBE"), "\xEF\xBF\xBD");  // U+FFFE
  EXPECT_EQ(xml_text("\t\r\n"), "&#9;&#13;&#10;");
  EXPECT_EQ(xml_text("\xC3\x28\xED\xA0\x80\xF5"), "\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(FeedText, AnyBytesGiveValidText) {
  std::mt19937 random(3);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes;
    for (std::size_t n = random() % 40; n > 0; --n)
      bytes += static_cast<char>(random() % 3 == 0 ? random() % 256 : "<&>'\"\xE2\x80\xAE\xC3\xA9"[random() % 10]);
    for (const std::string& out : {xml_text(bytes), plain_line(bytes), isolated_line(bytes)}) EXPECT_TRUE(is_valid_utf8(out));
    const std::string xml = xml_text(bytes);
    EXPECT_EQ(xml.find_first_of("<>\"'"), std::string::npos);
    EXPECT_EQ(plain_line(plain_line(bytes)), plain_line(bytes));
  }
}

std::vector<std::string> physical_lines(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    if (end == std::string::npos) {
      ADD_FAILURE() << "the last line has no CRLF";
      break;
    }
    out.push_back(text.substr(at, end - at));
    at = end + 2;
  }
  return out;
}

std::string unfolded(std::string text) {
  for (std::size_t at = 0; (at = text.find("\r\n ", at)) != std::string::npos;) text.erase(at, 3);
  return text;
}

TEST(Calendar, FoldsAtSeventyFiveOctetsNeverInsideACharacter) {
  std::mt19937 random(9);
  const std::vector<std::string> pieces = {"a", "é", "€", "🛡", "ש"};
  for (int round = 0; round < 3000; ++round) {
    std::string line;
    for (std::size_t n = random() % 200; n > 0; --n) line += pieces[random() % pieces.size()];
    const std::string folded = fold_line(line);
    for (const std::string& physical : physical_lines(folded + "\r\n")) {
      EXPECT_LE(physical.size(), 75U);
      EXPECT_TRUE(is_valid_utf8(physical));
    }
    EXPECT_EQ(unfolded(folded), line);
  }
  EXPECT_EQ(fold_line(std::string(75, 'x')), std::string(75, 'x'));
  EXPECT_EQ(fold_line(std::string(76, 'x')), std::string(75, 'x') + "\r\n x");
}

TEST(Calendar, TextIsEscaped) {
  EXPECT_EQ(calendar_text("a,b;c\\d\ne\r\nf"), "a\\,b\\;c\\\\d\\ne\\nf");
  EXPECT_EQ(calendar_text("x\xE2\x80\xAEy"), "xy");
  EXPECT_EQ(calendar_text("BEGIN:VEVENT\r\nEND:VEVENT"), "BEGIN:VEVENT\\nEND:VEVENT");
}

class Events : public ::testing::Test {
 protected:
  void SetUp() override { world.found(); }
  void announce(const std::string& uid, Json more) {
    Json p{{"kind", "conference"}, {"title", "Annual meeting, Paris; day 1"}, {"language", "en"}, {"document", dig(sha(uid))}};
    p["uid"] = uid;
    for (const auto& [name, value] : more.items()) p[name] = value;
    p["at"] = world.now();
    world.append(entry("event", sha(uid), p, {&key("anna")}));
  }
  [[nodiscard]] std::string made() const { return calendar({.name = "Events", .domain = "registry.example"}, world.state.events()); }
  World world;
};

TEST_F(Events, WholeDaysAndTimes) {
  announce(
      "days",
      {{"starts", "2027-03-01T00:00:00Z"}, {"ends", "2027-03-03T00:00:00Z"}, {"place", {{"name", "Genève, salle B"}, {"country", "CHE"}}}});
  announce("hours", {{"starts", "2027-04-01T09:30:00Z"}, {"ends", "2027-04-01T11:00:00.5Z"}});
  announce("past", {{"kind", "incident"}, {"happened_at", "2026-11-20T10:00:00Z"}});
  const std::string text = unfolded(made());
  EXPECT_THAT(text, HasSubstr("DTSTART;VALUE=DATE:20270301\r\nDTEND;VALUE=DATE:20270303\r\n"));
  EXPECT_THAT(text, HasSubstr("DTSTART:20270401T093000Z\r\nDTEND:20270401T110000Z\r\n"));
  EXPECT_THAT(text, HasSubstr("DTSTART:20261120T100000Z\r\nSUMMARY"));
  EXPECT_THAT(text, HasSubstr("SUMMARY;LANGUAGE=en:Annual meeting\\, Paris\\; day 1\r\n"));
  EXPECT_THAT(text, HasSubstr("LOCATION:Genève\\, salle B\\, CHE\r\n"));
  EXPECT_THAT(text, HasSubstr("UID:days@registry.example\r\n"));
  for (const std::string& line : physical_lines(made())) EXPECT_LE(line.size(), 75U);
}

TEST_F(Events, AChangeKeepsTheUidAndCountsUp) {
  const Json when_it_is = {{"starts", "2027-03-01T00:00:00Z"}, {"ends", "2027-03-03T00:00:00Z"}};
  announce("meeting", when_it_is);
  const std::string first = made();
  EXPECT_EQ(first, made());  // nothing of now in it
  EXPECT_THAT(first, HasSubstr("SEQUENCE:0\r\n"));
  EXPECT_THAT(first, HasSubstr("STATUS:CONFIRMED\r\n"));
  const std::string stamp = first.substr(first.find("DTSTAMP:"), 24);
  Json cancelled = when_it_is;
  cancelled["status"] = "cancelled";
  announce("meeting", cancelled);
  const std::string second = made();
  EXPECT_THAT(second, HasSubstr("SEQUENCE:1\r\n"));
  EXPECT_THAT(second, HasSubstr("STATUS:CANCELLED\r\n"));
  EXPECT_THAT(second, HasSubstr("UID:meeting@registry.example\r\n"));
  EXPECT_THAT(second, Not(HasSubstr(stamp)));
}

TEST_F(Events, TitlesInjectNothing) {
  announce(
      "evil",
      {{"title", "x END:VEVENT BEGIN:VALARM \xE2\x80\xAE 🛡️ منظمة"}, {"starts", "2027-03-01T00:00:00Z"}, {"ends", "2027-03-02T00:00:00Z"}});
  std::size_t begins = 0;
  for (const std::string& line : physical_lines(unfolded(made()))) begins += line.starts_with("BEGIN:") ? 1 : 0;
  EXPECT_EQ(begins, 2U);
}

TEST_F(Events, NoEventsIsStillAValidObject) {
  const std::string text = made();
  EXPECT_THAT(text, HasSubstr("BEGIN:VTIMEZONE\r\n"));
  EXPECT_TRUE(text.ends_with("END:VCALENDAR\r\n"));
}

TEST_F(Formats, BadgeSaysWhatTheLedgerSaysAndWhen) {
  if (!has_python()) GTEST_SKIP() << "no python3 to read XML with";
  const BadgeInfo english{.as_of = world.state.ledger_time(), .ledger_size = world.state.next_leaf()};
  std::vector<std::string> images = {badge_svg(nullptr, english)};
  for (const auto& [id, supporter] : world.state.supporters()) {
    const std::string& image = images.emplace_back(badge_svg(&supporter, english));
    EXPECT_THAT(image, HasSubstr("2026-11-24"));
    EXPECT_THAT(image, HasSubstr("<title id="));
    EXPECT_THAT(image, HasSubstr("role=\"img\""));
    EXPECT_THAT(image, Not(HasSubstr("<script")));
    EXPECT_THAT(image, HasSubstr(supporter.status == Status::applied    ? "application pending"
                                 : supporter.status == Status::imported ? "listed, not confirmed"
                                                                        : "supporter"));
  }
  expect_xml(images, {"<script>alert(1)</script> & \"Co\" 'x'"});
  EXPECT_THAT(badge_svg(world.state.supporter("org-turned"), english), Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_EQ(badge_words(nullptr, english), "not in the register");
  BadgeInfo french = english;
  french.language = catalog::Language::fr;
  EXPECT_THAT(badge_svg(world.state.supporter("org-5"), french), HasSubstr("soutien"));
}

TEST_F(Formats, BadgeChangesWithTheRecord) {
  const std::string pledge = sha(world.log[1]);  // org-0's
  BadgeInfo info_now{.as_of = world.state.ledger_time(), .ledger_size = world.state.next_leaf()};
  Json p{{"pledge", dig(pledge)}, {"organisation", org("org-0")}, {"until", format_time(world.clock + std::chrono::days(700))}};
  p["at"] = world.now();
  world.append(entry("renewal", pledge, p, {&key("org-0")}));
  EXPECT_EQ(badge_words(world.state.supporter("org-0"), info_now), "supporter");
  info_now.as_of += std::chrono::days(800);
  EXPECT_EQ(badge_words(world.state.supporter("org-0"), info_now), "supporter, not renewed");
  world.append(world.about("withdrawal", "pledge", pledge, "org-0", {{"by", "organisation"}}, {&key("org-0")}));
  EXPECT_EQ(badge_words(world.state.supporter("org-0"), info_now), "support ended");
}

}  // namespace
}  // namespace entente::registry
