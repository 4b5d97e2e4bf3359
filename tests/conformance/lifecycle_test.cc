// Lifecycle records against outside data: the OpenEoX validator's test cases, and every product page of endoflife.date. Completeness by
// BSI TR-03183-2 against the cases of sbomqs, whose file names say which field is there or not.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/file.h"
#include "core/json.h"
#include "measures/p6_supply/bsi.h"
#include "measures/p6_supply/lifecycle.h"
#include "measures/p6_supply/openeox.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

bool breaks(const EoxCore& core, std::string_view test) {
  return std::any_of(core.faults.begin(), core.faults.end(), [&](const EoxFault& f) { return f.test == test; });
}

TEST(OpenEoxValidator, EachCaseBreaksItsTestOrDoesNot) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto data = shared / "conformance/p6_supply/eol/openeox/eox-core-v-1-0/test/validator/data";
  const auto cases = JsonDocument::read(data / "testcases.json");
  ASSERT_OK(cases);
  std::size_t judged = 0;
  const auto tests = json_array(cases->root(), "tests");
  ASSERT_TRUE(tests.has_value());
  for (const JsonView test : *tests) {
    const std::string id(json_string(test, "id").value());
    for (const char* group : {"failures", "valid"}) {
      const auto list = json_array(test, group);
      ASSERT_TRUE(list.has_value());
      for (const JsonView one : *list) {
        const std::string name(json_string(one, "name").value());
        const auto core = parse_openeox(test::slurp(data / name), name);
        ASSERT_OK(core);
        EXPECT_EQ(breaks(*core, id), group == std::string_view("failures")) << id << " " << name;
        EXPECT_EQ(core->valid(), json_bool(one, "valid").value()) << id << " " << name;
        ++judged;
      }
    }
  }
  EXPECT_EQ(judged, 41U);
}

TEST(OpenEoxValidator, TheSpecificationsExamplesAreValid) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / "conformance/p6_supply/eol/openeox/eox-core-v-1-0/examples")) {
    if (entry.path().extension() != ".json") continue;
    const auto core = parse_openeox(test::slurp(entry.path()), entry.path().string());
    ASSERT_OK(core);
    EXPECT_TRUE(core->valid()) << entry.path() << (core->faults.empty() ? "" : ": " + core->faults[0].message);
    ++read;
  }
  EXPECT_EQ(read, 7U);
}

TEST(EndOfLifeDate, EveryProductPageIsRead) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = TemporaryFolder::make("lifecycle");
  ASSERT_OK(folder);
  const auto archive = shared / "conformance/p6_supply/eol/endoflife.date-products.tar.zst";
  const std::string command = fmt::format("tar --zstd -xf '{}' -C '{}'", archive.string(), folder->path().string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  const auto records = EolRecords::read(folder->path() / "products");
  ASSERT_OK(records);
  EXPECT_EQ(records->products().size(), 464U);
  // Counted apart, by a YAML reader of another language.
  std::size_t releases = 0;
  std::size_t dated = 0;
  std::size_t purls = 0;
  std::size_t cpes = 0;
  for (const EolProduct& product : records->products()) {
    releases += product.releases.size();
    purls += product.purls.size();
    cpes += product.cpes.size();
    for (const EolRelease& release : product.releases) {
      dated += release.security.kind == LifeStage::Kind::dated ? 1 : 0;
      EXPECT_EQ(release_of(product, release.cycle), &release) << product.slug << " " << release.cycle;
    }
  }
  EXPECT_EQ(releases, 8351U);
  EXPECT_EQ(dated, 7228U);
  EXPECT_EQ(purls, 940U);
  EXPECT_EQ(cpes, 479U);
  EXPECT_EQ(records->unreadable_purls(), 0U);
}

