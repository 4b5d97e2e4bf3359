// Bundle by bundle from the first one on. The offset of a bundle follows from the lengths of all before, which are right by then, so a
// damaged bundle is overwritten exactly where the log has it, however its own lengths were changed. Whether a full bundle is right is seen
// from one hash of tile level 1: 32 bytes are fetched for 256 entries that are in order.
#include "ledger/restore.h"

#include <fmt/format.h>
#include <algorithm>

#include "ledger/growing_tree.h"
#include "ledger/remote_tree.h"
#include "merkle/hashing.h"

namespace entente::ledger {
namespace {

enum class Do { look, write };

class Restorer {
 public:
  Restorer(const Storage& storage, const merkle::Checkpoint& source, RemoteTree& tree, Progress& progress)
      : storage_(storage), source_(source), tree_(tree), progress_(progress) {}

  Result<void> check_history(std::span<const KnownRoot> known) {
    for (const KnownRoot& k : known) {
      if (k.size > source_.size) {
        ENTENTE_CHECK(check_beginning(k));
        continue;
      }
      ENTENTE_TRY(const Digest root, tree_.root_of(k.size));
      if (root != k.root) return not_this_log(k);
    }
    return {};
  }

  Result<Restored> walk(Do what, GrowingTree* whole) {
    ENTENTE_TRY(bytes_, storage_.entries().size());
    offset_ = 0;
    Restored out;
    progress_.step(what == Do::look ? "comparing with the source" : "restoring entries", source_.size);
    for (std::uint64_t n = 0; n < bundles_of(source_.size); ++n) {
      const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, source_.size - n * kTileWidth));
      ENTENTE_TRY(const bool right, is_right(n, width));
      if (!right) {
        ENTENTE_TRY(const std::string bundle, fetched(n, width));
        if (what == Do::write) ENTENTE_CHECK(storage_.entries().write(offset_, as_bytes(bundle)));
        end_ = offset_ + bundle.size();
        ++out.bundles;
        out.entries += width;
      }
      offset_ = end_;
      bytes_ = std::max(bytes_, offset_);
      LevelHashes unused;
      if (whole != nullptr) whole->add(leaves_, unused);
      progress_.advance(width);
    }
    progress_.done();
    // Also if nothing was written: an attempt before this one may have been interrupted between writing and syncing.
    if (what == Do::write) ENTENTE_CHECK(storage_.entries().sync());
    return out;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> not_this_log(const KnownRoot& k) const {
    return fail(
        fmt::format("the source's checkpoint of {} entries does not fit the {} that were signed or committed here", source_.size, k.size),
        {.file = k.file}, "it shows another history, or cannot be compared; nothing was changed. Try a newer or another copy");
  }

  // The source's tree is smaller: the log's own hashes may prove that it is the beginning, or else all entries together must have the root.
  Result<void> check_beginning(const KnownRoot& k) {
    if (source_.size == 0) return {};
    const auto proof = merkle::consistency_proof(source_.size, k.size, storage_.node_reader());
    if (proof && merkle::verify_consistency(source_.size, k.size, source_.root, k.root, *proof)) return {};
    GrowingTree whole;
    ENTENTE_CHECK(walk(Do::look, &whole));
    const auto end = hash_entries(storage_, source_.size, offset_, k.size, bytes_, [&](const Chunk& chunk) -> Result<void> {
      LevelHashes unused;
      whole.add(chunk.leaves, unused);
      return {};
    });
    if (!end || whole.root() != k.root) return not_this_log(k);
    return {};
  }

  // Sets leaves_ and end_ to those of the bundle as it is here.
  Result<bool> is_right(std::uint64_t n, unsigned width) {
    if (offset_ >= bytes_) return false;
    const auto end = storage_.bundle_end(offset_, width, Commit{.segment_bytes = bytes_});
    if (!end) return false;
    Bytes bundle(static_cast<std::size_t>(*end - offset_));
    if (!storage_.entries().read(offset_, bundle)) return false;
    const auto entries = split_bundle(bundle, width);
    if (!entries) return false;
    leaves_.resize(width);
    merkle::leaf_hashes(*entries, leaves_);
    end_ = *end;
    if (width == kTileWidth) {
      ENTENTE_TRY(const std::span<const Digest> above, tree_.tile(1, n / kTileWidth));
      return fold(leaves_) == above[n % kTileWidth];
    }
    ENTENTE_TRY(const std::span<const Digest> expected, tree_.tile(0, n));
    return std::ranges::equal(leaves_, expected.first(width));
  }

  Result<std::string> fetched(std::uint64_t n, unsigned width) {
    std::string bundle;
    ENTENTE_CHECK(tree_.each_bundle(n * kTileWidth, n * kTileWidth + width,
                                    [&](merkle::LeafIndex, std::span<const ByteView> entries, std::span<const Digest> leaves) {
                                      for (const ByteView entry : entries) append_to_bundle(bundle, entry);
                                      leaves_.assign(leaves.begin(), leaves.end());
                                      return Result<void>();
                                    }));
    return bundle;
  }

  const Storage& storage_;
  const merkle::Checkpoint& source_;
  RemoteTree& tree_;
  Progress& progress_;
  std::uint64_t bytes_ = 0;     // of the entries file
  std::uint64_t offset_ = 0;    // of the bundle looked at
  std::uint64_t end_ = 0;       // behind it
  std::vector<Digest> leaves_;  // its
};

}  // namespace

Result<Restored> restore_entries(const Storage& storage, const Fetch& fetch, const merkle::Checkpoint& source,
                                 std::span<const KnownRoot> known, Progress& progress) {
  ENTENTE_TRY(RemoteTree tree, RemoteTree::open(fetch, source.size, source.root));
  storage.entries().forget_cached(0);  // after a failed sync the page cache may show what the disk lacks
  Restorer restorer(storage, source, tree, progress);
  ENTENTE_CHECK(restorer.check_history(known));
  return restorer.walk(Do::write, nullptr);
}

}  // namespace entente::ledger
