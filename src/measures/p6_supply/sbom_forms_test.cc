// Every form of an SBOM gives the same graph; what is wrong is named with its place in the form it was written in; and the quirks of known
// producers are read as they are meant.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/test_sbom.h"
#include "sbom_graph.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string xml_bom(int minor, std::string_view inside) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.{}\" version=\"1\">\n{}\n</bom>\n", minor,
      inside);
}

constexpr std::string_view kXmlParts = R"(<metadata>
    <timestamp>2026-03-01T12:00:00Z</timestamp>
    <tools><tool><vendor>Example</vendor><name>maker</name><version>1.0</version></tool></tools>
    <component type="application" bom-ref="shop"><name>shop</name><version>2.0</version></component>
  </metadata>
  <components>
    <component type="library" bom-ref="a">
      <publisher>Example Ltd</publisher>
      <group>org.example</group>
      <name>a &amp; b</name>
      <version>1.0</version>
      <scope>required</scope>
      <hashes><hash alg="SHA-1">0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33</hash></hashes>
      <licenses><license><id>MIT</id></license></licenses>
      <purl>
        pkg:npm/a@1.0
      </purl>
      <components>
        <component type="library" bom-ref="inner"><name><![CDATA[in<ner]]></name><version>3</version></component>
      </components>
    </component>
    <component type="library" bom-ref="b"><name>b</name><version>1</version><licenses><expression>MIT OR Apache-2.0</expression></licenses></component>
  </components>
  <dependencies>
    <dependency ref="shop"><dependency ref="a"/><dependency ref="b"/></dependency>
    <dependency ref="b"><dependency ref="shop"/></dependency>
  </dependencies>)";

std::string json_bom(int minor) {
  return fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.{}","version":1,
  "metadata":{{"timestamp":"2026-03-01T12:00:00Z","tools":[{{"vendor":"Example","name":"maker","version":"1.0"}}],
    "component":{{"type":"application","bom-ref":"shop","name":"shop","version":"2.0"}}}},
  "components":[
    {{"type":"library","bom-ref":"a","publisher":"Example Ltd","group":"org.example","name":"a & b","version":"1.0","scope":"required",
     "hashes":[{{"alg":"SHA-1","content":"0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33"}}],"licenses":[{{"license":{{"id":"MIT"}}}}],"purl":"pkg:npm/a@1.0",
     "components":[{{"type":"library","bom-ref":"inner","name":"in<ner","version":"3"}}]}},
    {{"type":"library","bom-ref":"b","name":"b","version":"1","licenses":[{{"expression":"MIT OR Apache-2.0"}}]}}],
  "dependencies":[{{"ref":"shop","dependsOn":["a","b"]}},{{"ref":"b","dependsOn":["shop"]}}]}})",
                     minor);
}

TEST(SbomForms, CycloneDxXmlAndJsonOfAllVersionsGiveOneGraph) {
  for (int minor = 2; minor <= 7; ++minor) {
    const Sbom json = read_sbom_text(json_bom(minor));
    const Sbom xml = read_sbom_text(xml_bom(minor, kXmlParts));
    EXPECT_THAT(placed_errors(json), IsEmpty()) << minor;
    EXPECT_THAT(placed_errors(xml), IsEmpty()) << minor;
    EXPECT_EQ(json.form, SbomForm::cyclonedx_json);
    EXPECT_EQ(xml.form, SbomForm::cyclonedx_xml);
    EXPECT_EQ(test::sbom_graph(json), test::sbom_graph(xml)) << minor;
    EXPECT_EQ(xml.components.size(), 4u);
    EXPECT_EQ(xml.components[1].purl, "pkg:npm/a@1.0") << "white space around a value is layout";
    EXPECT_THAT(xml.children(3), ElementsAre(0)) << "a loop of dependencies is harmless";
  }
}

TEST(SbomForms, PrefixedElementsAndThoseOfOtherNamespaces) {
  const Sbom sbom = read_sbom_text(R"(<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.6" xmlns:x="http://x.example/" version="1">
 <b:components>
  <b:component type="library" x:note="own" bom-ref="a"><b:name>a</b:name><b:version>1</b:version>
   <x:extra><b:name>not ours</b:name></x:extra><own xmlns="http://y.example/"><name>nor this</name></own></b:component>
 </b:components>
</b:bom>)");
  EXPECT_THAT(placed_errors(sbom), IsEmpty());
  ASSERT_EQ(sbom.components.size(), 1u);
  EXPECT_EQ(sbom.components[0].name, "a");
}

