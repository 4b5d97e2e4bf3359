// The evidence of the supply engine, read and joined, and the three findings made of it (not for others).
#pragma once

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measures/measure.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/kev.h"
#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/sbom.h"
#include "measures/p6_supply/scan.h"
#include "measures/p6_supply/vex.h"

namespace entente::measures::p6_supply {

inline constexpr ControlId kGoodSbom{6, 1};
inline constexpr ControlId kOpenVulnerabilities{6, 2};
inline constexpr ControlId kKnownExploited{1, 3};
inline constexpr ControlId kLicencesKnown{4, 7};
inline constexpr ControlId kBuildProvenance{6, 3};
inline constexpr ControlId kEndOfSupport{6, 6};
inline constexpr ControlId kSafeUpdates{6, 7};
inline constexpr ControlId kSafeDefaults{6, 8};

inline constexpr std::size_t kMaxPlaces = 20;

// Limits of control P6-02, in whole days.
inline constexpr std::int64_t kKevLimitDays = 14;
inline constexpr std::int64_t kCriticalLimitDays = 30;
inline constexpr std::int64_t kHighLimitDays = 90;
inline constexpr std::int64_t kUnscoredLimitDays = 90;  // not known to be harmless, so the longest limit holds
// After more days than this without a change the advisories may be stale: P6-02 and P1-03, which allow evidence of this age, are then at
// most partial.
inline constexpr std::int64_t kQuietDays = 14;
// So much of the components must have been evaluated before "no match" is a pass, in percent; P6-01 has the same figure.
inline constexpr std::uint64_t kEvaluatedPercent = 95;

// A piece of evidence that could not be read.
struct Unreadable {
  const evidence::Evidence* evidence = nullptr;
  Error error;
};

struct SbomInput {
  const evidence::Evidence* evidence = nullptr;
  Sbom sbom;
  Quality quality;
  std::optional<ScanResult> scanned;  // if there are advisories
  std::optional<VexOutcome> vex;      // if there are VEX documents besides
};

struct Inputs {
  std::vector<const evidence::Evidence*> sbom_evidence;      // of kinds sbom.cyclonedx and sbom.spdx, by path
  std::vector<const evidence::Evidence*> advisory_evidence;  // advisories.osv and advisories.index, by path
  std::vector<const evidence::Evidence*> kev_evidence;
  std::vector<const evidence::Evidence*> vex_evidence;
  std::vector<SbomInput> sboms;
  std::vector<Unreadable> bad_sboms, bad_advisories, bad_kev, bad_vex;
  std::vector<Unreadable> unread_sboms;  // of a format that is known and cannot be read yet
  std::vector<AdvisoryIndex> indexes;
  std::uint64_t bad_records = 0;                 // advisories inside readable sources that could not be read
  std::optional<KevCatalog> kev;                 // what any of the snapshots lists; version and date are those of `kev_from`
  const evidence::Evidence* kev_from = nullptr;  // the snapshot released last, but not after the instant judged; nullptr: there is none
  std::uint64_t kev_later = 0;                   // snapshots that say they were released after it
  std::vector<VexDocument> vex;                  // without the statements made after the instant judged
  std::uint64_t vex_later = 0;                   // those
  std::vector<std::string> without_sbom;         // products of the profile of which no SBOM is in the bundle: "till 2.3"
};

// "evidence/sbom.cyclonedx/sbom/web.json" is "sbom/web.json" in the profile.
[[nodiscard]] std::string_view path_in_profile(const evidence::Evidence& entry);
// The profile names this evidence as an SBOM of the product.
[[nodiscard]] bool is_sbom_of(const catalog::Product& product, const evidence::Evidence& entry);

// At most one each; the caller has seen to it that the evidence the control needs is there.
[[nodiscard]] Finding sbom_quality_finding(const Profile& profile, const Inputs& inputs);
[[nodiscard]] Finding vulnerabilities_finding(const Inputs& inputs, Instant at);
[[nodiscard]] Finding known_exploited_finding(const Inputs& inputs, Instant at);

// One match of one of the SBOMs.
struct FoundMatch {
  const SbomInput* input = nullptr;
  const Vulnerability* vulnerability = nullptr;

