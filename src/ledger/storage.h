// The open files of a log and how they are read: hashes, tiles, bundles, entries, the last commit. Everything read is bounded by a commit,
// so bytes an interrupted append left behind are never seen. Knows nothing of keys and signatures.
#pragma once

#include <array>
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

// What one commit adds to the files, computed before anything is written.
struct Batch {
  std::string segment;                                  // bundle bytes from the old commit's segment_bytes on
  std::vector<std::uint64_t> bundle_starts;             // of bundles that begin in this batch
  std::array<std::vector<Digest>, kTileLevels> hashes;  // appended to each level file
  merkle::RightEdge edge;                               // after it
  Commit commit;                                        // after it
};
[[nodiscard]] Batch make_batch(const Commit& at, merkle::RightEdge edge, std::span<const ByteView> entries, std::span<const Digest> leaves);
[[nodiscard]] std::vector<Digest> leaf_hashes(std::span<const ByteView> entries);  // in parallel

// The write path, step one: entries, index and hashes of a batch, synced. After an error nothing but a new open_write may touch the log.
[[nodiscard]] Result<void> write_batch(Storage& storage, const Commit& at, const Batch& batch);
// Step two: the commit record number `number`, synced. Only once this has succeeded is the batch part of the log.
[[nodiscard]] Result<void> write_commit(Storage& storage, std::uint64_t number, const CommitRecord& record);

// The stored right edge of the first `size` leaves, if it hashes to `root`. If not, an error that names the file and place that do not fit:
// the partial tiles are compared with what the entries and the levels below say. Reads the files anew on every call.
[[nodiscard]] Result<merkle::RightEdge> checked_edge(const Storage& storage, merkle::TreeSize size, const Digest& root,
                                                     const Commit& commit);

// Brings the files to exactly what `end` says: cuts what lies behind, rebuilds index and hashes that are missing at a file's end from the
// entries. Reads and changes nothing else. `open_write` only.
[[nodiscard]] Result<void> settle_files(Storage& storage, const JournalEnd& end);

}  // namespace entente::ledger
