// The write path and what undoes its interruption. Order of a commit: entries, index and hashes are written and synced; only then the
// commit record is written and synced. So a valid record vouches for everything before it, and what no record covers is as if it had
// never been written: settle_files() cuts it off.
#include <fmt/format.h>
#include <algorithm>
#include <optional>

#include "ledger/storage.h"

namespace entente::ledger {
namespace {

constexpr std::size_t kRebuildStep = 64 * kTileWidth;  // entries or hashes held in memory while rebuilding

ByteView hash_bytes(std::span<const Digest> hashes) {
  return hashes.empty() ? ByteView() : ByteView(hashes.front().bytes.data(), hashes.size() * kHashBytes);
}

Bytes index_bytes(std::span<const std::uint64_t> starts) {
  Bytes out(8 * starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) put_u64(std::span(out).subspan(8 * i).first<8>(), starts[i]);
  return out;
}

Result<void> cut(File& file, std::uint64_t size) {
  ENTENTE_TRY(const std::uint64_t now, file.size());
  if (now <= size) return {};
  ENTENTE_CHECK(file.truncate(size));
  return file.sync();
}

Result<void> rebuild_index(Storage& storage, const Commit& commit) {
  const std::uint64_t need = bundles_of(commit.size);
  ENTENTE_TRY(const std::uint64_t bytes, storage.index().size());
  const std::uint64_t have = bytes / 8;
  if (have >= need) return {};
  std::uint64_t at = 0;
  if (have > 0) {
    ENTENTE_TRY(at, storage.bundle_start(have - 1, commit));
    ENTENTE_TRY(at, storage.bundle_end(at, kTileWidth, commit));
  }
  std::vector<std::uint64_t> starts;
  for (std::uint64_t n = have; n < need; ++n) {
    starts.push_back(at);
    if (n + 1 == need) break;
    ENTENTE_TRY(at, storage.bundle_end(at, kTileWidth, commit));
  }
  ENTENTE_CHECK(storage.index().write(8 * have, index_bytes(starts)));
  return storage.index().sync();
}

// The hashes [first, first + count) of a level, computed from the level below or from the entries.
Result<std::vector<Digest>> recompute(const Storage& storage, unsigned level, std::uint64_t first, std::size_t count,
                                      const Commit& commit) {
  std::vector<Digest> out;
  out.reserve(count);
  if (level > 0) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      ENTENTE_TRY(const std::vector<Digest> tile, storage.hashes(level - 1, i * kTileWidth, kTileWidth));
      out.push_back(fold(tile));
    }
    return out;
  }
  for (std::uint64_t i = first; i < first + count;) {
    const std::uint64_t n = i / kTileWidth;
    const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, commit.size - n * kTileWidth));
    ENTENTE_TRY(const std::string bundle, storage.bundle(n, width, commit));
    ENTENTE_TRY(const std::vector<ByteView> entries, split_bundle(as_bytes(bundle), width));
    for (; i < first + count && i / kTileWidth == n; ++i) out.push_back(merkle::leaf_hash(entries[i % kTileWidth]));
  }
  return out;
}

// Rebuilds what a level file lacks at its end; gives the first hash rebuilt, or nullopt if nothing was missing.
Result<std::optional<std::uint64_t>> rebuild_level(Storage& storage, unsigned level, const Commit& commit) {
  const std::uint64_t need = hashes_at(commit.size, level);
  ENTENTE_TRY(const std::uint64_t bytes, storage.level(level).size());
  const std::uint64_t have = bytes / kHashBytes;
  if (have >= need) return std::optional<std::uint64_t>();
  for (std::uint64_t at = have; at < need;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kRebuildStep, need - at));
    ENTENTE_TRY(const std::vector<Digest> hashes, recompute(storage, level, at, count, commit));
    ENTENTE_CHECK(storage.level(level).write(at * kHashBytes, hash_bytes(hashes)));
    at += count;
  }
  ENTENTE_CHECK(storage.level(level).sync());
  return std::optional(have);
}

