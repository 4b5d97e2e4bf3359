// The integrity of the pledge, principle 0, judged from the ledger: no assessment is believed about what the ledger itself shows. Rules:
// docs/index-and-scoreboard.md; the texts are the catalogue's.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/finding.h"
#include "registry/state.h"

namespace entente::registry {

struct IdentityFinding {
  catalog::Status status = catalog::Status::not_assessed;
  std::vector<Leaf> leaves;  // statements it rests on, in order; empty where nothing was found
};

// Which records say the same name and domain as another that counts: duplicates as the catalogue has them (P0-05), by folded name (names.h)
// and a domain or website both name. Nothing is taken for a duplicate by its name alone. For the state it was made from.
class RecordTwins {
 public:
  explicit RecordTwins(const State& state);
  // For one record only: the same answer, in one pass over the others.
  RecordTwins(const State& state, const Supporter& only);
  // The other record, the first by id; null: none.
  [[nodiscard]] const Supporter* twin(const Supporter& supporter) const;

 private:
  std::unordered_map<std::string_view, std::vector<const Supporter*>> by_domain_;  // of records that count
};

// Whether judge_identity() has an answer for this control: four of principle 0.
[[nodiscard]] bool judged_from_ledger(catalog::ControlId control);
// As of `at`: what was said later is not looked at. Nothing for controls the ledger cannot judge (P0-03, and all beyond principle 0).
// Without `twins` P0-05 looks for no duplicates.
[[nodiscard]] std::optional<IdentityFinding> judge_identity(const State& state, const Supporter& supporter, catalog::ControlId control,
                                                            Instant at, const RecordTwins* twins = nullptr);

}  // namespace entente::registry
