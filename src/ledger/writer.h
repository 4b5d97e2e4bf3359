// The writing side of a log in four steps: stage (hash, find duplicates, lay out: no disk writes), commit (durable and in the tree), sign,
// publish. Private to the room; Ledger runs the steps one after the other, Appender in several threads.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

#include "keys/keys.h"
#include "ledger/dedup.h"
#include "ledger/epoch.h"
#include "ledger/growing_tree.h"
#include "ledger/head.h"
#include "ledger/settled.h"
#include "ledger/signing_journal.h"
#include "ledger/storage.h"
#include "ledger/wal.h"

namespace entente::ledger {

// Entries ready to be committed.
struct Staged {
  std::vector<merkle::LeafIndex> indices;  // of every entry asked for
  Batch batch;                             // those the log does not hold yet
  GrowingTree tree;                        // after them
};

// What a writer starts from; made by recovery.
struct WriterParts {
  Storage storage;
  keys::VerifierKey key;
  Head head;
  std::unique_ptr<WriterLock> lock;
  Epoch epoch;
  SettledMark settled;
  SigningJournal signing;
  Wal wal;
};

// stage() and abandon() may be called from one thread at a time, write() from one, seal() from one, sign() and publish() from one; these
// groups may run beside each other. Staged batches are written, and then sealed, in the order they were staged in.
class Writer {
 public:
  explicit Writer(WriterParts parts, const merkle::RightEdge& edge);
  ~Writer();  // settles what is committed and gives back reserved room; what fails there is settled at the next opening
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  [[nodiscard]] static Result<void> check_lengths(std::span<const ByteView> entries);  // at most kMaxEntryBytes each
  // The entries have been checked; the views must live until this returns. After an error abandon() before staging anything else.
  [[nodiscard]] Result<Staged> stage(std::span<const ByteView> entries);
  // Reads some of the log's leaf hashes into the table that finds duplicates; true if there is more. Staging does by itself what of this is
  // left. For the staging thread.
  [[nodiscard]] bool learn_some();
  // Forgets what was staged and not committed. With nothing else going on.
  void abandon();
  // Writes the entries, and syncs them if there are many (few become durable by seal()). Before anything is written: the epoch is still
  // ours, the journal ends with our last record, the stored right edge has the root of what was written last. Level hashes and index are
  // written too, not synced. After an error of the storage the writer takes no more.
  [[nodiscard]] Result<void> write(const Staged& staged);
  // Makes the commit durable: now the entries count. The batch before may be sealed while this one's entries are written.
  [[nodiscard]] Result<void> seal(const Staged& staged);
  [[nodiscard]] Result<void> commit(const Staged& staged);  // both
  // Writes zeros behind the entries until there is room for `bytes` more, and syncs them, so that later large batches overwrite instead of
  // lengthening the file: the disk has its blocks then, and the kernel its pages. For a thread of its own. A full disk is no error here.
  [[nodiscard]] Result<void> reserve_ahead(std::uint64_t bytes);
  // Settles, checks that the tree continues the one last signed, records size and root in the signing journal, and only then signs. The
  // note is not published yet.
  struct SignedNote {
    merkle::Checkpoint checkpoint;
    std::string note;
  };
  [[nodiscard]] Result<SignedNote> sign(const keys::SigningKey& key);
  // Replaces the checkpoint file. `note` carries the log's signature, perhaps with cosignatures.
  [[nodiscard]] Result<void> publish(const SignedNote& signed_note);
  // What is committed now is in entries, journal, levels and index, synced; gives that commit.
  [[nodiscard]] Result<Commit> settle();

  // An error if checkpoint or journal on the disk are not what this object knows, or the stored right edge is damaged.
  [[nodiscard]] Result<void> check_unchanged() const;

