// Authenticated reading. The partial tiles at the right edge are exactly what the root is folded from, so they are checked against it
// together. A full tile at level l folds to one hash, which is a hash of a tile at level l + 1: that tile is authenticated first, up to
// the edge. A bundle's entries are checked against their level-0 tile.
#include "ledger/remote_tree.h"

#include <fmt/format.h>
#include <algorithm>

#include "merkle/hashing.h"

namespace entente::ledger {
namespace {

constexpr std::size_t kTileBytes = kTileWidth * kHashBytes;
constexpr std::string_view kForged = "the source is damaged or lies; nothing of it was taken over";

Result<std::vector<Digest>> to_digests(std::string_view bytes) {
  std::vector<Digest> out;
  for (std::size_t i = 0; i < bytes.size(); i += kHashBytes) {
    ENTENTE_TRY(const Digest hash, Digest::from_bytes(as_bytes(bytes.substr(i, kHashBytes))));
    out.push_back(hash);
  }
  return out;
}

}  // namespace

Result<std::pair<std::string, unsigned>> RemoteTree::fetch_prefix(const std::string& partial, const std::string& full, unsigned width,
                                                                  std::size_t max_bytes) const {
  if (width < kTileWidth) {
    ENTENTE_TRY(auto found, fetch_(partial, max_bytes));
    if (found) return std::pair(std::move(*found), width);
  }
  ENTENTE_TRY(auto found, fetch_(full, max_bytes));
  if (!found)
    return fail(fmt::format("the source has no {}", width < kTileWidth ? partial + " and no " + full : full), {},
                "its checkpoint promises this resource; ask again later, or ask another source");
  return std::pair(std::move(*found), kTileWidth);
}

Result<std::vector<Digest>> RemoteTree::fetch_tile(unsigned level, std::uint64_t n, unsigned width) const {
  const std::string name = tile_path(level, n, width);
  ENTENTE_TRY(auto found, fetch_prefix(name, tile_path(level, n, kTileWidth), width, kTileBytes));
  auto& [bytes, got] = found;
  if (bytes.size() != std::size_t{got} * kHashBytes)
    return fail(fmt::format("{} has {} bytes, not {}", tile_path(level, n, got), bytes.size(), std::size_t{got} * kHashBytes), {},
                std::string(kForged));
  bytes.resize(std::size_t{width} * kHashBytes);
  return to_digests(bytes);
}

Result<RemoteTree> RemoteTree::open(Fetch fetch, merkle::TreeSize size, const Digest& root) {
  RemoteTree tree(std::move(fetch), size);
  std::vector<Digest> hashes;
  for (unsigned l = kTileLevels; l-- > 0;) {
    const std::uint64_t count = hashes_at(size, l);
    const auto width = static_cast<unsigned>(count % kTileWidth);
    if (width == 0) continue;
    ENTENTE_TRY(tree.edge_[l], tree.fetch_tile(l, count / kTileWidth, width));
    append_edge(tree.edge_[l], hashes);
  }
  ENTENTE_TRY(const merkle::RightEdge edge, merkle::RightEdge::from(size, std::move(hashes)));
  if (edge.root() != root)
    return fail(fmt::format("the partial tiles of {} entries have the root {}, the signed one is {}", size, edge.root().hex(), root.hex()),
                {}, std::string(kForged));
  return tree;
}

Result<std::span<const Digest>> RemoteTree::tile(unsigned level, std::uint64_t n) {
  const std::uint64_t have = hashes_at(size_, level);
  if (level < kTileLevels && n == have / kTileWidth && have % kTileWidth != 0) return std::span<const Digest>(edge_[level]);
  if (n >= have / kTileWidth) return fail(fmt::format("a tree of {} entries has no {}", size_, tile_path(level, n, kTileWidth)));
  if (const auto cached = cache_.find({level, n}); cached != cache_.end()) return std::span<const Digest>(cached->second);
  // A full tile is one hash of the level above, which is full or partial there; either way it is authenticated.
  ENTENTE_TRY(const std::span<const Digest> parent, tile(level + 1, n / kTileWidth));
  const Digest expected = parent[n % kTileWidth];
  ENTENTE_TRY(std::vector<Digest> hashes, fetch_tile(level, n, kTileWidth));
  if (fold(hashes) != expected)
    return fail(fmt::format("{} does not have the hash that the tile above it holds", tile_path(level, n, kTileWidth)), {},
                std::string(kForged));
  if (cache_.size() >= kMaxCachedTiles) cache_.clear();
  return std::span<const Digest>(cache_[{level, n}] = std::move(hashes));
}

merkle::NodeReader RemoteTree::reader() {
  return [this](unsigned level, std::uint64_t index) -> Result<Digest> {
    const unsigned inside = level % kTileHeight;
    const std::uint64_t first = index << inside;
    ENTENTE_TRY(const std::span<const Digest> hashes, tile(level / kTileHeight, first / kTileWidth));
    if (first % kTileWidth + (std::uint64_t{1} << inside) > hashes.size()) return fail("no such node in the tree");
    return fold(hashes.subspan(first % kTileWidth, std::size_t{1} << inside));
  };
}

Result<Digest> RemoteTree::root_of(merkle::TreeSize size) {
  if (size > size_) return fail(fmt::format("a tree of {} entries has no first {}", size_, size));
  return merkle::root(size, reader());
}

Result<void> RemoteTree::each_bundle(merkle::LeafIndex first, merkle::LeafIndex end, const TakeEntries& take) {
  if (end > size_) return fail(fmt::format("a tree of {} entries has no entry {}", size_, end - 1));
  std::vector<Digest> leaves;
  while (first < end) {
    const std::uint64_t n = first / kTileWidth;
    const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, size_ - n * kTileWidth));
    ENTENTE_TRY(const std::span<const Digest> expected, tile(0, n));
    ENTENTE_TRY(const auto found, fetch_prefix(bundle_path(n, width), bundle_path(n, kTileWidth), width, kMaxBundleBytes));
    auto entries = split_bundle(as_bytes(found.first), found.second);
    if (!entries) return fail(fmt::format("{}: {}", bundle_path(n, found.second), entries.error().what), {}, std::string(kForged));
    leaves.resize(width);
    merkle::leaf_hashes(std::span<const ByteView>(*entries).first(width), leaves);
    for (unsigned i = 0; i < width; ++i)
      if (leaves[i] != expected[i])
        return fail(fmt::format("entry {} does not hash to its leaf in the tree", n * kTileWidth + i), {}, std::string(kForged));
    const auto from = static_cast<std::size_t>(first % kTileWidth);
    const auto to = static_cast<std::size_t>(std::min<std::uint64_t>(width, end - n * kTileWidth));
    ENTENTE_CHECK(take(first, std::span<const ByteView>(*entries).subspan(from, to - from),
                       std::span<const Digest>(leaves).subspan(from, to - from)));
    first = n * kTileWidth + to;
  }
  return {};
}

}  // namespace entente::ledger
