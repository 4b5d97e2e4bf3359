// C2SP signed notes (https://c2sp.org/signed-note) and the Ed25519 cosignatures among their signatures
// (https://c2sp.org/tlog-cosignature). Everything here is pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"
#include "keys/keys.h"

namespace entente::merkle {

inline constexpr std::size_t kMaxNoteBytes = 1'000'000;
inline constexpr std::size_t kMaxNoteSignatures = 100;

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes blob;        // what follows the key id; at least one byte
  std::string line;  // the whole line as received, without its newline
  bool operator==(const NoteSignature&) const = default;
};

// A note split into text and signature lines; nothing verified yet.
struct Note {
  std::string text;  // ends with a newline; exactly the signed bytes
  std::vector<NoteSignature> signatures;

  // The split is at the last blank line. Refused, with line and offset: invalid UTF-8, control characters but newline, more
  // than kMaxNoteBytes or kMaxNoteSignatures, no or malformed signature lines.
  [[nodiscard]] static Result<Note> parse(std::string_view note);
  [[nodiscard]] std::string str() const;  // parse's input, byte for byte
  bool operator==(const Note&) const = default;
};

struct VerifiedNote {
  std::string text;
  std::vector<keys::VerifierKey> verified_by;                   // keys whose signature verified, each once, in the note's order
  std::vector<NoteSignature> unverified;                        // lines of unknown keys: not authenticated by anything
  std::vector<std::pair<keys::VerifierKey, Instant>> cosigned;  // cosignature/v1 keys with their (latest) time; also in verified_by
};

// Verifies with every given key. A signature line whose name and id match a given key but does not verify makes the whole
// note an error, even beside a good line of the same key; lines of unknown keys are ignored and listed; no signature by a
// known key is an error. So are two different keys of one name and id among `known`. Cosignature times after year 9999 are
// refused.
[[nodiscard]] Result<VerifiedNote> verify_note(std::string_view note, const std::vector<keys::VerifierKey>& known);

// `text` must end with a newline, be valid UTF-8 and hold no control characters but newline. Signers must be of type
// ed25519 (a cosignature needs a time: see cosign_note), at least one, no two with the same name and id.
[[nodiscard]] Result<std::string> sign_note(std::string_view text, const std::vector<const keys::SigningKey*>& signers);
// The signature line (with newline) a cosignature/v1 key makes at `time` over a note's text, which must be a checkpoint.
// Fractions of a second are dropped; times before 1970 are refused.
[[nodiscard]] Result<std::string> cosign_note(std::string_view text, const keys::SigningKey& witness, Instant time);

}  // namespace entente::merkle
