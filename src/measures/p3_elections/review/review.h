// What re-checking a published audit gives: findings with stable codes, the audited contests with the risk recomputed, and how much was
// checked. The same for every kind of record, so that the command line, the engine and the report show them alike. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"

namespace entente::measures::p3_elections::review {

// Stable codes; docs/elections-findings.md explains each. Never renumbered, never given another meaning.
inline constexpr std::string_view kDrawMismatch = "P3-DRAW-MISMATCH";         // a redrawn card or batch is not the one published as drawn
inline constexpr std::string_view kRiskMismatch = "P3-RISK-MISMATCH";         // a recomputed risk or size is not the published one
inline constexpr std::string_view kReconcile = "P3-RECONCILE";                // totals of two levels differ
inline constexpr std::string_view kCommitAfterSeed = "P3-COMMIT-AFTER-SEED";  // a commitment is later than the seed
inline constexpr std::string_view kNoCommitment = "P3-NO-COMMITMENT";         // nothing shows that a file was fixed before the seed
inline constexpr std::string_view kCommitMismatch = "P3-COMMIT-MISMATCH";     // a file is not the one committed to
inline constexpr std::string_view kSeedShort = "P3-SEED-SHORT";               // fewer than 20 decimal digits of seed
inline constexpr std::string_view kSeedReused = "P3-SEED-REUSED";      // the same seed in a later round of a test that needs a fresh one
inline constexpr std::string_view kPhantom = "P3-PHANTOM";             // a drawn card that no record or paper answers to
inline constexpr std::string_view kCvrDuplicate = "P3-CVR-DUPLICATE";  // two vote records of one card
inline constexpr std::string_view kTie = "P3-TIE";                     // margin 0: no sample can confirm it
inline constexpr std::string_view kLimitNotMet = "P3-LIMIT-NOT-MET";   // the risk measured is above the limit and no full count follows
inline constexpr std::string_view kLimitHigh = "P3-LIMIT-HIGH";        // a risk limit above 10 %: confirmed on little evidence
inline constexpr std::string_view kWrongOutcome = "P3-WRONG-OUTCOME";  // the records themselves do not give the reported winner
inline constexpr std::string_view kManifest = "P3-MANIFEST";           // a manifest that contradicts itself or the records
inline constexpr std::string_view kUnreadable = "P3-UNREADABLE";       // a file that could not be read
inline constexpr std::string_view kMissingFile = "P3-MISSING-FILE";    // a file the check needs
inline constexpr std::string_view kAssertions = "P3-ASSERTIONS";       // published assertions do not imply the outcome
inline constexpr std::string_view kSampleShort = "P3-SAMPLE-SHORT";    // cards drawn were not looked at

// A risk limit may be as large as this, a tenth, as the rule of control P3-02 has it.
inline constexpr double kHighestLimit = 0.1;

// failure: the record contradicts itself or the rules of the audit. warning: a weakness of the procedure. note: worth knowing.
enum class Severity { failure, warning, note };
[[nodiscard]] std::string_view to_string(Severity severity);

// One row involved. `file` is relative to the record's folder.
struct Row {
  std::string file;
  std::uint64_t line = 0;  // 1-based; 0: the whole file
  std::string text;        // "Adams 101-130-14: drawn, not among the audited"
  bool operator==(const Row&) const = default;

