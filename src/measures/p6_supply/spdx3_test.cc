// SPDX 3: what becomes of packages and relationships; and its rules: a document that keeps them, and for each kind of rule one that breaks
// it, with the place.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "measures/p6_supply/test_sbom.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kSpdx3 = R"text({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
 {"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-03-01T12:00:00Z","createdBy":["urn:org"],"createdUsing":["urn:tool"]},
 {"type":"Organization","spdxId":"urn:org","creationInfo":"_:c","name":"Example Ltd"},
 {"type":"Tool","spdxId":"urn:tool","creationInfo":"_:c","name":"maker"},
 {"type":"SpdxDocument","spdxId":"urn:doc","creationInfo":"_:c","name":"shop","rootElement":["urn:sbom"]},
 {"type":"software_Sbom","spdxId":"urn:sbom","creationInfo":"_:c","rootElement":["urn:shop"]},
 {"type":"software_Package","spdxId":"urn:shop","creationInfo":"_:c","name":"shop","software_packageVersion":"2.0","suppliedBy":"urn:org",
  "software_packageUrl":"pkg:npm/shop@2.0","software_primaryPurpose":"application",
  "verifiedUsing":[{"type":"Hash","algorithm":"sha1","hashValue":"0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33"}]},
 {"type":"software_Package","spdxId":"urn:lib","creationInfo":"_:c","name":"lib","originatedBy":["urn:org"],
  "externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cpe23","identifier":"cpe:2.3:a:example:lib:1:*:*:*:*:*:*:*"},
   {"type":"ExternalIdentifier","externalIdentifierType":"packageUrl","identifier":"pkg:npm/lib@1"}]},
 {"type":"software_File","spdxId":"urn:file","creationInfo":"_:c","name":"./main.c"},
 {"type":"simplelicensing_LicenseExpression","spdxId":"urn:mit","creationInfo":"_:c","simplelicensing_licenseExpression":"MIT"},
 {"type":"Relationship","spdxId":"urn:r1","creationInfo":"_:c","from":"urn:shop","relationshipType":"contains","to":["urn:file"]},
 {"type":"LifecycleScopedRelationship","spdxId":"urn:r2","creationInfo":"_:c","from":"urn:shop","relationshipType":"dependsOn","to":["urn:lib","urn:elsewhere"],"scope":"runtime"},
 {"type":"Relationship","spdxId":"urn:r3","creationInfo":"_:c","from":"urn:shop","relationshipType":"hasConcludedLicense","to":["urn:mit"]},
 {"type":"Relationship","spdxId":"urn:r4","creationInfo":"_:c","from":"urn:shop","relationshipType":"hasDeclaredLicense","to":["urn:mit"]}]})text";

TEST(Spdx3, PackagesAndRelationships) {
  const Sbom sbom = read_sbom_text(kSpdx3);
  EXPECT_THAT(placed_errors(sbom), IsEmpty());
  EXPECT_EQ(sbom.form, SbomForm::spdx3_json);
  EXPECT_EQ(sbom.spec_version, "3.0.1");
  EXPECT_THAT(sbom.authors, ElementsAre("Example Ltd"));
  EXPECT_THAT(sbom.tools, ElementsAre("maker"));
  ASSERT_EQ(sbom.components.size(), 2u);
  EXPECT_EQ(sbom.pointer(0), "/@graph/5");
  EXPECT_EQ(sbom.components[0].purl, "pkg:npm/shop@2.0");
  EXPECT_EQ(sbom.components[0].supplier, "Example Ltd");
  EXPECT_EQ(sbom.hashes_of(sbom.components[0])[0].algorithm, "SHA1");
  EXPECT_THAT(sbom.licences_of(sbom.components[0]), ElementsAre("MIT")) << "concluded and declared alike";
  EXPECT_EQ(sbom.components[1].purl, "pkg:npm/lib@1");
  EXPECT_EQ(sbom.components[1].cpe, "cpe:2.3:a:example:lib:1:*:*:*:*:*:*:*");
  EXPECT_EQ(sbom.components[1].supplier_field, SupplierField::originator);
  EXPECT_THAT(sbom.roots, ElementsAre(0));
  EXPECT_THAT(sbom.children(0), ElementsAre(1));
  EXPECT_EQ(sbom.files[0].owner, 0u);
  EXPECT_EQ(sbom.external_references, 1u);
}