TEST(SbomForms, CycloneDxXmlErrorsStandAtTheirElement) {
  const Sbom sbom = read_sbom_text(xml_bom(6, R"(<components>
  <component type="toy"><name>a</name></component>
  <component type="library"><version>1</version><name>a</name></component>
  <component type="library"><name>a</name><colour>red</colour></component>
  <component type="library" bom-ref="r" size="1" isExternal="perhaps"><name>a</name><modified>maybe</modified></component>
  <component type="library" bom-ref="r">words<name>a</name></component>
  <component><name>a</name><licenses><license><id>NO-SUCH</id></license></licenses></component>
 </components>)"));
  EXPECT_THAT(placed_errors(sbom),
              ElementsAre(HasSubstr("4:4 /bom/components/component[1]: attribute \"type\": \"toy\" is not among the words"),
                          HasSubstr("5:30 /bom/components/component[2]/version: the element \"name\" is missing before this one"),
                          HasSubstr("6:44 /bom/components/component[3]/colour: the element \"colour\" is not allowed here"),
                          HasSubstr("7:86 /bom/components/component[4]/modified: true or false belongs here"),
                          HasSubstr("8:4 /bom/components/component[5]: the bom-ref \"r\" is used twice"),
                          HasSubstr("8:4 /bom/components/component[5]: text between elements is not allowed here"),
                          HasSubstr("9:4 /bom/components/component[6]: the attribute \"type\" is missing"),
                          HasSubstr("9:48 /bom/components/component[6]/licenses/license/id: \"NO-SUCH\" is not among the words"),
                          // The reader's own view of the same document, by its JSON form.
                          HasSubstr("4:4 /components/0/type: \"toy\" is no component type"),
                          HasSubstr("9:4 /components/5: the component has no type"),
                          HasSubstr("8:4 /components/4/bom-ref: the bom-ref \"r\" is used twice")));
}

TEST(SbomForms, JsonIsHeldAgainstTheWholeSchema) {
  const Sbom sbom = read_sbom_text(R"({"bomFormat":"CycloneDX","specVersion":"1.5","version":1,
 "components":[{"type":"library","name":"a","licenses":[{"license":{"id":"NO-SUCH"}}],
   "externalReferences":[{"type":"vcs"}]}],
 "colour":"red"})");
  EXPECT_THAT(placed_errors(sbom),
              testing::Contains(HasSubstr("3:26 /components/0/externalReferences/0: the property \"url\" is missing")));
  EXPECT_THAT(placed_errors(sbom), testing::Contains(HasSubstr("4:11 /colour")));
  EXPECT_THAT(placed_errors(sbom), testing::Contains(HasSubstr("/components/0/licenses")));
  EXPECT_TRUE(parse_sbom(sbom.document.text(), "a", {.schema = SchemaCheck::off})->valid()) << "only what the graph takes";
}

TEST(SbomForms, EqualComponentsAndDependenciesAreRefusedAsTheSchemaSays) {
  const auto bom = [](std::string_view inside) {
    return fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,{}}})", inside);
  };
  EXPECT_FALSE(read_sbom_text(bom(R"("components":[{"type":"library","name":"a"},{"name":"a","type":"library"}])")).valid());
  EXPECT_TRUE(read_sbom_text(bom(R"("components":[{"type":"library","name":"a"},{"name":"a","type":"file"}])")).valid());
  EXPECT_FALSE(read_sbom_text(bom(R"("dependencies":[{"ref":"x"},{"ref":"x"}])")).valid());
  EXPECT_TRUE(read_sbom_text(bom(R"("dependencies":[{"ref":"x"},{"ref":"x","dependsOn":[]}])")).valid());
}