struct SbomqsCase {
  const char* topic;  // what the file's name says after "valid", "missing", "invalid" or "absent"
  BsiField field;
};
constexpr SbomqsCase kSbomqsCases[] = {
    {"ComponentAuthorEmail", BsiField::creator},
    {"ComponentManufacturerEmail", BsiField::creator},
    {"ComponentManufacturerURL", BsiField::creator},
    {"ComponentManufacturerEmailAndURL", BsiField::creator},
    {"ComponentSupplierEmail", BsiField::creator},
    {"ComponentSupplierURL", BsiField::creator},
    {"ComponentSupplierEmailAndURL", BsiField::creator},
    {"ComponentSupplier", BsiField::creator},
    {"ComponentName", BsiField::name},
    {"ComponentVersion", BsiField::version},
    {"ComponentBsiFilename", BsiField::filename},
    {"ComponentBsiExecutable", BsiField::executable},
    {"ComponentBsiArchive", BsiField::archive},
    {"ComponentBsiStructured", BsiField::structured},
    {"ComponentBsiEffectiveLicense", BsiField::effective_licence},
    {"ComponentDeployableHash", BsiField::deployable_hash},
    {"ComponentDeployableHashComponentLevelOnly", BsiField::deployable_hash},
    {"ComponentDeployableHashDistributionIntake", BsiField::deployable_hash},
    {"ComponentExtRefDistributionHashSHA512", BsiField::deployable_hash},
    {"ComponentExtRefDistributionIntakeHashSHA512", BsiField::deployable_hash},
    {"ComponentHash", BsiField::deployable_hash},
    {"ComponentHashMD5", BsiField::deployable_hash},
    {"ComponentDownloadURL", BsiField::deployable_uri},
    {"ComponentSourceCodeURL", BsiField::source_uri},
    {"ComponentSourceHash", BsiField::source_hash},
    {"ComponentSecurityTxtURL", BsiField::security_txt},
    {"ComponentLicense", BsiField::distribution_licence},
    {"ComponentLicenseID", BsiField::distribution_licence},
    {"ComponentLicenseExp", BsiField::distribution_licence},
    {"ComponentLicenseExpression", BsiField::distribution_licence},
    {"ComponentLicenseExpressionNone", BsiField::distribution_licence},
    {"ComponentLicenseExpressionNoAssertion", BsiField::distribution_licence},
    {"ComponentLicenseNoAssertion", BsiField::distribution_licence},
    {"ComponentLicenseConcluded", BsiField::distribution_licence},
    {"ComponentLicenseCustomRef", BsiField::distribution_licence},
    {"ComponentLicenseNone", BsiField::original_licence},
    {"ComponentLicenseDeclared", BsiField::original_licence},
    {"ComponentOtherUniqueIDs", BsiField::identifier},
    {"ComponentPURL", BsiField::identifier},
    {"ComponentCPE", BsiField::identifier},
    {"ComponentSWID", BsiField::identifier},
    {"MetadataAuthor", BsiField::sbom_creator},
    {"MetadataCreator", BsiField::sbom_creator},
    {"MetadataCreatorEmail", BsiField::sbom_creator},
    {"MetadataAuthorEmail", BsiField::sbom_creator},
    {"MetadataManufacturerEmail", BsiField::sbom_creator},
    {"MetadataManufacturerURL", BsiField::sbom_creator},
    {"MetadataManufacturerEmailAndURL", BsiField::sbom_creator},
    {"MetadataSupplierEmail", BsiField::sbom_creator},
    {"MetadataSupplierURL", BsiField::sbom_creator},
    {"MetadataSupplierEmailAndURL", BsiField::sbom_creator},
    {"MetadataOrganizationCreator", BsiField::sbom_creator},
    {"MetadataPersonCreator", BsiField::sbom_creator},
    {"MetadataTimestamp", BsiField::sbom_timestamp},
    {"SerialNumber", BsiField::sbom_uri},
    {"DocumentNamespace", BsiField::sbom_uri},
    {"PrimaryComponent", BsiField::primary_component},
};

// Files whose name says something else than TR-03183-2 version 2 does, or than this program can say; docs/lifecycle.md gives the reasons.
const std::set<std::string>& sbomqs_exceptions() {
  static const std::set<std::string> names{"validComponentDeployableHashDistributionIntake.cdx16.json",
                                           "validComponentLicenseCustomRef.cdx16.json", "missingComponentDeployableHash.spdx23.json",
                                           "validComponentSourceHash.spdx23.json", "missingPrimaryComponent.spdx23.json"};
  return names;
}

TEST(Sbomqs, EachCaseHasOrLacksTheFieldItsNameSays) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t judged = 0;
  std::size_t excepted = 0;
  for (const auto& [folder, suffix] : {std::pair("cdx", ".cdx16.json"), std::pair("spdx", ".spdx23.json")}) {
    for (const auto& one : kSbomqsCases) {
      for (const std::string verdict : {"valid", "missing", "invalid", "absent"}) {
        const std::string name = verdict + one.topic + suffix;
        const auto path = shared / "conformance/p6_supply/sbom-cyclonedx/sbomqs-bsi/testdata/bsi" / folder / name;
        if (!std::filesystem::exists(path)) continue;
        const auto sbom = read_sbom(path);
        ASSERT_OK(sbom);
        const auto quality = measure_bsi(*sbom);
        ASSERT_OK(quality);
        const bool of_document = static_cast<std::size_t>(one.field) < kBsiDocumentFields;
        if (!of_document) { ASSERT_FALSE(quality->components.empty()) << name; }
        const BsiFields present = of_document ? quality->document : quality->components.back().present;
        const bool as_named = ((present & bsi_bit(one.field)) != 0) == (verdict == "valid");
        EXPECT_EQ(as_named, !sbomqs_exceptions().contains(name)) << name;
        ++(as_named ? judged : excepted);
      }
    }
  }
  EXPECT_EQ(excepted, sbomqs_exceptions().size());
  EXPECT_GE(judged, 90U);
}

TEST(Sbomqs, TheFullyCompliantCycloneDxIsComplete) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto sbom =
      read_sbom(shared / "conformance/p6_supply/sbom-cyclonedx/sbomqs-bsi/testdata/bsi/cdx/validFullyCompliantBsiV21.cdx16.json");
  ASSERT_OK(sbom);
  const auto quality = measure_bsi(*sbom);
  ASSERT_OK(quality);
  EXPECT_TRUE(sbom->valid());
  EXPECT_TRUE(quality->complete()) << bsi_json(*sbom, *quality).dump();
}

}  // namespace
}  // namespace entente::measures::p6_supply
