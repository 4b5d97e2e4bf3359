// VEX: each format read, each reason for not applying, who is believed when several speak, and what must never silence a match.
#include "measures/p6_supply/vex.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "measures/p6_supply/test_sbom.h"
#include "statement/statement.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kSerial = "0d4ab6a2-5a5e-4c7e-9c8b-3a1f6d0e7b21";

std::string openvex(std::string_view statements, std::string_view author = "Maker Example",
                    std::string_view time = "2026-11-05T00:00:00Z") {
  return fmt::format(
      R"({{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://maker.example/vex/1","author":"{}","timestamp":"{}","version":1,"statements":[{}]}})",
      author, time, statements);
}

// One statement of OpenVEX; `more` begins with a comma.
std::string says(std::string_view vulnerability, std::string_view products, std::string_view status, std::string_view more = "") {
  return fmt::format(R"({{"vulnerability":{{"name":"{}"}},"products":[{}],"status":"{}"{}}})", vulnerability, products, status, more);
}
constexpr std::string_view kReason = R"(,"justification":"vulnerable_code_not_present")";
constexpr std::string_view kWeb = R"({"@id":"pkg:npm/%40example/web@1.2.3"})";

class Vex : public ::testing::Test {
 protected:
  void SetUp() override {
    auto read = read_sbom(sbom_data("shop.cdx.json"));
    ASSERT_OK(read);
    take(std::move(*read));
  }
  void take(Sbom read) {
    sbom.emplace(std::move(read));
    Progress progress(Progress::Mode::silent);
    const AdvisorySource source = AdvisorySource::file(sbom_data("advisories.jsonl"));
    auto built = AdvisoryIndex::build_bytes(std::span(&source, 1), progress);
    ASSERT_OK(built);
    auto index = AdvisoryIndex::from_memory(std::move(built->bytes));
    ASSERT_OK(index);
    indexes.clear();
    indexes.push_back(std::move(*index));
    result = scan(*sbom, indexes, nullptr);
  }
  void say(const std::string& text, std::span<const ::entente::keys::VerifierKey> trusted = {}) {
    auto document = parse_vex(text, "maker.json", trusted);
    ASSERT_OK(document);
    documents.push_back(std::move(*document));
  }
  VexOutcome apply(VexTrust trust = VexTrust::given) { return apply_vex(*sbom, result, documents, trust); }
  // "CVE-2026-0002 web not_affected" for each suppressed match.
  std::vector<std::string> suppressed(const VexOutcome& outcome) const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < outcome.verdicts.size(); ++i)
      if (outcome.verdicts[i] && outcome.verdicts[i]->suppressed)
        out.push_back(fmt::format("{} {} {}", result.advisories[result.vulnerabilities[i].advisory].name,
                                  sbom->components[result.vulnerabilities[i].component].name, to_string(outcome.verdicts[i]->status)));
    return out;
  }
  // The reason why the only statement changed nothing.
  std::string_view why(VexTrust trust = VexTrust::given) {
    const VexOutcome outcome = apply(trust);
    EXPECT_THAT(suppressed(outcome), IsEmpty());
    EXPECT_EQ(outcome.unused.size(), 1u);
    return outcome.unused.empty() ? "" : why_text(outcome.unused[0].why);
  }

  std::optional<Sbom> sbom;
  std::vector<AdvisoryIndex> indexes;
  ScanResult result;
  std::vector<VexDocument> documents;
};

TEST_F(Vex, AProductWithoutTheWeaknessIsSuppressedUnderAnyOfItsNames) {
  say(openvex(says("GHSA-dddd-eeee-ffff", kWeb, "not_affected", kReason)));
  const VexOutcome outcome = apply();
  EXPECT_THAT(suppressed(outcome), testing::ElementsAre("CVE-2026-0002 web not_affected"));
  EXPECT_THAT(outcome.unused, IsEmpty());
  EXPECT_EQ(documents[0].statements[0].justification, "vulnerable_code_not_present");
}

