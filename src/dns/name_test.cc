#include "dns/name.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace entente::dns {
namespace {

using testing::HasSubstr;

TEST(DnsName, TakesNamesAndWritesThemOneWay) {
  for (const auto& [given, held] : std::vector<std::pair<std::string, std::string>>{{"pledge.example", "pledge.example"},
                                                                                    {"Pledge.EXAMPLE.", "pledge.example"},
                                                                                    {"a.b.c.d.example", "a.b.c.d.example"},
                                                                                    {"3com.example", "3com.example"},
                                                                                    {"xn--bcher-kva.example", "xn--bcher-kva.example"},
                                                                                    {"a--b.example", "a--b.example"}}) {
    const auto domain = Domain::parse(given);
    ASSERT_OK(domain);
    EXPECT_EQ(domain->str(), held);
  }
}

TEST(DnsName, RefusesWhatIsNoName) {
  const std::vector<std::pair<std::string, std::string>> cases{{"", "empty"},
                                                               {".", "empty"},
                                                               {"example", "one label"},
                                                               {"localhost", "one label"},
                                                               {"a..example", "empty label"},
                                                               {".a.example", "empty label"},
                                                               {"-a.example", "hyphen"},
                                                               {"a-.example", "hyphen"},
                                                               {"_a.example", "other than"},
                                                               {"a b.example", "other than"},
                                                               {"a\n.example", "other than"},
                                                               {std::string("a\0.example", 10), "other than"},
                                                               {"192.0.2.1", "address"},
                                                               {"a.123", "address"},
                                                               {"https://pledge.example", "URL"},
                                                               {"pledge.example/path", "URL"},
                                                               {"*.pledge.example", "wildcard"},
                                                               {"pledge.example:443", "other than"},
                                                               {"xn--a.example", "stands for no"},
                                                               {"xn--zzzzzzzzzz99999.example", "stands for no"},
                                                               {std::string(64, 'a') + ".example", "63"},
                                                               {std::string(2000, 'a'), "253"}};
  for (const auto& [given, why] : cases) {
    const auto domain = Domain::parse(given);
    ASSERT_FALSE(domain) << given;
    EXPECT_THAT(domain.error().what, HasSubstr(why)) << given;
  }
}

TEST(DnsName, LengthLimitsAreExact) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(longest.size(), 253U);
  ASSERT_OK(Domain::parse(longest));
  EXPECT_FALSE(Domain::parse(longest + "b"));
  EXPECT_TRUE(is_query_name(longest));
  EXPECT_FALSE(is_query_name("c." + longest));
}

TEST(DnsName, OtherScriptsAreToldTheirALabels) {
  const auto domain = Domain::parse("Bücher.example");
  ASSERT_FALSE(domain);
  EXPECT_THAT(domain.error().what, HasSubstr("A-labels"));
  EXPECT_THAT(domain.error().hint, HasSubstr("xn--bcher-kva.example"));
  const auto broken = Domain::parse(
      "b\xfc"
      "cher.example");  // Latin-1
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().hint, "");
}

TEST(DnsName, ChildrenMayBeginWithAnUnderscore) {
  const Domain domain = Domain::parse("pledge.example").value();
  EXPECT_EQ(domain.child("_entente-challenge").value(), "_entente-challenge.pledge.example");
  EXPECT_FALSE(domain.child("a.b"));
  EXPECT_FALSE(domain.child(""));
  EXPECT_FALSE(domain.child("a b"));
  const std::string label(63, 'a');
  EXPECT_FALSE(Domain::parse(label + "." + label + "." + label + ".example").value().child(label));
}

TEST(DnsName, WithinIsByLabels) {
  EXPECT_TRUE(is_within("pledge.example", "pledge.example"));
  EXPECT_TRUE(is_within("a.pledge.example", "pledge.example"));
  EXPECT_FALSE(is_within("apledge.example", "pledge.example"));
  EXPECT_FALSE(is_within("example", "pledge.example"));
}

}  // namespace
}  // namespace entente::dns
