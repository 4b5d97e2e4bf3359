// What depends on what: the key says whose log it is; the checkpoint (or the journal's last good record) says how many entries there are
// and their root; the entries, if they have that root, give everything else. So the steps go in this order, and each is taken only if the
// one before left something to stand on. Each step first looks whether it is needed. With a copy of the log at hand, its entries replace
// damaged ones before any of that (restore.cc).
#include "ledger/repair.h"

#include <fmt/format.h>
#include <algorithm>
#include <bit>

#include "ledger/epoch.h"
#include "ledger/fsck_tree.h"
#include "ledger/head.h"
#include "ledger/recovery.h"
#include "ledger/restore.h"
#include "ledger/signing_journal.h"

namespace entente::ledger {
namespace {

class Repairer {
 public:
  Repairer(std::shared_ptr<Io> io, const RepairOptions& options, Progress& progress)
      : io_(std::move(io)), options_(options), progress_(progress), place_(signing_place(io_, options_.where)) {}

  Result<Repaired> run() {
    {
      ENTENTE_TRY(const auto lock, io_->try_lock(kLockFile));
      if (!lock) return fail("another process is writing to this log", {.file = io_->display(kLockFile)}, "stop it first");
      ENTENTE_CHECK(steps());
    }
    ENTENTE_TRY(const keys::VerifierKey key, log_key());
    ENTENTE_TRY(out_.remaining, fsck(io_, key, progress_, options_.where));
    return std::move(out_);
  }

 private:
  Result<keys::VerifierKey> log_key() {
    if (options_.vkey) return *options_.vkey;
    return read_log_key(*io_);
  }

  Result<void> steps() {
    ENTENTE_TRY(const keys::VerifierKey key, log_key());
    vkey_ = key.str();
    if (options_.key != nullptr && options_.key->verifier() != key) return fail("the private key given is not the log's");
    if (const auto stored = read_log_key(*io_); !stored || *stored != key) {
      if (stored) return fail("the log has another key than the one given", {.file = io_->display(kVerifierFile)});
      ENTENTE_CHECK(replace_file(*io_, kVerifierFile, vkey_ + "\n"));
      did("wrote the log's public key anew");
    }
    const auto note = read_small(*io_, kCheckpointFile, merkle::kMaxNoteBytes);
    if (note)
      if (const auto verified = merkle::verify_checkpoint(*note, key)) checkpoint_ = verified->checkpoint;
    ENTENTE_TRY(Storage storage, Storage::open(io_, options_.from ? OpenMode::create : OpenMode::write));
    storage_.emplace(std::move(storage));
    if (options_.from) ENTENTE_CHECK(restore(key));
    ENTENTE_CHECK(epoch());
    ENTENTE_TRY(std::optional<Commit> commit, find_commit());
    if (!commit) return {};  // fsck says why
    ENTENTE_CHECK(derived(*commit));
    ENTENTE_CHECK(journal(*commit));
    ENTENTE_CHECK(settled(*commit));
    ENTENTE_CHECK(write_ahead(*commit));
    ENTENTE_CHECK(signing(*commit));
    return publish(*commit);
  }

  void did(std::string what) { out_.done.push_back(std::move(what)); }

  // What the log itself says of its history, as far as that can be read. A commit that was not signed counts where the copy covers it: if
  // the two differ there, the log's entries are not damaged ones.
  Result<std::vector<KnownRoot>> known_roots(merkle::TreeSize copied) {
    std::vector<KnownRoot> known;
    if (const auto end = storage_->journal_end(vkey_); end && end->commit.size <= copied)
      known.push_back({end->commit.size, end->commit.root, io_->display(kJournalFile)});
    if (checkpoint_) known.push_back({checkpoint_->size, checkpoint_->root, io_->display(kCheckpointFile)});
    ENTENTE_TRY(const bool there, place_.io->exists(place_.name));
    if (there)
      if (const auto state = SigningJournal::read(place_, vkey_))
        known.push_back({state->latest.size, state->latest.root, place_.display()});
    return known;
  }

