// Offline receipts that an entry is in a log (https://c2sp.org/tlog-proof, "*.tlog-proof").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "merkle/checkpoint.h"

namespace entente::merkle {

inline constexpr std::size_t kMaxReceiptBytes = 2 * kMaxNoteBytes;
inline constexpr std::size_t kMaxProofHashes = 63;  // of any tree of at most 2^63 − 1 entries

struct Receipt {
  std::optional<Bytes> extra;  // opaque, not authenticated; never empty if present
  LeafIndex index = 0;
  Proof proof;
  std::string checkpoint;  // the signed note, verbatim

  // Checks the form of everything, the checkpoint included, and verifies nothing.
  [[nodiscard]] static Result<Receipt> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
  bool operator==(const Receipt&) const = default;
};

// Signature of the log over the checkpoint, cosignatures of the given witnesses that are present, then inclusion of the entry.
[[nodiscard]] Result<VerifiedCheckpoint> verify_receipt(const Receipt& receipt, ByteView entry, const keys::VerifierKey& log,
                                                        const std::vector<keys::VerifierKey>& witnesses = {});

}  // namespace entente::merkle