  // What went wrong in reading `file`, on one line: the place is in `file` and `line`, the text has the column, what is wrong and the hint.
  [[nodiscard]] static Row of(std::string file, const Error& error);
};

struct ReviewFinding {
  std::string code;
  Severity severity = Severity::failure;
  std::string contest;    // may be empty
  std::string summary;    // one sentence with numbers
  std::vector<Row> rows;  // all of them, in a fixed order
};

// A step of the risk over the draws, for the picture: after `draws` cards (or batches) the risk measured is `risk`.
struct RiskStep {
  std::uint64_t draws = 0;
  double risk = 1;
};

struct DrawnItem {
  std::uint64_t position = 0;  // 1-based, in the order of the draw
  std::string name;            // "Adams 101-130-14", a batch, a card's imprinted id
  std::string note;            // "matches", "2-vote overstatement", …
};

// Where whole batches were counted by hand: how far their counts are from the reported ones, each batch once however often it was drawn.
struct BatchChanges {
  std::uint64_t batches = 0, changed = 0;           // counted (batches counted together are one), and those with other votes
  std::uint64_t votes_more = 0, votes_fewer = 0;    // that the hand counts found, over all choices
  std::uint64_t margin_over = 0, margin_under = 0;  // sums of the votes by which a batch over- or understated its margin
};

struct ContestReview {
  std::string name;
  std::string reason;  // why it was audited: "state-wide contest", "opportunistic", …; may be empty
  std::string method;  // "ballot-level comparison, Kaplan-Markov (SuperSimple)"
  std::vector<std::string> winners, losers;
  std::uint64_t margin_votes = 0;  // the smallest, reported
  std::uint64_t cards = 0;         // of the population sampled from: the denominator of the diluted margin
  double diluted_margin = 0;       // margin_votes / cards
  double risk_limit = 0;
  std::optional<double> published_risk, recomputed_risk;
  std::string published_risk_text;                             // as printed
  std::uint64_t draws = 0, distinct = 0;                       // of the sample
  std::uint64_t over2 = 0, over1 = 0, under1 = 0, under2 = 0;  // discrepancies in votes
  std::vector<RiskStep> path;                                  // ascending in draws; may be thinned for display
  std::vector<DrawnItem> drawn;                                // what a citizen can look for; may be empty
  Json certificate = Json::object();  // margin, n, bounds of the product: what decides the comparison with the limit
  enum class Outcome { confirmed, not_confirmed, full_count, not_audited } outcome = Outcome::not_audited;
  // What the paper was compared with: the record of each card (over2 … under2 say how), the count of each batch (batch_changes says how),
  // or no record at all (ballot polling). over2 … under2 are 0 and without meaning but for cards.
  enum class Compared { cards, batches, nothing } compared = Compared::cards;
  BatchChanges batch_changes;
};
[[nodiscard]] std::string_view to_string(ContestReview::Outcome outcome);

struct RecordFile {
  std::string path;  // relative to the folder
  std::uint64_t size = 0;
  Digest sha256;
  std::string role;  // "manifest", "seed", "contests", …
};

// What was compared, and how much of it: "risks recomputed", 613 of 613.
struct Check {
  std::string name;
  std::uint64_t good = 0, of = 0;
};

// Cards as the manifests count them, and as what they are held against does (vote records, counts of batches), over the same units.
struct CardTotals {
  std::uint64_t manifest = 0, reported = 0;
  std::uint64_t differing = 0;  // sum of the absolute differences, unit by unit
};

struct Review {
  std::string kind;               // "corla", "arlo", "shangrla"
  std::string title;              // of the election, as the record says
  std::string seed;               // a string: leading zeros count
  std::vector<RecordFile> files;  // by path
  std::vector<Check> checks;      // in the order made
  std::vector<ContestReview> contests;
  std::vector<ReviewFinding> findings;  // by severity, code, contest
  std::optional<CardTotals> cards;      // nullopt: nothing to hold the manifests against
  // What cannot be checked with the files there are, one sentence each.
  std::vector<std::string> not_checked;

  [[nodiscard]] bool good() const;  // no finding of severity failure
};

// What every kind of review ends with: files by path, each once; a warning P3-LIMIT-HIGH where an audited contest's limit is too high and
// nobody found it yet; findings by severity, code and contest (otherwise as they were found). Twice is as good as once.
void put_in_order(Review& review);

// A canonical object; docs/elections-findings.md. No wall-clock times: the same record gives the same bytes.
[[nodiscard]] Json to_json(const Review& review);

}  // namespace entente::measures::p3_elections::review
