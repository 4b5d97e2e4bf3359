// Recomputes the tree, bundle by bundle. Entries are found by walking their length prefixes from the file's start; the index only helps to
// find the way back after a damaged length. For a tile there are the hashes computed from below and the stored ones; where they differ,
// the one whose tile hash the level above holds is right and the other's source is named. The partial tiles of the right edge have no hash
// above: there the last commit's root decides, after everything else is known.
#include "ledger/fsck_tree.h"

#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "core/parallel.h"

namespace entente::ledger {
namespace {

constexpr std::uint64_t kGroup = 64;  // bundles hashed in parallel at a time

// A bundle as found at `start`.
struct Bundle {
  std::uint64_t n = 0;
  unsigned width = 0;
  std::uint64_t start = 0;
  std::optional<std::uint64_t> end;    // nullopt: its lengths lead beyond the committed entries
  std::uint64_t stop = 0;              // where the walk ended, complete or not
  std::uint64_t expected_end = 0;      // by the index or the commit
  std::vector<std::uint64_t> offsets;  // of the entries' length prefixes; fewer than width if the walk failed
  std::vector<Digest> computed;        // as many as offsets
  std::vector<Digest> stored;          // width, from level-0; computed ones where the file is too short

  [[nodiscard]] unsigned matches() const {
    unsigned same = 0;
    for (std::size_t i = 0; i < computed.size(); ++i) same += computed[i] == stored[i] ? 1 : 0;
    return same;
  }
};

// Hashes of a partial tile, kept until the root has decided.
struct Edge {
  std::uint64_t first = 0;
  std::vector<Digest> computed, stored;
  std::optional<Bundle> bundle;  // level 0 only
};

class TreeChecker {
 public:
  TreeChecker(const Storage& storage, const Commit& commit, std::span<const ClaimedRoot> claims, Problems& problems, Progress& progress)
      : storage_(storage), commit_(commit), claims_(claims), problems_(problems), progress_(progress) {}

  void run() {
    check_claims_at(merkle::RightEdge());
    progress_.step("checking entries", commit_.size);
    const std::uint64_t bundles = bundles_of(commit_.size);
    for (std::uint64_t n = 0; n < bundles && !lost_; n += kGroup) check_group(n, std::min(n + kGroup, bundles));
    if (lost_) return;
    if (position_ && *position_ != commit_.segment_bytes) wrong_ends_.emplace_back(bundles - 1, *position_);
    for (unsigned l = 1; l < kTileLevels; ++l) check_level(l);
    decide_edge();
    for (const auto& [n, end] : wrong_ends_)
      if (!lengths_named_.contains(n))
        problems_.add(fmt::format("bundle {} ends here, not where the index or the last commit says", n), kEntriesFile, end);
  }

 private:
  std::vector<Digest> stored_hashes(unsigned level, std::uint64_t first, std::span<const Digest> instead) {
    auto stored = storage_.hashes(level, first, instead.size());
    if (stored) return std::move(*stored);
    return {instead.begin(), instead.end()};  // the size check has listed the short file
  }

  std::optional<std::uint64_t> index_value(std::uint64_t n) const {
    std::array<std::uint8_t, 8> raw{};
    if (n >= bundles_of(commit_.size) || !storage_.index().read(8 * n, raw)) return std::nullopt;
    return get_u64(raw);
  }

  // Walks the lengths of bundle n from `start`; reads no content.
  Bundle walk(std::uint64_t n, std::uint64_t start) const {
    Bundle b{.n = n, .width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, commit_.size - n * kTileWidth)), .start = start};
    b.expected_end = n + 1 == bundles_of(commit_.size) ? commit_.segment_bytes : index_value(n + 1).value_or(0);
    const std::uint64_t room = std::min<std::uint64_t>(kMaxBundleBytes, commit_.segment_bytes - std::min(start, commit_.segment_bytes));
    Bytes window;
    std::uint64_t window_start = start;
    for (std::uint64_t at = start; b.offsets.size() < b.width;) {
      b.stop = at;
      if (at + 2 > start + room) return b;
      if (at + 2 > window_start + window.size()) {
        window.resize(static_cast<std::size_t>(std::min<std::uint64_t>(64 << 10, start + room - at)));
        window_start = at;
        if (!storage_.entries().read(at, window)) return b;
      }
      const std::size_t i = static_cast<std::size_t>(at - window_start);
      const std::uint64_t bytes = 2 + (std::uint64_t{window[i]} << 8 | window[i + 1]);
      if (bytes > start + room - at) return b;
      b.offsets.push_back(at);
      at += bytes;
      if (b.offsets.size() == b.width) b.end = b.stop = at;
    }
    return b;
  }

