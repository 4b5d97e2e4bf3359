// SPDX 3.0 as JSON-LD: what becomes of its elements, and what is noted about wrong ones.
#include <gmock/gmock.h>

#include "measures/p6_supply/test_sbom.h"

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
  EXPECT_THAT(
      placed_errors(sbom),
      ElementsAre(HasSubstr("/@graph/1: the package has no name"), HasSubstr("/@graph/2/spdxId: the spdxId \"urn:a\" is used twice"),
                  HasSubstr("/@graph/4: the element has no type"), HasSubstr("/@graph: no SpdxDocument"),
                  HasSubstr("/@graph: the CreationInfo gives no time"), HasSubstr("/@graph/3: a relationship needs")));
  EXPECT_THAT(parse_sbom(R"({"@context":"x","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"4.0"}]})", "a").error().what,
              HasSubstr("\"4.0\""));
}

}  // namespace
}  // namespace entente::measures::p6_supply
