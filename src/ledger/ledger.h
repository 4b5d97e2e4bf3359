// The transparency log: an append-only list of byte strings under a Merkle tree, with signed checkpoints. It knows bytes only, never what
// an entry means. Format: docs/ledger-format.md. Speaks C2SP tlog-tiles geometry, tlog-checkpoint, signed-note, tlog-proof.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/progress.h"
#include "keys/keys.h"
#include "merkle/note.h"
#include "merkle/tree.h"

namespace entente::ledger {

inline constexpr std::size_t kMaxEntryBytes = 65'535;  // tlog-tiles entry bundles carry a uint16 length

struct Problem {
  std::string what;  // "leaf 7: entry does not hash to the stored leaf hash"
  std::string file;
  std::optional<std::uint64_t> offset;
};

// One process writes, any number read. Methods are not thread-safe on one object.
class Ledger {
 public:
  // Makes a new log in `folder` (must not exist or be empty). The origin is the key's name.
  [[nodiscard]] static Result<Ledger> init(const std::filesystem::path& folder, const keys::SigningKey& key);
  [[nodiscard]] static Result<Ledger> open_read(const std::filesystem::path& folder);
  // Takes the writer's lock; a second writer gets an error. The key must be the log's.
  [[nodiscard]] static Result<Ledger> open_write(const std::filesystem::path& folder);
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;

  [[nodiscard]] const keys::VerifierKey& verifier() const;
  [[nodiscard]] merkle::TreeSize size() const;
  // Appends all entries durably (after success they survive a power cut) and returns the index of each. Same bytes → same index: an entry
  // the log already holds is not added again. An entry above kMaxEntryBytes fails the call before anything is written. Before anything is
  // signed the stored right edge is checked against the last signed root.
  [[nodiscard]] Result<std::vector<merkle::LeafIndex>> append(std::span<const std::string> entries, const keys::SigningKey& key);
  [[nodiscard]] Result<std::string> entry(merkle::LeafIndex index) const;
  [[nodiscard]] Result<std::string> checkpoint() const;  // the latest signed note, verbatim
  [[nodiscard]] Result<merkle::Proof> inclusion(merkle::LeafIndex index, merkle::TreeSize size) const;
  [[nodiscard]] Result<merkle::Proof> consistency(merkle::TreeSize first, merkle::TreeSize second) const;
  [[nodiscard]] Result<merkle::Receipt> receipt(merkle::LeafIndex index) const;  // against the latest checkpoint
  [[nodiscard]] Result<std::optional<merkle::LeafIndex>> find(ByteView entry) const;

  struct State;

 private:
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Recomputes everything from the entries: every leaf hash, node, root, the checkpoint's signature. Empty if all is well.
[[nodiscard]] Result<std::vector<Problem>> fsck(const std::filesystem::path& folder, const keys::VerifierKey& key, Progress& progress);

}  // namespace entente::ledger
