// Recovery after a crash. What stands in the journal was synced, its entries before its record; what stands behind that in the write-ahead
// file is moved there. Level hashes and index
// are only known to be on the disk up to the settled commit. What lies behind it is computed again from the entries and written anew, even
// if the files seem to hold it: after a failed sync a page cache shows what the disk may not have. Hashes are computed twice where they do
// not fit in memory: first to compare the root with the commit's, then to write them.
#include "ledger/recovery.h"

#include <fmt/format.h>
#include <algorithm>

#include "ledger/growing_tree.h"
#include "ledger/writer.h"

namespace entente::ledger {
namespace {

Result<void> cut(File& file, std::uint64_t size) {
  ENTENTE_TRY(const std::uint64_t now, file.size());
  if (now <= size) return {};
  ENTENTE_CHECK(file.truncate(size));
  return file.sync();
}

// Where computing again begins: so many entries, whose bundles take so many bytes.
struct Start {
  merkle::TreeSize size = 0;
  std::uint64_t offset = 0;
};

// The settled commit, or less where a file has become shorter than it says.
Result<Start> find_start(const Storage& storage, const Commit& commit, const std::optional<Commit>& settled) {
  if (!settled || settled->size > commit.size || settled->segment_bytes > commit.segment_bytes) return Start{};
  std::uint64_t size = settled->size;
  for (unsigned l = 0; l < kTileLevels; ++l) {
    ENTENTE_TRY(const std::uint64_t bytes, storage.level(l).size());
    if (const std::uint64_t have = bytes / kHashBytes; have < hashes_at(size, l)) size = have << (kTileHeight * l);
  }
  ENTENTE_TRY(const std::uint64_t index_bytes, storage.index().size());
  if (const std::uint64_t have = index_bytes / 8; have < bundles_of(size)) size = have == 0 ? 0 : (have - 1) * kTileWidth;
  if (size == settled->size) return Start{.size = size, .offset = settled->segment_bytes};
  size = size / kTileWidth * kTileWidth;
  if (size == 0) return Start{};
  const auto offset = storage.bundle_start(size / kTileWidth, commit);
  return offset ? Start{.size = size, .offset = *offset} : Start{};
}

// One pass over the entries from `start`: gives each chunk with the hashes it completes, and at the end the tree.
Result<GrowingTree> walk(const Storage& storage, const Commit& commit, const Start& start,
                         const std::function<Result<void>(const Chunk&, const LevelHashes&)>& take) {
  ENTENTE_TRY(std::vector<Digest> hashes, storage.edge(start.size));
  ENTENTE_TRY(const merkle::RightEdge edge, merkle::RightEdge::from(start.size, std::move(hashes)));
  GrowingTree tree(edge);
  ENTENTE_TRY(const std::uint64_t end,
              hash_entries(storage, start.size, start.offset, commit.size, commit.segment_bytes, [&](const Chunk& chunk) -> Result<void> {
                LevelHashes completed;
                tree.add(chunk.leaves, completed);
                completed[0] = chunk.leaves;
                return take(chunk, completed);
              }));
  if (end != commit.segment_bytes)
    return fail(fmt::format("{} entries end here, not at byte {} as committed", commit.size, commit.segment_bytes),
                {.file = storage.io().display(kEntriesFile), .offset = end}, std::string(kFsckHint));
  return tree;
}

// Computes again what lies behind `start`; true if the root fits, and only then the files are written.
Result<bool> rebuild(Storage& storage, const Commit& commit, const Start& start) {
  ENTENTE_TRY(const GrowingTree tree, walk(storage, commit, start, [](const Chunk&, const LevelHashes&) -> Result<void> { return {}; }));
  if (tree.root() != commit.root) return false;
  if (start.size == commit.size) return true;
  ENTENTE_CHECK(walk(storage, commit, start, [&](const Chunk& chunk, const LevelHashes& completed) {
    return write_derived(storage, chunk.first, completed, chunk.bundle_starts);
  }));
  ENTENTE_CHECK(sync_derived(storage, start.size, commit.size));
  return true;
}

tl::unexpected<Error> wrong_root(const Storage& storage, const Commit& commit) {
  return fail(fmt::format("the {} committed entries do not have the root their commit recorded", commit.size),
              {.file = storage.io().display(kEntriesFile)}, "the entries or the journal are damaged; run `entente ledger fsck`");
}

Result<void> cut_all(Storage& storage, const JournalEnd& end) {
  const Commit& commit = end.commit;
  ENTENTE_TRY(const std::uint64_t segment, storage.entries().size());
  if (segment < commit.segment_bytes)
    return fail(fmt::format("{} bytes of committed entries are missing at the file's end", commit.segment_bytes - segment),
                {.file = storage.io().display(kEntriesFile), .offset = segment}, "restore the file from a backup or a mirror");
  ENTENTE_CHECK(cut(storage.journal(), end.records * kCommitBytes));
  ENTENTE_CHECK(cut(storage.entries(), commit.segment_bytes));
  ENTENTE_CHECK(cut(storage.index(), 8 * bundles_of(commit.size)));
  for (unsigned l = 0; l < kTileLevels; ++l) ENTENTE_CHECK(cut(storage.level(l), hashes_at(commit.size, l) * kHashBytes));
  return {};
}

}  // namespace

Result<void> rebuild_all(Storage& storage, const Commit& commit) {
  ENTENTE_TRY(const bool fits, rebuild(storage, commit, {}));
  if (!fits) return wrong_root(storage, commit);
  // Also where nothing was missing: a file may be shorter than its hashes, or hold bytes behind them.
  for (unsigned l = 0; l < kTileLevels; ++l) ENTENTE_CHECK(cut(storage.level(l), hashes_at(commit.size, l) * kHashBytes));
  return cut(storage.index(), 8 * bundles_of(commit.size));
}

Result<void> walk_wal(const Wal& wal, const Commit& journal_end, const merkle::RightEdge& edge, const TakeCommit& take) {
  GrowingTree tree(edge);
  return wal.replay(journal_end, [&](const Commit& before, const Commit& after, ByteView bytes) -> Result<bool> {
    const auto entries = split_bundle(bytes, static_cast<std::size_t>(after.size - before.size));
    if (!entries) return false;
    LevelHashes unused;
    tree.add(leaf_hashes(*entries), unused);
    if (tree.root() != after.root) return false;
    ENTENTE_CHECK(take(before, after, bytes));
    return true;
  });
}

Result<JournalEnd> replay_wal(Storage& storage, const Wal& wal, const JournalEnd& end, const merkle::RightEdge& edge) {
  Commit last = end.commit;
  ENTENTE_CHECK(walk_wal(wal, end.commit, edge, [&](const Commit& before, const Commit& after, ByteView bytes) {
    last = after;
    return storage.entries().write(before.segment_bytes, bytes);
  }));
  if (last == end.commit) return end;
  ENTENTE_CHECK(storage.entries().sync());
  JournalEnd moved{.commit = last, .record = encode_commit(last, end.record), .records = end.records + 1};
  ENTENTE_CHECK(storage.journal().write(end.records * kCommitBytes, moved.record));
  ENTENTE_CHECK(storage.journal().sync());
  return moved;
}

Result<merkle::RightEdge> settle_files(Storage& storage, const JournalEnd& end, SettledMark& settled) {
  const Commit& commit = end.commit;
  // The last record was written after its entries had been synced, but its own sync may have failed: written once more.
  ENTENTE_CHECK(storage.journal().write((end.records - 1) * kCommitBytes, end.record));
  ENTENTE_CHECK(storage.journal().sync());
  ENTENTE_CHECK(cut_all(storage, end));
  ENTENTE_TRY(const Start start, find_start(storage, commit, settled.latest()));
  if (start.size < commit.size) {
    auto fits = rebuild(storage, commit, start);
    if (start.size > 0 && (!fits || !*fits)) fits = rebuild(storage, commit, {});
    if (!fits) return fail(fits.error());
    if (!*fits) return wrong_root(storage, commit);
  }
  ENTENTE_CHECK(storage.io().sync_folder());  // for files that were missing and made anew
  ENTENTE_TRY(merkle::RightEdge edge, checked_edge(storage, commit.size, commit.root, commit));
  const bool spoiled = !settled.damaged().empty() || settled.file_bytes() != kSettledBytes;
  if (spoiled || settled.latest() != commit) ENTENTE_CHECK(settled.set(commit));
  if (spoiled) ENTENTE_CHECK(settled.set(commit));  // the other record too
  return edge;
}

}  // namespace entente::ledger
