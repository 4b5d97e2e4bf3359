// The index: what the assessments in the ledger add up to, principle by principle, with what is not known beside it. A pure function of the
// ledger's state, the catalogue and one instant; the same three give the same bytes. There is no total and no rank. Method and reasons:
// docs/index-and-scoreboard.md; the arithmetic itself is catalog::score (docs/assessment.md).
//
// Principle 0, the integrity of the pledge, is judged by the registry itself from the ledger (identity.h), with or without an assessment.
//
// Time: `at` is a parameter, never the clock. The state should be the replay of the ledger up to `at`; assessments, disputes and decisions
// whose leaf has a later ledger time are left out in any case, but what only the latest state knows (status, names) is as the state says.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "catalog/assessment.h"
#include "catalog/control.h"
#include "registry/ledger_times.h"
#include "registry/state.h"

namespace entente::registry {

// Why a control's result counts or not.
enum class Ground : std::uint8_t {
  counted,         // measured or verified: 1; attested: 0.5
  declared,        // shown, never counted
  not_applicable,  // as claimed; leaves every sum
  never_excluded,  // claimed not applicable, but the catalogue says this control always applies: unknown
  not_assessed,    // the assessment says so: unknown
  left_out,        // the assessment has no row for it: unknown
  unreliable,      // the evidence does not hold (weight 0 in the statement): unknown
  weaker_class,    // the evidence is of a weaker class than the catalogue demands: unknown
  too_old,         // older than the control allows when it was assessed: unknown
  expired,         // the assessment itself is older at `at` than the control allows: unknown
  disputed,        // visible, not counted until somebody else has decided: unknown
  struck,          // a dispute was upheld, the finding does not stand: unknown
};
inline constexpr std::size_t kGrounds = 12;
[[nodiscard]] std::string_view name(Ground ground);  // "never-excluded"

struct IndexRow {
  catalog::ControlId control;
  catalog::Status claimed = catalog::Status::not_assessed;                   // what the assessment says
  catalog::Status counted = catalog::Status::not_assessed;                   // what enters the sums
  catalog::EvidenceClass evidence_class = catalog::EvidenceClass::declared;  // the catalogue's
  double weight = 0;                                                         // what it counts
  Ground ground = Ground::left_out;
  std::optional<Instant> evidence_at;        // what the ledger knows of the age of its evidence: the oldest of the latest statements of it
  const AssessedControl* finding = nullptr;  // null if the assessment has no row, or its row is not asked (see `leaves`)
  std::uint32_t position = 0;                // of the row in the statement: /predicate/controls/<position>
  std::vector<Leaf> leaves;                  // statements it was judged from by the registry itself (identity.h), in order
  std::vector<const Dispute*> disputes;      // oldest first
};

// Pointers are into the State, and valid as long as it is not changed.
struct SupporterIndex {
  const Supporter* supporter = nullptr;
  const Assessment* assessment = nullptr;           // the latest up to `at`; null: none
  Instant assessed_at;                              // ledger time of that assessment
  bool questioned = false;                          // made with a key its owner says was not in its hands any more
  bool other_rules = false;                         // judged by another version of the catalogue than this one
  std::vector<IndexRow> rows;                       // every control of the catalogue, by id
  std::vector<catalog::ControlId> unknown;          // rows for controls this catalogue does not have
  std::vector<catalog::PrincipleScore> principles;  // 0 … 9; without an assessment only 0 says anything
};

struct Index {
  Instant at;
  Instant ledger_time;
  Leaf ledger_size = 0;
  std::string catalog_version;
  Digest catalog;
  std::vector<SupporterIndex> supporters;  // all that count (approved, imported), by id
};

[[nodiscard]] Index index_at(const State& state, const catalog::Catalog& catalog, Instant at);
// The same rows one after another, by id, without keeping them. `assessed`: only of supporters that were ever assessed, and without looking
// for doubles (P0-05).
enum class IndexScope : std::uint8_t { counting, assessed };
void each_index(const State& state, const catalog::Catalog& catalog, Instant at, IndexScope scope,
                const std::function<void(SupporterIndex)>& take);
// One supporter's; nothing if there is no such record, or it does not count. `times` of the same state.
// Whether it is asked which other record is the same (P0-05): what hangs on other records has no place in a row of this one's.
enum class OtherRecords : std::uint8_t { looked_at, left_out };
[[nodiscard]] std::optional<SupporterIndex> index_of(const State& state, const catalog::Catalog& catalog, const LedgerTimes& times,
                                                     std::string_view id, Instant at, OtherRecords others = OtherRecords::left_out);

// principles: ten rows a supporter; findings: besides, every control with its evidence digests and its place in the ledger.
enum class IndexDetail { principles, findings };
[[nodiscard]] Json index_json(const Index& index, IndexDetail detail);
[[nodiscard]] Json supporter_index_json(const SupporterIndex& row, IndexDetail detail);
// Six decimals, so that a figure has one spelling.
[[nodiscard]] double index_figure(double value);

}  // namespace entente::registry
