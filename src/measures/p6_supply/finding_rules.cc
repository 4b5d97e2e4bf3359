// The controls of this engine, one row each.
#include "measures/p6_supply/finding_rules.h"

#include <algorithm>
#include <array>

#include "measures/p6_supply/finding_disclosure.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::array<std::string_view, 2> kSboms{"sbom.cyclonedx", "sbom.spdx"};
constexpr std::array<std::string_view, 2> kAdvisories{"advisories.osv", "advisories.index"};
constexpr std::array<std::string_view, 1> kKev{"kev"};
constexpr std::array<std::string_view, 1> kVex{"vex"};
constexpr std::array<std::string_view, 2> kVexAndKev{"vex", "kev"};
constexpr std::array<std::string_view, 1> kLicencePolicies{"licence.policy"};
constexpr std::array<std::string_view, 1> kProvenance{"provenance"};
constexpr std::array<std::string_view, 2> kArtifacts{"artifacts.digests", "artifact"};
constexpr std::array<std::string_view, 1> kProvenancePolicies{"provenance.policy"};
constexpr std::array<std::string_view, 1> kTrustRoots{"trust-root"};
constexpr std::array<std::string_view, 3> kLifecycles{"eol", "lifecycle.endoflife", "lifecycle.openeox"};
constexpr std::array<std::string_view, 1> kUpdates{"update.tuf"};
constexpr std::array<std::string_view, 6> kUpdateProofs{"update.tuf.previous", "update.bundle",     "trust-root",
                                                        "provenance.policy",   "artifacts.digests", "artifact"};
constexpr std::array<std::string_view, 1> kSafeDefaultsReports{"safe-defaults"};
constexpr std::array<std::string_view, 3> kProvider{"csaf.advisory", "csaf.provider-metadata", "csaf.fetch-log"};
constexpr std::array<std::string_view, 11> kBesideProvider{"csaf.hash",          "csaf.signature",      "openpgp.key", "csaf.rolie-feed",
                                                           "csaf.rolie-service", "csaf.rolie-category", "csaf.index",  "csaf.changes",
                                                           "csaf.listing",       "security.txt",        "cves.own"};
constexpr std::array<std::string_view, 3> kFinders{"security.txt", "cvd.policy", "cvd.test-report"};

// Those of the 25 actions that speak of software, by the report of November 2021.
struct Wg6Action {
  std::string_view id, title;
};
constexpr std::array<Wg6Action, 13> kWg6Actions{{
    {"A1", "Increasing and providing transparency on product features for digital security"},
    {"A2", "Increasing and providing transparency on processes and policies that are put in place by supply-side actors"},
    {"A3", "Increasing and providing transparency on the product's code"},
    {"A4", "Increasing and providing transparency on traceability"},
    {"A5", "Increasing and providing transparency on general trustworthiness"},
    {"A6", "Increasing and providing transparency on third-party evaluation"},
    {"A7", "Promoting labels"},
    {"A12", "Adopting and/or implementing security-by-design requirements, standards, certification, conformity assessments"},
    {"A13", "Adopting and/or implementing ex post mechanisms and public procurement requirements"},
    {"A14", "Adopting and/or implementing dynamic management of digital security"},
    {"A15", "Adopting and/or implementing responsible EOL policies"},
    {"A17", "Increasing co-operation amongst code owners across the value chain"},
    {"A18", "Promoting and engaging in multi-stakeholder cooperation"},
}};

}  // namespace

