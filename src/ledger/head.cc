// Reads and cross-checks the three small files that say what a log is: key, checkpoint, journal.
#include "ledger/head.h"

#include <fmt/format.h>

namespace entente::ledger {

Result<keys::VerifierKey> read_log_key(Io& io) {
  ENTENTE_TRY(const std::string text, read_small(io, kVerifierFile, kMaxVerifierFileBytes));
  const Where where{.file = io.display(kVerifierFile)};
  if (text.empty() || text.back() != '\n') return fail("the log's key does not end in a newline", where);
  auto key = keys::VerifierKey::parse(std::string_view(text).substr(0, text.size() - 1));
  if (!key) return fail("the log's key is damaged: " + key.error().what, where, "restore the file; the log's users know its key");
  if (key->type() != keys::KeyType::ed25519) return fail("the log's key is not of type Ed25519 (1)", where);
  return key;
}

Result<Head> read_head(const Storage& storage, const keys::VerifierKey& key) {
  Io& io = storage.io();
  Head head;
  ENTENTE_TRY(head.note, read_small(io, kCheckpointFile, merkle::kMaxNoteBytes));
  auto verified = merkle::verify_checkpoint(head.note, key);
  if (!verified)
    return fail("the checkpoint does not verify: " + verified.error().what, {.file = io.display(kCheckpointFile)},
                "run `entente ledger fsck` to see all that is damaged");
  head.checkpoint = std::move(verified->checkpoint);
  ENTENTE_TRY(head.journal, storage.journal_end(key.str()));
  const Commit& commit = head.journal.commit;
  const Where where{.file = io.display(kJournalFile), .offset = (head.journal.records - 1) * kCommitBytes};
  if (commit.size < head.checkpoint.size)
    return fail(fmt::format("the commit journal ends at {} entries, but {} were signed", commit.size, head.checkpoint.size), where,
                "the journal is damaged or was put back to an older state; run `entente ledger fsck`, restore from a backup or a mirror");
  if (commit.size == head.checkpoint.size && commit.root != head.checkpoint.root)
    return fail("the last commit and the checkpoint have the same size but different roots", where, "run `entente ledger fsck`");
  return head;
}

}  // namespace entente::ledger
