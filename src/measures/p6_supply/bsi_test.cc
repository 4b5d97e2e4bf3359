// BSI TR-03183-2: each field is found where its format keeps it, and its lack is named.
#include "measures/p6_supply/bsi.h"

#include <gtest/gtest.h>

namespace entente::measures::p6_supply {
namespace {

BsiQuality bsi_of(std::string_view text) {
  const auto sbom = parse_sbom(text, "bom.json");
  EXPECT_TRUE(sbom) << sbom.error().str();
  auto quality = sbom ? measure_bsi(*sbom) : Result<BsiQuality>(BsiQuality{});
  EXPECT_TRUE(quality);
  return *quality;
}
bool has(const BsiQuality& quality, std::size_t component, BsiField field) {
  return (quality.components.at(component).present & bsi_bit(field)) != 0;
}

// A component with every field; nested in it one without any but a name.
constexpr std::string_view kFull =
    R"({"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
  "metadata":{"timestamp":"2026-01-01T00:00:00Z","authors":[{"name":"A","email":"a@maker.example"}],
    "component":{"type":"application","bom-ref":"app","name":"app","version":"1","purl":"pkg:generic/app@1",
      "manufacturer":{"name":"Maker","url":["https://maker.example"]},
      "licenses":[{"license":{"id":"MIT","acknowledgement":"concluded"}},{"license":{"id":"ISC","acknowledgement":"declared"}}],
      "externalReferences":[{"type":"distribution","url":"https://maker.example/app","hashes":[{"alg":"SHA-512","content":"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"}]},
        {"type":"source-distribution","url":"https://maker.example/src","hashes":[{"alg":"SHA-256","content":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]},
        {"type":"rfc-9116","url":"https://maker.example/.well-known/security.txt"}],
      "properties":[{"name":"bsi:component:filename","value":"app"},{"name":"bsi:component:executable","value":"executable"},
        {"name":"bsi:component:archive","value":"no archive"},{"name":"bsi:component:structured","value":"structured"},
        {"name":"bsi:component:effectiveLicense","value":"MIT"}]}},
  "components":[{"type":"library","name":"outer","components":[{"type":"library","name":"inner","version":"2"}]}],
  "dependencies":[{"ref":"app"}]})";

TEST(Bsi, FindsEveryFieldOfACompleteComponent) {
  const BsiQuality quality = bsi_of(kFull);
  EXPECT_EQ(quality.lacking_of_document(), 0U);
  ASSERT_EQ(quality.components.size(), 3U);
  for (std::size_t f = kBsiDocumentFields; f < kBsiFieldCount; ++f)
    EXPECT_TRUE(has(quality, 0, static_cast<BsiField>(f))) << bsi_field_name(static_cast<BsiField>(f));
  EXPECT_EQ(quality.lacking(quality.components[0]), 0U);
  EXPECT_EQ(quality.components[1].present, bsi_bit(BsiField::name));
  EXPECT_EQ(quality.components[2].present, bsi_bit(BsiField::name) | bsi_bit(BsiField::version));
  EXPECT_FALSE(quality.complete());
}

TEST(Bsi, NamesWhatIsLacking) {
  const auto sbom = parse_sbom(kFull, "bom.json");
  ASSERT_TRUE(sbom);
  const Json json = bsi_json(*sbom, measure_bsi(*sbom).value());
  ASSERT_EQ(json["components"].size(), 2U);
  EXPECT_EQ(json["components"][0]["pointer"], "/components/0");
  EXPECT_EQ(json["components"][1]["pointer"], "/components/0/components/0");
  EXPECT_EQ(json["components"][1]["lacking"], Json({"creator", "filename", "dependencies", "distribution_licence", "deployable_hash",
                                                    "executable", "archive", "structured"}));
}

TEST(Bsi, DoesNotHoldAgainstSpdxWhatItCannotSay) {
  const BsiQuality quality = bsi_of(R"j({"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"d","dataLicense":"CC0-1.0",
    "documentNamespace":"https://maker.example/d","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Organization: M (m@maker.example)"]},
    "documentDescribes":["SPDXRef-a"],
    "packages":[{"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1","downloadLocation":"https://maker.example/a","packageFileName":"a.tar",
      "supplier":"Organization: M (m@maker.example)","licenseConcluded":"MIT","filesAnalyzed":false,
      "checksums":[{"algorithm":"SHA512","checksumValue":"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"}]}],
    "relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NONE"}]
})j");
  EXPECT_TRUE(quality.complete());
  EXPECT_NE(quality.inexpressible & bsi_bit(BsiField::executable), 0U);
  EXPECT_FALSE(has(quality, 0, BsiField::identifier));
  EXPECT_TRUE(has(quality, 0, BsiField::deployable_uri));
}

}  // namespace
}  // namespace entente::measures::p6_supply
