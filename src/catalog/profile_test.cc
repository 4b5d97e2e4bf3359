// org.toml: a full profile, every kind of fault at its line and column, and the bytes an attester signs.
#include "catalog/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/profile_checks.h"
#include "core/file.h"
#include "test_support.h"

namespace entente::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kHead = "name = \"A\"\nid = \"aa\"\ncategory = \"intergovernmental\"\nroles = [\"csirt\"]\n";

Result<Profile> parse(const std::string& text) { return Profile::parse(text, "org.toml"); }

std::string full() { return *read_file(test::source_dir() / "src/catalog/testdata/full.toml"); }

// The profile kHead + `rest` must fail with `what`, at this line of `rest` and column.
void expect_fault(const std::string& rest, std::string_view what, std::uint64_t line, std::uint64_t column) {
  const auto profile = parse(kHead + rest);
  ASSERT_FALSE(profile.has_value()) << rest;
  const Error& e = profile.error();
  EXPECT_THAT(e.what, HasSubstr(std::string(what)));
  EXPECT_EQ(e.where.file, "org.toml");
  EXPECT_EQ(e.where.line, 4 + line) << e.str();
  EXPECT_EQ(e.where.column, column) << e.str();
}

// kHead with one line replaced; the fault is expected in that line.
void expect_head_fault(std::size_t index, const std::string& line, std::string_view what) {
  std::vector<std::string> lines = {"name = \"A\"", "id = \"aa\"", "category = \"state\"", "roles = [\"csirt\"]"};
  lines[index] = line;
  const auto profile = parse(lines[0] + "\n" + lines[1] + "\n" + lines[2] + "\n" + lines[3] + "\n");
  ASSERT_FALSE(profile.has_value()) << line;
  EXPECT_THAT(profile.error().what, HasSubstr(std::string(what))) << line;
  EXPECT_TRUE(profile.error().where.line.has_value());
  if (!line.empty()) { EXPECT_EQ(profile.error().where.line, index + 1) << profile.error().str(); }
}

TEST(Profile, ReadsEveryKey) {
  const auto p = parse(full());
  ASSERT_OK(p);
  EXPECT_EQ(p->name, "Example Widgets SA");
  EXPECT_EQ(p->id, "example-widgets");
  EXPECT_EQ(p->country, "FRA");
  EXPECT_THAT(p->roles, ElementsAre("software-producer", "operator", "private-sector"));
  EXPECT_THAT(p->domains, ElementsAre("widgets.example", "xn--bcher-kva.example"));
  EXPECT_THAT(p->asns, ElementsAre(64496U, 4200000000U));
  ASSERT_EQ(p->products.size(), 1U);
  EXPECT_THAT(p->products[0].sboms, ElementsAre("sbom/server.cdx.json", "sbom/*.cdx.json"));
  ASSERT_EQ(p->evidence.size(), 2U);
  EXPECT_EQ(format_time(*p->evidence[0].collected_at), "2026-11-20T07:00:00Z");
  EXPECT_EQ(format_time(*p->evidence[1].collected_at), "2026-11-21T00:00:00Z");
  EXPECT_EQ(p->evidence[1].source, "");
  ASSERT_EQ(p->attestations.size(), 2U);
  EXPECT_EQ(p->attestations[0].claims, Status::partial);
  EXPECT_EQ(p->attestations[0].text, "Plan and exercise of 14 October 2026\nwere examined.");
  EXPECT_EQ(p->attestations[1].claims, Status::satisfied);
  EXPECT_EQ(p->attestations[1].file->bytes[31], 0xFF);
  EXPECT_EQ(p->attestations[1].file_path, "policy/no-hack-back.pdf");
  EXPECT_EQ(format_date(p->attestations[1].date), "2026-01-15");
  EXPECT_EQ(p->not_applicable[0].control, ControlId(2, 5));
}

TEST(Profile, SmallestOne) {
  const auto p = parse(kHead);
  ASSERT_OK(p);
  EXPECT_EQ(p->country, "");
  EXPECT_THAT(p->roles, ElementsAre("csirt"));  // intergovernmental is no role
}