TEST_F(Vex, APurlWithoutVersionIsEveryVersion) {
  say(openvex(says("CVE-2026-0002", R"({"@id":"pkg:npm/%40example/web"})", "not_affected", kReason)));
  EXPECT_EQ(apply().suppressed, 1u);
}

TEST_F(Vex, EachReasonForNotApplyingIsNamed) {
  const auto reason = [&](const std::string& statement) {
    documents.clear();
    say(openvex(statement));
    return std::string(why());
  };
  EXPECT_EQ(reason(says("CVE-2026-9999", kWeb, "not_affected", kReason)), why_text(VexUnused::no_such_match));
  EXPECT_EQ(reason(says("CVE-2026-0002", R"({"@id":"pkg:npm/other@1.2.3"})", "not_affected", kReason)),
            why_text(VexUnused::product_absent));
  EXPECT_EQ(reason(says("CVE-2026-0002", R"({"@id":"pkg:npm/%40example/web@1.2.4"})", "not_affected", kReason)),
            why_text(VexUnused::other_version));
  EXPECT_EQ(reason(says("CVE-2026-0002", R"({"@id":"pkg:npm/%40example/web@1.2.3?arch=arm64"})", "not_affected", kReason)),
            why_text(VexUnused::other_qualifiers));
  EXPECT_EQ(reason(says("CVE-2026-0002", R"({"@id":"pkg:npm/template@0.9.0"})", "not_affected", kReason)),
            why_text(VexUnused::not_in_product));
  EXPECT_EQ(reason(says("CVE-2026-0001", R"({"@id":"pkg:npm/%40example/web@1.2.3","subcomponents":[{"@id":"pkg:pypi/crypto@2.0.0"}]})",
                        "not_affected", kReason)),
            why_text(VexUnused::subcomponent_absent));
  EXPECT_EQ(reason(says("CVE-2026-0002", R"({"@id":"pkg:npm/%40example/web"})", "fixed")), why_text(VexUnused::fixed_where));
  EXPECT_EQ(reason(says("CVE-2026-0002", kWeb, "affected", R"(,"action_statement":"update")")), why_text(VexUnused::says_open));
  EXPECT_EQ(reason(says("CVE-2026-0002", kWeb, "under_investigation")), why_text(VexUnused::says_open));
}

TEST_F(Vex, AHolderSpeaksForWhatOnlyItUses) {
  say(openvex(says("CVE-2026-0001", R"({"@id":"pkg:npm/%40example/web@1.2.3","subcomponents":[{"@id":"pkg:npm/template@0.9.0"}]})",
                   "not_affected", kReason)));
  EXPECT_EQ(apply().suppressed, 1u);
}

TEST_F(Vex, ALibraryThatTwoUseIsNotSilencedByOneOfThem) {
  const auto shared = [](std::string_view edges) {
    return fmt::format(
        R"({{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{"component":{{"type":"application","bom-ref":"app","name":"app"}}}},
        "components":[{{"type":"library","bom-ref":"a","name":"a","version":"1","purl":"pkg:npm/a@1"}},{{"type":"library","bom-ref":"b","name":"b","version":"1","purl":"pkg:npm/b@1"}},
        {{"type":"library","bom-ref":"t","name":"template","version":"0.9.0","purl":"pkg:npm/template@0.9.0"}}],
        "dependencies":[{{"ref":"app","dependsOn":["a","b"]}},{}]}})",
        edges);
  };
  say(openvex(says("CVE-2026-0001", R"({"@id":"pkg:npm/a@1"})", "not_affected", kReason)));
  auto both = parse_sbom(shared(R"({"ref":"a","dependsOn":["t"]},{"ref":"b","dependsOn":["t"]})"), "both.json");
  ASSERT_OK(both);
  take(std::move(*both));
  EXPECT_EQ(why(), why_text(VexUnused::not_in_product));
  auto one = parse_sbom(shared(R"({"ref":"a","dependsOn":["t"]})"), "one.json");
  ASSERT_OK(one);
  take(std::move(*one));
  EXPECT_EQ(apply().suppressed, 1u);
}