  void hash(Bundle& b) const {
    for (std::size_t i = 0; i < b.offsets.size(); ++i) {
      const std::uint64_t end = i + 1 < b.offsets.size() ? b.offsets[i + 1] : b.stop;
      Bytes entry(static_cast<std::size_t>(end - b.offsets[i] - 2));
      if (!storage_.entries().read(b.offsets[i] + 2, entry)) {
        b.offsets.resize(i);
        b.end.reset();
        break;
      }
      b.computed.push_back(merkle::leaf_hash(entry));
    }
    auto stored = storage_.hashes(0, b.n * kTileWidth, b.width);
    b.stored = stored ? std::move(*stored) : b.computed;
    b.stored.resize(b.width);
  }

  // Bundle n where the walk so far says, unless the index says otherwise and the leaf hashes agree with the index.
  Bundle locate(std::uint64_t n) {
    const std::optional<std::uint64_t> by_index = index_value(n);
    if (position_ && by_index == position_) return walk(n, *position_);
    std::optional<Bundle> walked, indexed;
    if (position_) hash(walked.emplace(walk(n, *position_)));
    if (by_index && *by_index <= commit_.segment_bytes) hash(indexed.emplace(walk(n, *by_index)));
    if (walked && (!indexed || walked->matches() >= indexed->matches())) {
      if (by_index)
        problems_.add(fmt::format("bundle {} starts at byte {}, the index says {}", n, *position_, *by_index), kIndexFile, 8 * n);
      return walk(n, *position_);
    }
    if (indexed) {
      if (position_) wrong_ends_.emplace_back(n - 1, *position_);
      return walk(n, *by_index);
    }
    lost_ = true;
    problems_.add(fmt::format("bundle {} and what follows cannot be found: neither the lengths before it nor the index lead there", n),
                  kEntriesFile);
    return {};
  }

  void check_group(std::uint64_t first, std::uint64_t last) {
    std::vector<Bundle> group;
    for (std::uint64_t n = first; n < last; ++n) {
      Bundle b = locate(n);
      if (lost_) break;
      position_ = b.end;
      group.push_back(std::move(b));
    }
    parallel_for(group.size(), [&](std::size_t i) { hash(group[i]); });
    for (Bundle& b : group) check_bundle(std::move(b));
    progress_.advance(std::min(last * kTileWidth, commit_.size) - first * kTileWidth);
  }

  void check_bundle(Bundle b) {
    if (b.width < kTileWidth) {
      Edge edge{.first = b.n * kTileWidth, .computed = b.computed, .stored = b.stored};
      edge.computed.resize(b.width);
      edge.bundle = std::move(b);
      edges_[0] = std::move(edge);
      return;
    }
    const bool complete = b.computed.size() == b.width;
    const Digest computed = complete ? fold(b.computed) : Digest{};
    const Digest above = stored_hashes(1, b.n, {&computed, 1}).front();
    const Digest stored = fold(b.stored);
    const bool computed_fits = complete && computed == above;
    const bool same = complete && computed == stored;
    if (!same && computed_fits) name_leaves(b);
    if (!same && !computed_fits) name_entries(b);
    if (!same && !computed_fits && stored != above) name_leaves(b);
    const bool use_computed = same || computed_fits;
    row_.push_back(use_computed ? computed : stored);
    follow(use_computed ? b.computed : b.stored);
  }

  // Adds leaves to the running edge; checks the roots claimed for sizes among them.
  void follow(std::span<const Digest> leaves) {
    const std::uint64_t first = tiles_.size() * kTileWidth;
    const bool claimed = next_claim_ < claims_.size() && claims_[next_claim_].size <= first + leaves.size();
    if (claimed) {
      auto edge = merkle::RightEdge::from(first, tiles_.edge());
      if (!edge) return problems_.add(edge.error());
      for (const Digest& leaf : leaves) {
        edge->append(leaf);
        check_claims_at(*edge);
      }
    }
    if (leaves.size() == kTileWidth) tiles_.append(fold(leaves));
  }

  void check_claims_at(const merkle::RightEdge& edge) {
    for (; next_claim_ < claims_.size() && claims_[next_claim_].size <= edge.size(); ++next_claim_) {
      const ClaimedRoot& claim = claims_[next_claim_];
      if (claim.root != edge.root())
        problems_.add(
            fmt::format("the first {} entries have the root {}, not {} as recorded here", claim.size, edge.root().hex(), claim.root.hex()),
            claim.file, claim.offset);
    }
  }

