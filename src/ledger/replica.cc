// A replica is written as a log is (entries and hashes, then the commit record), except that checkpoints come from outside and may lag far
// behind the commits: a mirror that is interrupted keeps what it has fetched. The folder is made key first, checkpoint last.
#include "ledger/replica.h"

#include <fmt/format.h>

#include "core/utf8.h"
#include "ledger/head.h"

namespace entente::ledger {
namespace {

// The key file first: its presence says that this folder is a replica in the making.
Result<void> make_folder(Io& io, const keys::VerifierKey& log) {
  ENTENTE_TRY(const bool there, io.exists(kVerifierFile));
  if (there) return {};
  ENTENTE_CHECK(io.remove(std::string(kVerifierFile) + ".tmp"));
  ENTENTE_CHECK(io.make_empty_folder());
  return replace_file(io, kVerifierFile, log.str() + "\n");
}

// An interrupted first start may have left the files without the record of size 0.
Result<bool> has_journal(Io& io) {
  ENTENTE_TRY(const bool there, io.exists(kJournalFile));
  if (!there) return false;
  ENTENTE_TRY(const auto journal, io.open(kJournalFile, OpenMode::read));
  ENTENTE_TRY(const std::uint64_t size, journal->size());
  return size >= kCommitBytes;
}

}  // namespace

Result<Replica> Replica::open(std::shared_ptr<Io> io, const keys::VerifierKey& log) {
  if (log.type() != keys::KeyType::ed25519) return fail(fmt::format("{} is no log's key", printable(log.name())));
  ENTENTE_CHECK(make_folder(*io, log));
  ENTENTE_TRY(const keys::VerifierKey held, read_log_key(*io));
  if (held != log)
    return fail(fmt::format("this folder holds the log {}, not {}", held.str(), log.str()), {.file = io->display(kVerifierFile)},
                "name another folder");
  ENTENTE_TRY(auto lock, io->try_lock(kLockFile));
  if (!lock) return fail("another process is writing to this folder", {.file = io->display(kLockFile)}, "wait until it is done");
  ENTENTE_TRY(const bool installed, io->exists(kCheckpointFile));
  ENTENTE_TRY(const bool journal, has_journal(*io));
  if (!journal && installed)
    return fail("the commit journal is missing", {.file = io->display(kJournalFile)}, "mirror the log anew into another folder");
  if (!journal) {
    ENTENTE_TRY(Storage fresh, Storage::create(io));
    ENTENTE_CHECK(write_commit(fresh, 0, encode_commit({.root = merkle::empty_root()}, as_bytes(log.str()))));
  }
  ENTENTE_TRY(Storage storage, Storage::open(io, OpenMode::write));
  Replica replica(std::move(storage), log);
  replica.lock_ = std::move(lock);
  ENTENTE_CHECK(replica.load());
  return replica;
}

Result<void> Replica::load() {
  Io& io = storage_.io();
  ENTENTE_CHECK(io.remove(std::string(kCheckpointFile) + ".tmp"));
  ENTENTE_TRY(const bool installed, io.exists(kCheckpointFile));
  if (installed) {
    ENTENTE_TRY(Head head, read_head(storage_, log_));
    note_ = std::move(head.note);
    checkpoint_ = std::move(head.checkpoint);
    journal_ = head.journal;
  } else {
    ENTENTE_TRY(journal_, storage_.journal_end(log_.str()));
  }
  ENTENTE_CHECK(settle_files(storage_, journal_));
  journal_.torn_bytes = 0;
  // Should the last record's sync have failed, the next one would build on what the disk does not have.
  ENTENTE_CHECK(write_commit(storage_, journal_.records - 1, journal_.record));
  ENTENTE_TRY(edge_, checked_edge(storage_, size(), root(), journal_.commit));
  return {};
}

Result<void> Replica::usable() const {
  if (broken_.empty()) return {};
  return fail("an earlier write to this folder failed: " + broken_, {}, "open it again; that settles what was left behind");
}

Result<void> Replica::broken(const Error& error) {
  broken_ = error.what;
  return fail(error);
}

Result<void> Replica::append(std::span<const ByteView> entries, std::span<const Digest> leaves) {
  ENTENTE_CHECK(usable());
  if (entries.empty()) return {};
  const Batch batch = make_batch(journal_.commit, edge_, entries, leaves);
  if (const auto written = write_batch(storage_, journal_.commit, batch); !written) return broken(written.error());
  const CommitRecord record = encode_commit(batch.commit, journal_.record);
  if (const auto written = write_commit(storage_, journal_.records, record); !written) return broken(written.error());
  journal_ = {.commit = batch.commit, .record = record, .records = journal_.records + 1};
  edge_ = batch.edge;
  return {};
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
  if (const auto written = replace_file(storage_.io(), kCheckpointFile, note); !written) return broken(written.error());
  note_ = note;
  checkpoint_ = std::move(verified.checkpoint);
  return {};
}

}  // namespace entente::ledger