TEST_F(Vex, TheSubjectOfTheSbomSpeaksForAllThatIsInIt) {
  say(openvex(
      says("CVE-2026-0003", R"({"identifiers":{"cpe23":"cpe:2.3:a:shop_example:shop:4.0.0:*:*:*:*:*:*:*"}})", "not_affected", kReason),
      "Shop Example Ltd"));
  // The library's author says that it is affected: true of the library, and decided by who built it in.
  say(openvex(says("CVE-2026-0003", R"({"@id":"pkg:pypi/crypto@2.0.0"})", "affected"), "Crypto Example", "2026-11-20T00:00:00Z"));
  const VexOutcome outcome = apply();
  EXPECT_THAT(suppressed(outcome), testing::ElementsAre("CVE-2026-0003 crypto not_affected"));
  ASSERT_EQ(outcome.unused.size(), 1u);
  EXPECT_EQ(outcome.unused[0].why, VexUnused::less_specific);
}

TEST_F(Vex, AnAuthorsLatestWordCounts) {
  say(openvex(says("CVE-2026-0002", kWeb, "not_affected", kReason), "Maker Example", "2026-11-05T00:00:00Z"));
  say(openvex(says("CVE-2026-0002", kWeb, "affected"), "Maker Example", "2026-11-06T00:00:00+02:00"));
  EXPECT_EQ(apply().suppressed, 0u) << "whatever the order of the files";
  std::swap(documents[0], documents[1]);
  const VexOutcome outcome = apply();
  EXPECT_EQ(outcome.suppressed, 0u);
  ASSERT_EQ(outcome.unused.size(), 2u);
  EXPECT_EQ(outcome.unused[0].why, VexUnused::says_open);
  EXPECT_EQ(outcome.unused[1].why, VexUnused::superseded);
}

TEST_F(Vex, AuthorsWhoDisagreeSuppressNothingUnlessOneIsTheSupplier) {
  say(openvex(says("CVE-2026-0002", kWeb, "not_affected", kReason), "Somebody"));
  say(openvex(says("CVE-2026-0002", kWeb, "affected"), "Somebody else"));
  VexOutcome outcome = apply();
  EXPECT_EQ(outcome.suppressed, 0u);
  EXPECT_EQ(outcome.contradicted, 1u);
  documents.erase(documents.begin());
  say(openvex(says("CVE-2026-0002", kWeb, "not_affected", kReason), "web example"));  // the SBOM's supplier of web
  outcome = apply();
  EXPECT_EQ(outcome.suppressed, 1u);
  EXPECT_EQ(outcome.contradicted, 1u) << "the contradiction is told all the same";
  const auto verdict = std::find_if(outcome.verdicts.begin(), outcome.verdicts.end(), [](const auto& v) { return v.has_value(); });
  ASSERT_NE(verdict, outcome.verdicts.end());
  EXPECT_THAT((*verdict)->contradicted_by, testing::ElementsAre(VexRef{0, 0}));
}

TEST_F(Vex, WhereKeysAreDemandedOnlyTheirDocumentsCount) {
  say(openvex(says("CVE-2026-0002", kWeb, "not_affected", kReason)));
  EXPECT_EQ(why(VexTrust::keys), why_text(VexUnused::not_trusted));
}

TEST_F(Vex, AnEnvelopeIsReadUnderItsKeyOnly) {
  const auto key = ::entente::keys::SigningKey::generate("maker.example/vex");
  const auto other = ::entente::keys::SigningKey::generate("other.example/vex");
  ASSERT_OK(key);
  ASSERT_OK(other);
  const std::string document =
      openvex(R"({"vulnerability":{"name":"CVE-2026-0002"},"status":"not_affected","justification":"component_not_present"})");
  statement::Statement said{.subjects = {{.name = "pkg:npm/%40example/web@1.2.3", .sha256 = sha256("web")}},
                            .predicate_type = "https://openvex.dev/ns/v0.2.0",
                            .predicate = Json::parse(document)};
  const std::string envelope = statement::sign(said, *key).str();
  const std::vector trusted{key->verifier()}, stranger{other->verifier()};
  say(envelope, trusted);
  EXPECT_EQ(documents[0].signed_by.size(), 1u);
  EXPECT_EQ(apply(VexTrust::keys).suppressed, 1u) << "the subject is the product of a statement that names none";
  const auto refused = parse_vex(envelope, "maker.json", stranger);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("none of the keys"));
  const auto unproven = parse_vex(envelope, "maker.json");
  ASSERT_OK(unproven);
  EXPECT_THAT(unproven->signed_by, IsEmpty());
  std::string forged = envelope;
  forged.replace(forged.find("\"sig\":\"") + 7, 4, "AAAA");
  EXPECT_FALSE(parse_vex(forged, "maker.json", trusted));
}

