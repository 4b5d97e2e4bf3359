// A log's tree read from a source one does not trust. Every hash and entry this gives out was authenticated up to the root of a signed
// checkpoint: tile by tile, each against the hash its parent tile holds for it.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "ledger/format.h"
#include "ledger/source.h"

namespace entente::ledger {

// For one thread. Keeps up to kMaxCachedTiles tiles in memory (32 MiB).
class RemoteTree {
 public:
  static constexpr std::size_t kMaxCachedTiles = 4'096;

  // Reads the partial tiles of the right edge, which together must have the root. `size` and `root` are of a verified checkpoint (a client
  // must not ask for partial tiles of any other size).
  [[nodiscard]] static Result<RemoteTree> open(Fetch fetch, merkle::TreeSize size, const Digest& root);

  [[nodiscard]] merkle::TreeSize size() const { return size_; }
  // The hashes of a tile that the tree holds: 256, or fewer for the last one of its level.
  [[nodiscard]] Result<std::span<const Digest>> tile(unsigned level, std::uint64_t n);
  // Of the tree's first `size` entries.
  [[nodiscard]] Result<Digest> root_of(merkle::TreeSize size);
  [[nodiscard]] merkle::NodeReader reader();

  // Entries [first, end) of the tree, in order, bundle by bundle. `take` gets the index of the first and views valid during the call; an
  // error it returns ends the walk.
  using TakeEntries =
      std::function<Result<void>(merkle::LeafIndex first, std::span<const ByteView> entries, std::span<const Digest> leaves)>;
  [[nodiscard]] Result<void> each_bundle(merkle::LeafIndex first, merkle::LeafIndex end, const TakeEntries& take);

 private:
  RemoteTree(Fetch fetch, merkle::TreeSize size) : fetch_(std::move(fetch)), size_(size) {}
  [[nodiscard]] Result<std::vector<Digest>> fetch_tile(unsigned level, std::uint64_t n, unsigned width) const;
  // The resource at `partial`, or, where that is gone, the full one it grew into (and whether it is that).
  [[nodiscard]] Result<std::pair<std::string, unsigned>> fetch_prefix(const std::string& partial, const std::string& full, unsigned width,
                                                                      std::size_t max_bytes) const;

  Fetch fetch_;
  merkle::TreeSize size_;
  std::array<std::vector<Digest>, kTileLevels> edge_;  // the last tile of each level where it is partial
  std::map<std::pair<unsigned, std::uint64_t>, std::vector<Digest>> cache_;
};

}  // namespace entente::ledger
