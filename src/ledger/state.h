// What a Ledger object holds. Private to the room.
#pragma once

#include <memory>
#include <string>

#include "ledger/dedup.h"
#include "ledger/head.h"
#include "ledger/ledger.h"

namespace entente::ledger {

struct Ledger::State {
  State(Storage s, keys::VerifierKey k, Head h) : storage(std::move(s)), key(std::move(k)), head(std::move(h)) {}

  Storage storage;
  keys::VerifierKey key;
  Head head;
  DedupIndex dedup;                  // of the committed entries
  std::unique_ptr<WriterLock> lock;  // held if and only if opened for writing
  std::string broken;                // why no more appends are taken; empty if they are

  [[nodiscard]] const Commit& commit() const { return head.journal.commit; }
  [[nodiscard]] merkle::TreeSize signed_size() const { return head.checkpoint.size; }

  // All before anything is written: the files on disk are still the ones this object knows, and their right edge has the signed root.
  [[nodiscard]] Result<merkle::RightEdge> check_before_signing();
  [[nodiscard]] Result<void> commit_batch(const merkle::RightEdge& edge, std::span<const ByteView> entries, std::span<const Digest> leaves);
  // Signs the committed size and root; durable before it returns.
  [[nodiscard]] Result<void> publish(const keys::SigningKey& signer);
};

// Settles what a crash left: see Ledger::open_write.
[[nodiscard]] Result<void> recover(Storage& storage, const Head& head);

}  // namespace entente::ledger
