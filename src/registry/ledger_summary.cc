// Entries come in the order of ledger time, so months fill one after another.
#include "registry/ledger_summary.h"

#include <algorithm>

namespace entente::registry {

LedgerSummary summarise_ledger(const State& state, Leaf size) {
  const LedgerTimes times(state);
  LedgerSummary out{.entries = std::min(size, state.next_leaf())};
  for (Leaf leaf = 0; leaf < out.entries; ++leaf) {
    const auto entry = state.entry(leaf);
    if (!entry) continue;
    ++out.kinds[entry->kind ? std::string(name(*entry->kind)) : std::string("unreadable")];
    ++out.dispositions[std::string(name(entry->disposition))];
    out.time = times.at(leaf);
    if (out.time == Instant{})
      ++out.without_time;
    else
      ++out.months[format_date(out.time).substr(0, 7)];
  }
  return out;
}

}  // namespace entente::registry