  Result<void> restore(const keys::VerifierKey& key) {
    ENTENTE_TRY(SignedCheckpoint source, fetch_checkpoint(options_.from, key, std::nullopt));
    ENTENTE_TRY(const std::vector<KnownRoot> known, known_roots(source.checkpoint.size));
    ENTENTE_TRY(const Restored restored, restore_entries(*storage_, options_.from, source.checkpoint, known, progress_));
    if (restored.bundles > 0)
      did(fmt::format("brought back {} bundles of entries ({} entries) from the copy", restored.bundles, restored.entries));
    if (checkpoint_ && checkpoint_->size >= source.checkpoint.size) return {};
    checkpoint_ = std::move(source.checkpoint);
    note_ = std::move(source.note);
    return {};
  }

  Result<void> epoch() {
    if (Epoch::read(*io_, vkey_)) return {};
    ENTENTE_CHECK(io_->remove(kEpochFile));
    ENTENTE_CHECK(Epoch::raise(*io_, vkey_));
    did("made a new epoch");
    return {};
  }

  // The whole chain of the journal; the last record up to which it is unbroken.
  Result<std::optional<Commit>> whole_journal() {
    ENTENTE_TRY(const std::uint64_t used, used_bytes(storage_->journal()));
    Bytes bytes(static_cast<std::size_t>(used));
    ENTENTE_CHECK(storage_->journal().read(0, bytes));
    std::optional<Commit> last;
    for (std::size_t at = 0; at + kCommitBytes <= bytes.size(); at += kCommitBytes) {
      const ByteView previous = at == 0 ? as_bytes(vkey_) : ByteView(bytes).subspan(at - kCommitBytes, kCommitBytes);
      const auto commit = decode_commit(ByteView(bytes).subspan(at, kCommitBytes), at == 0 ? Link::to_key : Link::to_record, previous);
      if (commit)
        last = *commit;
      else
        journal_bad_ = true;
    }
    if (used % kCommitBytes != 0) journal_bad_ = true;
    if (bytes.size() >= 2 * kCommitBytes && used % kCommitBytes == 0) {
      const ByteView ends = ByteView(bytes).last(2 * kCommitBytes);
      if (last && !decode_commit(ends.last(kCommitBytes), Link::to_record, ends.first(kCommitBytes)))
        if (auto lost = damaged_last(*last, ends.first(kCommitBytes), ends.last(kCommitBytes))) last = lost;
    }
    return last;
  }

  // A finished but damaged last record stands for an acknowledged commit. What it said is found again: of the records that the entries
  // behind the commit before could give, the one that differs from it in a few bits only.
  std::optional<Commit> damaged_last(const Commit& before, ByteView previous, ByteView damaged) {
    constexpr int kFewBits = 8;
    constexpr std::uint64_t kMostEntries = 1 << 20;
    const auto edge_hashes = storage_->edge(before.size);
    if (!edge_hashes) return std::nullopt;
    const auto edge = merkle::RightEdge::from(before.size, *edge_hashes);
    const auto bytes = storage_->entries().size();
    if (!edge || edge->root() != before.root || !bytes) return std::nullopt;
    GrowingTree tree(*edge);
    std::optional<Commit> found;
    LevelHashes unused;
    // The walk ends in an error behind the last entry, or when it found what it looks for.
    (void)hash_entries(*storage_, before.size, before.segment_bytes, before.size + kMostEntries, *bytes,
                       [&](const Chunk& chunk) -> Result<void> {
                         std::uint64_t offset = chunk.offset;
                         for (std::size_t i = 0; i < chunk.leaves.size(); ++i) {
                           tree.add({&chunk.leaves[i], 1}, unused);
                           offset += 2 + std::uint64_t{chunk.lengths[i]};
                           const Commit candidate{.size = tree.size(), .segment_bytes = offset, .root = tree.root()};
                           const CommitRecord record = encode_commit(candidate, previous);
                           int bits = 0;
                           for (std::size_t b = 0; b < kCommitBytes; ++b)
                             bits += std::popcount(static_cast<unsigned>(record[b] ^ damaged[b]));
                           if (bits > kFewBits) continue;
                           found = candidate;
                           return fail("found");
                         }
                         return {};
                       });
    return found;
  }

