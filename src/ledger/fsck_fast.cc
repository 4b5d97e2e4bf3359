// The quick answer to "is the whole tree right?": groups of bundles are read, hashed and compared with level 0 and level 1 in parallel,
// then the tiles above. The index says where a group starts, so a group needs nothing from its neighbours; it must end exactly where the
// next one starts. Roots claimed for sizes inside a group are computed from the stored hashes before it, which the same pass checks.
// Anything that does not fit makes the answer no, and the slow walk of fsck_tree.cc then finds out what to blame.
#include <algorithm>
#include <atomic>

#include "core/parallel.h"
#include "ledger/fsck_tree.h"
#include "merkle/hashing.h"

namespace entente::ledger {
namespace {

constexpr std::uint64_t kTaskBundles = 16;  // bundles a task
constexpr std::uint64_t kTasksAtOnce = 64;

class QuickCheck {
 public:
  QuickCheck(const Storage& storage, const Commit& commit, std::span<const ClaimedRoot> claims, Progress& progress)
      : storage_(storage), commit_(commit), claims_(claims), progress_(progress) {}

  bool run() {
    if (!claims_.empty() && claims_.back().size > commit_.size) return false;
    if (claimed_at(0, merkle::RightEdge())) return false;
    progress_.step("checking entries", commit_.size);
    const std::uint64_t groups = (bundles_of(commit_.size) + kTaskBundles - 1) / kTaskBundles;
    for (std::uint64_t g = 0; g < groups && good_; g += kTasksAtOnce)
      parallel_for(static_cast<std::size_t>(std::min(kTasksAtOnce, groups - g)), [&](std::size_t i) {
        if (good_ && !check_group((g + i) * kTaskBundles)) good_ = false;
      });
    for (unsigned l = 1; l < kTileLevels && good_; ++l) check_level(l);
    return good_;
  }

 private:
  // Bundles [first, first + kTaskBundles).
  bool check_group(std::uint64_t first) {
    const std::uint64_t bundles = bundles_of(commit_.size);
    const std::uint64_t last = std::min(first + kTaskBundles, bundles);
    std::vector<std::uint64_t> starts;
    if (!read_starts(first, last, starts)) return false;
    Buffers buffers;
    for (std::uint64_t n = first; n < last; ++n) {
      const auto i = static_cast<std::size_t>(n - first);
      if (!good_ || !check_bundle(n, starts[i], starts[i + 1], buffers)) return false;
    }
    progress_.advance(std::min(last * kTileWidth, commit_.size) - first * kTileWidth);
    return true;
  }

  struct Buffers {
    Bytes bytes;
    std::vector<ByteView> entries;
    std::vector<Digest> leaves;
  };

  bool check_bundle(std::uint64_t n, std::uint64_t start, std::uint64_t end, Buffers& b) {
    const std::uint64_t first = n * kTileWidth;
    const auto width = static_cast<std::size_t>(std::min<std::uint64_t>(kTileWidth, commit_.size - first));
    if (end < start || end > commit_.segment_bytes || end - start > kMaxBundleBytes) return false;
    b.bytes.resize(static_cast<std::size_t>(end - start));
    if (!storage_.entries().read(start, b.bytes)) return false;
    b.entries.clear();
    std::size_t at = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (b.bytes.size() - at < 2) return false;
      const std::size_t length = std::size_t{b.bytes[at]} << 8 | b.bytes[at + 1];
      if (b.bytes.size() - at - 2 < length) return false;
      b.entries.emplace_back(b.bytes.data() + at + 2, length);
      at += 2 + length;
    }
    if (at != b.bytes.size()) return false;
    b.leaves.resize(width);
    merkle::leaf_hashes(b.entries, b.leaves);
    const auto stored = storage_.hashes(0, first, width);
    if (!stored || *stored != b.leaves) return false;
    if (width == kTileWidth) {
      const auto above = storage_.hashes(1, n, 1);
      if (!above || fold(b.leaves) != above->front()) return false;
    }
    return check_claims(first, b.leaves);
  }

  // Where each bundle of [first, last) starts, and where the last one ends.
  bool read_starts(std::uint64_t first, std::uint64_t last, std::vector<std::uint64_t>& starts) const {
    const bool to_end = last == bundles_of(commit_.size);
    Bytes raw(static_cast<std::size_t>(8 * (last - first + (to_end ? 0 : 1))));
    if (!storage_.index().read(8 * first, raw)) return false;
    for (std::size_t i = 0; i < raw.size() / 8; ++i) starts.push_back(get_u64(std::span(raw).subspan(8 * i).first<8>()));
    if (to_end) starts.push_back(commit_.segment_bytes);  // so the last bundle must end with the commit
    return first != 0 || starts.front() == 0;
  }

  // Claims for sizes in (from, from + leaves.size()].
  bool check_claims(std::uint64_t from, std::span<const Digest> leaves) const {
    auto claim = std::ranges::upper_bound(claims_, from, {}, &ClaimedRoot::size);
    if (claim == claims_.end() || claim->size > from + leaves.size()) return true;
    auto hashes = storage_.edge(from);
    if (!hashes) return false;
    auto edge = merkle::RightEdge::from(from, std::move(*hashes));
    if (!edge) return false;
    GrowingTree tree(*edge);
    LevelHashes unused;
    for (; claim != claims_.end() && claim->size <= from + leaves.size(); ++claim) {
      const auto done = static_cast<std::size_t>(tree.size() - from);
      tree.add(leaves.subspan(done, static_cast<std::size_t>(claim->size - from) - done), unused);
      if (tree.root() != claim->root) return false;
    }
    return true;
  }

  bool claimed_at(merkle::TreeSize size, const merkle::RightEdge& edge) const {
    return std::ranges::any_of(claims_, [&](const ClaimedRoot& c) { return c.size == size && c.root != edge.root(); });
  }

  void check_level(unsigned level) {
    const std::uint64_t tiles = hashes_at(commit_.size, level + 1);
    constexpr std::uint64_t kStep = 64;
    parallel_for(static_cast<std::size_t>((tiles + kStep - 1) / kStep), [&](std::size_t step) {
      const std::uint64_t first = step * kStep;
      const auto count = static_cast<std::size_t>(std::min(kStep, tiles - first));
      const auto hashes = storage_.hashes(level, first * kTileWidth, count * kTileWidth);
      const auto above = storage_.hashes(level + 1, first, count);
      if (!hashes || !above) {
        good_ = false;
        return;
      }
      for (std::size_t i = 0; i < count; ++i)
        if (fold(std::span(*hashes).subspan(i * kTileWidth, kTileWidth)) != (*above)[i]) good_ = false;
    });
  }

  const Storage& storage_;
  const Commit& commit_;
  std::span<const ClaimedRoot> claims_;
  Progress& progress_;
  std::atomic<bool> good_ = true;
};

}  // namespace

bool tree_is_good(const Storage& storage, const Commit& commit, std::span<const ClaimedRoot> claims, Progress& progress) {
  return QuickCheck(storage, commit, claims, progress).run();
}

}  // namespace entente::ledger
