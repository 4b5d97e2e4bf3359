// Transparency log checkpoints (https://c2sp.org/tlog-checkpoint): the text of a signed note that states a log's size and root.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "merkle/signed_note.h"
#include "merkle/tree.h"

namespace entente::merkle {

struct Checkpoint {
  std::string origin;
  TreeSize size = 0;
  Digest root;
  std::vector<std::string> extensions;  // NOT RECOMMENDED by the specification; kept so that the text round-trips

  // Of the note's text. Exactly: non-empty origin line, decimal size without sign or leading zeros and at most 2^63 − 1,
  // base64 of 32 bytes, non-empty extension lines, a newline after each. What it accepts, str() writes again.
  [[nodiscard]] static Result<Checkpoint> parse(std::string_view text);
  [[nodiscard]] std::string str() const;  // the note's text
  bool operator==(const Checkpoint&) const = default;
};

struct VerifiedCheckpoint {
  Checkpoint checkpoint;
  VerifiedNote note;
};
// The log's key must have signed, and its name must equal the origin. A size of 0 with another root than empty_root() is
// refused. Which witnesses suffice is for the caller to decide from `note.cosigned`.
[[nodiscard]] Result<VerifiedCheckpoint> verify_checkpoint(std::string_view note, const keys::VerifierKey& log,
                                                           const std::vector<keys::VerifierKey>& witnesses = {});

// An ASCII decimal as checkpoints and receipts write it: digits only, no leading zeros, at most 2^63 − 1.
[[nodiscard]] Result<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace entente::merkle
