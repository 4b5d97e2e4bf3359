// The write side of a mirror: a log's folder that is filled with another log's entries and carries that log's own signed checkpoints.
// Nobody needs a private key for it; every reader of a log (Ledger::open_read, fsck, serve) reads it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "keys/keys.h"
#include "ledger/epoch.h"
#include "ledger/growing_tree.h"
#include "ledger/settled.h"
#include "ledger/storage.h"
#include "merkle/note.h"

namespace entente::ledger {

// The folder has a file `mirror` and no signing journal: it cannot be opened for writing as a log by mistake, and fsck does not miss one.
// One process writes (the log's writer lock is held, the epoch raised). Not thread-safe. After an error of append() or install() the object
// takes no more: open it again.
class Replica {
 public:
  // Opens the folder, or makes it for the log with this key; a folder of another log is refused. An interrupted append is undone, as when a
  // log is opened for writing; entries that were appended but not yet covered by an installed checkpoint stay.
  [[nodiscard]] static Result<Replica> open(std::shared_ptr<Io> io, const keys::VerifierKey& log);

  [[nodiscard]] const keys::VerifierKey& log() const { return log_; }
  [[nodiscard]] merkle::TreeSize size() const { return journal_.commit.size; }  // entries held, durable
  [[nodiscard]] const Digest& root() const { return journal_.commit.root; }     // of these
  // The checkpoint installed last; nullopt in a new replica. Its size is at most size().
  [[nodiscard]] const std::optional<std::string>& note() const { return note_; }
  [[nodiscard]] const merkle::Checkpoint& checkpoint() const { return checkpoint_; }  // its text; size 0 if there is none
  [[nodiscard]] merkle::NodeReader reader() const { return storage_.node_reader(); }
  [[nodiscard]] Io& io() const { return storage_.io(); }

  // Appends entries the caller has authenticated against a signed checkpoint, with their leaf hashes; durable when it returns. As they are:
  // nothing is deduplicated, the tree is the log's.
  [[nodiscard]] Result<void> append(std::span<const ByteView> entries, std::span<const Digest> leaves);
  // Makes a signed checkpoint the folder's. It must be signed by the log, not smaller than the installed one, and state exactly size() and
  // root(), recomputed from the stored right edge. A larger one becomes visible to readers only now.
  [[nodiscard]] Result<void> install(const std::string& note);

 private:
  Replica(Storage storage, keys::VerifierKey log, std::unique_ptr<WriterLock> lock, const Epoch& epoch, SettledMark settled)
      : lock_(std::move(lock)), epoch_(epoch), storage_(std::move(storage)), settled_(std::move(settled)), log_(std::move(log)) {}
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<void> usable() const;
  [[nodiscard]] Result<void> write(const Batch& batch);
  [[nodiscard]] Result<void> settle();
  [[nodiscard]] Result<void> broken(const Error& error);

  std::unique_ptr<WriterLock> lock_;
  Epoch epoch_;
  Storage storage_;
  SettledMark settled_;
  keys::VerifierKey log_;
  JournalEnd journal_;
  GrowingTree tree_;
  std::optional<std::string> note_;
  merkle::Checkpoint checkpoint_{.root = merkle::empty_root()};
  std::string broken_;
};

}  // namespace entente::ledger
