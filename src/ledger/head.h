// The head of a log: its key, its latest checkpoint and the end of its commit journal, read together and checked against each other.
#pragma once

#include <string>

#include "keys/keys.h"
#include "ledger/storage.h"
#include "merkle/note.h"

namespace entente::ledger {

inline constexpr std::uint64_t kMaxVerifierFileBytes = 4'096;

struct Head {
  std::string note;  // the checkpoint file, verbatim
  merkle::Checkpoint checkpoint;
  JournalEnd journal;
};

// The key in log.vkey: the vkey and a newline, nothing else.
[[nodiscard]] Result<keys::VerifierKey> read_log_key(Io& io);
// Reads the checkpoint before the journal, so that beside a writer the journal is never behind. Errors: a signature that does not verify,
// a journal that ends before the signed size or has another root for it.
[[nodiscard]] Result<Head> read_head(const Storage& storage, const keys::VerifierKey& key);

}  // namespace entente::ledger
