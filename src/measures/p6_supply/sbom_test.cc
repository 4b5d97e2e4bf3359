// Reading SBOMs: what is taken from each format, what is refused and where, what is noted, and hostile shapes.
#include "measures/p6_supply/sbom.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "measures/p6_supply/test_sbom.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A CycloneDX document around the given members.
std::string cdx(std::string_view members) {
  return fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.5"{}{}}})", members.empty() ? "" : ",", members);
}
std::string spdx(std::string_view members) {
  return fmt::format(R"({{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"n","documentNamespace":"https://x.example/n",)"
                     R"("dataLicense":"CC0-1.0","creationInfo":{{"created":"2026-01-01T00:00:00Z","creators":["Tool: t"]}}{}{}}})",
                     members.empty() ? "" : ",", members);
}
Sbom must(std::string_view text) {
  auto sbom = parse_sbom(text, "x.json");
  if (!sbom) throw std::runtime_error(sbom.error().str());
  return std::move(*sbom);
}
std::vector<std::string> issues(const Sbom& sbom, IssueLevel level) {
  std::vector<std::string> out;
  for (const Issue& i : sbom.issues)
    if (i.level == level) out.push_back(i.pointer + ": " + i.message);
  return out;
}

TEST(CycloneDx, ReadsComponentsFlattenedWithTheirFields) {
  const auto sbom = read_sbom(sbom_data("shop.cdx.json"));
  ASSERT_OK(sbom);
  EXPECT_EQ(sbom->format, SbomFormat::cyclonedx);
  EXPECT_EQ(sbom->spec_version, "1.5");
  EXPECT_EQ(sbom->serial, "urn:uuid:0d4ab6a2-5a5e-4c7e-9c8b-3a1f6d0e7b21");
  ASSERT_TRUE(sbom->timestamp);
  EXPECT_EQ(format_time(*sbom->timestamp), "2026-11-01T08:00:00Z");
  EXPECT_THAT(sbom->authors, ElementsAre("Release team"));
  EXPECT_THAT(sbom->tools, ElementsAre("sbom-maker 2.1"));
  EXPECT_THAT(issues(*sbom, IssueLevel::error), IsEmpty());
  EXPECT_THAT(issues(*sbom, IssueLevel::warning), IsEmpty());

  ASSERT_EQ(sbom->components.size(), 6u);
  EXPECT_THAT(sbom->roots, ElementsAre(0));
  const Component& web = sbom->components[1];
  EXPECT_EQ(web.group, "@example");
  EXPECT_EQ(web.name, "web");
  EXPECT_EQ(web.version, "1.2.3");
  EXPECT_EQ(web.purl, "pkg:npm/%40example/web@1.2.3");
  EXPECT_EQ(web.supplier, "Web Example");
  EXPECT_EQ(web.supplier_field, SupplierField::supplier);
  ASSERT_EQ(sbom->licences_of(web).size(), 1u);
  EXPECT_EQ(sbom->licences_of(web)[0], "MIT");
  const Component& nested = sbom->components[2];
  EXPECT_EQ(nested.parent, 1u);
  EXPECT_EQ(nested.supplier, "Template Example") << "a publisher goes before an author";
  ASSERT_EQ(sbom->hashes_of(nested).size(), 1u);
  EXPECT_EQ(sbom->hashes_of(nested)[0].algorithm, "SHA-512");
  EXPECT_EQ(sbom->components[3].supplier_field, SupplierField::author);
  EXPECT_EQ(sbom->licences_of(sbom->components[3])[0], "Apache-2.0 OR MIT");
  EXPECT_EQ(sbom->pointer(0), "/metadata/component");
  EXPECT_EQ(sbom->pointer(2), "/components/0/components/0");
  EXPECT_EQ(sbom->pointer(5), "/components/3");
  EXPECT_EQ(sbom->display(1), "@example/web 1.2.3");
}

TEST(CycloneDx, ReachesOverDependenciesAndNestingThroughLoops) {
  const auto sbom = read_sbom(sbom_data("shop.cdx.json"));
  ASSERT_OK(sbom);
  const auto reached = reach(*sbom);
  EXPECT_THAT(path_to(reached, 2), ElementsAre(0, 1, 2));
  EXPECT_THAT(path_to(reached, 3), ElementsAre(0, 1, 3));
  EXPECT_THAT(path_to(reached, 4), IsEmpty());
  EXPECT_THAT(sbom->children(3), ElementsAre(1)) << "crypto depends on web again: a loop";
}

