// Witness messages, line by line: "old N", at most 63 base64 hashes, an empty line, the checkpoint. An answer's signature lines are checked
// by putting them under the text they are said to sign and reading that as a note.
#include "merkle/witness_protocol.h"

#include <fmt/format.h>

#include "merkle/checkpoint.h"
#include "merkle/lines.h"

namespace entente::merkle {
namespace {

constexpr std::string_view kOld = "old ";

Result<Proof> parse_hashes(Lines& lines) {
  Proof proof;
  while (const auto line = lines.next()) {
    if (line->empty()) return proof;
    if (proof.size() == kMaxProofHashes) return fail(fmt::format("more than {} lines of proof", kMaxProofHashes), lines.where());
    const auto bytes = from_base64(*line);
    if (!bytes) return fail("hash of the proof: " + bytes.error().what, lines.where());
    const auto hash = Digest::from_bytes(*bytes);
    if (!hash) return fail(fmt::format("a hash of the proof has 32 bytes, this one {}", bytes->size()), lines.where());
    proof.push_back(*hash);
  }
  return fail("no empty line between proof and checkpoint", lines.where());
}

}  // namespace

Result<AddCheckpoint> AddCheckpoint::parse(std::string_view body) {
  if (body.size() > kMaxAddCheckpointBytes)
    return fail(fmt::format("add-checkpoint body of {} bytes, at most {} are read", body.size(), kMaxAddCheckpointBytes));
  Lines lines(body);
  const auto first = lines.next();
  if (!first || !first->starts_with(kOld)) return fail("\"old <size>\" is expected first", {.line = 1});
  AddCheckpoint out;
  const auto old_size = parse_decimal(first->substr(kOld.size()));
  if (!old_size) return fail("old size: " + old_size.error().what, lines.where());
  out.old_size = *old_size;
  ENTENTE_TRY(out.proof, parse_hashes(lines));
  out.note = lines.rest();
  const auto note = Note::parse(out.note);
  if (!note) return fail(further_down("the checkpoint", note.error(), lines));
  if (const auto checkpoint = Checkpoint::parse(note->text); !checkpoint)
    return fail(further_down("the checkpoint", checkpoint.error(), lines));
  return out;
}

std::string AddCheckpoint::str() const {
  std::string out = fmt::format("{}{}\n", kOld, old_size);
  for (const Digest& hash : proof) out += to_base64(hash.bytes) + "\n";
  return out + "\n" + note;
}

Result<TreeSize> parse_size_answer(std::string_view body) {
  if (!body.ends_with('\n')) return fail("the size a witness names must end in a newline");
  return parse_decimal(body.substr(0, body.size() - 1));
}

Result<Cosignature> read_cosignature(std::string_view text, std::string_view answer, const keys::VerifierKey& witness) {
  if (witness.type() != keys::KeyType::cosignature_v1) return fail("a witness signs with a cosignature key");
  // Each line on its own, so that a strange line of another key cannot hide the witness's.
  std::optional<Cosignature> best;
  Lines lines(answer);
  std::size_t count = 0;
  while (const auto line = lines.next()) {
    if (++count > kMaxNoteSignatures) return fail(fmt::format("a witness answered with more than {} lines", kMaxNoteSignatures));
    const std::string note = fmt::format("{}\n{}\n", text, *line);
    const auto parsed = Note::parse(note);
    if (!parsed || parsed->text != text || parsed->signatures.front().key_id != witness.id() ||
        parsed->signatures.front().name != witness.name())
      continue;
    ENTENTE_TRY(const VerifiedNote verified, verify_note(note, {witness}));
    const Instant time = verified.cosigned.front().second;
    if (time == Instant()) return fail("the witness's cosignature carries no time");
    if (!best || time > best->time) best = Cosignature{.line = std::string(*line), .time = time};
  }
  if (!best) return fail("the witness's answer holds no cosignature by its key");
  return std::move(*best);
}

}  // namespace entente::merkle
