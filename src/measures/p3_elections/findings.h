// The controls of the elections engine, one row each (not for others): which kinds of evidence each needs, which it reads besides, and who
// writes its finding. A new control is a file with its judge and a row in finding_rules.cc.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measures/measure.h"
#include "measures/p3_elections/commitments.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections {

inline constexpr ControlId kManifestFixed{3, 1};
inline constexpr ControlId kOutcomeAudited{3, 2};
inline constexpr ControlId kTotalsFollow{3, 3};
inline constexpr ControlId kSoftwareApproved{3, 4};
inline constexpr ControlId kDomainsHardened{3, 5};
inline constexpr ControlId kVotesVerify{3, 6};
inline constexpr ControlId kPrepared{3, 7};

inline constexpr std::size_t kMaxPlaces = 20;

// One published audit of the bundle: all evidence of one kind below one folder, re-checked.
struct ReviewedRecord {
  std::string kind;    // of evidence: "elections.corla" …
  std::string folder;  // in the bundle
  std::vector<const evidence::Evidence*> evidence;
  std::optional<review::Review> review;
  std::optional<Error> error;  // why there is no review
};

struct FindingContext {
  const Profile& profile;
  const Bundle& bundle;
  const std::vector<ReviewedRecord>& records;
  bool has_steps = false;  // receipts were given
  Instant at;
  Progress& progress;
};

struct FindingRule {
  using Kinds = std::span<const std::string_view>;
  ControlId control;
  std::vector<Kinds> needs;
  Kinds reads;
  Finding (*judge)(const FindingContext&) = nullptr;
  std::string_view standard;  // in the finding's detail
  std::string_view command{};
};
[[nodiscard]] std::span<const FindingRule> finding_rules();  // by control, ascending

[[nodiscard]] Finding manifest_finding(const FindingContext& context);      // P3-01
[[nodiscard]] Finding outcome_finding(const FindingContext& context);       // P3-02
[[nodiscard]] Finding totals_finding(const FindingContext& context);        // P3-03
[[nodiscard]] Finding software_finding(const FindingContext& context);      // P3-04
[[nodiscard]] Finding domains_finding(const FindingContext& context);       // P3-05
[[nodiscard]] Finding encrypted_finding(const FindingContext& context);     // P3-06
[[nodiscard]] Finding preparedness_finding(const FindingContext& context);  // P3-07

// Reads and re-checks every record once for all findings.
[[nodiscard]] std::vector<ReviewedRecord> review_records(const Bundle& bundle, Progress& progress);

// "evidence/elections.cvr/cvr/a.csv" → "cvr/a.csv".
[[nodiscard]] std::string_view path_in_profile(const evidence::Evidence& entry);
// By path.
[[nodiscard]] std::vector<const evidence::Evidence*> evidence_of_kinds(const Bundle& bundle, FindingRule::Kinds kinds);
// Makes the finding say that the first of these could not be read; false if there is none.
struct UnreadEvidence {
  const evidence::Evidence* evidence = nullptr;
  Error error;
};
[[nodiscard]] bool unreadable(Finding& finding, const std::vector<UnreadEvidence>& bad);

[[nodiscard]] std::string count_of(std::uint64_t n, std::string_view singular);  // "1 file", "2 files"

}  // namespace entente::measures::p3_elections