  // The last commit: by the journal, or by the checkpoint where the journal lost it. The entries must have its root.
  Result<std::optional<Commit>> find_commit() {
    ENTENTE_TRY(std::optional<Commit> commit, whole_journal());
    if (checkpoint_ && (!commit || commit->size < checkpoint_->size)) {
      ENTENTE_TRY(const std::uint64_t bytes, storage_->entries().size());
      Commit by_checkpoint{.size = checkpoint_->size, .root = checkpoint_->root};
      ENTENTE_TRY(by_checkpoint.segment_bytes, end_of_entries(by_checkpoint.size, bytes));
      commit = by_checkpoint;
      journal_bad_ = true;
    }
    if (!commit) return commit;
    progress_.step("computing hashes from the entries", 0);
    GrowingTree tree;
    const auto end = hash_entries(*storage_, 0, 0, commit->size, commit->segment_bytes, [&](const Chunk& chunk) -> Result<void> {
      LevelHashes unused;
      tree.add(chunk.leaves, unused);
      return {};
    });
    progress_.done();
    if (!end || *end != commit->segment_bytes || tree.root() != commit->root) return std::optional<Commit>();
    return commit;
  }

  Result<std::uint64_t> end_of_entries(merkle::TreeSize size, std::uint64_t bytes) {
    return hash_entries(*storage_, 0, 0, size, bytes, [](const Chunk&) -> Result<void> { return {}; });
  }

  Result<void> derived(const Commit& commit) {
    const ClaimedRoot claim{.size = commit.size, .root = commit.root, .file = kJournalFile, .offset = {}};
    bool good = tree_is_good(*storage_, commit, {&claim, 1}, progress_);
    for (unsigned l = 0; l < kTileLevels && good; ++l) {
      ENTENTE_TRY(const std::uint64_t bytes, storage_->level(l).size());
      good = bytes == hashes_at(commit.size, l) * kHashBytes;
    }
    ENTENTE_TRY(const std::uint64_t index_bytes, storage_->index().size());
    if (good && index_bytes == 8 * bundles_of(commit.size)) return {};
    ENTENTE_CHECK(rebuild_all(*storage_, commit));
    did(fmt::format("computed level hashes and index of {} entries anew", commit.size));
    return {};
  }

  // Records between the first and the last are not needed by anything: a journal that begins with the empty log and ends here is whole.
  Result<void> journal(const Commit& commit) {
    if (!journal_bad_) return {};
    const Commit empty{.root = merkle::empty_root()};
    const CommitRecord first = encode_commit(empty, as_bytes(vkey_));
    std::string bytes(as_text(first));
    if (commit.size > 0) bytes += as_text(encode_commit(commit, first));
    ENTENTE_CHECK(replace_file(*io_, kJournalFile, bytes));
    did(fmt::format("wrote the commit journal anew: one commit of {} entries", commit.size));
    return {};
  }

  Result<void> settled(const Commit& commit) {
    ENTENTE_TRY(SettledMark mark, SettledMark::open(*io_, vkey_, OpenMode::write));
    if (mark.damaged().empty() && mark.file_bytes() == kSettledBytes && mark.latest() && mark.latest()->size <= commit.size) return {};
    ENTENTE_CHECK(io_->remove(kSettledFile));
    ENTENTE_TRY(SettledMark fresh, SettledMark::open(*io_, vkey_, OpenMode::create));
    ENTENTE_CHECK(fresh.set(commit));
    ENTENTE_CHECK(fresh.set(commit));
    ENTENTE_CHECK(io_->sync_folder());
    did("made a new settled mark");
    return {};
  }