TEST_F(Vex, OpenVexOfTheFirstVersionIsRead) {
  say(R"({"@context":"https://openvex.dev/ns","author":"Maker","timestamp":"2026-11-05T00:00:00Z","statements":[
    {"vulnerability":"CVE-2026-0001","products":["pkg:npm/%40example/web@1.2.3"],"subcomponents":["pkg:npm/template@0.9.0"],"status":"not_affected","impact_statement":"not built in"}]})");
  EXPECT_EQ(apply().suppressed, 1u);
}

TEST_F(Vex, CycloneDxStatesAndReferences) {
  const auto document = [](std::string_view state, std::string_view ref, std::string_view more = "") {
    return fmt::format(
        R"({{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:{}","version":1,"metadata":{{"timestamp":"2026-11-05T00:00:00Z"}},
        "vulnerabilities":[{{"id":"CVE-2026-0002","analysis":{{"state":"{}"{}}},"affects":[{{"ref":"{}"}}]}}]}})",
        "11111111-2222-4333-8444-555555555555", state, more, ref);
  };
  const std::string link = fmt::format("urn:cdx:{}/3#web", kSerial);
  const auto outcome_of = [&](const std::string& text) {
    documents.clear();
    say(text);
    return apply();
  };
  EXPECT_EQ(outcome_of(document("resolved", link)).suppressed, 1u);
  EXPECT_EQ(outcome_of(document("resolved_with_pedigree", link)).suppressed, 1u);
  EXPECT_EQ(outcome_of(document("false_positive", link)).suppressed, 1u);
  EXPECT_EQ(outcome_of(document("not_affected", link, R"(,"justification":"code_not_reachable")")).suppressed, 1u);
  EXPECT_EQ(outcome_of(document("exploitable", link)).unused.at(0).why, VexUnused::says_open);
  EXPECT_EQ(outcome_of(document("in_triage", link)).unused.at(0).why, VexUnused::says_open);
  EXPECT_EQ(outcome_of(document("resolved", "pkg:npm/%40example/web@1.2.3")).suppressed, 1u);
  EXPECT_EQ(outcome_of(document("resolved", "urn:cdx:99999999-2222-4333-8444-555555555555/1#web")).unused.at(0).why,
            VexUnused::product_absent)
      << "the same bom-ref in another document is another thing";
  EXPECT_EQ(outcome_of(document("resolved", "web")).unused.at(0).why, VexUnused::product_absent);
  documents.clear();
  say(document("not_affected", link));
  EXPECT_THAT(documents[0].statements, IsEmpty());
  ASSERT_EQ(documents[0].problems.size(), 1u);
  EXPECT_EQ(documents[0].problems[0].where.pointer, "/vulnerabilities/0/analysis");
}

TEST_F(Vex, CycloneDxVersionsAndRangesNarrowTheStatement) {
  const auto document = [](std::string_view versions) {
    return fmt::format(
        R"({{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"vulnerabilities":[{{"id":"CVE-2026-0002","analysis":{{"state":"resolved"}},
        "affects":[{{"ref":"pkg:npm/%40example/web","versions":[{}]}}]}}]}})",
        versions);
  };
  say(document(R"({"range":"vers:npm/>=1.2.0|<1.3.0","status":"affected"})"));
  EXPECT_EQ(apply().suppressed, 1u);
  documents.clear();
  say(document(R"({"version":"1.2.4"},{"range":"vers:npm/>=2.0.0"})"));
  EXPECT_EQ(why(), why_text(VexUnused::other_version));
}

