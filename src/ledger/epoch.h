// The fencing epoch: whoever opens a log for writing raises it, and every commit and signature checks that it is still its own. flock(2)
// excludes two writers on one machine; this stops one whose lock was lost (a network file system, a copied folder, a lock file removed).
#pragma once

#include "ledger/format.h"
#include "ledger/io.h"

namespace entente::ledger {

class Epoch {
 public:
  // Makes the next epoch durable: number one higher than the stored one (1 if there is none), with 32 fresh random bytes. A damaged file
  // is an error.
  [[nodiscard]] static Result<Epoch> raise(Io& io, std::string_view vkey);
  // An error if the file does not hold this epoch any more.
  [[nodiscard]] Result<void> check_mine(Io& io) const;
  // What the file holds. The error has its place.
  [[nodiscard]] static Result<Fields> read(Io& io, std::string_view vkey);

 private:
  Record record_{};
};

}  // namespace entente::ledger