TEST(SbomForms, ServicesAndLifecycles) {
  const Sbom sbom = read_sbom_text(R"({"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
 "metadata":{"lifecycles":[{"phase":"build"},{"name":"gate"}]},
 "services":[{"bom-ref":"s","provider":{"name":"Example"},"group":"g","name":"api","version":"1","services":[{"name":"inner"}]}]})");
  EXPECT_THAT(sbom.lifecycles, ElementsAre("build", "gate"));
  ASSERT_EQ(sbom.services.size(), 2u);
  EXPECT_EQ(sbom.services[0].provider, "Example");
  EXPECT_EQ(sbom.services[1].name, "inner");
  EXPECT_TRUE(sbom.valid());
}

// ---- SPDX 2: one document in four forms

constexpr std::string_view kTagValue = R"text(# made by hand
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: shop
DocumentNamespace: https://shop.example/sbom/1
Creator: Organization: Example Ltd (info@ex.example)
ExternalDocumentRef: DocumentRef-base https://base.example/1 SHA1: d6a770ba38583ed4bb4525bd96e50461655d2759
Creator: Tool: maker-1.0
Created: 2026-03-01T12:00:00Z

PackageName: shop
SPDXID: SPDXRef-shop
PackageVersion: 2.0
PackageSupplier: Organization: Example Ltd
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: true
PackageVerificationCode: d6a770ba38583ed4bb4525bd96e50461655d2758 (excludes: ./shop.spdx, ./other)
PackageChecksum: SHA1: 0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33
PackageLicenseConcluded: (MIT OR LicenseRef-1)
PackageLicenseInfoFromFiles: MIT
PackageLicenseDeclared: NOASSERTION
PackageCopyrightText: <text>Copyright: 2026
PackageName: not a tag, but text</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/shop@2.0
ExternalRefComment: <text>where it is</text>
ExternalRef: SECURITY cpe23Type cpe:2.3:a:example:shop:2.0:*:*:*:*:*:*:*

FileName: ./main.c
SPDXID: SPDXRef-main
FileType: SOURCE
FileChecksum: SHA1: 62cdb7020ff920e5aa642c3d4066950dd1f01f4d
LicenseConcluded: MIT
LicenseInfoInFile: MIT
FileCopyrightText: NONE

SnippetSPDXID: SPDXRef-snip
SnippetFromFileSPDXID: SPDXRef-main
SnippetByteRange: 310:420
SnippetLineRange: 5:23
SnippetName: part

PackageName: crypto
SPDXID: SPDXRef-crypto
PackageDownloadLocation: https://crypto.example/
FilesAnalyzed: false
PrimaryPackagePurpose: LIBRARY

LicenseID: LicenseRef-1
ExtractedText: <text>be kind</text>
LicenseCrossReference: https://licence.example/

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-shop
Relationship: SPDXRef-shop DEPENDS_ON SPDXRef-crypto
RelationshipComment: because
Relationship: SPDXRef-shop DEPENDS_ON DocumentRef-base:SPDXRef-libc
Relationship: SPDXRef-crypto DEPENDS_ON NOASSERTION
Annotator: Person: A
AnnotationDate: 2026-03-01T12:00:00Z
AnnotationType: REVIEW
SPDXREF: SPDXRef-shop
AnnotationComment: seen
)text";

constexpr std::string_view kSpdxJson = R"text({
 "spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"shop","documentNamespace":"https://shop.example/sbom/1",
 "creationInfo":{"creators":["Organization: Example Ltd (info@ex.example)","Tool: maker-1.0"],"created":"2026-03-01T12:00:00Z"},
 "externalDocumentRefs":[{"externalDocumentId":"DocumentRef-base","spdxDocument":"https://base.example/1",
   "checksum":{"algorithm":"SHA1","checksumValue":"d6a770ba38583ed4bb4525bd96e50461655d2759"}}],
 "packages":[
  {"name":"shop","SPDXID":"SPDXRef-shop","versionInfo":"2.0","supplier":"Organization: Example Ltd","downloadLocation":"NOASSERTION",
   "filesAnalyzed":true,"hasFiles":["SPDXRef-main"],"checksums":[{"algorithm":"SHA1","checksumValue":"0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33"}],
   "licenseConcluded":"(MIT OR LicenseRef-1)","licenseDeclared":"NOASSERTION",
   "externalRefs":[{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/shop@2.0"},
    {"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:example:shop:2.0:*:*:*:*:*:*:*"}]},
  {"name":"crypto","SPDXID":"SPDXRef-crypto","downloadLocation":"https://crypto.example/","filesAnalyzed":false,"primaryPackagePurpose":"LIBRARY"}],
 "files":[{"fileName":"./main.c","SPDXID":"SPDXRef-main","licenseConcluded":"MIT",
   "checksums":[{"algorithm":"SHA1","checksumValue":"62cdb7020ff920e5aa642c3d4066950dd1f01f4d"}]}],
 "documentDescribes":["SPDXRef-shop"],
 "relationships":[
  {"spdxElementId":"SPDXRef-shop","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-crypto"},
  {"spdxElementId":"SPDXRef-shop","relationshipType":"DEPENDS_ON","relatedSpdxElement":"DocumentRef-base:SPDXRef-libc"},
  {"spdxElementId":"SPDXRef-crypto","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NOASSERTION"}]})text";

