// Reading the flat files. A node of the tree is found in the level file below it (hash i of tile level l at offset 32·i) and folded from at
// most 128 neighbouring hashes; an entry is found by its bundle's offset in the index and a walk over at most 255 length prefixes.
#include "ledger/storage.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/parallel.h"
#include "merkle/hashing.h"

namespace entente::ledger {
namespace {

constexpr std::size_t kWindowBytes = 64 << 10;
constexpr std::size_t kStreamBytes = 4 << 20;

// Reads a file in windows, for walks over short records.
class Window {
 public:
  Window(const File& file, std::uint64_t end) : file_(file), end_(end) {}
  // `n` ≤ kWindowBytes bytes at `offset`, which end within the file's bound.
  Result<ByteView> at(std::uint64_t offset, std::size_t n) {
    if (offset < start_ || offset + n > start_ + buffer_.size()) {
      buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kWindowBytes, end_ - offset)));
      start_ = offset;
      ENTENTE_CHECK(file_.read(offset, buffer_));
    }
    return ByteView(buffer_).subspan(static_cast<std::size_t>(offset - start_), n);
  }

 private:
  const File& file_;
  std::uint64_t end_;
  std::uint64_t start_ = 0;
  Bytes buffer_;
};

}  // namespace

Result<Storage> Storage::open(std::shared_ptr<Io> io, OpenMode mode) {
  Storage storage(std::move(io));
  const OpenMode rebuildable = mode == OpenMode::read ? OpenMode::read : OpenMode::create;
  ENTENTE_TRY(storage.entries_, storage.io_->open(kEntriesFile, mode));
  ENTENTE_TRY(storage.journal_, storage.io_->open(kJournalFile, mode));
  ENTENTE_TRY(storage.index_, storage.io_->open(kIndexFile, rebuildable));
  for (unsigned l = 0; l < kTileLevels; ++l) { ENTENTE_TRY(storage.levels_[l], storage.io_->open(level_file(l), rebuildable)); }
  return storage;
}

Result<Storage> Storage::create(std::shared_ptr<Io> io) {
  ENTENTE_TRY(Storage storage, open(std::move(io), OpenMode::create));
  ENTENTE_CHECK(storage.entries_->sync());
  ENTENTE_CHECK(storage.journal_->sync());
  ENTENTE_CHECK(storage.index_->sync());
  for (const auto& level : storage.levels_) ENTENTE_CHECK(level->sync());
  ENTENTE_CHECK(storage.io_->sync_folder());
  return storage;
}

Result<JournalEnd> Storage::journal_end(std::string_view vkey) const {
  // A reader beside a writer may catch a record that is just being written, in a mixture of new and old bytes: then it looks again.
  constexpr int kTries = 5;
  for (int tries = 1;; ++tries) {
    ENTENTE_TRY(const std::uint64_t used, used_bytes(*journal_));
    const std::uint64_t offset = journal_tail_offset(used);
    Bytes tail(static_cast<std::size_t>(used - offset));
    ENTENTE_CHECK(journal_->read(offset, tail));
    auto end = find_journal_end(used, tail, vkey);
    if (end) return end;
    if (tries < kTries) continue;
    end.error().where.file = io_->display(kJournalFile);
    end.error().hint = kFsckHint;
    return end;
  }
}

Result<std::vector<Digest>> Storage::hashes(unsigned level, std::uint64_t first, std::size_t count) const {
  static_assert(sizeof(Digest) == kHashBytes);
  std::vector<Digest> out(count);
  if (count == 0) return out;
  ENTENTE_CHECK(levels_[level]->read(first * kHashBytes, {out.front().bytes.data(), count * kHashBytes}));
  return out;
}

Result<Digest> Storage::node(unsigned level, std::uint64_t index) const {
  if (level >= kTileHeight * kTileLevels) return fail(fmt::format("a tree has no node at level {}", level));
  const unsigned inside = level % kTileHeight;
  ENTENTE_TRY(const std::vector<Digest> row, hashes(level / kTileHeight, index << inside, std::size_t{1} << inside));
  return fold(row);
}

merkle::NodeReader Storage::node_reader() const {
  return [this](unsigned level, std::uint64_t index) { return node(level, index); };
}

Result<std::vector<Digest>> Storage::edge(merkle::TreeSize size) const {
  std::vector<Digest> edge;
  for (unsigned l = kTileLevels; l-- > 0;) {
    const std::uint64_t count = hashes_at(size, l);
    const std::size_t width = count % kTileWidth;
    ENTENTE_TRY(const std::vector<Digest> tile, hashes(l, count - width, width));
    append_edge(tile, edge);
  }
  return edge;
}

Result<std::uint64_t> Storage::bundle_start(std::uint64_t n, const Commit& commit) const {
  std::array<std::uint8_t, 8> raw{};
  ENTENTE_CHECK(index_->read(8 * n, raw));
  const std::uint64_t start = get_u64(raw);
  // n bundles of 256 entries of 2 … 65,537 bytes lie before; the commit bounds n, so the products fit wherever the comparison matters.
  const std::uint64_t before = n * kTileWidth;
  if (start > commit.segment_bytes || start / 2 < before || (start != 0 && (start - 1) / (2 + kMaxEntryBytes) >= before))
    return fail(fmt::format("bundle {} cannot start at byte {} of the entries", n, start),
                {.file = io_->display(kIndexFile), .offset = 8 * n}, std::string(kFsckHint));
  return start;
}