// The same document as XML, with line breaks as tools write them.
std::string vex_xml(std::string_view analysis, std::string_view ref, std::string_view more = "") {
  return fmt::format(R"(<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <metadata><timestamp>2026-11-05T00:00:00Z</timestamp><supplier><name>Maker Example</name></supplier></metadata>
  <vulnerabilities>
    <vulnerability>
      <id>EX-2</id>
      <references><reference><id>CVE-2026-0002</id><source><name>x</name></source></reference></references>
      <analysis>{}</analysis>
      <affects><target>
        <ref>{}</ref>{}
      </target></affects>
    </vulnerability>
  </vulnerabilities>
</bom>
)",
                     analysis, ref, more);
}

TEST_F(Vex, CycloneDxXmlSaysTheSame) {
  const std::string web = "pkg:npm/%40example/web@1.2.3";
  const std::string reason = "<state>not_affected</state><justification>code_not_reachable</justification><detail>  not built in </detail>";
  say(vex_xml(reason, web));
  ASSERT_EQ(documents[0].statements.size(), 1u);
  EXPECT_EQ(documents[0].format, VexFormat::cyclonedx);
  EXPECT_EQ(documents[0].author, "Maker Example");
  EXPECT_THAT(documents[0].statements[0].vulnerabilities, testing::ElementsAre("EX-2", "CVE-2026-0002"));
  EXPECT_EQ(documents[0].statements[0].justification, "code_not_reachable");
  EXPECT_EQ(documents[0].at, *parse_time("2026-11-05T00:00:00Z"));
  EXPECT_EQ(apply().suppressed, 1u);
  documents.clear();
  say(vex_xml("<state>resolved</state>", "pkg:npm/%40example/web",
              "<versions><version><range>vers:npm/&gt;=1.2.0|&lt;1.3.0</range><status>affected</status></version></versions>"));
  EXPECT_EQ(apply().suppressed, 1u);
  documents.clear();
  say(vex_xml("<state>resolved</state>", "pkg:npm/%40example/web", "<versions><version><version>1.2.4</version></version></versions>"));
  EXPECT_EQ(why(), why_text(VexUnused::other_version));
}

TEST_F(Vex, PlacesInXmlAreThoseOfTheFile) {
  const auto no_reason = parse_vex(vex_xml("<state>not_affected</state>", "x"), "v.xml");
  ASSERT_OK(no_reason);
  ASSERT_EQ(no_reason->problems.size(), 1u);
  EXPECT_EQ(no_reason->problems[0].where.line, 8u);
  EXPECT_EQ(no_reason->problems[0].where.pointer, "/vulnerabilities/0/analysis");
  const auto no_state = parse_vex(vex_xml("<state>fine</state>", "x"), "v.xml");
  ASSERT_FALSE(no_state);
  EXPECT_EQ(no_state.error().where.line, 8u);
  for (const char* bad : {"<", "<bom/>", "<!DOCTYPE bom []><bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>", "<Document/>",
                          "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><vulnerabilities></bom>"})
    EXPECT_FALSE(parse_vex(bad, "v.xml")) << bad;
}

constexpr std::string_view kCsafTree = R"("product_tree":{"branches":[{"category":"vendor","name":"Example","branches":[
  {"category":"product_version","name":"1.2.3","product":{"product_id":"WEB","name":"web 1.2.3","product_identification_helper":{"purl":"pkg:npm/%40example/web@1.2.3"}}}]}],
  "full_product_names":[{"product_id":"TPL","name":"template","product_identification_helper":{"purl":"pkg:npm/template@0.9.0"}}],
  "relationships":[{"category":"default_component_of","product_reference":"TPL","relates_to_product_reference":"WEB","full_product_name":{"product_id":"WEB:TPL","name":"both"}}],
  "product_groups":[{"group_id":"G","product_ids":["WEB:TPL"]}]})";