  // What a killed writer left in the write-ahead file goes where it belongs. If that file is damaged beyond mending, fsck says so.
  Result<void> write_ahead(Commit& commit) {
    ENTENTE_TRY(const bool there, io_->exists(kWalFile));
    if (!there) return {};
    ENTENTE_TRY(Wal wal, Wal::open(*io_, vkey_, OpenMode::write));
    ENTENTE_TRY(const std::uint64_t mended, wal.mend());
    if (mended > 0) did(fmt::format("put a flipped bit right in {} places of the write-ahead file", mended));
    ENTENTE_TRY(Storage storage, Storage::open(io_, OpenMode::write));  // the journal may be another file by now
    ENTENTE_TRY(const JournalEnd end, storage.journal_end(vkey_));
    ENTENTE_TRY(const merkle::RightEdge edge, checked_edge(storage, commit.size, commit.root, commit));
    const auto moved = replay_wal(storage, wal, end, edge);
    if (!moved || moved->records == end.records) return {};
    ENTENTE_TRY(SettledMark mark, SettledMark::open(*io_, vkey_, OpenMode::write));
    ENTENTE_CHECK(settle_files(storage, *moved, mark));
    did(fmt::format("moved {} entries from the write-ahead file to the log", moved->commit.size - commit.size));
    commit = moved->commit;
    return wal.empty();
  }

  Result<void> signing(const Commit& commit) {
    ENTENTE_TRY(const bool there, place_.io->exists(place_.name));
    if (!there && !options_.new_signing_journal) return {};
    std::optional<SigningState> state;
    if (there) {
      if (auto read = SigningJournal::read(place_, vkey_)) state = std::move(*read);
      const bool behind = state && checkpoint_ && state->latest.size < checkpoint_->size;
      if (state && state->damaged.empty() && !state->interrupted && !behind) return {};
      if (state && state->latest.size > commit.size) return {};  // put back to an older state: not for us to hide
      if (!state && !options_.new_signing_journal)
        return fail("the signing journal is damaged beyond reading", {.file = place_.display()},
                    "if the log was certainly not put back to an older state, --new-signing-journal makes a new one");
      ENTENTE_CHECK(place_.io->remove(place_.name));
    }
    ENTENTE_TRY(SigningJournal fresh, SigningJournal::create(place_, vkey_));
    ENTENTE_CHECK(fresh.record(commit.size, commit.root));
    did(fmt::format("made a new signing journal: nothing smaller than {} entries can be signed", commit.size));
    return {};
  }

  Result<void> publish(const Commit& commit) {
    if (note_) {
      ENTENTE_CHECK(replace_file(*io_, kCheckpointFile, *note_));
      did(fmt::format("took over the copy's checkpoint of {} entries", checkpoint_->size));
    }
    if (checkpoint_ || options_.key == nullptr) return {};
    ENTENTE_TRY(SigningJournal signing, SigningJournal::open(place_, vkey_));
    if (signing.latest().size > commit.size) return {};
    ENTENTE_CHECK(checked_edge(*storage_, signing.latest().size, signing.latest().root, commit));
    ENTENTE_CHECK(signing.record(commit.size, commit.root));
    const merkle::Checkpoint checkpoint{.origin = options_.key->verifier().name(), .size = commit.size, .root = commit.root};
    ENTENTE_TRY(const std::string note, merkle::sign_note(checkpoint.str(), {options_.key}));
    ENTENTE_CHECK(replace_file(*io_, kCheckpointFile, note));
    did(fmt::format("signed a new checkpoint of {} entries", commit.size));
    return {};
  }

  std::shared_ptr<Io> io_;
  const RepairOptions& options_;
  Progress& progress_;
  const SigningJournal::Place place_;
  std::string vkey_;
  std::optional<merkle::Checkpoint> checkpoint_;
  std::optional<std::string> note_;  // the copy's checkpoint, where it is to replace the log's
  std::optional<Storage> storage_;
  bool journal_bad_ = false;
  Repaired out_;
};

}  // namespace

Result<Repaired> repair(const std::filesystem::path& folder, const RepairOptions& options, Progress& progress) {
  return repair(posix_io(folder), options, progress);
}

Result<Repaired> repair(std::shared_ptr<Io> io, const RepairOptions& options, Progress& progress) {
  ENTENTE_TRY(const bool there, io->exists(options.from ? kVerifierFile : kEntriesFile));
  if (!there && !(options.from && options.vkey))
    return fail("no log here", {.file = io->display(options.from ? kVerifierFile : kEntriesFile)},
                options.from ? "check the path, or give the log's public key with --vkey" : "check the path");
  return Repairer(std::move(io), options, progress).run();
}

}  // namespace entente::ledger