constexpr std::string_view kYaml = R"text(---
packages:
- name: shop
  SPDXID: SPDXRef-shop
  versionInfo: 2.0
  supplier: "Organization: Example Ltd"
  downloadLocation: NOASSERTION
  filesAnalyzed: true
  hasFiles: [SPDXRef-main]
  checksums: [{algorithm: SHA1, checksumValue: 0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33}]
  licenseConcluded: (MIT OR LicenseRef-1)
  externalRefs:
  - {referenceCategory: PACKAGE-MANAGER, referenceType: purl, referenceLocator: "pkg:npm/shop@2.0"}
  - referenceCategory: SECURITY
    referenceType: cpe23Type
    referenceLocator: cpe:2.3:a:example:shop:2.0:*:*:*:*:*:*:*
- name: crypto
  SPDXID: SPDXRef-crypto
  downloadLocation: https://crypto.example/
  filesAnalyzed: false
  primaryPackagePurpose: LIBRARY
files:
- fileName: ./main.c
  SPDXID: SPDXRef-main
  licenseConcluded: MIT
  checksums:
  - algorithm: SHA1
    checksumValue: 62cdb7020ff920e5aa642c3d4066950dd1f01f4d
relationships:
- {spdxElementId: SPDXRef-DOCUMENT, relationshipType: DESCRIBES, relatedSpdxElement: SPDXRef-shop}
- {spdxElementId: SPDXRef-shop, relationshipType: DEPENDS_ON, relatedSpdxElement: SPDXRef-crypto}
- {spdxElementId: SPDXRef-shop, relationshipType: DEPENDS_ON, relatedSpdxElement: "DocumentRef-base:SPDXRef-libc"}
spdxVersion: SPDX-2.3
dataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
name: shop
documentNamespace: https://shop.example/sbom/1
creationInfo:
  created: 2026-03-01T12:00:00Z
  creators:
  - "Organization: Example Ltd (info@ex.example)"
  - "Tool: maker-1.0"
externalDocumentRefs:
- externalDocumentId: DocumentRef-base
  spdxDocument: https://base.example/1
  checksum: {algorithm: SHA1, checksumValue: d6a770ba38583ed4bb4525bd96e50461655d2759}
)text";