std::span<const FindingRule> finding_rules() {
  static const std::vector<FindingRule> rules{
      {.control = kKnownExploited,
       .needs = {kSboms, kAdvisories, kKev},
       .reads = kVex,
       .judge = [](const FindingContext& c) { return known_exploited_finding(c.inputs, c.at); },
       .wg6 = "A14",
       .standard = "CISA BOD 22-01 (dueDate of the KEV catalogue); NIS2 Directive (EU) 2022/2555 Art. 21(2)(e)",
       .command = "entente supply scan BOM --db ADVISORIES --kev KEV"},
      {.control = kLicencesKnown,
       .needs = {kSboms},
       .reads = kLicencePolicies,
       .judge = licences_finding,
       .wg6 = "A3 A4",
       .standard = "SPDX 2.3 sections 7.13 and 7.15 and Annex D; CycloneDX 1.6 components[].licenses; REUSE 3.3"},
      {.control = kGoodSbom,
       .needs = {kSboms},
       .reads = {},
       .judge = [](const FindingContext& c) { return sbom_quality_finding(c.profile, c.inputs); },
       .wg6 = "A4",
       .standard = "NTIA Minimum Elements (2021), Data Fields; BSI TR-03183-2 v2 section 5.2; CRA Annex I Part II(1)",
       .command = "entente supply check BOM"},
      {.control = kOpenVulnerabilities,
       .needs = {kSboms, kAdvisories},
       .reads = kVexAndKev,
       .judge = [](const FindingContext& c) { return vulnerabilities_finding(c.inputs, c.at); },
       .wg6 = "A14",
       .standard = "CRA Annex I Part II(2); OSV schema, Evaluation; CSAF 2.0 section 4.5 (VEX)",
       .command = "entente supply scan BOM --db ADVISORIES"},
      {.control = kBuildProvenance,
       .needs = {kProvenance, kArtifacts, kProvenancePolicies},
       .reads = kTrustRoots,
       .judge = provenance_finding,
       .wg6 = "A12 A1 A2 A3 A4 A5 A6",
       .standard = "SLSA 1.1 Build track, Build L2; in-toto Statement v1; DSSE 1.0",
       .command = "entente supply provenance verify --bundle FILE --artifact FILE --policy FILE"},
      {.control = kAdvisoriesMachineReadable,
       .needs = {kProvider},
       .reads = kBesideProvider,
       .judge = machine_readable_advisories_finding,
       .wg6 = "A14 A17",
       .standard = "CSAF 2.0 sections 6.1, 7.1 and 7.2; RFC 9116 with the field CSAF; RFC 8322",
       .command = "entente csaf provider BUNDLE"},
      {.control = kFindersHeard,
       .needs = {kFinders},
       .reads = {},
       .judge = finders_heard_finding,
       .wg6 = "A14 A18",
       .standard = "ISO/IEC 29147; RFC 9116; CRA Annex I Part II(5)"},
      {.control = kEndOfSupport,
       .needs = {kLifecycles},
       .reads = kSboms,
       .judge = lifecycle_finding,
       .wg6 = "A15 A2",
       .standard = "CRA Art. 13(8) and Annex II(7); OpenEoX core 1.0 section 7.1; ISO/IEC 27036-3",
       .command = "entente supply eol BOM --records RECORDS"},
      {.control = kSafeUpdates,
       .needs = {kUpdates},
       .reads = kUpdateProofs,
       .judge = updates_finding,
       .wg6 = "A12 A14",
       .standard = "TUF 1.0 section 5 (5.3 root, 5.4 timestamp, 5.5 snapshot, 5.6 targets); Sigstore bundle; CRA Annex I Part II(7)",
       .command = "entente supply update-metadata FOLDER"},
      {.control = kSafeDefaults,
       .needs = {kSafeDefaultsReports},
       .reads = {},
       .judge = safe_defaults_finding,
       .wg6 = "A12",
       .standard = "ETSI EN 303 645 sections 5.1 to 5.13; CISA Secure by Design Pledge, goal 2; Charter of Trust, principle 3"},
  };
  return rules;
}

std::string_view wg6_title(std::string_view action) {
  for (const Wg6Action& one : kWg6Actions)
    if (one.id == action) return one.title;
  return {};
}

void name_basis(Finding& finding, const FindingRule& rule) {
  Json actions = Json::array();
  std::string_view rest = rule.wg6;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view action = rest.substr(0, end);
    actions.push_back({{"id", action}, {"title", wg6_title(action)}});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  finding.detail["working_group_6_actions"] = std::move(actions);
  finding.detail["standard"] = rule.standard;
}

std::vector<const evidence::Evidence*> evidence_of_kinds(const Bundle& bundle, FindingRule::Kinds kinds) {
  std::vector<const evidence::Evidence*> out;
  for (const std::string_view kind : kinds) {
    const std::vector<const evidence::Evidence*> some = bundle.of_kind(kind);
    out.insert(out.end(), some.begin(), some.end());
  }
  std::sort(out.begin(), out.end(), [](const evidence::Evidence* a, const evidence::Evidence* b) { return a->path < b->path; });
  return out;
}

}  // namespace entente::measures::p6_supply
