// Never sign a fork: the right edge (the partial tiles from which new roots are computed) is read from the disk and must hash to the root
// last signed. If it does not, the damage is located: each partial level-0 hash is compared with its entry, each higher partial hash with
// the full tile below it.
#include <fmt/format.h>

#include "ledger/storage.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kHint =
    "nothing was signed and the last checkpoint stands; run `entente ledger fsck` to see all that is damaged";

Error damaged_hash(const Storage& storage, unsigned level, std::uint64_t index) {
  return {.what = fmt::format("stored hash {} of level {} does not fit what it was computed from", index, level),
          .where = {.file = storage.io().display(level_file(level)), .offset = index * kHashBytes},
          .hint = std::string(kHint)};
}

Result<void> compare_leaves(const Storage& storage, merkle::TreeSize size, const Commit& commit) {
  const auto width = static_cast<unsigned>(size % kTileWidth);
  if (width == 0) return {};
  ENTENTE_TRY(const std::vector<Digest> stored, storage.hashes(0, size - width, width));
  ENTENTE_TRY(const std::string bundle, storage.bundle(size / kTileWidth, width, commit));
  ENTENTE_TRY(const std::vector<ByteView> entries, split_bundle(as_bytes(bundle), width));
  for (unsigned i = 0; i < width; ++i)
    if (merkle::leaf_hash(entries[i]) != stored[i]) return fail(damaged_hash(storage, 0, size - width + i));
  return {};
}

Result<void> compare_level(const Storage& storage, unsigned level, merkle::TreeSize size) {
  const std::uint64_t count = hashes_at(size, level);
  const auto width = static_cast<std::size_t>(count % kTileWidth);
  ENTENTE_TRY(const std::vector<Digest> stored, storage.hashes(level, count - width, width));
  for (std::size_t i = 0; i < width; ++i) {
    const std::uint64_t index = count - width + i;
    ENTENTE_TRY(const std::vector<Digest> below, storage.hashes(level - 1, index * kTileWidth, kTileWidth));
    if (fold(below) != stored[i]) return fail(damaged_hash(storage, level, index));
  }
  return {};
}

}  // namespace

Result<merkle::RightEdge> checked_edge(const Storage& storage, merkle::TreeSize size, const Digest& root, const Commit& commit) {
  ENTENTE_TRY(std::vector<Digest> hashes, storage.edge(size));
  ENTENTE_TRY(merkle::RightEdge edge, merkle::RightEdge::from(size, std::move(hashes)));
  if (edge.root() == root) return edge;
  ENTENTE_CHECK(compare_leaves(storage, size, commit));
  for (unsigned l = 1; l < kTileLevels; ++l) ENTENTE_CHECK(compare_level(storage, l, size));
  return fail(fmt::format("the stored tree of {} entries does not have the root that was signed", size),
              {.file = storage.io().display(kEntriesFile)}, std::string(kHint));
}

}  // namespace entente::ledger
