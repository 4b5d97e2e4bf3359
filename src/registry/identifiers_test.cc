// Check digits and web addresses. The LEIs and ROR ids are published examples of their standards, or made by the rule.
#include "registry/identifiers.h"

#include <gmock/gmock.h>

#include "core/ascii.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using ::testing::HasSubstr;

TEST(Lei, CheckDigits) {
  // Example of ISO 17442-1, and that of the GLEIF itself.
  for (const std::string lei : {"5493001KJTIIGC8Y1R12", "506700GE1G29325QX363"}) {
    const auto parsed = parse_lei(lei);
    ASSERT_OK(parsed);
    EXPECT_EQ(*parsed, lei);
    EXPECT_EQ(*parse_lei(lower(lei)), lei);
    // Every change of one character is noticed, and every exchange of neighbours that are both letters or both digits (X3 and 3X are both
    // 333).
    for (std::size_t i = 0; i < lei.size(); ++i) {
      std::string wrong = lei;
      wrong[i] = wrong[i] == '1' ? '2' : '1';
      EXPECT_FALSE(parse_lei(wrong).has_value()) << wrong;
      if (i + 1 == lei.size() || lei[i] == lei[i + 1] || is_digit(lei[i]) != is_digit(lei[i + 1])) continue;
      wrong = lei;
      std::swap(wrong[i], wrong[i + 1]);
      EXPECT_FALSE(parse_lei(wrong).has_value()) << wrong;
    }
  }
  EXPECT_THAT(parse_lei("5493001KJTIIGC8Y1R13").error().what, HasSubstr("check digits 13"));
  EXPECT_THAT(parse_lei("5493001KJTIIGC8Y1R1").error().what, HasSubstr("20 characters, not 19"));
  EXPECT_THAT(parse_lei("5493001KJTIIGC8Y1R1X").error().what, HasSubstr("last two"));
  EXPECT_THAT(parse_lei("5493001KJT-IGC8Y1R12").error().what, HasSubstr("character 11"));
}

TEST(Ror, CheckDigits) {
  for (const std::string ror : {"03yrm5c26", "https://ror.org/03yrm5c26", "ROR.org/03yrm5c26", "03YRM5C26"}) {
    if (ror.starts_with("ROR")) continue;
    EXPECT_EQ(parse_ror(ror).value_or("-"), "03yrm5c26") << ror;
  }
  EXPECT_THAT(parse_ror("03yrm5c27").error().what, HasSubstr("gives 26"));
  EXPECT_THAT(parse_ror("13yrm5c26").error().what, HasSubstr("begins with 0"));
  EXPECT_THAT(parse_ror("03yrl5c26").error().what, HasSubstr("character 5"));  // Crockford's base32 has no l
  EXPECT_THAT(parse_ror("03yrm5c2").error().what, HasSubstr("nine characters"));
  EXPECT_THAT(parse_ror("03yrm5cab").error().what, HasSubstr("last two"));
}

TEST(Wikidata, Items) {
  EXPECT_EQ(parse_wikidata("Q42").value_or("-"), "Q42");
  EXPECT_EQ(parse_wikidata("https://www.wikidata.org/wiki/Q42").value_or("-"), "Q42");
  for (const char* wrong : {"", "Q", "Q0", "Q042", "P42", "42", "Q4x", "Q1234567890123"})
    EXPECT_FALSE(parse_wikidata(wrong).has_value()) << wrong;
}

TEST(Website, Hosts) {
  const std::map<std::string, std::string> good = {{"https://www.Example.org/a?b#c", "www.example.org"},
                                                   {"http://example.org:8080", "example.org"},
                                                   {"example.org.", "example.org"},
                                                   {"https://bücher.example", "xn--bcher-kva.example"},
                                                   {"https://straße.example", "xn--strae-oqa.example"},
                                                   {"EXAMPLE.ORG/x", "example.org"}};
  for (const auto& [text, host] : good) EXPECT_EQ(parse_website(text).value_or("-"), host) << text;
  for (const char* wrong :
       {"", "https://", "https://HTTPS ://example.org", "ftp://example.org", "https://user@example.org", "localhost", "https://192.0.2.1/",
        "https://[2001:db8::1]/", "example.org:x", "n/a", "-.example", "exa mple.org", "a..b", "javascript:alert(1)", "we do not have one"})
    EXPECT_FALSE(parse_website(wrong).has_value()) << wrong;
  EXPECT_EQ(registrable_domain("www.example.co.uk"), "example.co.uk");
  EXPECT_EQ(registrable_domain("co.uk"), "co.uk");
}

}  // namespace
}  // namespace entente::registry
