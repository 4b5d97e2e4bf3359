// Licence expressions by the grammar of SPDX Annex D, and how clear a component's licence is.
#include "measures/p6_supply/licence_expression.h"

#include <gtest/gtest.h>

#include <string>

namespace entente::measures::p6_supply {
namespace {

TEST(LicenceExpression, TakesTheGrammar) {
  for (const char* text :
       {"MIT", "mit", "GPL-2.0-or-later", "GPL-2.0+", "Apache-1.0+", "MIT OR Apache-2.0", "(MIT)", "((MIT AND ISC) OR BSD-3-Clause)",
        "GPL-2.0-or-later WITH Classpath-exception-2.0", "LicenseRef-Own.1", "DocumentRef-other:LicenseRef-2", "MIT and ISC or Zlib",
        "GPL-2.0-only WITH Classpath-exception-2.0 AND MIT", "\tMIT\n"}) {
    const auto expression = parse_licence_expression(text);
    EXPECT_TRUE(expression) << text << ": " << (expression ? "" : expression.error().what);
    if (expression) EXPECT_EQ(expression->unlisted, 0U) << text;
  }
  EXPECT_EQ(parse_licence_expression("MIT AND LicenseRef-x AND Foo-1.0")->listed, 1U);
  EXPECT_EQ(parse_licence_expression("MIT AND LicenseRef-x AND Foo-1.0")->custom, 1U);
  EXPECT_EQ(parse_licence_expression("MIT AND LicenseRef-x AND Foo-1.0")->unlisted, 1U);
}

TEST(LicenceExpression, RefusesWhatIsNone) {
  for (const char* text : {"",
                           " ",
                           "MIT OR",
                           "OR MIT",
                           "MIT Apache-2.0",
                           "(MIT",
                           "MIT)",
                           "()",
                           "MIT And ISC",
                           "MIT++",
                           "NONE",
                           "NOASSERTION",
                           "LicenseRef-",
                           "DocumentRef-a",
                           "DocumentRef-:LicenseRef-b",
                           "DocumentRef-a:MIT",
                           "MIT WITH",
                           "(MIT) WITH x",
                           "MIT WITH (x)",
                           "MIT/Apache-2.0",
                           "WITH",
                           "MIT AND NONE"})
    EXPECT_FALSE(parse_licence_expression(text)) << text;
  EXPECT_EQ(parse_licence_expression("MIT OR ").error().where.offset, 7U);
  EXPECT_TRUE(parse_licence_expression(std::string(60, '(') + "MIT" + std::string(60, ')')));
  EXPECT_FALSE(parse_licence_expression(std::string(5000, '(') + "MIT" + std::string(5000, ')')));
  EXPECT_FALSE(parse_licence_expression(std::string(20'000, 'a')));
}

TEST(LicenceClarity, TheWorstLicenceDecides) {
  EXPECT_EQ(licence_clarity("MIT"), LicenceClarity::listed);
  EXPECT_EQ(licence_clarity("MIT OR LicenseRef-a"), LicenceClarity::custom);
  EXPECT_EQ(licence_clarity("MIT OR Foo-1"), LicenceClarity::unclear);
  EXPECT_EQ(licence_clarity("see the file LICENCE"), LicenceClarity::unclear);
  EXPECT_EQ(licence_clarity("NOASSERTION"), LicenceClarity::none);
  const auto sbom = parse_sbom(R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[
      {"type":"library","name":"a","licenses":[{"license":{"id":"MIT"}},{"license":{"name":"our own terms"}}]},
      {"type":"library","name":"b"}]})",
                               "bom.json");
  ASSERT_TRUE(sbom);
  EXPECT_EQ(licence_clarity(*sbom, sbom->components[0]), LicenceClarity::unclear);
  EXPECT_EQ(licence_clarity(*sbom, sbom->components[1]), LicenceClarity::none);
}

}  // namespace
}  // namespace entente::measures::p6_supply
