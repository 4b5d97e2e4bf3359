// The controls of this engine, one row each.
#include <algorithm>
#include <array>

#include "core/utf8.h"
#include "measures/p3_elections/findings.h"

namespace entente::measures::p3_elections {

namespace {

constexpr std::array<std::string_view, 4> kRecordKinds{"elections.audit", "elections.corla", "elections.arlo", "elections.shangrla"};
constexpr std::array<std::string_view, 3> kStepKinds{"elections.receipts", "elections.policy", "elections.signers"};
constexpr std::array<std::string_view, 1> kCvrKinds{"elections.cvr"};
constexpr std::array<std::string_view, 1> kResultKinds{"elections.results"};
constexpr std::array<std::string_view, 1> kTrustedBuildKinds{"elections.trusted-build"};
constexpr std::array<std::string_view, 1> kMachineKinds{"elections.machine-hashes"};
constexpr std::array<std::string_view, 1> kDomainKinds{"elections.domains"};
constexpr std::array<std::string_view, 1> kEncryptedKinds{"elections.e2e"};
constexpr std::array<std::string_view, 1> kPreparednessKinds{"elections.preparedness"};

}  // namespace

std::span<const FindingRule> finding_rules() {
  static const std::vector<FindingRule> rules{
      {.control = kManifestFixed,
       .needs = {kRecordKinds},
       .reads = kStepKinds,
       .judge = manifest_finding,
       .standard = "Lindeman and Stark, A Gentle Introduction to Risk-Limiting Audits (2012); C2SP tlog-proof; NIST SP 1500-103",
       .command = "entente elections verify --record DIR --receipts DIR"},
      {.control = kOutcomeAudited,
       .needs = {kRecordKinds},
       .reads = kStepKinds,
       .judge = outcome_finding,
       .standard = "Stark, SHANGRLA (2020) and ALPHA (2022); Lindeman, Stark and Yates, BRAVO (2012); Stark, Super-Simple (2010)",
       .command = "entente elections verify --record DIR"},
      {.control = kTotalsFollow,
       .needs = {kCvrKinds, kResultKinds},
       .reads = {},
       .judge = totals_finding,
       .standard = "NIST SP 1500-103 (cast vote records); NIST SP 1500-100 version 2 (election results)",
       .command = "entente elections tabulate CVR --results RESULTS"},
      {.control = kSoftwareApproved,
       .needs = {kTrustedBuildKinds, kMachineKinds},
       .reads = {},
       .judge = software_finding,
       .standard = "VVSG 2.0 guideline 14.3; EAC trusted build and hash verification"},
      {.control = kDomainsHardened,
       .needs = {kDomainKinds},
       .reads = {},
       .judge = domains_finding,
       .standard = "controls P7-01 to P7-05, P2-06 and P2-07; RFC 4033 (DNSSEC); registry lock"},
      {.control = kVotesVerify,
       .needs = {kEncryptedKinds},
       .reads = {},
       .judge = encrypted_finding,
       .standard = "ElectionGuard specification 0.95 and 2.0; Belenios specification 2.0",
       .command = "entente elections e2e RECORD"},
      {.control = kPrepared,
       .needs = {kPreparednessKinds},
       .reads = {},
       .judge = preparedness_finding,
       .standard = "Paris Call working group 4, multi-stakeholder cooperation for elections; OSCE confidence-building measure 8"},
  };
  return rules;
}

std::string_view path_in_profile(const evidence::Evidence& entry) {
  const std::string prefix = "evidence/" + entry.kind + "/";
  return std::string_view(entry.path).substr(entry.path.starts_with(prefix) ? prefix.size() : 0);
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

bool unreadable(Finding& finding, const std::vector<UnreadEvidence>& bad) {
  if (bad.empty()) return false;
  for (const UnreadEvidence& one : bad)
    if (finding.places.size() < kMaxPlaces) finding.places.push_back({one.evidence->sha256, one.error.where.pointer});
  const UnreadEvidence& first = bad.front();
  Where place = first.error.where;
  if (place.file.empty()) place.file = first.evidence->path;
  finding.status = Status::not_satisfied;
  finding.summary = printable(fmt::format("{}: {}{}.", place.str(), first.error.what,
                                          bad.size() > 1 ? fmt::format(" (and {} more)", bad.size() - 1) : std::string()),
                              1000);
  finding.detail["evidence_unreadable"] = bad.size();
  finding.detail["error"] = printable(first.error.str(), 2000);
  finding.fix = first.error.hint.empty() ? fmt::format("replace {} by a readable file", printable(first.evidence->path, 400))
                                         : fmt::format("{}: {}", printable(first.evidence->path, 400), first.error.hint);
  return true;
}

std::string count_of(std::uint64_t n, std::string_view singular) { return fmt::format("{} {}{}", n, singular, n == 1 ? "" : "s"); }

}  // namespace entente::measures::p3_elections