TEST(Profile, CategoryCountsAsRoleOnce) {
  EXPECT_THAT(parse("name=\"A\"\nid=\"aa\"\ncategory=\"state\"\nroles=[]")->roles, ElementsAre("state"));
  EXPECT_THAT(parse("name=\"A\"\nid=\"aa\"\ncategory=\"state\"\nroles=[\"state\",\"csirt\"]")->roles, ElementsAre("state", "csirt"));
}

TEST(Profile, RequiredKeys) {
  expect_head_fault(0, "", "the profile has no name");
  expect_head_fault(1, "", "the profile has no id");
  expect_head_fault(2, "", "the profile has no category");
  expect_head_fault(3, "", "the profile has no roles");
}

TEST(Profile, WrongValuesOfTheHead) {
  expect_head_fault(0, "name = 7", "is an integer, not a string");
  expect_head_fault(0, "name = \"\"", "is empty");
  expect_head_fault(0, "name = \" A\"", "white space");
  expect_head_fault(0, "name = \"A\\u0007\"", "control character");
  expect_head_fault(0, "name = \"A\\u0085\"", "control character");
  expect_head_fault(0, "name = \"A\\u202eB\"", "direction mark");
  expect_head_fault(0, "name = \"" + std::string(257, 'a') + "\"", "longer than 256 bytes");
  for (const char* id : {"Aa", "a", "-aa", "aa-", "a--b", "a_b", "a b"})
    expect_head_fault(1, "id = \"" + std::string(id) + "\"", "is not an id");
  expect_head_fault(2, "category = \"company\"", "unknown value \"company\"");
  expect_head_fault(3, "roles = \"csirt\"", "is a string, not an array");
  expect_head_fault(3, "roles = [1]", "is an integer, not a string");
  expect_head_fault(3, "roles = [\"all\"]", "unknown value \"all\"");
  expect_head_fault(3, "roles = [\"csirt\", \"csirt\"]", "stands twice");
}

TEST(Profile, HintsListWhatIsValid) {
  const auto role = parse("name=\"A\"\nid=\"aa\"\ncategory=\"state\"\nroles=[\"operater\"]");
  EXPECT_THAT(role.error().hint, HasSubstr("did you mean \"operator\"?"));
  EXPECT_THAT(role.error().hint, HasSubstr("voting-vendor"));
  EXPECT_EQ(role.error().where.column, 8U);
  const auto key = parse(kHead + "domain = []\n");
  EXPECT_THAT(key.error().hint, HasSubstr("did you mean \"domains\"?"));
}

TEST(Profile, ColumnsAreBytes) {
  const auto p = parse("name = \"é\" = 1\n");
  ASSERT_FALSE(p.has_value());
  EXPECT_EQ(p.error().where.line, 1U);
  EXPECT_EQ(p.error().where.column, 13U);  // "é" is two bytes
}

TEST(Profile, UnknownKeys) {
  expect_fault("colour = 1\n", "unknown key \"colour\" in the profile", 1, 1);
  expect_fault("[[evidence]]\nkind = \"kev\"\npath = \"a\"\n  sha = 1\n", "unknown key \"sha\" in [[evidence]]", 4, 3);
  expect_fault("[[product]]\nname = \"x\"\nsbom = []\n", "unknown key \"sbom\" in [[product]]", 3, 1);
  expect_fault("[[attestation]]\nauthor = 1\n", "unknown key \"author\" in [[attestation]]", 2, 1);
  expect_fault("[[not_applicable]]\nwhy = 1\n", "unknown key \"why\" in [[not_applicable]]", 2, 1);
  expect_fault("[product]\nname = \"x\"\n", "is a table, not an array of tables", 1, 1);
  expect_fault("product = [1]\n", "is an integer, not a table", 1, 12);
}