TEST(Spdx3, WhatIsWrongIsNoted) {
  const Sbom sbom = read_sbom_text(R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
 {"type":"CreationInfo","@id":"_:c","specVersion":"3.0.0"},
 {"type":"software_Package","spdxId":"urn:a"},
 {"type":"software_Package","spdxId":"urn:a","name":"b"},
 {"type":"Relationship","spdxId":"urn:r","from":"urn:a"},
 {"spdxId":"urn:x"}]})");
  const std::vector<std::string> errors = placed_errors(sbom);
  for (const char* said :
       {"/@graph/1: the package has no name", "/@graph/2/spdxId: the spdxId \"urn:a\" is used twice", "/@graph/4: the element has no type",
        "/@graph: no SpdxDocument", "/@graph: the CreationInfo gives no time", "/@graph/3: a relationship needs",
        "/@graph/0: \"created\" is missing", "/@graph/2: \"creationInfo\" is missing"})
    EXPECT_THAT(errors, testing::Contains(HasSubstr(said)).Times(1)) << said;
  EXPECT_THAT(parse_sbom(R"({"@context":"x","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"4.0"}]})", "a").error().what,
              HasSubstr("\"4.0\""));
}

// ---- the rules

constexpr std::string_view kContext3 = R"("https://spdx.org/rdf/3.0.1/spdx-context.jsonld")";

// Creation, agent and document stand at 0, 1 and 2; `more` begins at 3.
std::string spdx3_document(std::string_view more, std::string_view context = kContext3, std::string_view roots = R"(["urn:a"])") {
  return fmt::format(R"({{"@context":{},"@graph":[
 {{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-03-01T12:00:00Z","createdBy":["urn:org"]}},
 {{"type":"Organization","spdxId":"urn:org","creationInfo":"_:c","name":"Example"}},
 {{"type":"SpdxDocument","spdxId":"urn:doc","creationInfo":"_:c","rootElement":{}}}{}]}})",
                     context, roots, more.empty() ? "" : "," + std::string(more));
}
std::string spdx3_package(std::string_view more) {
  return fmt::format(R"({{"type":"software_Package","spdxId":"urn:a","creationInfo":"_:c","name":"a"{}{}}})", more.empty() ? "" : ",",
                     more);
}

std::vector<std::string> spdx3_issues(const std::string& text, IssueLevel level = IssueLevel::error) {
  const auto sbom = parse_sbom(text, "s.json");
  if (!sbom) return {"refused: " + sbom.error().what};
  std::vector<std::string> out;
  for (const Issue& issue : sbom->issues)
    if (issue.level == level) out.push_back(issue.pointer + " " + issue.message);
  return out;
}
// Of a document with this package.
std::vector<std::string> spdx3_of(std::string_view more) { return spdx3_issues(spdx3_document(spdx3_package(more))); }

TEST(Spdx3Rules, ValidDocuments) {
  const std::string full = spdx3_document(
      spdx3_package(
          R"("software_packageVersion":"1.0","software_downloadLocation":"https://a.example/a.tgz","suppliedBy":"urn:org","builtTime":"2026-03-01T12:00:00Z",
 "verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"0000000000000000000000000000000000000000000000000000000000000000"}],
 "externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"packageUrl","identifier":"pkg:npm/a@1.0"}],
 "externalRef":[{"type":"ExternalRef","externalRefType":"vcs","locator":["https://a.example/git"]}])") +
      R"(,{"type":"software_Sbom","spdxId":"urn:s","creationInfo":"_:c","rootElement":["urn:a"],"element":["urn:a"],"software_sbomType":["build"]},
 {"type":"LifecycleScopedRelationship","spdxId":"urn:r","creationInfo":"_:c","from":"urn:a","relationshipType":"dependsOn","to":["urn:a"],"scope":"runtime","completeness":"complete"},
 {"type":"security_Vulnerability","spdxId":"urn:v","creationInfo":"_:c","security_modifiedTime":"2026-03-01T12:00:00Z"},
 {"type":"ai_AIPackage","spdxId":"urn:m","creationInfo":"_:c","name":"m","ai_domain":["x"]},
 {"type":"https://own.example/Kind","spdxId":"urn:k","creationInfo":"_:c","https://own.example/member":"x"})");
  EXPECT_THAT(spdx3_issues(full), IsEmpty());
  EXPECT_THAT(spdx3_issues(full, IssueLevel::warning), IsEmpty());
  EXPECT_THAT(spdx3_issues(spdx3_document(spdx3_package(""), fmt::format("[{}]", kContext3))), IsEmpty()) << "a context in a list";
}