  void check_level(unsigned level) {
    const std::vector<Digest> row = std::move(row_);
    row_.clear();
    for (std::uint64_t first = 0; first < row.size(); first += kTileWidth) {
      const auto computed = std::span(row).subspan(first, std::min<std::size_t>(kTileWidth, row.size() - first));
      std::vector<Digest> stored = stored_hashes(level, first, computed);
      if (computed.size() < kTileWidth) {
        edges_[level] = {.first = first, .computed = {computed.begin(), computed.end()}, .stored = std::move(stored), .bundle = {}};
        return;
      }
      const Digest hash = fold(computed);
      const Digest stored_hash = fold(stored);
      const Digest above = stored_hashes(level + 1, first / kTileWidth, {&hash, 1}).front();
      if (hash != stored_hash && hash != above && stored_hash == above) {
        name_below(level, first, computed, stored);
        row_.push_back(stored_hash);
        continue;
      }
      name_hashes(level, first, computed, stored);
      row_.push_back(hash);
    }
  }

  void decide_edge() {
    const auto root_of = [&](std::vector<Digest> Edge::* which) {
      std::vector<Digest> hashes;
      for (unsigned l = kTileLevels; l-- > 0;) append_edge(edges_[l].*which, hashes);
      const auto edge = merkle::RightEdge::from(commit_.size, std::move(hashes));
      return edge ? edge->root() : Digest{};
    };
    const bool lengths_fit = !edges_[0].bundle || edges_[0].bundle->computed.size() == edges_[0].bundle->width;
    const bool computed_fits = lengths_fit && root_of(&Edge::computed) == commit_.root;
    const bool stored_fits = root_of(&Edge::stored) == commit_.root;
    for (unsigned l = 0; l < kTileLevels; ++l) {
      const Edge& e = edges_[l];
      if (e.computed == e.stored) continue;
      if (!computed_fits && e.bundle) name_entries(*e.bundle);
      if (!computed_fits && !e.bundle && stored_fits) name_below(l, e.first, e.computed, e.stored);
      if (!stored_fits) name_hashes(l, e.first, e.computed, e.stored);
    }
    const bool use_stored = !computed_fits && stored_fits;
    follow(use_stored ? edges_[0].stored : edges_[0].computed);
  }

  void name_entries(const Bundle& b) {
    const bool lengths_fit = b.end && *b.end == b.expected_end;
    for (std::size_t i = 0; i < b.width; ++i) {
      if (i < b.computed.size() && b.computed[i] == b.stored[i]) continue;
      const std::uint64_t offset = i < b.offsets.size() ? b.offsets[i] : b.stop;
      problems_.add(fmt::format("entry {} does not hash to the stored leaf hash", b.n * kTileWidth + i), kEntriesFile, offset);
      if (!lengths_fit) {  // what follows a damaged length is shifted: one mention is enough
        lengths_named_.insert(b.n);
        return;
      }
    }
  }
  void name_leaves(const Bundle& b) { name_hashes(0, b.n * kTileWidth, b.computed, b.stored); }
  void name_hashes(unsigned level, std::uint64_t first, std::span<const Digest> computed, std::span<const Digest> stored) {
    for (std::size_t i = 0; i < std::min(computed.size(), stored.size()); ++i)
      if (computed[i] != stored[i])
        problems_.add(fmt::format("hash {} of level {} is not what {} give", first + i, level, level == 0 ? "the entries" : "those below"),
                      level_file(level), (first + i) * kHashBytes);
  }
  void name_below(unsigned level, std::uint64_t first, std::span<const Digest> computed, std::span<const Digest> stored) {
    for (std::size_t i = 0; i < computed.size(); ++i)
      if (computed[i] != stored[i])
        problems_.add(fmt::format("tile {} of level {} does not hash to what the level above holds", first + i, level - 1),
                      level_file(level - 1), (first + i) * kTileWidth * kHashBytes);
  }

  const Storage& storage_;
  const Commit& commit_;
  std::span<const ClaimedRoot> claims_;
  Problems& problems_;
  Progress& progress_;
  std::optional<std::uint64_t> position_ = 0;  // where the next bundle starts by the lengths; nullopt after a failed walk
  bool lost_ = false;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> wrong_ends_;  // bundles and where their lengths lead
  std::set<std::uint64_t> lengths_named_;                            // bundles with a problem listed that explains a wrong end
  std::vector<Digest> row_;                                          // hashes of full tiles of the level just checked
  merkle::RightEdge tiles_;                                          // over the full level-0 tiles
  std::size_t next_claim_ = 0;                                       // first claim not yet checked
  std::array<Edge, kTileLevels> edges_;
};

}  // namespace

void check_tree(const Storage& storage, const Commit& commit, std::span<const ClaimedRoot> claims, Problems& problems, Progress& progress) {
  if (tree_is_good(storage, commit, claims, progress)) return;
  TreeChecker(storage, commit, claims, problems, progress).run();
}

}  // namespace entente::ledger
