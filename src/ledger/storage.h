// The open files of a log and how they are read: hashes, tiles, bundles, entries, the last commit. Everything read is bounded by a commit,
// so bytes an interrupted append left behind are never seen. Knows nothing of keys and signatures.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/format.h"
#include "ledger/io.h"
#include "merkle/tree.h"

namespace entente::ledger {

// Reading is thread-safe as far as the Io's files are. Shared ownership of the Io.
class Storage {
 public:
  // `write` makes missing index and level files (empty); a missing entries file or journal is an error in either mode.
  [[nodiscard]] static Result<Storage> open(std::shared_ptr<Io> io, OpenMode mode);
  // Makes the files of an empty log, synced, without the commit record of size 0.
  [[nodiscard]] static Result<Storage> create(std::shared_ptr<Io> io);

  [[nodiscard]] Result<JournalEnd> journal_end(std::string_view vkey) const;

  // Hashes [first, first + count) of a tile level. The caller keeps within the commit; a file that is too short is an error.
  [[nodiscard]] Result<std::vector<Digest>> hashes(unsigned level, std::uint64_t first, std::size_t count) const;
  // The complete subtree at binary level `level` (0 … 63): folded from one tile's hashes.
  [[nodiscard]] Result<Digest> node(unsigned level, std::uint64_t index) const;
  // The complete subtrees of a tree of `size` leaves, largest first, from the partial tiles of its right edge.
  [[nodiscard]] Result<std::vector<Digest>> edge(merkle::TreeSize size) const;
  [[nodiscard]] merkle::NodeReader node_reader() const;

  // The first `width` entries of bundle `n` as stored; `commit` holds at least these entries.
  [[nodiscard]] Result<std::string> bundle(std::uint64_t n, unsigned width, const Commit& commit) const;
  [[nodiscard]] Result<std::string> entry(merkle::LeafIndex index, const Commit& commit) const;
  // Where bundle `n` starts in the entries file, by the index; checked against the bounds its number and the commit set.
  [[nodiscard]] Result<std::uint64_t> bundle_start(std::uint64_t n, const Commit& commit) const;
  // Where the first `width` entries of a bundle that starts at `start` end, by their lengths.
  [[nodiscard]] Result<std::uint64_t> bundle_end(std::uint64_t start, unsigned width, const Commit& commit) const;

  [[nodiscard]] Io& io() const { return *io_; }
  [[nodiscard]] std::shared_ptr<Io> shared_io() const { return io_; }
  [[nodiscard]] File& entries() const { return *entries_; }
  [[nodiscard]] File& index() const { return *index_; }
  [[nodiscard]] File& journal() const { return *journal_; }
  [[nodiscard]] File& level(unsigned l) const { return *levels_[l]; }

 private:
  explicit Storage(std::shared_ptr<Io> io) : io_(std::move(io)) {}
  std::shared_ptr<Io> io_;
  std::unique_ptr<File> entries_, index_, journal_;
  std::array<std::unique_ptr<File>, kTileLevels> levels_;
};

// Where the bytes of a file end that are not zero.
[[nodiscard]] Result<std::uint64_t> used_bytes(const File& file);

// The stored right edge of the first `size` leaves, if it hashes to `root`. If not, an error that names the file and place that do not fit:
// the partial tiles are compared with what the entries and the levels below say. Reads the files anew on every call.
[[nodiscard]] Result<merkle::RightEdge> checked_edge(const Storage& storage, merkle::TreeSize size, const Digest& root,
                                                     const Commit& commit);

// The entries [from, to) of a commit, streamed in chunks of a few MiB: their leaf hashes and where their bundles start. `take` gets each
// chunk's hashes; an error from it ends the walk. Gives the offset behind the last entry.
struct Chunk {
  merkle::LeafIndex first = 0;
  std::uint64_t offset = 0;  // of the first entry
  std::vector<Digest> leaves;
  std::vector<std::uint16_t> lengths;
  std::vector<std::uint64_t> bundle_starts;  // of the bundles whose first entry is in the chunk
};
[[nodiscard]] Result<std::uint64_t> hash_entries(const Storage& storage, merkle::LeafIndex from, std::uint64_t offset, merkle::TreeSize to,
                                                 std::uint64_t end, const std::function<Result<void>(const Chunk&)>& take);

// Leaf hashes in parallel.
[[nodiscard]] std::vector<Digest> leaf_hashes(std::span<const ByteView> entries);

}  // namespace entente::ledger