TEST(CycloneDx, EveryReadableVersionIsRead) {
  for (const char* version : {"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}) {
    const Sbom sbom = must(fmt::format(
        R"({{"bomFormat":"CycloneDX","specVersion":"{}","components":[{{"type":"library","name":"a","version":"1"}}]}})", version));
    EXPECT_TRUE(sbom.valid()) << version;
    EXPECT_EQ(sbom.spec_version, version);
  }
}

TEST(CycloneDx, OldToolListsAndNewOnes) {
  EXPECT_THAT(must(cdx(R"("metadata":{"tools":[{"vendor":"v","name":"t","version":"1"}]})")).tools, ElementsAre("v t 1"));
  EXPECT_THAT(must(cdx(R"("metadata":{"tools":{"services":[{"name":"s"}]}})")).tools, ElementsAre("s"));
  EXPECT_THAT(must(cdx(R"("metadata":{"manufacturer":{"name":"m"}})")).authors, ElementsAre("m"));
}

TEST(CycloneDx, TheKeyOrderOfTheDocumentDoesNotMatter) {
  const Sbom sbom = must(R"({"dependencies":[{"dependsOn":["b"],"ref":"a"}],"components":[{"bom-ref":"b","name":"b","type":"library"}],
    "metadata":{"component":{"bom-ref":"a","name":"a","type":"application"}},"specVersion":"1.6","bomFormat":"CycloneDX"})");
  EXPECT_TRUE(sbom.valid());
  EXPECT_THAT(sbom.children(0), ElementsAre(1));
}

TEST(CycloneDx, NotesDuplicatesAndDanglingReferences) {
  const Sbom sbom = must(cdx(R"("components":[{"type":"library","name":"a","bom-ref":"x"},{"type":"library","name":"b","bom-ref":"x"}],
    "dependencies":[{"ref":"x","dependsOn":["gone","urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#y","x"]},{"ref":"nobody"},{"ref":"x"},{"dependsOn":[]}])"));
  EXPECT_THAT(issues(sbom, IssueLevel::error),
              ElementsAre("/components/1/bom-ref: the bom-ref \"x\" is used twice", "/dependencies/3: the dependency has no \"ref\""));
  EXPECT_THAT(issues(sbom, IssueLevel::warning), ElementsAre("/dependencies/0/dependsOn/0: no component has the bom-ref \"gone\"",
                                                             "/dependencies/1/ref: no component has the bom-ref \"nobody\"",
                                                             "/dependencies/2/ref: a second entry for \"x\"; their targets are joined"));
  EXPECT_EQ(sbom.external_references, 1u);
  EXPECT_THAT(sbom.children(0), IsEmpty()) << "a component that depends on itself has no edge";
}

TEST(CycloneDx, WhatTheFormatForbidsIsNotedAndTheRestRead) {
  const Sbom sbom = must(R"({"bomFormat":"CycloneDX","specVersion":"1.3","serialNumber":"urn:uuid:NOT-ONE","version":0,
    "metadata":{"timestamp":"yesterday"},
    "components":[{"type":"toy","name":"a","version":"1","scope":"sometimes","hashes":[{"alg":"SHA-256","content":"abc"},{"alg":"CRC","content":"00"}]},
                  {"version":null,"name":""}]})");
  EXPECT_THAT(issues(sbom, IssueLevel::error),
              ElementsAre(HasSubstr("/serialNumber"), HasSubstr("/version: a whole number"),
                          HasSubstr("/metadata/timestamp: \"yesterday\""), HasSubstr("/components/0/hashes/0: the value is no SHA-256"),
                          HasSubstr("/components/0/hashes/1: \"CRC\" is no hash algorithm"), HasSubstr("/components/0/type: \"toy\""),
                          HasSubstr("/components/0/scope: \"sometimes\""), HasSubstr("/components/1/version: null"),
                          HasSubstr("/components/1: the component has no name"), HasSubstr("/components/1: the component has no type"),
                          HasSubstr("/components/1: the component has no version, which CycloneDX before 1.4")));
  EXPECT_EQ(sbom.components[0].hashes.count, 0u);
}

