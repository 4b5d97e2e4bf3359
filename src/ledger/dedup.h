// Which entry has these bytes? A hash map from leaf hash to the first index that has it, rebuilt from the level-0 file: a hint that is
// never trusted, since whoever finds an index in it compares the entry's bytes.
#pragma once

#include <optional>
#include <unordered_map>

#include "ledger/storage.h"

namespace entente::ledger {

class DedupIndex {
 public:
  // Reads the leaf hashes of [known, size) from the file.
  [[nodiscard]] Result<void> catch_up(const Storage& storage, merkle::TreeSize size);
  [[nodiscard]] std::optional<merkle::LeafIndex> find(const Digest& leaf) const;
  void add(const Digest& leaf, merkle::LeafIndex index);  // index == the number of leaves known

 private:
  std::unordered_map<Digest, merkle::LeafIndex> first_;
  merkle::TreeSize known_ = 0;
};

}  // namespace entente::ledger
