// The messages of the witness protocol (https://c2sp.org/tlog-witness): the body of add-checkpoint and its answers. Pure; who sends and
// stores what is in ledger/witness.h and ledger/cosign.h.
#pragma once

#include <string>
#include <string_view>

#include "core/time.h"
#include "merkle/receipt.h"
#include "merkle/signed_note.h"
#include "merkle/tree.h"

namespace entente::merkle {

inline constexpr std::size_t kMaxAddCheckpointBytes = kMaxNoteBytes + 64 * 64;
inline constexpr std::string_view kSizeMediaType = "text/x.tlog.size";  // of the 409 answer

struct AddCheckpoint {
  TreeSize old_size = 0;
  Proof proof;       // from old_size to the checkpoint's size
  std::string note;  // the signed checkpoint, verbatim

  // Checks the form, that of the note included, and verifies nothing. What it accepts, str() writes again.
  [[nodiscard]] static Result<AddCheckpoint> parse(std::string_view body);
  [[nodiscard]] std::string str() const;
  bool operator==(const AddCheckpoint&) const = default;
};

// The size a 409 answer names: a decimal and a newline.
[[nodiscard]] Result<TreeSize> parse_size_answer(std::string_view body);

struct Cosignature {
  std::string line;  // without its newline
  Instant time;
};
// Finds the cosignature of `witness` over a checkpoint's text in the answer to add-checkpoint and verifies it. Lines of other keys are
// ignored, whatever they hold; several of the witness: the latest. An error if there is none, or one does not verify.
[[nodiscard]] Result<Cosignature> read_cosignature(std::string_view text, std::string_view answer, const keys::VerifierKey& witness);

}  // namespace entente::merkle
