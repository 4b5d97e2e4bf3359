// The part of fsck that recomputes the tree from the entries. Private to the room.
#pragma once

#include <string>
#include <vector>

#include "core/progress.h"
#include "ledger/growing_tree.h"
#include "ledger/ledger.h"
#include "ledger/storage.h"

namespace entente::ledger {

// Collects problems up to kMaxProblems and counts the rest.
class Problems {
 public:
  explicit Problems(const Io& io) : io_(io) {}
  void add(std::string what, std::string_view file, std::optional<std::uint64_t> offset = std::nullopt);
  void add(const Error& error);
  [[nodiscard]] std::vector<Problem> take();

 private:
  const Io& io_;
  std::vector<Problem> list_;
  std::uint64_t dropped_ = 0;
};

// A root some file claims for the first `size` entries.
struct ClaimedRoot {
  merkle::TreeSize size = 0;
  Digest root;
  std::string_view file;
  std::optional<std::uint64_t> offset;
};

// True if entries, index and level files of the first commit.size entries fit each other and every claim (ascending in size). Fast.
[[nodiscard]] bool tree_is_good(const Storage& storage, const Commit& commit, std::span<const ClaimedRoot> claims, Progress& progress);

// Recomputes leaf hashes, tiles and roots of the first commit.size entries and compares them with the index, the level files and `claims`
// (ascending in size). Where two files disagree, the level above (or the root, at the right edge) decides which of them is named.
void check_tree(const Storage& storage, const Commit& commit, std::span<const ClaimedRoot> claims, Problems& problems, Progress& progress);

}  // namespace entente::ledger