constexpr std::string_view kSpdxXml = R"text(<?xml version='1.0' encoding='UTF-8'?>
<Document>
 <SPDXID>SPDXRef-DOCUMENT</SPDXID><spdxVersion>SPDX-2.3</spdxVersion><dataLicense>CC0-1.0</dataLicense><name>shop</name>
 <documentNamespace>https://shop.example/sbom/1</documentNamespace>
 <creationInfo><created>2026-03-01T12:00:00Z</created><creators>Organization: Example Ltd (info@ex.example)</creators><creators>Tool: maker-1.0</creators></creationInfo>
 <externalDocumentRefs><externalDocumentId>DocumentRef-base</externalDocumentId><spdxDocument>https://base.example/1</spdxDocument>
  <checksum><algorithm>SHA1</algorithm><checksumValue>d6a770ba38583ed4bb4525bd96e50461655d2759</checksumValue></checksum></externalDocumentRefs>
 <documentDescribes>SPDXRef-shop</documentDescribes>
 <packages><name>shop</name><SPDXID>SPDXRef-shop</SPDXID><versionInfo>2.0</versionInfo><supplier>Organization: Example Ltd</supplier>
  <downloadLocation>NOASSERTION</downloadLocation><filesAnalyzed>true</filesAnalyzed><hasFiles>SPDXRef-main</hasFiles>
  <checksums><algorithm>SHA1</algorithm><checksumValue>0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33</checksumValue></checksums>
  <licenseConcluded>(MIT OR LicenseRef-1)</licenseConcluded>
  <externalRefs><referenceCategory>PACKAGE-MANAGER</referenceCategory><referenceType>purl</referenceType><referenceLocator>pkg:npm/shop@2.0</referenceLocator></externalRefs>
  <externalRefs><referenceCategory>SECURITY</referenceCategory><referenceType>http://spdx.org/rdf/references/cpe23Type</referenceType><referenceLocator>cpe:2.3:a:example:shop:2.0:*:*:*:*:*:*:*</referenceLocator></externalRefs></packages>
 <packages><name>crypto</name><SPDXID>SPDXRef-crypto</SPDXID><downloadLocation>https://crypto.example/</downloadLocation><filesAnalyzed>false</filesAnalyzed><primaryPackagePurpose>LIBRARY</primaryPackagePurpose></packages>
 <files><fileName>./main.c</fileName><SPDXID>SPDXRef-main</SPDXID><licenseConcluded>MIT</licenseConcluded>
  <checksums><algorithm>SHA1</algorithm><checksumValue>62cdb7020ff920e5aa642c3d4066950dd1f01f4d</checksumValue></checksums></files>
 <relationships><spdxElementId>SPDXRef-shop</spdxElementId><relationshipType>DEPENDS_ON</relationshipType><relatedSpdxElement>SPDXRef-crypto</relatedSpdxElement></relationships>
 <relationships><spdxElementId>SPDXRef-shop</spdxElementId><relationshipType>DEPENDS_ON</relationshipType><relatedSpdxElement>DocumentRef-base:SPDXRef-libc</relatedSpdxElement></relationships>
</Document>)text";

TEST(SbomForms, TheFourFormsOfSpdxGiveOneGraph) {
  const Sbom json = read_sbom_text(kSpdxJson);
  const std::string graph = test::sbom_graph(json);
  EXPECT_EQ(json.components.size(), 2u);
  EXPECT_EQ(json.external_references, 1u);
  ASSERT_EQ(json.files.size(), 1u);
  EXPECT_EQ(json.files[0].owner, 0u);
  for (const auto& [text, form] :
       {std::pair(kTagValue, SbomForm::spdx_tag_value), std::pair(kYaml, SbomForm::spdx_yaml), std::pair(kSpdxXml, SbomForm::spdx_xml)}) {
    const Sbom sbom = read_sbom_text(text);
    EXPECT_EQ(sbom.form, form);
    EXPECT_THAT(placed_errors(sbom), IsEmpty()) << to_string(form);
    EXPECT_EQ(test::sbom_graph(sbom), graph) << to_string(form);
  }
  EXPECT_THAT(placed_errors(json), IsEmpty());
}

TEST(SbomForms, LineEndingsAndByteOrderMarksChangeNothing) {
  std::string crlf;
  for (const char c : kTagValue) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(test::sbom_graph(read_sbom_text("\xef\xbb\xbf" + crlf)), test::sbom_graph(read_sbom_text(kTagValue)));
}

std::string as_utf16(std::u16string_view text, bool big, bool mark) {
  std::string out;
  const auto unit = [&](char16_t c) {
    const char low = static_cast<char>(c & 0xff);
    const char high = static_cast<char>(c >> 8);
    out += big ? high : low;
    out += big ? low : high;
  };
  if (mark) unit(0xfeff);
  for (const char16_t c : text) unit(c);
  return out;
}