TEST(Spdx, ReadsPackagesAndRelationshipsInBothDirections) {
  const auto sbom = read_sbom(sbom_data("shop.spdx.json"));
  ASSERT_OK(sbom);
  EXPECT_EQ(sbom->format, SbomFormat::spdx);
  EXPECT_EQ(sbom->spec_version, "2.3");
  EXPECT_EQ(sbom->serial, "https://shop.example/spdx/shop-4.0.0");
  EXPECT_THAT(sbom->authors, ElementsAre("Shop Example Ltd (release@shop.example)"));
  EXPECT_THAT(sbom->tools, ElementsAre("sbom-maker-2.1"));
  EXPECT_THAT(issues(*sbom, IssueLevel::error), IsEmpty());
  EXPECT_THAT(issues(*sbom, IssueLevel::warning), IsEmpty());
  ASSERT_EQ(sbom->components.size(), 4u);
  EXPECT_THAT(sbom->roots, ElementsAre(0)) << "documentDescribes and DESCRIBES name it, once is enough";
  EXPECT_EQ(sbom->components[0].supplier, "Shop Example Ltd");
  EXPECT_EQ(sbom->components[0].type, "APPLICATION");
  EXPECT_EQ(sbom->components[1].supplier, "A. Nonymous (a@web.example)");
  EXPECT_EQ(sbom->components[1].supplier_field, SupplierField::originator);
  EXPECT_EQ(sbom->components[2].purl, "pkg:pypi/crypto@2.0.0") << "2.2's spelling of the category and a type given as URI";
  EXPECT_EQ(sbom->components[2].supplier, "");
  EXPECT_THAT(sbom->licences_of(sbom->components[2]), ElementsAre("Apache-2.0 OR MIT"));
  EXPECT_EQ(sbom->components[3].version, "") << "NOASSERTION is no version";
  EXPECT_THAT(sbom->children(0), ElementsAre(1));
  EXPECT_THAT(sbom->children(1), ElementsAre(2));
  EXPECT_THAT(sbom->children(2), ElementsAre(1));
  EXPECT_THAT(sbom->children(3), IsEmpty()) << "OTHER forms no path";
  EXPECT_EQ(sbom->external_references, 1u);
  ASSERT_EQ(sbom->files.size(), 1u);
  EXPECT_EQ(sbom->pointer(3), "/packages/3");
}