  [[nodiscard]] Commit committed() const;
  [[nodiscard]] merkle::Checkpoint published() const;
  [[nodiscard]] Head head() const;
  [[nodiscard]] const Storage& storage() const { return storage_; }
  [[nodiscard]] const keys::VerifierKey& key() const { return key_; }
  // Why nothing more is taken; empty if it is.
  [[nodiscard]] std::string broken() const;
  // Committed and not known to be on the disk but for the entries; for the signing thread, or where there is only one.
  [[nodiscard]] std::uint64_t unsettled_entries() const { return committed().size - settled_size(); }
  [[nodiscard]] std::uint64_t unsettled_bytes() const {
    return committed().segment_bytes - (settled_.latest() ? settled_.latest()->segment_bytes : 0);
  }

 private:
  Result<void> check_before_writing(const Commit& at) const;
  Result<void> check_checkpoint() const;
  [[nodiscard]] JournalEnd journal_end() const;
  Result<void> check_before_signing(const Commit& at);
  Result<void> write_entries(const Batch& batch);
  [[nodiscard]] bool is_small(const Batch& batch) const { return wal_.takes(batch.segment.size()); }
  void claim(const Batch& batch);
  Result<void> make_durable(const Batch& batch);
  Result<void> sync_entries();
  Result<void> write_record(const Commit& commit);
  Result<void> journal_up_to(const Commit& commit);
  static Result<void> reserve(File& file, std::uint64_t& reserved, std::uint64_t end, std::uint64_t room);
  Result<void> usable() const;
  [[nodiscard]] merkle::TreeSize settled_size() const { return settled_.latest() ? settled_.latest()->size : 0; }
  template <class T>
  Result<T> break_with(const Error& error);
  Result<bool> holds(merkle::LeafIndex index, const Digest& leaf) const;

  Storage storage_;
  const keys::VerifierKey key_;
  const std::unique_ptr<WriterLock> lock_;
  const Epoch epoch_;

  // Staging.
  Commit staged_;
  GrowingTree tree_;
  DedupIndex dedup_;
  struct InFlight {
    merkle::LeafIndex first;
    std::vector<Digest> leaves;
  };
  std::deque<InFlight> in_flight_;  // staged, perhaps not yet committed

  // Writing.
  Commit written_;  // may not be durable yet
  // Zeros are only ever written from entries_reserved_ on, and entries only below it, both claimed under this mutex.
  std::mutex reserve_mutex_;
  std::uint64_t entries_end_ = 0;       // of what is written, or being written
  std::uint64_t entries_reserved_ = 0;  // bytes of the file that are there; behind the entries they are zeros

  // Sealing, and moving what was sealed to the journal.
  std::mutex journal_mutex_;
  std::uint64_t journal_reserved_ = 0;
  Wal wal_;

  // Syncing entries of small commits. An open file of its own: a failed write is told once to each open file, and the one that write()
  // syncs must hear of it too. Whoever holds the mutex has marked the writer as broken before another may believe in a sync.
  std::mutex entries_sync_mutex_;
  std::unique_ptr<File> entries_to_sync_;

  // Signing.
  SettledMark settled_;
  SigningJournal signing_;

  // Shared.
  mutable std::mutex mutex_;
  Head head_;           // its commit is the last sealed, its checkpoint the last published
  JournalEnd journal_;  // as it is on the disk: at most head_'s commit, which may only be in the write-ahead file
  GrowingTree committed_tree_;
  std::string broken_;
};

// `Error::what` of every call after the storage failed begins with this.
inline constexpr std::string_view kBroken = "an earlier write to this log failed";

// Shared with recovery: writes what a batch that starts at `at` adds to levels and index; syncs what [from, to) touched of them.
[[nodiscard]] Result<void> write_derived(Storage& storage, merkle::TreeSize at, const LevelHashes& hashes,
                                         std::span<const std::uint64_t> bundle_starts);
[[nodiscard]] Result<void> sync_derived(Storage& storage, merkle::TreeSize from, merkle::TreeSize to);

}  // namespace entente::ledger
