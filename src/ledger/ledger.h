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
  merkle::TreeSize size = 0;        // signed
  std::uint64_t commits = 0;        // records of the journal but its first
  std::uint64_t payload_bytes = 0;  // the entries alone
  std::uint64_t disk_bytes = 0;     // all files of the log
};

// One process writes, any number read. Methods are not thread-safe on one object (use one object a thread). What an object shows is the log
// as of the latest checkpoint when it was opened, refreshed, or last appended to.
class Ledger {
 public:
  // Makes a new log in `folder` (must not exist or be empty). The origin is the key's name.
  [[nodiscard]] static Result<Ledger> init(const std::filesystem::path& folder, const keys::SigningKey& key);
  [[nodiscard]] static Result<Ledger> open_read(const std::filesystem::path& folder);
  // Takes the writer's lock; a second writer gets an error. Undoes what an interrupted append left behind: uncommitted bytes are cut off, a
  // committed but unsigned batch is verified and written again, missing hashes at a file's end are rebuilt. Refused if the stored right
  // edge does not have the signed root. Signs nothing.
  [[nodiscard]] static Result<Ledger> open_write(const std::filesystem::path& folder);
  // The same on other storage (tests: a simulated disk).
  [[nodiscard]] static Result<Ledger> init(std::shared_ptr<Io> io, const keys::SigningKey& key);
  [[nodiscard]] static Result<Ledger> open_read(std::shared_ptr<Io> io);
  [[nodiscard]] static Result<Ledger> open_write(std::shared_ptr<Io> io);
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;

  [[nodiscard]] const keys::VerifierKey& verifier() const;
  [[nodiscard]] merkle::TreeSize size() const;  // of the latest checkpoint
  // Appends all entries durably (after success they survive a power cut) and returns the index of each. Same bytes → same index: an entry
  // the log already holds is not added again. An entry above kMaxEntryBytes fails the call before anything is written. Before anything is
  // signed the stored right edge is checked against the last signed root. The key must be the log's. After an error of the storage the
  // object takes no more appends: open_write again. No entries: signs the committed size if a crash left it unsigned, else does nothing.
  [[nodiscard]] Result<std::vector<merkle::LeafIndex>> append(std::span<const std::string> entries, const keys::SigningKey& key);
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
  // The first index of these bytes. The first call reads all leaf hashes into memory.
  [[nodiscard]] Result<std::optional<merkle::LeafIndex>> find(ByteView entry) const;

  // tlog-tiles resources within the latest checkpoint's tree: the first `width` (1 … 256) hashes of tile `n` of a level, and the first
  // `width` entries of bundle `n`, as bytes. Any width up to what the tree holds is served, since a partial tile is a prefix.
  [[nodiscard]] Result<std::string> tile(unsigned level, std::uint64_t n, unsigned width) const;
  [[nodiscard]] Result<std::string> entry_bundle(std::uint64_t n, unsigned width) const;
  [[nodiscard]] Result<Stats> stats() const;

  struct State;

 private:
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

inline constexpr std::size_t kMaxProblems = 1'000;  // fsck lists; then one more that says there are more

// Recomputes everything from the entries: every leaf hash, node, root, the checkpoint's signature, the journal, the index. Empty if all is
// well. What an interrupted append left behind is listed too (the next append removes it), unless a writer is at work. An error only where
// nothing can be checked (no such folder, unreadable files).
[[nodiscard]] Result<std::vector<Problem>> fsck(const std::filesystem::path& folder, const keys::VerifierKey& key, Progress& progress);
[[nodiscard]] Result<std::vector<Problem>> fsck(std::shared_ptr<Io> io, const keys::VerifierKey& key, Progress& progress);

}  // namespace entente::ledger
