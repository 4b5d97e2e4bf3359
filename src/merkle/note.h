// C2SP signed notes (https://c2sp.org/signed-note), checkpoints (https://c2sp.org/tlog-checkpoint) and Ed25519
// cosignatures (https://c2sp.org/tlog-cosignature).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"
#include "keys/keys.h"
#include "merkle/tree.h"

namespace entente::merkle {

inline constexpr std::size_t kMaxNoteBytes = 1'000'000;
inline constexpr std::size_t kMaxNoteSignatures = 100;

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes blob;        // what follows the key id
  std::string line;  // the whole line as received, without its newline
};

// A note split into text and signature lines; nothing verified yet.
struct Note {
  std::string text;  // ends with a newline; exactly the signed bytes
  std::vector<NoteSignature> signatures;

  [[nodiscard]] static Result<Note> parse(std::string_view note);
  [[nodiscard]] std::string str() const;
};

struct VerifiedNote {
  std::string text;
  std::vector<keys::VerifierKey> verified_by;                   // keys whose signature verified, in the note's order
  std::vector<NoteSignature> unverified;                        // lines of unknown keys: not authenticated by anything
  std::vector<std::pair<keys::VerifierKey, Instant>> cosigned;  // cosignature/v1 keys with their time (also in verified_by)
};

// Verifies with every given key. A signature line whose name and id match a given key but does not verify makes the whole
// note an error; lines of unknown keys are ignored and listed; no signature by a known key is an error.
[[nodiscard]] Result<VerifiedNote> verify_note(std::string_view note, const std::vector<keys::VerifierKey>& known);

// `text` must end with a newline and hold no control characters but newline.
[[nodiscard]] Result<std::string> sign_note(std::string_view text, const std::vector<const keys::SigningKey*>& signers);
// The signature line (with newline) a cosignature/v1 key makes at `time` over a note's text.
[[nodiscard]] Result<std::string> cosign_note(std::string_view text, const keys::SigningKey& witness, Instant time);

struct Checkpoint {
  std::string origin;
  TreeSize size = 0;
  Digest root;
  std::vector<std::string> extensions;  // NOT RECOMMENDED by the specification; kept so that the text round-trips

  [[nodiscard]] static Result<Checkpoint> parse(std::string_view text);  // of the note's text
  [[nodiscard]] std::string str() const;                                 // the note's text
};

struct VerifiedCheckpoint {
  Checkpoint checkpoint;
  VerifiedNote note;
};
// The log's key must be among `known`, and its name must equal the origin.
[[nodiscard]] Result<VerifiedCheckpoint> verify_checkpoint(std::string_view note, const keys::VerifierKey& log,
                                                           const std::vector<keys::VerifierKey>& witnesses = {});

// An offline receipt, https://c2sp.org/tlog-proof ("*.tlog-proof").
struct Receipt {
  std::optional<Bytes> extra;  // opaque, not authenticated
  LeafIndex index = 0;
  Proof proof;
  std::string checkpoint;  // the signed note, verbatim

  [[nodiscard]] static Result<Receipt> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
};
[[nodiscard]] Result<VerifiedCheckpoint> verify_receipt(const Receipt& receipt, ByteView entry, const keys::VerifierKey& log,
                                                        const std::vector<keys::VerifierKey>& witnesses = {});

}  // namespace entente::merkle