Result<std::uint64_t> Storage::bundle_end(std::uint64_t start, unsigned width, const Commit& commit) const {
  Window window(*entries_, commit.segment_bytes);
  std::uint64_t at = start;
  for (unsigned i = 0; i < width; ++i) {
    const auto short_of = [&] {
      return fail("an entry's length leads beyond the committed entries", {.file = io_->display(kEntriesFile), .offset = at},
                  std::string(kFsckHint));
    };
    if (commit.segment_bytes - at < 2) return short_of();
    ENTENTE_TRY(const ByteView length, window.at(at, 2));
    const std::uint64_t bytes = 2 + (std::uint64_t{length[0]} << 8 | length[1]);
    if (commit.segment_bytes - at < bytes) return short_of();
    at += bytes;
  }
  return at;
}

Result<std::string> Storage::bundle(std::uint64_t n, unsigned width, const Commit& commit) const {
  ENTENTE_TRY(const std::uint64_t start, bundle_start(n, commit));
  ENTENTE_TRY(const std::uint64_t end, bundle_end(start, width, commit));
  std::string out(static_cast<std::size_t>(end - start), '\0');
  ENTENTE_CHECK(entries_->read(start, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()}));
  return out;
}

Result<std::string> Storage::entry(merkle::LeafIndex index, const Commit& commit) const {
  ENTENTE_TRY(const std::uint64_t start, bundle_start(index / kTileWidth, commit));
  ENTENTE_TRY(const std::uint64_t at, bundle_end(start, index % kTileWidth, commit));
  ENTENTE_TRY(const std::uint64_t end, bundle_end(at, 1, commit));
  std::string out(static_cast<std::size_t>(end - at - 2), '\0');
  ENTENTE_CHECK(entries_->read(at + 2, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()}));
  ENTENTE_TRY(const std::vector<Digest> stored, hashes(0, index, 1));
  if (merkle::leaf_hash(as_bytes(out)) != stored.front())
    return fail(fmt::format("entry {} does not hash to the stored leaf hash", index), {.file = io_->display(kEntriesFile), .offset = at},
                std::string(kFsckHint));
  return out;
}

Result<std::uint64_t> used_bytes(const File& file) {
  ENTENTE_TRY(std::uint64_t end, file.size());
  Bytes chunk;
  while (end > 0) {
    const std::uint64_t start = (end - 1) / kWindowBytes * kWindowBytes;
    chunk.resize(static_cast<std::size_t>(end - start));
    ENTENTE_CHECK(file.read(start, chunk));
    const auto last = std::find_if(chunk.rbegin(), chunk.rend(), [](std::uint8_t b) { return b != 0; });
    if (last != chunk.rend()) return start + static_cast<std::uint64_t>(chunk.rend() - last);
    end = start;
  }
  return 0;
}

std::vector<Digest> leaf_hashes(std::span<const ByteView> entries) {
  std::vector<Digest> leaves(entries.size());
  constexpr std::size_t kStep = 512;
  parallel_for((entries.size() + kStep - 1) / kStep, [&](std::size_t i) {
    const std::size_t n = std::min(kStep, entries.size() - i * kStep);
    merkle::leaf_hashes(entries.subspan(i * kStep, n), std::span(leaves).subspan(i * kStep, n));
  });
  return leaves;
}

Result<std::uint64_t> hash_entries(const Storage& storage, merkle::LeafIndex from, std::uint64_t offset, merkle::TreeSize to,
                                   std::uint64_t end, const std::function<Result<void>(const Chunk&)>& take) {
  Bytes buffer;
  std::size_t held = 0;  // bytes of the buffer that are read and not yet used
  std::vector<ByteView> views;
  while (from < to) {
    const std::uint64_t unread = end - offset - held;
    buffer.resize(std::max(buffer.size(), kStreamBytes));
    const auto more = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size() - held, unread));
    ENTENTE_CHECK(storage.entries().read(offset + held, std::span(buffer).subspan(held, more)));
    held += more;
    Chunk chunk{.first = from, .offset = offset};
    views.clear();
    std::size_t at = 0;
    for (; from + views.size() < to; at += 2 + views.back().size()) {
      if (held - at < 2) break;
      const std::size_t length = std::size_t{buffer[at]} << 8 | buffer[at + 1];
      if (held - at - 2 < length) break;
      if ((from + views.size()) % kTileWidth == 0) chunk.bundle_starts.push_back(offset + at);
      views.emplace_back(buffer.data() + at + 2, length);
      chunk.lengths.push_back(static_cast<std::uint16_t>(length));
    }
    if (views.empty())
      return fail("an entry's length leads beyond the committed entries", {.file = storage.io().display(kEntriesFile), .offset = offset},
                  std::string(kFsckHint));
    chunk.leaves = leaf_hashes(views);
    ENTENTE_CHECK(take(chunk));
    from += views.size();
    offset += at;
    held -= at;
    std::copy_n(buffer.begin() + static_cast<std::ptrdiff_t>(at), held, buffer.begin());
  }
  return offset;
}

}  // namespace entente::ledger