TEST(Spdx, RootsComeFromDescribedByToo) {
  const Sbom sbom = must(spdx(
      R"("packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"},{"SPDXID":"SPDXRef-b","name":"b","downloadLocation":"NONE"}],
    "relationships":[{"spdxElementId":"SPDXRef-b","relationshipType":"DESCRIBED_BY","relatedSpdxElement":"SPDXRef-DOCUMENT"}])"));
  EXPECT_THAT(sbom.roots, ElementsAre(1));
  EXPECT_TRUE(sbom.valid());
}

TEST(Spdx, ASinglePackageNeedsNoDescribes) {
  EXPECT_THAT(must(spdx(R"("packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"}])")).roots, ElementsAre(0));
}

TEST(Spdx, NotesWhatIsWrong) {
  const Sbom sbom = must(spdx(
      R"("packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","hasFiles":["SPDXRef-gone"]},{"SPDXID":"SPDXRef-a","name":"b"}],
    "documentDescribes":["SPDXRef-nobody"],
    "relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"LIKES","relatedSpdxElement":"SPDXRef-a"},
                     {"spdxElementId":"SPDXRef-a","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-missing"},
                     {"spdxElementId":"SPDXRef-a","relationshipType":"CONTAINS","relatedSpdxElement":"DocumentRef-q:SPDXRef-x"},
                     {"spdxElementId":"SPDXRef-a"}])"));
  EXPECT_THAT(issues(sbom, IssueLevel::error),
              ElementsAre("/packages/1: the package has no downloadLocation", "/packages/1/SPDXID: the SPDXID \"SPDXRef-a\" is used twice",
                          "/relationships/0/relationshipType: \"LIKES\" is no relationship type",
                          HasSubstr("/relationships/3: a relationship needs")));
  EXPECT_THAT(issues(sbom, IssueLevel::warning),
              ElementsAre("/documentDescribes/0: no element has the SPDXID \"SPDXRef-nobody\"",
                          "/packages/0/hasFiles/0: no element has the SPDXID \"SPDXRef-gone\"",
                          "/relationships/1/relatedSpdxElement: no element has the SPDXID \"SPDXRef-missing\"",
                          "/relationships/2/relatedSpdxElement: \"DocumentRef-q\" is not among externalDocumentRefs",
                          HasSubstr(": the document does not say")));
}

struct Refused {
  const char* text;
  const char* what;
  const char* pointer;
};

TEST(Sbom, RefusesWhatItCannotReadWithThePlace) {
  const Refused cases[] = {
      {"[]", "no JSON object", ""},
      {"{}", "not an SBOM", ""},
      {R"({"specVersion":"1.5","components":[]})", "\"bomFormat\" is missing", ""},
      {R"({"bomFormat":"cyclonedx","specVersion":"1.5"})", "not \"CycloneDX\"", "/bomFormat"},
      {R"({"bomFormat":7,"specVersion":"1.5"})", "the text \"CycloneDX\"", "/bomFormat"},
      {R"({"bomFormat":"CycloneDX"})", "\"specVersion\" is missing", ""},
      {R"({"bomFormat":"CycloneDX","specVersion":1.5})", "a text such as", "/specVersion"},
      {R"({"bomFormat":"CycloneDX","specVersion":"2.0"})", "version \"2.0\" is not known", "/specVersion"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":{}})", "an array belongs here", "/components"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[1]})", "a component (an object)", "/components/0"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":1}]})", "a text belongs here", "/components/0/name"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a","components":[{"purl":[]}]}]})", "a text",
       "/components/0/components/0/purl"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"hashes":[{"alg":1}]}]})", "a text", "/components/0/hashes/0/alg"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","metadata":[]})", "an object", "/metadata"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","dependencies":[{"ref":"a","dependsOn":"b"}]})", "an array",
       "/dependencies/0/dependsOn"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","dependencies":[{"ref":"a","dependsOn":[{}]}]})", "a bom-ref",
       "/dependencies/0/dependsOn/0"},
      {R"({"spdxVersion":"SPDX-2.1"})", "version \"SPDX-2.1\"", "/spdxVersion"},
      {R"({"spdxVersion":"SPDX-2.3","packages":{}})", "an array", "/packages"},
      {R"({"spdxVersion":"SPDX-2.3","packages":["a"]})", "a package", "/packages/0"},
      {R"({"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceLocator":1}]}]})", "a text",
       "/packages/0/externalRefs/0/referenceLocator"},
      {R"({"spdxVersion":"SPDX-2.3","relationships":[{"spdxElementId":[]}]})", "a text", "/relationships/0/spdxElementId"},
      {R"({"SPDXID":"SPDXRef-DOCUMENT"})", "\"spdxVersion\" is missing", ""},
      {R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]})", "SPDX 3", "/@graph"},
  };
  for (const Refused& c : cases) {
    const auto sbom = parse_sbom(c.text, "bad.json");
    ASSERT_FALSE(sbom) << c.text;
    EXPECT_THAT(sbom.error().what, HasSubstr(c.what)) << c.text;
    EXPECT_EQ(sbom.error().where.pointer, c.pointer) << c.text;
    EXPECT_EQ(sbom.error().where.file, "bad.json");
    EXPECT_EQ(sbom.error().where.line, 1u) << c.text;
    EXPECT_FALSE(sbom.error().hint.empty() && sbom.error().what.find("bomFormat is") == std::string::npos) << c.text;
  }
}

TEST(Sbom, WhatIsNoSbomIsRefused) {
  EXPECT_THAT(parse_sbom("<?xml version=\"1.0\"?><bom/>", "b.xml").error().what, HasSubstr("XML: not an SBOM"));
  EXPECT_THAT(parse_sbom("hello\n", "b.txt").error().what, HasSubstr("not an SBOM"));
  EXPECT_FALSE(parse_sbom("", "empty"));
  EXPECT_FALSE(parse_sbom("{\"bomFormat\":\"CycloneDX\",\"bomFormat\":\"CycloneDX\"}", "twice.json")) << "duplicate key";
}

