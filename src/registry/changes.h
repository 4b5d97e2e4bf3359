// The latest changes: statements that had effect, newest first, each with one plain sentence. Ignored statements and votes of decisions
// that are not made yet are no changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/ledger_times.h"
#include "registry/state.h"

namespace entente::registry {

struct Change {
  Leaf leaf = 0;
  Digest envelope;
  Kind kind = Kind::registry_rules;
  Disposition disposition = Disposition::applied;
  Instant at;                   // as the statement says
  Instant ledger_time;          // of its leaf
  std::string supporter, name;  // id and present name; empty: the registry, or several records
  std::string title;            // "Example Bank: pledge approved"; names without direction marks, isolated from the words around them
};

struct ChangesQuery {
  std::optional<Leaf> before;  // only leaves below
  std::size_t limit = 50;      // at most kMaxChanges
  std::string supporter;       // only of this record; empty: all
};
inline constexpr std::size_t kMaxChanges = 1000;

[[nodiscard]] std::vector<Change> latest_changes(const State& state, const LedgerTimes& times, const ChangesQuery& query);
[[nodiscard]] Json change_json(const Change& change);

}  // namespace entente::registry