TEST(Profile, Country) {
  for (const char* country : {"FR", "fra", "FRAN", "F4A"}) expect_fault("country = \"" + std::string(country) + "\"\n", "alpha-3", 1, 11);
  EXPECT_EQ(parse(kHead + "country = \"KOR\"\n")->country, "KOR");
}

TEST(Profile, Domains) {
  for (const char* domain : {"Widgets.example", "widgets", "widgets.example.", ".example", "a..example", "-a.example", "a-.example",
                             "a_b.example", "https://a.example", "192.0.2.1", "b\u00fccher.example", "a.example:443"})
    expect_fault("domains = [\"" + std::string(domain) + "\"]\n", "domain", 1, 12);
  expect_fault("domains = [\"" + std::string(64, 'a') + ".example\"]\n", "longer than 63", 1, 12);
  std::string longest;
  for (int i = 0; i < 4; ++i) longest += std::string(61, 'a') + ".";
  longest += "abcde";
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_OK(parse(kHead + "domains = [\"" + longest + "\"]\n"));
  expect_fault("domains = [\"" + longest + "f\"]\n", "longer than 253", 1, 12);
}

TEST(Profile, Asns) {
  for (const char* asn : {"0", "-1", "4294967295", "65535", "23456", "9223372036854775807"})
    expect_fault("asns = [" + std::string(asn) + "]\n", "AS number", 1, 9);
  expect_fault("asns = [\"AS64496\"]\n", "is a string, not an integer", 1, 9);
  expect_fault("asns = [64496, 64496]\n", "stands twice", 1, 16);
}

TEST(Profile, Products) {
  expect_fault("[[product]]\nname = \"x\"\n[[product]]\nname = \"x\"\n", "two products are called \"x\"", 4, 8);
  expect_fault("[[product]]\nname = \"x\"\nsboms = [\"a.json\"]\n", "no [[evidence]] has the path \"a.json\"", 3, 10);
  expect_fault("[[product]]\nname = \"x\"\nsboms = [\"../a.json\"]\n", "is not a path inside", 3, 10);
}

TEST(Profile, Evidence) {
  const std::string head = "[[evidence]]\nkind = \"kev\"\n";
  for (const char* path : {"/etc/passwd", "../a", "a/../b", "a//b", "./a", "a\\\\b"})
    expect_fault(head + "path = \"" + path + "\"\n", "is not a path inside", 3, 8);
  expect_fault(head + "path = \"*/a\"\n", "last part of a path only", 3, 8);
  expect_fault("[[evidence]]\nkind = \"SBOM\"\npath = \"a\"\n", "is not a kind of evidence", 2, 8);
  expect_fault("[[evidence]]\npath = \"a\"\n", "[[evidence]] has no kind", 1, 1);
  expect_fault(head + "path = \"a\"\ncollected_at = 2026-10-01T00:00:00\n", "no offset from UTC", 4, 16);
  expect_fault(head + "path = \"a\"\ncollected_at = \"yesterday\"\n", "is not a time", 4, 16);
  expect_fault(head + "path = \"a\"\n" + head + "path = \"a\"\n", "listed twice", 6, 8);
}

