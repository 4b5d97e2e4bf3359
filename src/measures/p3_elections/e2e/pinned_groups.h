// The groups an election may use: fixed here, never taken from the record (belenios #48: who may choose the generator can forge proofs).
#pragma once

#include <memory>
#include <string_view>

#include "measures/p3_elections/e2e/group.h"

namespace entente::measures::p3_elections::e2e {

// Thread-safe; each group is made once (some milliseconds) and lives to the end of the process. Tests derive from it to add tiny groups.
class PinnedGroups {
 public:
  virtual ~PinnedGroups() = default;
  // Records 0.95 and 1.x: p = 2^4096 - 2^256 * … as in specification 1.0 section "Standard parameters"; q = 2^256 - 189.
  [[nodiscard]] virtual std::shared_ptr<const Group> electionguard_1() const;
  // Specification 2.0.0 section 3.1.1; the same q, another p and g.
  [[nodiscard]] virtual std::shared_ptr<const Group> electionguard_2() const;
  // "BELENIOS-2048" (specification of Belenios, "Default group parameters"); nullptr for any other name.
  [[nodiscard]] virtual std::shared_ptr<const Group> belenios(std::string_view name) const;
};

}  // namespace entente::measures::p3_elections::e2e
