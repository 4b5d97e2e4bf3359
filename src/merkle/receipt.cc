// Receipts: a few lines (https://c2sp.org/tlog-proof) in front of a checkpoint kept verbatim. Reading walks the lines once;
// the first empty line ends the proof, and what follows must have the form of a signed checkpoint.
#include "merkle/receipt.h"

#include <fmt/format.h>

#include "merkle/lines.h"

namespace entente::merkle {
namespace {

constexpr std::string_view kMagic = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

tl::unexpected<Error> cut(const Lines& lines, std::string_view expected) {
  return fail(fmt::format("the receipt ends where {} is expected", expected), {.line = lines.number() + 1, .offset = lines.offset()},
              "the file may be cut");
}

Result<Proof> parse_proof(Lines& lines) {
  Proof proof;
  for (;;) {
    const auto line = lines.next();
    if (!line) return cut(lines, "a hash of the proof or an empty line");
    if (line->empty()) return proof;
    if (proof.size() == kMaxProofHashes) return fail(fmt::format("a proof has at most {} hashes", kMaxProofHashes), lines.where());
    const auto bytes = from_base64(*line);
    if (!bytes) return fail("hash of the proof: " + bytes.error().what, lines.where());
    const auto hash = Digest::from_bytes(*bytes);
    if (!hash) return fail(fmt::format("a hash of the proof has 32 bytes, this one {}", bytes->size()), lines.where());
    proof.push_back(*hash);
  }
}

// Reading a checkpoint out of its receipt moves the places of its errors.
}  // namespace

Result<Receipt> Receipt::parse(std::string_view text) {
  if (text.size() > kMaxReceiptBytes) return fail(fmt::format("receipt of {} bytes, at most {} are read", text.size(), kMaxReceiptBytes));
  Lines lines(text);
  auto line = lines.next();
  if (!line || *line != kMagic)
    return fail(fmt::format("not a receipt: the first line must be {}", kMagic), {.line = 1}, "receipts are files that end in .tlog-proof");
  Receipt out;
  line = lines.next();
  if (line && line->starts_with(kExtra)) {
    auto extra = from_base64(line->substr(kExtra.size()));
    if (!extra) return fail("extra data: " + extra.error().what, lines.where());
    if (extra->empty()) return fail("empty extra data: the line must then be left out", lines.where());
    out.extra = std::move(*extra);
    line = lines.next();
  }
  if (!line) return cut(lines, "\"index N\"");
  if (!line->starts_with(kIndex)) return fail("\"index N\" is expected here", lines.where());
  const auto index = parse_decimal(line->substr(kIndex.size()));
  if (!index) return fail("index: " + index.error().what, lines.where());
  out.index = *index;
  ENTENTE_TRY(out.proof, parse_proof(lines));
  out.checkpoint = lines.rest();
  const auto note = Note::parse(out.checkpoint);
  if (!note) return fail(further_down("the receipt's checkpoint", note.error(), lines));
  if (const auto checkpoint = Checkpoint::parse(note->text); !checkpoint)
    return fail(further_down("the receipt's checkpoint", checkpoint.error(), lines));
  return out;
}

std::string Receipt::str() const {
  std::string out = fmt::format("{}\n", kMagic);
  if (extra && !extra->empty()) out += fmt::format("{}{}\n", kExtra, to_base64(*extra));
  out += fmt::format("{}{}\n", kIndex, index);
  for (const Digest& hash : proof) out += to_base64(hash.bytes) + "\n";
  out += "\n";
  out += checkpoint;
  return out;
}

Result<VerifiedCheckpoint> verify_receipt(const Receipt& receipt, ByteView entry, const keys::VerifierKey& log,
                                          const std::vector<keys::VerifierKey>& witnesses) {
  ENTENTE_TRY(VerifiedCheckpoint verified, verify_checkpoint(receipt.checkpoint, log, witnesses));
  ENTENTE_CHECK(verify_inclusion(receipt.index, verified.checkpoint.size, leaf_hash(entry), receipt.proof, verified.checkpoint.root));
  return verified;
}

}  // namespace entente::merkle