TEST(SbomForms, Utf16OfEitherOrderIsTranscoded) {
  const std::u16string_view json =
      uR"({"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"Größe 😀"}]})";
  const std::u16string_view xml =
      uR"(<?xml version="1.0" encoding="UTF-16"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>Größe 😀</name></component></components></bom>)";
  for (const bool big : {false, true})
    for (const bool mark : {false, true})
      for (const auto text : {json, xml}) {
        const Sbom sbom = read_sbom_text(as_utf16(text, big, mark));
        ASSERT_EQ(sbom.components.size(), 1u);
        EXPECT_EQ(sbom.components[0].name, "Größe 😀");
        EXPECT_TRUE(sbom.valid());
      }
  EXPECT_THAT(parse_sbom(as_utf16(json, false, true) + "x", "a").error().what, HasSubstr("odd number"));
  EXPECT_THAT(parse_sbom(std::string("\xff\xfe{\0\0\xd8", 6), "a").error().what, HasSubstr("lone surrogate"));
  EXPECT_THAT(parse_sbom(std::string("\xff\xfe\0\0{\0\0\0", 8), "a").error().what, HasSubstr("UTF-32"));
}

struct RefusedForm {
  std::string text;
  const char* what;
  std::uint64_t line;
};

TEST(SbomForms, WhatCannotBeReadIsNamedWithFormAndLine) {
  const std::string head = "<?xml version=\"1.0\"?>\n";
  const std::string bom = "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">";
  std::string deep = bom;
  for (int i = 0; i < 200; ++i) deep += "\n<a>";
  std::string attributes = "<bom ";
  for (int i = 0; i < 300; ++i) attributes += fmt::format("a{}=\"\" ", i);
  const std::string yaml = "spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n";
  const RefusedForm cases[] = {
      {head + "<!DOCTYPE bom [<!ENTITY a \"b\">]>\n" + bom + "</bom>", "XML: a document type declaration", 2},
      {head + bom + "\n&lol;</bom>", "the entity \"&lol;\" is not one of XML's own", 3},
      {head + bom + "\n<a></b></bom>", "XML: Start-end tags mismatch", 3},
      {head + bom + "\n<a>", "ends before its elements do", 3},
      {head + bom + "</bom>\n<bom/>", "a second root element", 3},
      {head + bom + "</bom>\nwords", "text outside the root element", 3},
      {head + "<bom a=\"1\"\n a=\"2\"/>", "the attribute \"a\" stands twice", 3},
      {head + "<bom a=1/>", "must stand in quotes", 2},
      {head + bom + "\n\x01</bom>", "control character U+0001", 3},
      {head + bom + "\n&#0;</bom>", "not one of XML's own", 3},
      {deep, "nested deeper than 128", 129},
      {attributes + "/>", "more than 256 attributes", 1},
      {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + bom + "</bom>", "the encoding \"ISO-8859-1\" is not read", 0},
      {"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.1\"/>", "CycloneDX version \"1.1\" is not known", 1},
      {"<html/>", "not an SBOM", 1},
      {head + bom + "<components><component type=\"file\">\n<name zzz=\"1\">a</name></component></components></bom>",
       "no attribute \"zzz\"", 3},
      {"<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>", "SPDX as RDF cannot be read", 1},
      {"SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nwords\n", "SPDX tag-value: \"words\" is no \"Tag: value\"", 3},
      {"SPDXVersion: SPDX-2.3\nColour: red\n", "\"Colour\" is no tag", 2},
      {"SPDXVersion: SPDX-2.3\nPackageVersion: 1\n", "stands before the record it belongs to", 2},
      {"SPDXVersion: SPDX-2.3\nDocumentComment: <text>a\nb", "<text> without </text>", 2},
      {"SPDXVersion: SPDX-2.3\nDocumentName: a\nDocumentName: b\n", "duplicate key", 3},
      {"SPDXVersion: SPDX-2.1\n", "SPDX version \"SPDX-2.1\" is not read", 1},
      {yaml + "a: &x [1]\nb: *x\n", "SPDX YAML: an anchor", 3},
      {yaml + "b: *x\n", "SPDX YAML: ", 3},
      {yaml + "SPDXID: again\n", "duplicate key", 3},
      {yaml + "a: " + std::string(200, '[') + "\n", "SPDX YAML: ", 3},
      {yaml + "a: " + std::string(3000, '[') + "\n", "more than 2000 lists or mappings opened in one line", 3},
      {yaml + "? [a]\n: b\n", "a key that is no text", 3},
      {yaml + "---\nsecond: 1\n", "second", 0},
      {yaml + "\ta: b\n", "SPDX YAML: ", 3},
      {"{\"bomFormat\":\"CycloneDX\",\n\"specVersion\":\"1.6\"}\nmore", "", 3},
  };
  for (const RefusedForm& c : cases) {
    const auto sbom = parse_sbom(c.text, "bad");
    ASSERT_FALSE(sbom) << c.text.substr(0, 200);
    EXPECT_THAT(sbom.error().what, HasSubstr(c.what)) << c.text.substr(0, 200);
    EXPECT_EQ(sbom.error().where.file, "bad");
    if (c.line != 0) { EXPECT_EQ(sbom.error().where.line, c.line) << c.what << ": " << sbom.error().str(); }
  }
}

