// The transparency log: an append-only list of byte strings under a Merkle tree, with signed checkpoints. It knows bytes only, never what
// an entry means. Format: docs/ledger-format.md. Speaks C2SP tlog-tiles geometry, tlog-checkpoint, signed-note, tlog-proof.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/progress.h"
#include "keys/keys.h"
#include "ledger/format.h"
#include "ledger/wal.h"
#include "merkle/note.h"
#include "merkle/tree.h"

namespace entente::ledger {

class Io;  // ledger/io.h

struct Problem {
  std::string what;  // "entry 7 does not hash to the stored leaf hash"
  std::string file;
  std::optional<std::uint64_t> offset;
};

struct Stats {
  merkle::TreeSize size = 0;         // signed
  std::uint64_t commits = 0;         // records of the journal but its first
  std::uint64_t payload_bytes = 0;   // the entries alone
  std::uint64_t disk_bytes = 0;      // all files of the log
  merkle::TreeSize committed = 0;    // durable; beyond `size`: not signed yet
  merkle::TreeSize settled = 0;      // up to here levels and index are known to be on the disk
  std::uint64_t reserved_bytes = 0;  // of disk_bytes: zeros written ahead
  std::uint64_t epoch = 0;           // how often the log was opened for writing
};

// How to open a log for writing.
struct WriteOptions {
  // Where the signing journal is, if not in the log's folder: best on another disk, so that putting back the log does not put it back too.
  std::filesystem::path signing_journal;
  // The same on other storage (tests).
  std::shared_ptr<Io> signing_io;
  std::string signing_name;
  WalLimits wal;
};

// One process writes, any number read. What an object shows is the log as of the latest checkpoint when it was opened, refreshed, or last
// published. Const methods may be called from several threads at once; the others from one, with nothing beside them.
class Ledger {
 public:
  // Makes a new log in `folder` (must not exist or be empty). The origin is the key's name.
  [[nodiscard]] static Result<Ledger> init(const std::filesystem::path& folder, const keys::SigningKey& key);
  [[nodiscard]] static Result<Ledger> init(const std::filesystem::path& folder, const keys::SigningKey& key, const WriteOptions& options);
  [[nodiscard]] static Result<Ledger> open_read(const std::filesystem::path& folder);
  // Takes the writer's lock (a second writer gets an error) and raises the fencing epoch. Undoes what an interrupted append left behind:
  // uncommitted bytes are cut off; level hashes and index behind the last settled commit are computed again from the entries and written
  // anew. Refused if the tree does not have the roots of the last commit, the checkpoint and the signing journal, or holds fewer entries
  // than were ever signed (the folder was put back to an older state). Signs nothing.
  [[nodiscard]] static Result<Ledger> open_write(const std::filesystem::path& folder);
  [[nodiscard]] static Result<Ledger> open_write(const std::filesystem::path& folder, const WriteOptions& options);
  // The same on other storage (tests: a simulated disk).
  [[nodiscard]] static Result<Ledger> init(std::shared_ptr<Io> io, const keys::SigningKey& key, const WriteOptions& options = {});
  [[nodiscard]] static Result<Ledger> open_read(std::shared_ptr<Io> io);
  [[nodiscard]] static Result<Ledger> open_write(std::shared_ptr<Io> io, const WriteOptions& options = {});
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;

  [[nodiscard]] const keys::VerifierKey& verifier() const;
  [[nodiscard]] merkle::TreeSize size() const;            // of the latest checkpoint
  [[nodiscard]] merkle::TreeSize committed_size() const;  // durable and in the tree, perhaps not signed yet; ≥ size() when writing
  // commit() and publish() in one.
  [[nodiscard]] Result<std::vector<merkle::LeafIndex>> append(std::span<const std::string> entries, const keys::SigningKey& key);
  // Adds all entries durably (after success they survive a power cut) and integrates them into the tree; returns the index of each. Same
  // bytes → same index: an entry the log already holds is not added again. An entry above kMaxEntryBytes fails the call before anything is
  // written. Before anything is written the stored right edge is checked against the last commit's root. After an error of the storage the
  // object takes nothing more: open_write again.
  [[nodiscard]] Result<std::vector<merkle::LeafIndex>> commit(std::span<const std::string> entries);
  // Signs the committed size and publishes it as the checkpoint, if it is not published already. Size and root are durable in the signing
  // journal before the signature is made, and the tree is checked to continue what was signed last. The key must be the log's.
  [[nodiscard]] Result<void> publish(const keys::SigningKey& key);
  // Looks at the folder again for a newer checkpoint (readers beside a writer). A checkpoint that went back is an error.
  [[nodiscard]] Result<void> refresh();

  // Checked against the stored leaf hash.
  [[nodiscard]] Result<std::string> entry(merkle::LeafIndex index) const;
  // `count` entries from `first` on (fewer at the log's end), in order, each checked; one at a time in memory. `take` returning an error
  // ends the walk with it.
  [[nodiscard]] Result<void> each_entry(merkle::LeafIndex first, std::uint64_t count,
                                        const std::function<Result<void>(merkle::LeafIndex, ByteView)>& take) const;
  [[nodiscard]] Result<std::string> checkpoint() const;  // the latest signed note, verbatim
  // Proofs up to the latest checkpoint's size verify against its root before they are given out.
  [[nodiscard]] Result<merkle::Proof> inclusion(merkle::LeafIndex index, merkle::TreeSize size) const;
  [[nodiscard]] Result<merkle::Proof> consistency(merkle::TreeSize first, merkle::TreeSize second) const;
  [[nodiscard]] Result<merkle::Receipt> receipt(merkle::LeafIndex index) const;  // against the latest checkpoint
  // The first index of these bytes. Reads through all leaf hashes (32 bytes an entry) unless this object writes.
  [[nodiscard]] Result<std::optional<merkle::LeafIndex>> find(ByteView entry) const;

  // tlog-tiles resources within the latest checkpoint's tree: the first `width` (1 … 256) hashes of tile `n` of a level, and the first
  // `width` entries of bundle `n`, as bytes. Any width up to what the tree holds is served, since a partial tile is a prefix.
  [[nodiscard]] Result<std::string> tile(unsigned level, std::uint64_t n, unsigned width) const;
  [[nodiscard]] Result<std::string> entry_bundle(std::uint64_t n, unsigned width) const;
  [[nodiscard]] Result<Stats> stats() const;

  struct State;

 private:
  friend class Appender;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

inline constexpr std::size_t kMaxProblems = 1'000;  // fsck lists; then one more that says there are more

// Recomputes everything from the entries: every leaf hash, node, root, the checkpoint's signature, the journal, the index. Empty if all is
// well. What an interrupted append left behind is listed too (the next append removes it), unless a writer is at work. An error only where
// nothing can be checked (no such folder, unreadable files).
[[nodiscard]] Result<std::vector<Problem>> fsck(const std::filesystem::path& folder, const keys::VerifierKey& key, Progress& progress,
                                                const WriteOptions& options = {});
[[nodiscard]] Result<std::vector<Problem>> fsck(std::shared_ptr<Io> io, const keys::VerifierKey& key, Progress& progress,
                                                const WriteOptions& options = {});

}  // namespace entente::ledger
