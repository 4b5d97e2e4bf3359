// Making and opening logs. A log is made with its checkpoint as the last file, so a folder without one is no log. Opening for writing takes
// the lock and raises the epoch first, so that a writer that lost its lock stops; then the files are brought to what the last commit says
// (recovery.cc), and the tree is compared with what the signing journal says was signed: a log put back to an older state is refused.
#include <fmt/format.h>
#include <algorithm>

#include "ledger/recovery.h"
#include "ledger/state.h"

namespace entente::ledger {
namespace {

Result<std::unique_ptr<WriterLock>> lock_log(Io& io) {
  ENTENTE_TRY(auto lock, io.try_lock(kLockFile));
  if (!lock)
    return fail("another process is writing to this log", {.file = io.display(kLockFile)}, "wait until it is done; a log has one writer");
  return lock;
}

Result<void> require_log(Io& io) {
  ENTENTE_TRY(const bool there, io.exists(kCheckpointFile));
  if (!there)
    return fail("no log here: there is no checkpoint", {.file = io.display(kCheckpointFile)},
                "check the path, or make a log with `entente ledger init`; if making it was interrupted, remove the folder first");
  return {};
}

// Before anything is cut off or written: the log holds at least what was signed.
Result<void> check_not_put_back(const Head& head, const SigningJournal& signing) {
  const SignedHead& last = signing.latest();
  const Commit& commit = head.journal.commit;
  if (commit.size < last.size)
    return fail(
        fmt::format("a checkpoint of {} entries was signed, but the log holds {}: it was put back to an older state", last.size,
                    commit.size),
        {.file = signing.display()},
        "nothing is signed here, since that would fork the log: bring back the newer files, or fetch the missing entries from a mirror");
  if (head.checkpoint.size > last.size)
    return fail(fmt::format("the checkpoint has {} entries, but the signing journal ends at {}: it is not this log's, or an older copy",
                            head.checkpoint.size, last.size),
                {.file = signing.display()}, "give the right file with --signing-journal, or see `entente ledger repair --help`");
  return {};
}

// The tree continues what was signed.
Result<void> check_roots(const Storage& storage, const Head& head, const SigningJournal& signing) {
  const Commit& commit = head.journal.commit;
  ENTENTE_CHECK(checked_edge(storage, head.checkpoint.size, head.checkpoint.root, commit));
  ENTENTE_CHECK(checked_edge(storage, signing.latest().size, signing.latest().root, commit));
  return {};
}

// Removes what a failed init made, so that the next one does not find a folder that is "not empty". Only files that init makes, in a folder
// that was empty and whose lock is held; whatever cannot be removed stays and is named by the next init.
void remove_unfinished(Io& io) {
  std::vector<std::string> names;
  for (const std::string_view name : {kCheckpointFile, kVerifierFile, kEpochFile}) {
    names.emplace_back(name);
    names.push_back(std::string(name) + ".tmp");
  }
  for (const std::string_view name : {kSettledFile, kSigningFile, kEntriesFile, kJournalFile, kIndexFile, kWalFile})
    names.emplace_back(name);
  for (unsigned l = 0; l < kTileLevels; ++l) names.push_back(level_file(l));
  names.emplace_back(kLockFile);  // last
  for (const std::string& name : names) (void)io.remove(name);
}

}  // namespace

SigningJournal::Place signing_place(const std::shared_ptr<Io>& io, const WriteOptions& options) {
  if (options.signing_io) return {.io = options.signing_io, .name = options.signing_name};
  if (options.signing_journal.empty()) return {.io = io, .name = std::string(kSigningFile)};
  const auto folder = options.signing_journal.parent_path();
  return {.io = posix_io(folder.empty() ? "." : folder), .name = options.signing_journal.filename().string()};
}

Result<Ledger> Ledger::init(const std::filesystem::path& folder, const keys::SigningKey& key) { return init(posix_io(folder), key); }
Result<Ledger> Ledger::init(const std::filesystem::path& folder, const keys::SigningKey& key, const WriteOptions& options) {
  return init(posix_io(folder), key, options);
}
Result<Ledger> Ledger::open_read(const std::filesystem::path& folder) { return open_read(posix_io(folder)); }
Result<Ledger> Ledger::open_write(const std::filesystem::path& folder) { return open_write(posix_io(folder)); }
Result<Ledger> Ledger::open_write(const std::filesystem::path& folder, const WriteOptions& options) {
  return open_write(posix_io(folder), options);
}

Result<Ledger> Ledger::init(std::shared_ptr<Io> io, const keys::SigningKey& key, const WriteOptions& options) {
  if (key.verifier().type() != keys::KeyType::ed25519)
    return fail("a log needs a key of type Ed25519 (1); this one is a witness's", {}, "make one with `entente keygen`");
  const std::string vkey = key.verifier().str();
  const SigningJournal::Place place = signing_place(io, options);
  ENTENTE_TRY(const bool signed_before, place.io->exists(place.name));
  if (signed_before && place.io != io)  // in the folder itself: not empty, refused below
    return fail("there is a signing journal already", {.file = place.display()}, "a new log needs a new one; name another file");
  ENTENTE_CHECK(io->make_empty_folder());
  ENTENTE_TRY(auto lock, lock_log(*io));
  // Another init may have been done between the look at the folder and the lock; what follows is ours alone.
  ENTENTE_TRY(const bool made_meanwhile, io->exists(kCheckpointFile));
  if (made_meanwhile) return fail("another process has just made a log here", {.file = io->display(kCheckpointFile)});
  std::unique_ptr<Io, void (*)(Io*)> unfinished(io.get(), [](Io* folder) { remove_unfinished(*folder); });
  ENTENTE_CHECK(replace_file(*io, kVerifierFile, vkey + "\n"));
  ENTENTE_TRY(const Epoch epoch, Epoch::raise(*io, vkey));
  ENTENTE_TRY(SigningJournal signing, SigningJournal::create(place, vkey));
  std::unique_ptr<const SigningJournal::Place, void (*)(const SigningJournal::Place*)> unfinished_journal(
      &place, [](const SigningJournal::Place* made) { (void)made->io->remove(made->name); });
  ENTENTE_TRY(Storage storage, Storage::create(io));
  ENTENTE_TRY(Wal wal, Wal::open(*io, vkey, OpenMode::write, options.wal));
  const Commit empty{.root = merkle::empty_root()};
  const CommitRecord record = encode_commit(empty, as_bytes(vkey));
  ENTENTE_CHECK(storage.journal().write(0, record));
  ENTENTE_CHECK(storage.journal().sync());
  ENTENTE_TRY(SettledMark settled, SettledMark::open(*io, vkey, OpenMode::create));
  ENTENTE_CHECK(settled.set(empty));
  ENTENTE_CHECK(settled.set(empty));  // both records
  Head head{.checkpoint = {.origin = key.verifier().name()}, .journal = {.commit = empty, .record = record, .records = 1}};
  head.checkpoint.root = merkle::empty_root();
  ENTENTE_TRY(head.note, merkle::sign_note(head.checkpoint.str(), {&key}));
  ENTENTE_CHECK(replace_file(*io, kCheckpointFile, head.note));
  ENTENTE_TRY(Storage reading, Storage::open(io, OpenMode::read));
  (void)unfinished_journal.release();
  (void)unfinished.release();
  auto state = std::make_unique<State>(std::move(reading), key.verifier(), head);
  state->writer = std::make_unique<Writer>(WriterParts{.storage = std::move(storage),
                                                       .key = key.verifier(),
                                                       .head = std::move(head),
                                                       .lock = std::move(lock),
                                                       .epoch = epoch,
                                                       .settled = std::move(settled),
                                                       .signing = std::move(signing),
                                                       .wal = std::move(wal)},
                                           merkle::RightEdge());
  return Ledger(std::move(state));
}

Result<Ledger> Ledger::open_read(std::shared_ptr<Io> io) {
  ENTENTE_CHECK(require_log(*io));
  ENTENTE_TRY(keys::VerifierKey key, read_log_key(*io));
  ENTENTE_TRY(Storage storage, Storage::open(io, OpenMode::read));
  ENTENTE_TRY(Head head, read_head(storage, key));
  return Ledger(std::make_unique<State>(std::move(storage), std::move(key), std::move(head)));
}

Result<Ledger> Ledger::open_write(std::shared_ptr<Io> io, const WriteOptions& options) {
  ENTENTE_CHECK(require_log(*io));
  ENTENTE_TRY(auto lock, lock_log(*io));
  ENTENTE_TRY(keys::VerifierKey key, read_log_key(*io));
  const std::string vkey = key.str();
  ENTENTE_TRY(SigningJournal signing, SigningJournal::open(signing_place(io, options), vkey));
  ENTENTE_TRY(const Epoch epoch, Epoch::raise(*io, vkey));
  ENTENTE_CHECK(io->remove(std::string(kCheckpointFile) + ".tmp"));
  ENTENTE_TRY(Storage storage, Storage::open(io, OpenMode::write));
  ENTENTE_TRY(SettledMark settled, SettledMark::open(*io, vkey, OpenMode::write));
  ENTENTE_TRY(Wal wal, Wal::open(*io, vkey, OpenMode::write, options.wal));
  wal.forget_cached();
  storage.journal().forget_cached(0);
  storage.entries().forget_cached(settled.latest() ? settled.latest()->segment_bytes : 0);
  ENTENTE_TRY(Head head, read_head(storage, key));
  ENTENTE_CHECK(check_not_put_back(head, signing));
  ENTENTE_TRY(merkle::RightEdge edge, settle_files(storage, head.journal, settled));
  ENTENTE_CHECK(check_roots(storage, head, signing));
  ENTENTE_TRY(const JournalEnd moved, replay_wal(storage, wal, head.journal, edge));
  if (moved.records != head.journal.records) { ENTENTE_TRY(edge, settle_files(storage, moved, settled)); }
  ENTENTE_CHECK(wal.empty());
  head.journal = moved;
  head.journal.torn_bytes = 0;
  ENTENTE_TRY(Storage reading, Storage::open(io, OpenMode::read));
  auto state = std::make_unique<State>(std::move(reading), key, head);
  state->writer = std::make_unique<Writer>(WriterParts{.storage = std::move(storage),
                                                       .key = std::move(key),
                                                       .head = std::move(head),
                                                       .lock = std::move(lock),
                                                       .epoch = epoch,
                                                       .settled = std::move(settled),
                                                       .signing = std::move(signing),
                                                       .wal = std::move(wal)},
                                           std::move(edge));
  return Ledger(std::move(state));
}

}  // namespace entente::ledger