TEST(Sbom, DeepNestingIsBoundedByTheReader) {
  std::string text = R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[)";
  std::string end = "]}";
  for (int i = 0; i < 60; ++i) {
    text += R"({"type":"library","name":"a","components":[)";
    end = "]}" + end;
  }
  EXPECT_EQ(must(text + end).components.size(), 60u);
  EXPECT_EQ(must(text + end).pointer(59).size(), std::string("/components/0").size() * 60);
  for (int i = 0; i < 10'000; ++i) text += R"({"components":[)";
  const auto deep = parse_sbom(text, "deep.json");
  ASSERT_FALSE(deep);
}

TEST(Sbom, AMillionComponents) {
  std::string text = R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[)";
  constexpr int kCount = 1'000'000;
  text.reserve(80u * kCount);
  for (int i = 0; i < kCount; ++i) text += fmt::format(R"({}{{"type":"library","name":"n{}","bom-ref":"{}"}})", i == 0 ? "" : ",", i, i);
  text += R"(],"dependencies":[{"ref":"0","dependsOn":["1","999999"]}]})";
  const Sbom sbom = must(text);
  EXPECT_EQ(sbom.components.size(), 1'000'000u);
  EXPECT_EQ(sbom.components[999'999].name, "n999999");
  EXPECT_THAT(sbom.children(0), ElementsAre(1, 999'999));
}

TEST(Sbom, IssuesBeyondTheBoundAreCountedOnly) {
  std::string text = R"("components":[)";
  for (int i = 0; i < 5000; ++i) text += i == 0 ? "{}" : ",{}";
  const Sbom sbom = must(cdx(text + "]"));
  EXPECT_EQ(sbom.issues.size(), kMaxIssues);
  EXPECT_EQ(sbom.error_count, 10'000u) << "no name and no type each";
}

TEST(Sbom, MovedDocumentsKeepTheirTexts) {
  std::optional<Sbom> kept;
  {
    Sbom first = must(cdx(R"("components":[{"type":"library","name":"a name long enough to live on the heap"}])"));
    kept.emplace(std::move(first));
  }
  EXPECT_EQ(kept->components[0].name, "a name long enough to live on the heap");
}

// Bom-refs of dependencies are resolved in batches of 64: what stands in one entry may fall into two batches.
TEST(Sbom, DependenciesAcrossBatches) {
  constexpr std::uint32_t kCount = 50;
  std::string components, dependencies;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    components += fmt::format(R"({}{{"type":"library","name":"c{}","bom-ref":"ref-{}"}})", i > 0 ? "," : "", i, i);
    std::string targets;
    for (std::uint32_t j = 0; j < i; ++j) targets += fmt::format(R"({}"{}-{}")", j > 0 ? "," : "", j % 7 == 6 ? "absent" : "ref", j);
    dependencies += fmt::format(R"({}{{"dependsOn":[{}],"ref":"ref-{}"}})", i > 0 ? "," : "", targets, i);
  }
  const std::string text =
      fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}],"dependencies":[{}]}})", components, dependencies);
  const auto sbom = parse_sbom(text, "a", {.schema = SchemaCheck::off});
  ASSERT_OK(sbom);
  std::vector<std::string> absent;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    std::vector<std::uint32_t> expected;
    for (std::uint32_t j = 0; j < i; ++j) {
      if (j % 7 == 6)
        absent.push_back(fmt::format("/dependencies/{}/dependsOn/{}", i, j));
      else
        expected.push_back(j);
    }
    const auto children = sbom->children(i);
    EXPECT_EQ(std::vector<std::uint32_t>(children.begin(), children.end()), expected) << i;
  }
  std::vector<std::string> noted;
  for (const Issue& issue : sbom->issues)
    if (issue.message.find("absent-") != std::string::npos) noted.push_back(issue.pointer);
  EXPECT_EQ(noted, absent) << "in the order of the document";
}

}  // namespace
}  // namespace entente::measures::p6_supply