std::string csaf(std::string_view cve, std::string_view status, std::string_view more, std::string_view state = "final") {
  return fmt::format(
      R"({{"document":{{"category":"csaf_vex","csaf_version":"2.0","title":"x","publisher":{{"category":"vendor","name":"Web Example","namespace":"https://web.example"}},
      "tracking":{{"id":"X-1","current_release_date":"2026-11-05T00:00:00Z","status":"{}"}}}},{},
      "vulnerabilities":[{{"cve":"{}","product_status":{}{}}}]}})",
      state, kCsafTree, cve, status, more);
}

TEST_F(Vex, CsafProductsRelationshipsAndReasons) {
  say(csaf("CVE-2026-0001", R"({"known_not_affected":["WEB:TPL"]})", R"(,"flags":[{"label":"component_not_present","group_ids":["G"]}])"));
  EXPECT_THAT(suppressed(apply()), testing::ElementsAre("CVE-2026-0001 template not_affected"));
  EXPECT_EQ(documents[0].statements[0].justification, "component_not_present");
  documents.clear();
  say(csaf("CVE-2026-0002", R"({"fixed":["WEB"]})", ""));
  EXPECT_EQ(apply().suppressed, 1u);
  documents.clear();
  say(csaf("CVE-2026-0002", R"({"known_not_affected":["WEB"]})",
           R"(,"threats":[{"category":"impact","details":"not reachable","product_ids":["WEB"]}])"));
  EXPECT_EQ(apply().suppressed, 1u);
  documents.clear();
  say(csaf("CVE-2026-0002", R"({"known_affected":["WEB"],"recommended":["WEB"]})", ""));
  EXPECT_EQ(why(), why_text(VexUnused::says_open));
}

TEST_F(Vex, CsafStatementsWithoutReasonOrProductAreNamed) {
  say(csaf("CVE-2026-0002", R"({"known_not_affected":["WEB","GONE"]})", ""));
  EXPECT_THAT(documents[0].statements, IsEmpty());
  ASSERT_EQ(documents[0].problems.size(), 2u);
  EXPECT_THAT(documents[0].problems[0].what, HasSubstr("without a flag"));
  EXPECT_THAT(documents[0].problems[1].what, HasSubstr("no product \"GONE\""));
  EXPECT_FALSE(parse_vex(csaf("CVE-2026-0002", "{}", "", "draft"), "x.json"));
}

TEST(VexReading, WhatIsNoVexOrBrokenIsAnErrorWithItsPlace) {
  for (const char* text : {"", "[]", "{}", R"({"a":1,"a":2})", R"({"bomFormat":"SPDX"})",
                           R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"x"})"})
    EXPECT_FALSE(parse_vex(text, "x.json")) << text;
  const auto bad_time = parse_vex(R"({"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"today","statements":[]})", "x.json");
  ASSERT_FALSE(bad_time);
  EXPECT_EQ(bad_time.error().where.pointer, "/timestamp");
  const auto no_time = parse_vex(R"({"@context":"https://openvex.dev/ns/v0.2.0","statements":[]})", "x.json");
  ASSERT_OK(no_time);
  EXPECT_THAT(no_time->problems.at(0).what, HasSubstr("older than any other"));
  const auto no_status = parse_vex(openvex(says("CVE-1", kWeb, "safe")), "x.json");
  ASSERT_FALSE(no_status);
  EXPECT_EQ(no_status.error().where.pointer, "/statements/0/status");
  EXPECT_THAT(no_status.error().hint, HasSubstr("under_investigation"));
  const auto no_reason = parse_vex(openvex(says("CVE-1", kWeb, "not_affected")), "x.json");
  ASSERT_OK(no_reason);
  EXPECT_EQ(no_reason->problems.size(), 1u);
  const auto no_product = parse_vex(openvex(says("CVE-1", "", "fixed")), "x.json");
  ASSERT_OK(no_product);
  EXPECT_THAT(no_product->problems.at(0).what, HasSubstr("no product"));
}

}  // namespace
}  // namespace entente::measures::p6_supply
