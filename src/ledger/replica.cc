// A replica is written as a log is (entries synced, then the commit record; level hashes and index synced when a checkpoint is installed),
// except that checkpoints come from outside and may lag far behind the commits: a mirror that is interrupted keeps what it has fetched. The
// folder is made with its marker first and its checkpoint last.
#include "ledger/replica.h"

#include <fmt/format.h>

#include "core/utf8.h"
#include "ledger/head.h"
#include "ledger/recovery.h"
#include "ledger/state_folder.h"
#include "ledger/writer.h"

namespace entente::ledger {
namespace {

// The files of an empty log, where an interrupted first start left less. Nothing is touched once anything was committed.
Result<void> make_files(const std::shared_ptr<Io>& io, const keys::VerifierKey& log) {
  ENTENTE_TRY(const bool installed, io->exists(kCheckpointFile));
  if (installed) return {};
  if (auto begun = Storage::open(io, OpenMode::write); begun && begun->journal_end(log.str())) return {};
  ENTENTE_TRY(const Storage fresh, Storage::create(io));
  ENTENTE_TRY(const std::uint64_t entries, fresh.entries().size());
  if (entries != 0)
    return fail("the commit journal is damaged", {.file = io->display(kJournalFile)}, "mirror the log anew into another folder");
  ENTENTE_CHECK(fresh.journal().truncate(0));
  ENTENTE_CHECK(fresh.journal().write(0, encode_commit({.root = merkle::empty_root()}, as_bytes(log.str()))));
  return fresh.journal().sync();
}

}  // namespace

Result<Replica> Replica::open(std::shared_ptr<Io> io, const keys::VerifierKey& log) {
  if (log.type() != keys::KeyType::ed25519) return fail(fmt::format("{} is no log's key", printable(log.name())));
  const std::string vkey = log.str();
  ENTENTE_TRY(const std::string held, open_state_folder(*io, kMirrorFile, vkey + "\n"));
  if (held != vkey + "\n")
    return fail(fmt::format("this folder mirrors the log {}, not {}", printable(held.substr(0, held.find('\n'))), vkey),
                {.file = io->display(kMirrorFile)}, "name another folder");
  ENTENTE_TRY(auto lock, io->try_lock(kLockFile));
  if (!lock) return fail("another process is writing to this folder", {.file = io->display(kLockFile)}, "wait until it is done");
  ENTENTE_TRY(const bool key_there, io->exists(kVerifierFile));
  if (!key_there) ENTENTE_CHECK(replace_file(*io, kVerifierFile, vkey + "\n"));
  ENTENTE_TRY(const keys::VerifierKey key, read_log_key(*io));
  if (key != log) return fail("the log's key is not the one this mirror was made for", {.file = io->display(kVerifierFile)});
  ENTENTE_TRY(const Epoch epoch, Epoch::raise(*io, vkey));
  ENTENTE_CHECK(make_files(io, log));
  ENTENTE_TRY(Storage storage, Storage::open(io, OpenMode::write));
  ENTENTE_TRY(SettledMark settled, SettledMark::open(*io, vkey, OpenMode::create));
  Replica replica(std::move(storage), log, std::move(lock), epoch, std::move(settled));
  ENTENTE_CHECK(replica.load());
  return replica;
}

Result<void> Replica::load() {
  Io& io = storage_.io();
  ENTENTE_CHECK(io.remove(std::string(kCheckpointFile) + ".tmp"));
  storage_.journal().forget_cached(0);
  storage_.entries().forget_cached(settled_.latest() ? settled_.latest()->segment_bytes : 0);
  ENTENTE_TRY(const bool installed, io.exists(kCheckpointFile));
  if (installed) {
    ENTENTE_TRY(Head head, read_head(storage_, log_));
    note_ = std::move(head.note);
    checkpoint_ = std::move(head.checkpoint);
    journal_ = head.journal;
  } else {
    ENTENTE_TRY(journal_, storage_.journal_end(log_.str()));
  }
  ENTENTE_TRY(const merkle::RightEdge edge, settle_files(storage_, journal_, settled_));
  if (settled_.file_bytes() < kSettledBytes) ENTENTE_CHECK(settled_.set(journal_.commit));  // both of its records
  ENTENTE_CHECK(checked_edge(storage_, checkpoint_.size, checkpoint_.root, journal_.commit));
  journal_.torn_bytes = 0;
  tree_ = GrowingTree(edge);
  return {};
}

Result<void> Replica::usable() const {
  if (!broken_.empty())
    return fail("an earlier write to this folder failed: " + broken_, {}, "open it again; that settles what was left behind");
  return epoch_.check_mine(storage_.io());
}

Result<void> Replica::broken(const Error& error) {
  broken_ = error.what;
  return fail(error);
}

Result<void> Replica::write(const Batch& batch) {
  ENTENTE_CHECK(storage_.entries().write(batch.before.segment_bytes, as_bytes(batch.segment)));
  ENTENTE_CHECK(write_derived(storage_, batch.before.size, batch.hashes, batch.bundle_starts));
  ENTENTE_CHECK(storage_.entries().sync());
  const CommitRecord record = encode_commit(batch.after, journal_.record);
  ENTENTE_CHECK(storage_.journal().write(journal_.records * kCommitBytes, record));
  ENTENTE_CHECK(storage_.journal().sync());
  journal_ = {.commit = batch.after, .record = record, .records = journal_.records + 1};
  return {};
}

Result<void> Replica::append(std::span<const ByteView> entries, std::span<const Digest> leaves) {
  ENTENTE_CHECK(usable());
  if (entries.empty()) return {};
  if (size() + entries.size() > kMaxTreeSize) return fail("the log is full");
  GrowingTree next = tree_;
  const Batch batch = make_batch(journal_.commit, next, entries, {leaves.begin(), leaves.end()});
  if (const auto written = write(batch); !written) return broken(written.error());
  tree_ = std::move(next);
  return {};
}

Result<void> Replica::settle() {
  if (settled_.latest() == journal_.commit) return {};
  ENTENTE_CHECK(sync_derived(storage_, settled_.latest() ? settled_.latest()->size : 0, size()));
  return settled_.set(journal_.commit);
}

Result<void> Replica::install(const std::string& note) {
  ENTENTE_CHECK(usable());
  ENTENTE_TRY(auto verified, merkle::verify_checkpoint(note, log_));
  const merkle::Checkpoint& next = verified.checkpoint;
  if (next.size < checkpoint_.size)
    return fail(fmt::format("the checkpoint of {} entries is older than the installed one of {}", next.size, checkpoint_.size));
  if (next.size != size() || next.root != root())
    return fail(fmt::format("the checkpoint states {} entries with root {}, here are {} with root {}", next.size, next.root.hex(), size(),
                            root().hex()));
  ENTENTE_CHECK(checked_edge(storage_, size(), root(), journal_.commit));
  if (const auto settled = settle(); !settled) return broken(settled.error());
  if (const auto written = replace_file(storage_.io(), kCheckpointFile, note); !written) return broken(written.error());
  note_ = note;
  checkpoint_ = std::move(verified.checkpoint);
  return {};
}

}  // namespace entente::ledger