TEST(Profile, Attestations) {
  const std::string head = "[[attestation]]\ncontrol = \"P1-05\"\n";
  expect_fault("[[attestation]]\ncontrol = \"P1-5\"\n", "is not a control id", 2, 11);
  expect_fault(head + "date = 2026-10-01\n", "neither text nor file", 1, 1);
  expect_fault(head + "text = \"a\"\nfile = \"sha256:00\"\n", "both text and file", 4, 8);
  expect_fault(head + "file = \"sha256:00\"\n", "is not a SHA-256 digest", 3, 8);
  expect_fault(head + "file = \"" + std::string(64, '0') + "\"\n", "is not a SHA-256 digest", 3, 8);
  expect_fault(head + "text = \"a\"\nfile_path = \"a\"\n", "a file_path but no file", 4, 13);
  expect_fault(head + "text = \"a\"\n", "\"date\" of [[attestation]] is missing", 1, 1);
  expect_fault(head + "text = \"a\"\ndate = 2026-10-01T00:00:00Z\n", "is not a date", 4, 8);
  expect_fault(head + "text = \"a\"\ndate = \"2026-02-30\"\n", "is not a date", 4, 8);
  expect_fault(head + "text = \"a\"\ndate = 2026-10-01\nclaims = \"not-satisfied\"\n", "unknown value \"not-satisfied\"", 5, 10);
  for (const char* key :
       {"x", "x+y+z", "+8a2d8c9b+AQEB", "a b+8a2d8c9b+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
        "a+8A2D8C9B+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB", "a+8a2d8c9b+BAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"})
    expect_fault(head + "text = \"a\"\nattester = \"" + key + "\"\n", "is not a verifier key", 4, 12);
  const std::string signature = "signature = \"" + std::string(86, 'A') + "==\"\n";
  expect_fault(head + "text = \"a\"\ndate = 2026-10-01\n" + signature, "a signature but no attester", 5, 13);
  expect_fault(head + "text = \"a\"\ndate = 2026-10-01\nsignature = \"AAAA\"\n", "is not a signature", 5, 13);
  expect_fault(head + "text = \"a\"\ndate = 2026-10-01\nsignature = \"" + std::string(86, 'A') + "\"\n", "is not a signature", 5, 13);
}

TEST(Profile, NotApplicable) {
  const std::string one = "[[not_applicable]]\ncontrol = \"P2-01\"\nreason = \"no AS\"\n";
  expect_fault(one + one, "not applicable twice", 5, 11);
  expect_fault("[[not_applicable]]\ncontrol = \"P2-01\"\n", "[[not_applicable]] has no reason", 1, 1);
  expect_fault("[[not_applicable]]\ncontrol = \"P2-01\"\nreason = \"" + std::string(2001, 'x') + "\"\n", "longer than 2000", 3, 10);
  const auto both = parse(kHead + one + "[[attestation]]\ncontrol = \"P2-01\"\ntext = \"x\"\ndate = 2026-01-01\n");
  ASSERT_FALSE(both.has_value());
  EXPECT_THAT(both.error().what, HasSubstr("an [[attestation]] is given for it"));
}

