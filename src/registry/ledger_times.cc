// Ledger time as a running maximum over the statements that had effect.
#include "registry/ledger_times.h"

#include <algorithm>

namespace entente::registry {

LedgerTimes::LedgerTimes(const State& state) {
  times_.reserve(state.next_leaf());
  Instant clock{};
  for (Leaf leaf = 0; leaf < state.next_leaf(); ++leaf) {
    const auto entry = state.entry(leaf);
    if (entry && entry->disposition != Disposition::ignored) clock = std::max(clock, entry->at);
    times_.push_back(clock);
  }
}

}  // namespace entente::registry
