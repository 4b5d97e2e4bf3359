// Which entry has this leaf hash? A compact table from 36 bits of a hash to the index, 10 to 20 bytes an entry, filled from the level-0
// file when it is first needed. It is a hint, never trusted: whoever looks something up says whether the index found really has that hash.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "ledger/storage.h"

namespace entente::ledger {

class DedupIndex {
 public:
  DedupIndex();
  // Reads the leaf hashes of [known, size) from the file.
  [[nodiscard]] Result<void> catch_up(const Storage& storage, merkle::TreeSize size);
  // A piece of that, some milliseconds' work; true if there is more.
  [[nodiscard]] Result<bool> catch_up_some(const Storage& storage, merkle::TreeSize size);
  // The first index for which `has_it` says yes.
  using Confirm = std::function<Result<bool>(merkle::LeafIndex)>;
  [[nodiscard]] Result<std::optional<merkle::LeafIndex>> find(const Digest& leaf, const Confirm& has_it) const;
  void add(const Digest& leaf, merkle::LeafIndex index);  // index == known(), below 2^40
  void clear();
  [[nodiscard]] merkle::TreeSize known() const { return known_; }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Shard {
    std::vector<std::uint64_t> slots;  // tag << 40 | index + 1; 0 is free. A power of two of them.
    std::size_t used = 0;
  };
  struct Key {
    std::size_t shard;
    std::uint64_t tag;  // 24 bits
  };
  void make_room(merkle::TreeSize size);  // of an empty table, for so many entries: what is read in needs no doubling
  [[nodiscard]] Key key_of(const Digest& leaf) const;
  static void insert(Shard& shard, std::uint64_t slot);

  std::vector<Shard> shards_;
  merkle::TreeSize known_ = 0;
  std::uint64_t secret_[2]{};  // so that nobody can choose entries that crowd one place
};

}  // namespace entente::ledger
