// Open addressing with linear probing in 4,096 shards that double one by one, so that no append waits for a table of all entries to be
// copied. A slot has 24 bits of the (secretly mixed) hash and 40 of the index; the place in the shard follows from these 24 bits, so a
// shard can double without looking at the hashes again. Bits in all: 12 for the shard and 24 in the slot, so for a new entry a log of 100
// million has to look at a stored hash once in 700 times.
#include "ledger/dedup.h"

#include <algorithm>
#include <bit>

#include "keys/keys.h"

namespace entente::ledger {
namespace {

constexpr unsigned kShardBits = 12;
constexpr unsigned kTagBits = 24;
constexpr unsigned kIndexBits = 40;
constexpr std::uint64_t kIndexMask = (std::uint64_t{1} << kIndexBits) - 1;
constexpr std::size_t kFirstSlots = 16;
constexpr std::size_t kStep = 64 * kTileWidth;  // hashes read at a time

std::size_t place(std::uint64_t tag, std::size_t slots) {
  return static_cast<std::size_t>(tag >> (kTagBits - static_cast<unsigned>(std::countr_zero(slots))));
}

}  // namespace

DedupIndex::DedupIndex() {
  keys::random_bytes({reinterpret_cast<std::uint8_t*>(secret_), sizeof secret_});
  secret_[1] |= 1;
}

DedupIndex::Key DedupIndex::key_of(const Digest& leaf) const {
  const std::uint64_t mixed = (get_u64(std::span(leaf.bytes).first<8>()) ^ secret_[0]) * secret_[1];
  return {.shard = static_cast<std::size_t>(mixed >> (64 - kShardBits)),
          .tag = mixed >> (64 - kShardBits - kTagBits) & ((std::uint64_t{1} << kTagBits) - 1)};
}

void DedupIndex::make_room(merkle::TreeSize size) {
  if (!shards_.empty()) return;
  shards_.resize(std::size_t{1} << kShardBits);
  const std::uint64_t each = size >> kShardBits;
  const std::size_t slots = std::bit_ceil(static_cast<std::size_t>(each + each / 8 * 3));
  if (slots < kFirstSlots || slots > std::size_t{1} << kTagBits) return;
  for (Shard& shard : shards_) shard.slots.resize(slots);
}

Result<void> DedupIndex::catch_up(const Storage& storage, merkle::TreeSize size) {
  make_room(size);
  while (known_ < size) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kStep, size - known_));
    ENTENTE_TRY(const std::vector<Digest> leaves, storage.hashes(0, known_, count));
    for (const Digest& leaf : leaves) add(leaf, known_);
  }
  return {};
}

Result<bool> DedupIndex::catch_up_some(const Storage& storage, merkle::TreeSize size) {
  make_room(size);
  ENTENTE_CHECK(catch_up(storage, std::min<merkle::TreeSize>(size, known_ + kStep)));
  return known_ < size;
}

Result<std::optional<merkle::LeafIndex>> DedupIndex::find(const Digest& leaf, const Confirm& has_it) const {
  if (shards_.empty()) return std::nullopt;
  const Key key = key_of(leaf);
  const Shard& shard = shards_[key.shard];
  if (shard.slots.empty()) return std::nullopt;
  const std::size_t mask = shard.slots.size() - 1;
  for (std::size_t at = place(key.tag, shard.slots.size()); shard.slots[at] != 0; at = (at + 1) & mask) {
    if (shard.slots[at] >> kIndexBits != key.tag) continue;
    const merkle::LeafIndex index = (shard.slots[at] & kIndexMask) - 1;
    ENTENTE_TRY(const bool same, has_it(index));
    if (same) return index;
  }
  return std::nullopt;
}

void DedupIndex::insert(Shard& shard, std::uint64_t slot) {
  const std::size_t mask = shard.slots.size() - 1;
  std::size_t at = place(slot >> kIndexBits, shard.slots.size());
  while (shard.slots[at] != 0) at = (at + 1) & mask;
  shard.slots[at] = slot;
}

void DedupIndex::add(const Digest& leaf, merkle::LeafIndex index) {
  known_ = index + 1;
  if (index >= kIndexMask) return;  // beyond 10^12 entries duplicates are no longer found
  if (shards_.empty()) shards_.resize(std::size_t{1} << kShardBits);
  const Key key = key_of(leaf);
  Shard& shard = shards_[key.shard];
  const std::size_t slots = shard.slots.size();
  if (5 * (shard.used + 1) > 4 * slots && slots < std::size_t{1} << kTagBits) {
    // In the order of the index within one tag, because the first of two equal hashes must be found first.
    std::vector<std::uint64_t> old = std::exchange(shard.slots, std::vector<std::uint64_t>(std::max(kFirstSlots, 2 * slots)));
    std::erase(old, 0);
    std::ranges::sort(old);
    for (const std::uint64_t slot : old) insert(shard, slot);
  }
  if (shard.used + 1 >= shard.slots.size()) return;  // 68 billion entries: a full shard takes no more
  insert(shard, key.tag << kIndexBits | (index + 1));
  ++shard.used;
}

void DedupIndex::clear() {
  shards_.clear();
  known_ = 0;
}

std::size_t DedupIndex::memory_bytes() const {
  std::size_t bytes = shards_.size() * sizeof(Shard);
  for (const Shard& shard : shards_) bytes += shard.slots.size() * sizeof(std::uint64_t);
  return bytes;
}

}  // namespace entente::ledger