TEST(Spdx3Rules, ContextAndRoot) {
  EXPECT_THAT(spdx3_issues(spdx3_document(spdx3_package(""), R"("https://other.example/context")")),
              ElementsAre(testing::StartsWith("/@context ")));
  std::string more = spdx3_document(spdx3_package(""));
  more.insert(1, R"("extra":1,)");
  EXPECT_THAT(spdx3_issues(more), IsEmpty());
  EXPECT_THAT(spdx3_issues(more, IssueLevel::warning), ElementsAre(testing::StartsWith("/extra ")));
}

TEST(Spdx3Rules, MembersAndTheirTypes) {
  EXPECT_THAT(spdx3_of(R"("software_packageVersion":1)"), ElementsAre("/@graph/3/software_packageVersion a text belongs here"));
  EXPECT_THAT(spdx3_of(R"("software_packageVersion":["1"])"),
              ElementsAre("/@graph/3/software_packageVersion a single value belongs here, not a list"));
  EXPECT_THAT(spdx3_of(R"("software_downloadLocation":"no where")"),
              ElementsAre("/@graph/3/software_downloadLocation \"no where\" is no URI"));
  EXPECT_THAT(spdx3_of(R"("software_downloadLocation":"NOASSERTION")"), IsEmpty()) << "a relative URI to anyURI";
  EXPECT_THAT(spdx3_of(R"("builtTime":"2026-03-01T12:00:00+01:00")"),
              ElementsAre("/@graph/3/builtTime \"2026-03-01T12:00:00+01:00\" is no time of the form 2026-01-31T12:00:00Z"));
  EXPECT_THAT(spdx3_of(R"("verifiedUsing":[{"type":"Hash","algorithm":"sha999","hashValue":"00"}])"),
              ElementsAre("/@graph/3/verifiedUsing/0/algorithm \"sha999\" is no HashAlgorithm"));
  EXPECT_THAT(spdx3_of(R"("verifiedUsing":[{"type":"Hash","algorithm":"md6"}])"),
              ElementsAre("/@graph/3/verifiedUsing/0 \"hashValue\" is missing"));
  EXPECT_THAT(spdx3_of(R"("verifiedUsing":[{"algorithm":"md6","hashValue":"00"}])"),
              ElementsAre("/@graph/3/verifiedUsing/0 the object has no type"));
  EXPECT_THAT(spdx3_of(R"("externalIdentifier":["pkg:npm/a@1"])"), ElementsAre("/@graph/3/externalIdentifier/0 an object belongs here"));
  EXPECT_THAT(
      spdx3_of(R"("externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"purl","identifier":"pkg:npm/a@1"}])"),
      ElementsAre("/@graph/3/externalIdentifier/0/externalIdentifierType \"purl\" is no ExternalIdentifierType"));
  EXPECT_THAT(spdx3_of(R"("suppliedBy":7)"), ElementsAre("/@graph/3/suppliedBy an element or its id belongs here"));
  EXPECT_THAT(spdx3_issues(spdx3_document(spdx3_package(R"("externalIdentifiers":[])")), IssueLevel::warning),
              ElementsAre("/@graph/3/externalIdentifiers no member of this class; it is not read"));
}