TEST(Profile, HostileText) {
  for (const std::string& text :
       {std::string("name = \"\xff\""), std::string(5 << 20, '#'), std::string("= ="), std::string("a = 1\na = 2\n"),
        std::string("a = [") + std::string(100'000, '['), std::string("\0", 1), std::string("x = \"") + std::string(1'000, '"')}) {
    const auto p = parse(text);
    ASSERT_FALSE(p.has_value());
    EXPECT_EQ(p.error().where.file, "org.toml");
  }
}

// toml++ 3.3 asserts on these; found by fuzzing.
TEST(Profile, TablesWithoutAKey) {
  expect_fault("[[[evidence]]\nkind = \"kev\"\n", "not TOML", 1, 3);
  expect_fault("\n  [=]\n", "not TOML", 2, 4);
  expect_fault("[ [x]]\n", "not TOML", 1, 3);
  expect_fault("[[\n", "not TOML", 1, 3);
  expect_fault("[.a]\n", "not TOML", 1, 2);
}

// Letters outside quotes are refused in words of ours; toml++ 3.3 had undefined behaviour on some (U+044C), found by fuzzing.
TEST(Profile, LettersBeyondAsciiStandInQuotes) {
  expect_fault("\u044c = 1\n", "beyond ASCII outside quotes", 1, 1);
  expect_fault("x = \u00e9\n", "beyond ASCII outside quotes", 1, 5);
  EXPECT_OK(parse("\n# \u044c\nname = \"\u044c\"  # \u044c\nid = 'aa'\ncategory = \"state\"\nroles = []\n"));
  EXPECT_OK(parse("\ufeff" + kHead));
  for (const char* text : {"\ufeff\u00e9 = 1\n", "\ufeff= 1\n"}) {
    const auto where = parse(text).error().where;
    EXPECT_EQ(where.line, 1U);
    EXPECT_EQ(where.column, 4U);
  }
}

TEST(Profile, DeepKeysAreRefusedBeforeTheyAreBuilt) {
  std::string deep = "a";
  for (int i = 0; i < 200'000; ++i) deep += ".a";
  for (const std::string& text : {deep + " = 1\n", "[" + deep + "]\n", "x = {" + deep + " = 1}\n",
                                  "x = {a = \"\"\"b\"\"\"\", " + deep + " = 1}\n", "x = 'it' # '\n" + deep + " = 1\n"}) {
    const auto p = parse(text);
    ASSERT_FALSE(p.has_value());
    EXPECT_THAT(p.error().what, HasSubstr("more than 64 parts")) << text.substr(0, 30);
  }
  EXPECT_EQ(find_trap("x = \"" + deep + "\"\ny = '''\n" + deep + "'''\n# " + deep + "\n").has_value(), false);
}

TEST(Profile, TruncationsNeverCrashAndNeverInvent) {
  const std::string text = full();
  for (std::size_t n = 0; n < text.size(); ++n) {
    const auto p = parse(text.substr(0, n));
    if (p) {
      EXPECT_EQ(p->id, "example-widgets") << n;
    } else {
      EXPECT_FALSE(p.error().what.empty()) << n;
    }
  }
}

TEST(PathMatches, Globs) {
  EXPECT_TRUE(path_matches("sbom/*.json", "sbom/a.json"));
  EXPECT_TRUE(path_matches("sbom/?.json", "sbom/a.json"));
  EXPECT_TRUE(path_matches("sbom/a*b*c", "sbom/aXbYbZc"));
  EXPECT_TRUE(path_matches("*", "a"));
  EXPECT_FALSE(path_matches("sbom/*.json", "sbom/x/a.json"));
  EXPECT_FALSE(path_matches("sbom/?.json", "sbom/ab.json"));
  EXPECT_FALSE(path_matches("sbom/*.json", "sbom/a.jso"));
  EXPECT_FALSE(path_matches("a?b", "a/b"));
  EXPECT_FALSE(path_matches(std::string(50, '*') + "b", std::string(10'000, 'a')));
}

TEST(AttestationMessage, FixedText) {
  const auto p = parse(full());
  ASSERT_OK(p);
  EXPECT_EQ(attestation_message(*p, p->attestations[0]),
            "entente-attestation/v1\norganisation: example-widgets\ncontrol: P1-05\nclaims: partial\ndate: 2026-10-20\ncontent: " +
                sha256("Plan and exercise of 14 October 2026\nwere examined.").str() + "\nattester: auditor.example\n");
  EXPECT_EQ(attestation_message(*p, p->attestations[1]),
            "entente-attestation/v1\norganisation: example-widgets\ncontrol: P8-01\nclaims: satisfied\ndate: 2026-01-15\n"
            "content: sha256:00000000000000000000000000000000000000000000000000000000000000ff\nattester: \n");
}

TEST(AttestationMessage, EveryFieldChangesIt) {
  const auto p = parse(full());
  ASSERT_OK(p);
  const std::string message = attestation_message(*p, p->attestations[0]);
  const std::vector<std::function<void(Profile&, Attestation&)>> edits = {
      [](Profile& q, Attestation&) { q.id = "other"; },
      [](Profile&, Attestation& a) { a.control = ControlId(1, 6); },
      [](Profile&, Attestation& a) { a.claims = Status::satisfied; },
      [](Profile&, Attestation& a) { a.date += std::chrono::days(1); },
      [](Profile&, Attestation& a) { a.text += "."; },
      [](Profile&, Attestation& a) { a.file = Digest{}; },
      [](Profile&, Attestation& a) { a.attester = "else.example+8a2d8c9b+x"; }};
  std::set<std::string> seen = {message};
  for (const auto& edit : edits) {
    Profile q = *p;
    Attestation a = p->attestations[0];
    edit(q, a);
    EXPECT_TRUE(seen.insert(attestation_message(q, a)).second);
  }
}

}  // namespace
}  // namespace entente::catalog
