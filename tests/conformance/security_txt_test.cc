// The test vectors of the checker sectxt (security.txt, RFC 9116): each is a file and an assertion about the codes found in it, spelt as
// Python wrote it. The day "today" is fixed.
#include "csaf/security_txt.h"

#include <algorithm>
#include <regex>

#include "core/json.h"
#include "test_support.h"

namespace entente::csaf {
namespace {

using Level = SecurityTxtNote::Level;

std::string with_dates(std::string text) {
  const std::pair<std::string_view, std::string_view> dates[] = {{"{(date.today() + timedelta(days=10)).isoformat()}", "2026-12-08"},
                                                                 {"{date.today().isoformat()}", "2026-11-28"},
                                                                 {"{date.today().year + 3}", "2029"},
                                                                 {"{expire_date}", "2026-12-08"}};
  for (const auto& [from, to] : dates)
    for (std::size_t at; (at = text.find(from)) != std::string::npos;) text.replace(at, from.size(), to);
  return text;
}

std::vector<SecurityTxtNote> of_level(const SecurityTxt& t, std::string_view name) {
  const Level level = name == "errors" ? Level::error : name == "recommendations" ? Level::recommendation : Level::notification;
  std::vector<SecurityTxtNote> out;
  for (const SecurityTxtNote& n : t.notes)
    if (n.level == level) out.push_back(n);
  return out;
}
std::int64_t count_of(const SecurityTxt& t, std::string_view level, std::string_view code) {
  return std::ranges::count_if(of_level(t, level), [&](const SecurityTxtNote& n) { return n.code == code; });
}

// nullopt: an assertion of a form this test does not know.
std::optional<bool> holds(const SecurityTxt& t, const std::string& assertion) {
  std::smatch m;
  const auto is = [&](const char* pattern) { return std::regex_match(assertion, m, std::regex(pattern)); };
  if (is(R"(assert(True|False)\(p\w*\.is_valid\(\)\))")) return t.valid() == (m[1] == "True");
  if (is(R"(assertEqual\((errors|recommendations)\[(\d)\]\['code'\], '(\w+)'\))")) {
    const auto notes = of_level(t, m[1].str());
    const std::size_t i = std::stoul(m[2]);
    return i < notes.size() && notes[i].code == m[3].str();
  }
  if (is(R"(assertEqual\(len\(\[1 for r in (?:p\w*\._?)?(errors|recommendations|notifications) if r\['code'\] == '(\w+)'\]\), (\d)\))"))
    return count_of(t, m[1].str(), m[2].str()) == std::stoi(m[3]);
  if (is(R"(assert(True|False)\(any\(\(\w+\['code'\] == '(\w+)' for \w+ in (?:p\.)?errors\)\)\))"))
    return (count_of(t, "errors", m[2].str()) > 0) == (m[1] == "True");
  if (is(R"(assertEqual\(\[r\['line'\] for r in p\w*\._errors if r\['code'\] == '(\w+)'\], \[(\d+)\]\))")) {
    const auto notes = of_level(t, "errors");
    return std::ranges::count_if(notes, [&](const SecurityTxtNote& n) {
             return n.code == m[1].str() && n.line == std::optional<std::uint64_t>(std::stoul(m[2]));
           }) == 1;
  }
  if (is(R"(assertEqual\(line_info\['type'\], 'comment'\))")) return !t.comments.empty();
  if (is(R"(assertEqual\(line_info\['value'\], '(.*)'\))")) return !t.comments.empty() && t.comments.back() == m[1].str();
  const auto addresses = t.contact_addresses();
  if (is(R"(assert(True|False)\('(.*)' in p\.contact_emails\))"))
    return (std::ranges::find(addresses, m[2].str()) != addresses.end()) == (m[1] == "True");
  if (is(R"(assertEqual\('(.*)', p\.contact_email\))")) return !addresses.empty() && addresses.front() == m[1].str();
  if (is(R"(assertEqual\('(.*)', p\.contact_url\))")) {
    const auto contacts = t.values("contact");
    const auto url = std::ranges::find_if(contacts, [](const std::string& c) { return c.starts_with("https://"); });
    return url != contacts.end() && *url == m[1].str();
  }
  return std::nullopt;
}

TEST(SectxtVectors, EachAssertionHolds) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto vectors = JsonDocument::read(shared / "conformance/p6_supply/securitytxt/sectxt-vectors.json");
  ASSERT_OK(vectors);
  const Instant at = parse_time("2026-11-28T12:00:00Z").value();
  int seen = 0, other_option = 0;
  const auto list = as_array(vectors->root());
  ASSERT_TRUE(list);
  for (const JsonView one : *list) {
    const std::string assertion(json_string(one, "assert").value());
    const std::string content = with_dates(std::string(json_string(one, "content").value()));
    const auto parsed = SecurityTxt::parse(content, at);
    ASSERT_OK(parsed);
    // sectxt was told not to mention unknown fields here; our reader has no such option.
    if (assertion.find("'unknown_field']), 0)") != std::string::npos) {
      ++other_option;
      continue;
    }
    const auto verdict = holds(*parsed, assertion);
    ++seen;
    ASSERT_TRUE(verdict.has_value()) << "unknown form: " << assertion;
    std::string told;
    for (const SecurityTxtNote& n : parsed->notes) told += fmt::format("{} line {}: {}\n", n.code, n.line.value_or(0), n.what);
    EXPECT_TRUE(*verdict) << seen << " " << assertion << "\n" << content << "\n" << told;
  }
  EXPECT_EQ(seen, 52);
  EXPECT_EQ(other_option, 1);
}

}  // namespace
}  // namespace entente::csaf