TEST(Spdx3Rules, ElementsAndRelationships) {
  const auto with = [](std::string_view element) { return spdx3_issues(spdx3_document(spdx3_package("") + "," + std::string(element))); };
  EXPECT_THAT(with(R"({"type":"software_File","spdxId":"urn:f","name":"f"})"), ElementsAre("/@graph/4 \"creationInfo\" is missing"));
  EXPECT_THAT(with(R"({"type":"software_File","spdxId":"_:f","creationInfo":"_:c","name":"f"})"),
              ElementsAre("/@graph/4/spdxId an spdxId is an IRI, \"_:f\" is none"));
  EXPECT_THAT(with(R"({"type":"Packge","spdxId":"urn:f","creationInfo":"_:c"})"),
              ElementsAre("/@graph/4/type \"Packge\" is no class of SPDX 3.0"));
  EXPECT_THAT(
      with(
          R"({"type":"Relationship","spdxId":"urn:r","creationInfo":"_:c","from":"urn:a","relationshipType":"DEPENDS_ON","to":["urn:a"]})"),
      ElementsAre("/@graph/4/relationshipType \"DEPENDS_ON\" is no RelationshipType"));
  EXPECT_THAT(
      with(R"({"type":"Relationship","spdxId":"urn:r","creationInfo":"_:c","from":"urn:a","relationshipType":"dependsOn","to":[]})"),
      ElementsAre("/@graph/4/to at least one value belongs here"));
  EXPECT_THAT(with(R"({"type":"SpdxDocument","spdxId":"urn:d2","creationInfo":"_:c","rootElement":["urn:a"]})"),
              ElementsAre("/@graph/4 a second SpdxDocument: a graph has one"));
  EXPECT_THAT(with(R"({"type":"software_Sbom","spdxId":"urn:s","creationInfo":"_:c","element":["urn:a"]})"),
              ElementsAre("/@graph/4 a collection with elements needs a rootElement"));
  EXPECT_THAT(with(R"({"type":"software_Sbom","spdxId":"urn:s","creationInfo":"_:c","rootElement":["urn:doc"]})"),
              ElementsAre("/@graph/4/rootElement/0 an SpdxDocument is no part of a collection"));
  EXPECT_THAT(with(R"({"type":"simplelicensing_LicenseExpression","spdxId":"urn:l","creationInfo":"_:c"})"),
              ElementsAre("/@graph/4 \"simplelicensing_licenseExpression\" is missing"));
}

TEST(Spdx3Rules, References) {
  EXPECT_THAT(spdx3_of(R"("suppliedBy":"_:gone")"), ElementsAre("/@graph/3/suppliedBy \"_:gone\" is not in the graph"));
  EXPECT_THAT(spdx3_of(R"("suppliedBy":"SPDXRef-1")"),
              ElementsAre("/@graph/3/suppliedBy \"SPDXRef-1\" is neither an id of the graph nor an IRI"));
  const std::string elsewhere = spdx3_document(spdx3_package(R"("suppliedBy":"urn:elsewhere")"));
  EXPECT_THAT(spdx3_issues(elsewhere), IsEmpty());
  EXPECT_THAT(spdx3_issues(elsewhere, IssueLevel::warning),
              ElementsAre("/@graph/3/suppliedBy \"urn:elsewhere\" is neither in the graph nor imported"));
  std::string imported = elsewhere;
  imported.insert(imported.find(R"("rootElement")"), R"("import":[{"type":"ExternalMap","externalSpdxId":"urn:elsewhere"}],)");
  EXPECT_THAT(spdx3_issues(imported, IssueLevel::warning), IsEmpty());
  EXPECT_THAT(
      spdx3_issues(spdx3_document(R"({"type":"software_Package","spdxId":"urn:a","creationInfo":"urn:other-creation","name":"a"})")),
      ElementsAre("/@graph/3/creationInfo \"urn:other-creation\" is not in the graph"));
}

TEST(Spdx3Rules, PlacesAreThoseOfTheFile) {
  const auto sbom = parse_sbom(spdx3_document(spdx3_package(R"("software_packageVersion":1)")), "s.json");
  ASSERT_OK(sbom);
  ASSERT_FALSE(sbom->issues.empty());
  EXPECT_EQ(sbom->where(sbom->issues.front()).line, 4u);
  EXPECT_FALSE(sbom->valid());
  const auto unchecked =
      parse_sbom(spdx3_document(spdx3_package(R"("software_packageVersion":1)")), "s.json", {.schema = SchemaCheck::off});
  ASSERT_OK(unchecked);
  EXPECT_TRUE(unchecked->valid());
}

}  // namespace
}  // namespace entente::measures::p6_supply