TEST(SbomForms, IssuesOfOtherFormsStandInTheirOwnLines) {
  const Sbom tags = read_sbom_text(
      "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDataLicense: CC0-1.0\nDocumentName: a\nDocumentNamespace: https://a.example\n"
      "Creator: Tool: x\nCreated: yesterday\nPackageName: p\nSPDXID: SPDXRef-p\nPackageChecksum: SHA1: 12\n"
      "PackageDownloadLocation: NONE\nFilesAnalyzed: perhaps\nRelationship: SPDXRef-p LIKES SPDXRef-p\n");
  EXPECT_THAT(placed_errors(tags),
              ElementsAre(HasSubstr("7:1 /creationInfo/created: \"yesterday\""), HasSubstr("10:1 /packages/0/checksums/0: "),
                          HasSubstr("13:1 /relationships/0/relationshipType: \"LIKES\""), HasSubstr("12:1 /packages/0/filesAnalyzed: ")));
  const Sbom yaml = read_sbom_text(
      "spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\ndataLicense: CC0-1.0\nname: a\ndocumentNamespace: https://a.example\n"
      "creationInfo: {created: 2026-01-01T00:00:00Z, creators: ['Tool: x']}\npackages:\n- name: p\n  SPDXID: SPDXRef-p\n"
      "  downloadLocation: NONE\n  filesAnalyzed: \"false\"\n  colour: red\n");
  EXPECT_THAT(placed_errors(yaml), ElementsAre(HasSubstr("11:18 /packages/0/filesAnalyzed: "), HasSubstr("12:11 /packages/0/colour: ")));
}

TEST(SbomForms, AVerificationCodeNeedsAnalysedFiles) {
  const auto document = [](const char* analysed) {
    return fmt::format(
        "SPDXVersion: SPDX-2.2\nSPDXID: SPDXRef-DOCUMENT\nDataLicense: CC0-1.0\nDocumentName: a\nDocumentNamespace: https://a.example\n"
        "Creator: Tool: x\nCreated: 2026-01-01T00:00:00Z\nPackageName: p\nSPDXID: SPDXRef-p\nPackageDownloadLocation: NONE\n"
        "FilesAnalyzed: {}\nPackageVerificationCode: d6a770ba38583ed4bb4525bd96e50461655d2758\n",
        analysed);
  };
  EXPECT_THAT(placed_errors(read_sbom_text(document("true"))), IsEmpty());
  EXPECT_THAT(placed_errors(read_sbom_text(document("false"))), ElementsAre(HasSubstr("12:1 /packages/0/packageVerificationCode: ")));
}

// ---- out of proportion

TEST(SbomForms, DocumentsOutOfProportionAreRefused) {
  std::string components = R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{})";
  for (int i = 0; i < 130'000; ++i) components += ",{}";
  EXPECT_THAT(parse_sbom(components + "]}", "a").error().what, HasSubstr("components, out of proportion"));
  std::string targets =
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"file","name":"a","bom-ref":"1"}],"dependencies":[{"ref":"1","dependsOn":["1")";
  for (int i = 0; i < 400'000; ++i) targets += R"(,"1")";
  EXPECT_THAT(parse_sbom(targets + "]}]}", "a").error().what, HasSubstr("relationships, out of proportion"));
  std::string elements = "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">";
  for (int i = 0; i < 200'000; ++i) elements += "<a/>";
  EXPECT_THAT(parse_sbom(elements + "</bom>", "a").error().what, HasSubstr("elements, out of proportion"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
