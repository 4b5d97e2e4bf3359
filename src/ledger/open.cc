// Making and opening logs, and recovery. A log is made with its checkpoint as the last file, so a folder without one is no log. Opening for
// writing undoes an interrupted append: what no commit record covers is cut off; a batch that is committed but not signed is computed
// again from its entries, compared with its commit record, and written and synced once more, because the fdatasync before the crash may
// have failed while the page cache still shows the bytes.
#include <fmt/format.h>
#include <algorithm>

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

// The entries [from, to), which a commit covers.
Result<std::vector<std::string>> read_entries(const Storage& storage, merkle::TreeSize from, const Commit& commit) {
  std::vector<std::string> out;
  for (std::uint64_t n = from / kTileWidth; n < bundles_of(commit.size); ++n) {
    const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, commit.size - n * kTileWidth));
    ENTENTE_TRY(const std::string bundle, storage.bundle(n, width, commit));
    ENTENTE_TRY(const std::vector<ByteView> entries, split_bundle(as_bytes(bundle), width));
    for (unsigned i = 0; i < width; ++i)
      if (n * kTileWidth + i >= from) out.emplace_back(as_text(entries[i]));
  }
  return out;
}

Result<void> rewrite_unsigned(Storage& storage, const Head& head, merkle::RightEdge edge) {
  const Commit& commit = head.journal.commit;
  ENTENTE_TRY(const std::vector<std::string> entries, read_entries(storage, head.checkpoint.size, commit));
  const std::vector<ByteView> views = [&] {
    std::vector<ByteView> v;
    for (const std::string& e : entries) v.push_back(as_bytes(e));
    return v;
  }();
  Commit at{.size = head.checkpoint.size, .root = head.checkpoint.root};
  std::uint64_t bytes = 0;
  for (const ByteView v : views) bytes += 2 + v.size();
  at.segment_bytes = commit.segment_bytes - bytes;
  const Batch batch = make_batch(at, std::move(edge), views, leaf_hashes(views));
  if (batch.commit != commit)
    return fail(fmt::format("the entries {} … {}, committed but not yet signed, do not have the root their commit recorded",
                            head.checkpoint.size, commit.size - 1),
                {.file = storage.io().display(kEntriesFile), .offset = at.segment_bytes},
                "the entries or the journal are damaged; run `entente ledger fsck`");
  ENTENTE_CHECK(write_batch(storage, at, batch));
  return write_commit(storage, head.journal.records - 1, head.journal.record);
}

}  // namespace

Result<void> recover(Storage& storage, const Head& head) {
  ENTENTE_CHECK(storage.io().remove(std::string(kCheckpointFile) + ".tmp"));
  ENTENTE_CHECK(settle_files(storage, head.journal));
  ENTENTE_TRY(merkle::RightEdge edge, checked_edge(storage, head.checkpoint.size, head.checkpoint.root, head.journal.commit));
  if (head.journal.commit.size == head.checkpoint.size) return {};
  return rewrite_unsigned(storage, head, std::move(edge));
}

Result<Ledger> Ledger::init(const std::filesystem::path& folder, const keys::SigningKey& key) { return init(posix_io(folder), key); }
Result<Ledger> Ledger::open_read(const std::filesystem::path& folder) { return open_read(posix_io(folder)); }
Result<Ledger> Ledger::open_write(const std::filesystem::path& folder) { return open_write(posix_io(folder)); }

Result<Ledger> Ledger::init(std::shared_ptr<Io> io, const keys::SigningKey& key) {
  if (key.verifier().type() != keys::KeyType::ed25519)
    return fail("a log needs a key of type Ed25519 (1); this one is a witness's", {}, "make one with `entente keygen`");
  ENTENTE_CHECK(io->make_empty_folder());
  ENTENTE_TRY(auto lock, lock_log(*io));
  ENTENTE_CHECK(replace_file(*io, kVerifierFile, key.verifier().str() + "\n"));
  ENTENTE_TRY(Storage storage, Storage::create(io));
  const std::string vkey = key.verifier().str();
  const Commit empty{.root = merkle::empty_root()};
  const CommitRecord record = encode_commit(empty, as_bytes(vkey));
  ENTENTE_CHECK(write_commit(storage, 0, record));
  Head head{.checkpoint = {.origin = key.verifier().name()}, .journal = {.commit = empty, .record = record, .records = 1}};
  auto state = std::make_unique<State>(std::move(storage), key.verifier(), std::move(head));
  state->lock = std::move(lock);
  ENTENTE_CHECK(state->publish(key));
  return Ledger(std::move(state));
}

Result<Ledger> Ledger::open_read(std::shared_ptr<Io> io) {
  ENTENTE_CHECK(require_log(*io));
  ENTENTE_TRY(keys::VerifierKey key, read_log_key(*io));
  ENTENTE_TRY(Storage storage, Storage::open(io, OpenMode::read));
  ENTENTE_TRY(Head head, read_head(storage, key));
  return Ledger(std::make_unique<State>(std::move(storage), std::move(key), std::move(head)));
}

Result<Ledger> Ledger::open_write(std::shared_ptr<Io> io) {
  ENTENTE_CHECK(require_log(*io));
  ENTENTE_TRY(auto lock, lock_log(*io));
  ENTENTE_TRY(keys::VerifierKey key, read_log_key(*io));
  ENTENTE_TRY(Storage storage, Storage::open(io, OpenMode::write));
  ENTENTE_TRY(Head head, read_head(storage, key));
  ENTENTE_CHECK(recover(storage, head));
  head.journal.torn_bytes = 0;
  auto state = std::make_unique<State>(std::move(storage), std::move(key), std::move(head));
  state->lock = std::move(lock);
  return Ledger(std::move(state));
}

}  // namespace entente::ledger