  [[nodiscard]] const Advisory& advisory() const { return input->scanned->advisories[vulnerability->advisory]; }
  // What VEX says of it; nullptr: nothing.
  [[nodiscard]] const VexVerdict* verdict() const {
    if (!input->vex) return nullptr;
    const auto& all = input->vex->verdicts;
    const auto& own = all[static_cast<std::size_t>(vulnerability - input->scanned->vulnerabilities.data())];
    return own ? &*own : nullptr;
  }
  [[nodiscard]] bool settled() const { return verdict() != nullptr && verdict()->suppressed; }
};
// All matches, worst first over all SBOMs, so that a cut after any number of rows keeps the worst; equal ones by SBOM, then in document
// order. Those that VEX has settled come last.
[[nodiscard]] std::vector<FoundMatch> worst_first(const Inputs& inputs);

// Sums over all SBOMs.
struct Totals {
  std::uint64_t components = 0, evaluated = 0, affected = 0, matches = 0, kev = 0, undecided = 0, not_yet_published = 0;
  std::array<std::uint64_t, kNotEvaluatedReasons> not_evaluated{};
  std::map<std::string, std::uint64_t> missing_ecosystems;
  std::uint64_t answered = 0;         // matches of which VEX says anything
  std::uint64_t settled = 0;          // of these, the ones it settles; they count in no figure below, nor in `kev`
  std::uint64_t settled_expired = 0;  // of these, the ones whose limit would have run out
  std::uint64_t over = 0, over_kev = 0, over_critical = 0, over_high = 0, over_unscored = 0;
  std::uint64_t unscored_young = 0;  // no score, and not over its limit
  std::map<std::string_view, std::uint64_t> severity{{"critical", 0}, {"high", 0}, {"medium", 0}, {"low", 0}, {"none", 0}, {"unknown", 0}};

  [[nodiscard]] bool enough_evaluated() const { return components > 0 && evaluated * 100 >= kEvaluatedPercent * components; }
};
[[nodiscard]] Totals sum(const Inputs& inputs, Instant at);

// Shared by them.
// What it exceeds at `at`: "kev", "critical", "high", "unscored"; empty if nothing.
[[nodiscard]] std::string_view limit_exceeded(const Advisory& advisory, Instant at);
// Whole days since publication; nullopt if the advisory does not say.
[[nodiscard]] std::optional<std::int64_t> age_days(const Advisory& advisory, Instant at);
[[nodiscard]] std::string decimal(double value);                          // "98.5"
[[nodiscard]] std::string plural(std::uint64_t n, std::string_view one);  // "1 match", "2 matches"
[[nodiscard]] std::string clause(const Unreadable& u);                    // "bom.json cannot be read: …"
[[nodiscard]] Json optional_time(std::optional<Instant> t);               // RFC 3339 or null
// Names from the primary component to this one.
[[nodiscard]] Json path_json(const Sbom& sbom, const ScanResult& scanned, std::uint32_t component);
[[nodiscard]] Json advisories_detail(const Inputs& inputs);
[[nodiscard]] Json kev_detail(const Inputs& inputs);
[[nodiscard]] Json vex_detail(const Inputs& inputs);  // null without VEX documents
// "none", or VEX's word for the match, "not_affected".
[[nodiscard]] std::string_view vex_word(const FoundMatch& match);
[[nodiscard]] Json not_evaluated_detail(const Totals& t);
[[nodiscard]] std::string not_evaluated_clause(const Totals& t);  // "; 3 of 20 components could not be evaluated", or empty
// "; the newest change in the advisories is of 2026-08-21, 95 days before", or empty if it is within the limit.
[[nodiscard]] std::string quiet_advisories_clause(const Inputs& inputs, Instant at);
// What keeps "nothing was found" from being a pass, whatever was found: a product without an SBOM, advisories that are stale or dated after
// the instant judged, no KEV snapshot released by then.
struct Doubts {
  std::string clauses;  // for the summary, each "; …"; also what does not count and casts no doubt
  std::string fix;      // for the first of them; empty: none
};
[[nodiscard]] Doubts doubts(const Inputs& inputs, Instant at);
// "; 3 matches published after 2022-01-01 do not count", or empty.
[[nodiscard]] std::string not_yet_published_clause(const Totals& t, Instant at);
[[nodiscard]] std::string nothing_evaluated(const Totals& t);  // the sentence for a finding that is not assessed
// The one step that helps most.
[[nodiscard]] std::string advice(const Inputs& inputs, const Totals& t);
// An SBOM that this program cannot read leaves open what the others do not already decide: anything but not-satisfied becomes
// not-assessed, with the reason as summary. Last of all, when status, summary and fix are set.
void leave_open(Finding& finding, const Inputs& inputs);
void list_evidence(Finding& finding, const Inputs& inputs);
// Evidence that cannot be read decides the finding; false if all of it can be.
[[nodiscard]] bool unreadable(Finding& finding, const Inputs& inputs);
[[nodiscard]] bool unreadable(Finding& finding, const std::vector<const Unreadable*>& bad);

}  // namespace entente::measures::p6_supply
