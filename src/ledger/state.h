// What a Ledger object holds. Private to the room.
#pragma once

#include <memory>
#include <string>

#include "ledger/head.h"
#include "ledger/ledger.h"
#include "ledger/writer.h"

namespace entente::ledger {

struct Ledger::State {
  State(Storage s, keys::VerifierKey k, Head h) : storage(std::move(s)), key(std::move(k)), head(std::move(h)) {}

  Storage storage;  // for reading; the writer has its own
  keys::VerifierKey key;
  Head head;                       // as of the latest refresh, append or publication
  std::unique_ptr<Writer> writer;  // if and only if opened for writing

  [[nodiscard]] const Commit& commit() const { return head.journal.commit; }
  [[nodiscard]] merkle::TreeSize signed_size() const { return head.checkpoint.size; }
};

}  // namespace entente::ledger
