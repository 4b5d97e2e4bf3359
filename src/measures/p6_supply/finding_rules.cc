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
constexpr std::array<std::string_view, 3> kProvider{"csaf.advisory", "csaf.provider-metadata", "csaf.fetch-log"};
constexpr std::array<std::string_view, 11> kBesideProvider{"csaf.hash",          "csaf.signature",      "openpgp.key", "csaf.rolie-feed",
                                                           "csaf.rolie-service", "csaf.rolie-category", "csaf.index",  "csaf.changes",
                                                           "csaf.listing",       "security.txt",        "cves.own"};
constexpr std::array<std::string_view, 3> kFinders{"security.txt", "cvd.policy", "cvd.test-report"};

}  // namespace

std::span<const FindingRule> finding_rules() {
  static const std::vector<FindingRule> rules{
      {kKnownExploited, {kSboms, kAdvisories, kKev}, kVex, [](const FindingContext& c) { return known_exploited_finding(c.inputs, c.at); }},
      {kGoodSbom, {kSboms}, {}, [](const FindingContext& c) { return sbom_quality_finding(c.profile, c.inputs); }},
      {kOpenVulnerabilities,
       {kSboms, kAdvisories},
       kVexAndKev,
       [](const FindingContext& c) { return vulnerabilities_finding(c.inputs, c.at); }},
      {kAdvisoriesMachineReadable, {kProvider}, kBesideProvider, machine_readable_advisories_finding},
      {kFindersHeard, {kFinders}, {}, finders_heard_finding},
  };
  return rules;
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
