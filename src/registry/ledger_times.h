// Ledger time of every leaf: the latest `at` of all statements up to and including it that had effect (state.h). One pass over the entries.
#pragma once

#include <vector>

#include "registry/state.h"

namespace entente::registry {

// Immutable; thread-safe. Holds for the state as it was when this was made.
class LedgerTimes {
 public:
  explicit LedgerTimes(const State& state);
  // The epoch for a leaf the state did not have, or before the first statement that had effect.
  [[nodiscard]] Instant at(Leaf leaf) const { return leaf < times_.size() ? times_[leaf] : Instant{}; }

 private:
  std::vector<Instant> times_;
};

}  // namespace entente::registry