// Full tiles that hold rebuilt hashes must hash to what the level above says; the right edge is checked against the signed root later.
Result<void> check_rebuilt(const Storage& storage, unsigned level, std::uint64_t first, const Commit& commit) {
  for (std::uint64_t n = first / kTileWidth; n < hashes_at(commit.size, level + 1); ++n) {
    ENTENTE_TRY(const std::vector<Digest> tile, storage.hashes(level, n * kTileWidth, kTileWidth));
    ENTENTE_TRY(const std::vector<Digest> above, storage.hashes(level + 1, n, 1));
    if (fold(tile) != above.front())
      return fail(fmt::format("hashes rebuilt for tile {} of level {} do not fit the level above", n, level),
                  {.file = storage.io().display(level_file(level)), .offset = n * kTileWidth * kHashBytes},
                  "the entries they were rebuilt from, or the level above, are damaged: run `entente ledger fsck`");
  }
  return {};
}

}  // namespace

Batch make_batch(const Commit& at, merkle::RightEdge edge, std::span<const ByteView> entries, std::span<const Digest> leaves) {
  Batch batch{.edge = std::move(edge)};
  std::size_t bytes = 0;
  for (const ByteView entry : entries) bytes += 2 + entry.size();
  batch.segment.reserve(bytes);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if ((at.size + i) % kTileWidth == 0) batch.bundle_starts.push_back(at.segment_bytes + batch.segment.size());
    append_to_bundle(batch.segment, entries[i]);
    batch.edge.append(leaves[i], [&](unsigned level, std::uint64_t, const Digest& hash) {
      if (level % kTileHeight == 0) batch.hashes[level / kTileHeight].push_back(hash);
    });
  }
  batch.commit = {.size = at.size + entries.size(), .segment_bytes = at.segment_bytes + batch.segment.size(), .root = batch.edge.root()};
  return batch;
}

Result<void> write_batch(Storage& storage, const Commit& at, const Batch& batch) {
  ENTENTE_CHECK(storage.entries().write(at.segment_bytes, as_bytes(batch.segment)));
  for (unsigned l = 0; l < kTileLevels; ++l)
    if (!batch.hashes[l].empty()) ENTENTE_CHECK(storage.level(l).write(hashes_at(at.size, l) * kHashBytes, hash_bytes(batch.hashes[l])));
  if (!batch.bundle_starts.empty()) ENTENTE_CHECK(storage.index().write(8 * bundles_of(at.size), index_bytes(batch.bundle_starts)));

  ENTENTE_CHECK(storage.entries().sync());
  for (unsigned l = 0; l < kTileLevels; ++l)
    if (!batch.hashes[l].empty()) ENTENTE_CHECK(storage.level(l).sync());
  if (!batch.bundle_starts.empty()) ENTENTE_CHECK(storage.index().sync());
  return {};
}

Result<void> write_commit(Storage& storage, std::uint64_t number, const CommitRecord& record) {
  ENTENTE_CHECK(storage.journal().write(number * kCommitBytes, record));
  return storage.journal().sync();
}

Result<void> settle_files(Storage& storage, const JournalEnd& end) {
  const Commit& commit = end.commit;
  ENTENTE_TRY(const std::uint64_t segment, storage.entries().size());
  if (segment < commit.segment_bytes)
    return fail(fmt::format("{} bytes of committed entries are missing at the file's end", commit.segment_bytes - segment),
                {.file = storage.io().display(kEntriesFile), .offset = segment}, "restore the file from a backup or a mirror");
  ENTENTE_CHECK(cut(storage.journal(), end.records * kCommitBytes));
  ENTENTE_CHECK(cut(storage.entries(), commit.segment_bytes));
  ENTENTE_CHECK(cut(storage.index(), 8 * bundles_of(commit.size)));
  for (unsigned l = 0; l < kTileLevels; ++l) ENTENTE_CHECK(cut(storage.level(l), hashes_at(commit.size, l) * kHashBytes));

  ENTENTE_CHECK(rebuild_index(storage, commit));
  std::array<std::optional<std::uint64_t>, kTileLevels> rebuilt;
  for (unsigned l = 0; l < kTileLevels; ++l) { ENTENTE_TRY(rebuilt[l], rebuild_level(storage, l, commit)); }
  for (unsigned l = 0; l + 1 < kTileLevels; ++l)
    if (rebuilt[l]) ENTENTE_CHECK(check_rebuilt(storage, l, *rebuilt[l], commit));
  return storage.io().sync_folder();  // for files that were missing and made anew
}

}  // namespace entente::ledger
