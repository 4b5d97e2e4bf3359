// What is in the ledger, by kind and by month. Pure; one pass over the entries.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "registry/ledger_times.h"
#include "registry/state.h"

namespace entente::registry {

struct LedgerSummary {
  Leaf entries = 0;                                   // those looked at: the first so many
  Instant time;                                       // ledger time of the last of them
  std::map<std::string, std::uint64_t> kinds;         // "pledge" → how many; "unreadable": no statement
  std::map<std::string, std::uint64_t> dispositions;  // "applied", "ignored" …, as they are now
  std::map<std::string, std::uint64_t> months;        // "2026-11" → entries, by ledger time; months with some only
  std::uint64_t without_time = 0;                     // before the first statement that had effect
};
// Of the first `size` entries, or of those there are.
[[nodiscard]] LedgerSummary summarise_ledger(const State& state, Leaf size);

}  // namespace entente::registry
