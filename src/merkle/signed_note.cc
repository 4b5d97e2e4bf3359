// Signed notes. Reading: check the bytes (size, UTF-8, control characters), find the last blank line, decode each line after
// it as "— <name> <base64 of key id ‖ signature>". Verifying: match lines to keys by name and id together, then check every
// matching line; one that fails spoils the note. A cosignature/v1 signs two header lines with its time before the text.
#include "merkle/signed_note.h"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>

#include "core/utf8.h"
#include "merkle/checkpoint.h"

namespace entente::merkle {
namespace {

constexpr std::string_view kSignaturePrefix = "\u2014 ";  // em dash, space
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kEd25519Bytes = 64;
constexpr std::uint64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z

Where place(std::string_view whole, std::size_t offset) {
  const auto line = 1 + std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
  return {.line = static_cast<std::uint64_t>(line), .offset = offset};
}

Result<void> check_bytes(std::string_view note) {
  if (note.size() > kMaxNoteBytes) return fail(fmt::format("signed note of {} bytes, at most {} are read", note.size(), kMaxNoteBytes));
  const auto control = std::find_if(note.begin(), note.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
  if (control != note.end())
    return fail(fmt::format("control character 0x{:02x} in a signed note", static_cast<unsigned char>(*control)),
                place(note, static_cast<std::size_t>(control - note.begin())),
                *control == '\r' ? "the file was converted to Windows line ends; get it again unchanged" : "");
  if (!is_valid_utf8(note)) return fail("signed note is not valid UTF-8");
  return {};
}

std::uint64_t big_endian(ByteView bytes) {
  std::uint64_t v = 0;
  for (const std::uint8_t b : bytes) v = v << 8 | b;
  return v;
}

Result<NoteSignature> parse_line(std::string_view line, Where where) {
  if (!line.starts_with(kSignaturePrefix)) return fail("not a signature line: it must begin with an em dash and a space", std::move(where));
  const std::string_view rest = line.substr(kSignaturePrefix.size());
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos) return fail("signature line without a signature", std::move(where));
  NoteSignature out;
  out.name = rest.substr(0, space);
  if (!keys::is_valid_key_name(out.name))
    return fail(fmt::format("\"{}\" is no key name (signature line)", printable(out.name)), std::move(where));
  auto blob = from_base64(rest.substr(space + 1));
  if (!blob) return fail("signature is not base64: " + blob.error().what, std::move(where), std::move(blob.error().hint));
  if (blob->size() <= kKeyIdBytes) return fail("signature is too short to hold a key id and a signature", std::move(where));
  out.key_id = static_cast<std::uint32_t>(big_endian(ByteView(*blob).first(kKeyIdBytes)));
  out.blob.assign(blob->begin() + kKeyIdBytes, blob->end());
  out.line = line;
  return out;
}

std::string cosigned_message(std::uint64_t seconds, std::string_view text) {
  return fmt::format("cosignature/v1\ntime {}\n{}", seconds, text);
}

Instant at_second(std::uint64_t seconds) { return Instant(std::chrono::seconds(static_cast<std::int64_t>(seconds))); }

std::string signature_line(const keys::VerifierKey& key, ByteView blob) {
  Bytes bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(key.id() >> shift));
  bytes.insert(bytes.end(), blob.begin(), blob.end());
  return fmt::format("{}{} {}\n", kSignaturePrefix, key.name(), to_base64(bytes));
}

// nullopt inside: a plain signature, which has no time.
Result<std::optional<Instant>> verify_line(std::string_view text, const NoteSignature& signature, const keys::VerifierKey& key) {
  const auto bad = [&](std::string_view why) {
    return fail(fmt::format("signature of known key {} ({}) does not verify{}", printable(key.name()), key.id_hex(), why), {},
                "the text or the signature was altered, or the key is not the one that signed");
  };
  const ByteView blob(signature.blob);
  if (key.type() == keys::KeyType::ed25519) {
    if (!key.verify(as_bytes(text), blob)) return bad("");
    return std::nullopt;
  }
  if (blob.size() != kTimeBytes + kEd25519Bytes) return bad(": wrong length for a cosignature");
  const std::uint64_t seconds = big_endian(blob.first(kTimeBytes));
  if (seconds > kLastSecond) return bad(": its time lies after the year 9999");
  if (!key.verify(as_bytes(cosigned_message(seconds, text)), blob.subspan(kTimeBytes))) return bad("");
  return at_second(seconds);
}

bool same_line_owner(const keys::VerifierKey& a, const keys::VerifierKey& b) { return a.id() == b.id() && a.name() == b.name(); }

void record(VerifiedNote& note, const keys::VerifierKey& key, std::optional<Instant> time) {
  if (std::find(note.verified_by.begin(), note.verified_by.end(), key) == note.verified_by.end()) note.verified_by.push_back(key);
  if (!time) return;
  const auto known = std::find_if(note.cosigned.begin(), note.cosigned.end(), [&](const auto& c) { return c.first == key; });
  if (known == note.cosigned.end())
    note.cosigned.emplace_back(key, *time);
  else
    known->second = std::max(known->second, *time);
}

Result<void> check_text(std::string_view text) {
  if (!text.ends_with('\n')) return fail("the text of a signed note must end with a newline");
  return check_bytes(text);
}

}  // namespace

Result<Note> Note::parse(std::string_view note) {
  ENTENTE_CHECK(check_bytes(note));
  const std::size_t blank = note.rfind("\n\n");
  if (blank == std::string_view::npos)
    return fail("not a signed note: no blank line between text and signatures", {}, "the file may be cut, or be something else");
  Note out;
  out.text = note.substr(0, blank + 1);
  std::size_t at = blank + 2;
  if (at == note.size())
    return fail("signed note without a signature", place(note, at),
                "if a tool added an empty line at the end (jq -r does), remove it: a signed note ends with its last signature line");
  while (at < note.size()) {
    const std::size_t end = note.find('\n', at);
    if (end == std::string_view::npos) return fail("the last signature line has no newline", place(note, at), "the file may be cut");
    if (out.signatures.size() == kMaxNoteSignatures)
      return fail(fmt::format("signed note with more than {} signatures", kMaxNoteSignatures), place(note, at));
    ENTENTE_TRY(NoteSignature signature, parse_line(note.substr(at, end - at), place(note, at)));
    out.signatures.push_back(std::move(signature));
    at = end + 1;
  }
  return out;
}

std::string Note::str() const {
  std::string out = text + "\n";
  for (const NoteSignature& s : signatures) out += s.line + "\n";
  return out;
}

Result<VerifiedNote> verify_note(std::string_view note, const std::vector<keys::VerifierKey>& known) {
  for (std::size_t i = 0; i < known.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (same_line_owner(known[i], known[j]) && known[i] != known[j])
        return fail(fmt::format("two different known keys are called {} with id {}", printable(known[i].name()), known[i].id_hex()), {},
                    "remove the one that is wrong");
  ENTENTE_TRY(Note parsed, Note::parse(note));
  VerifiedNote out;
  for (NoteSignature& signature : parsed.signatures) {
    const auto key =
        std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.id() == signature.key_id && k.name() == signature.name; });
    if (key == known.end()) {
      out.unverified.push_back(std::move(signature));
      continue;
    }
    ENTENTE_TRY(const std::optional<Instant> time, verify_line(parsed.text, signature, *key));
    record(out, *key, time);
  }
  if (out.verified_by.empty()) {
    const NoteSignature& first = out.unverified.front();
    return fail(fmt::format("no signature by a known key (the first of {} is by {}, id {:08x})", out.unverified.size(),
                            printable(first.name, 100), first.key_id),
                {}, "give the verifier key of the signer you trust");
  }
  out.text = std::move(parsed.text);
  return out;
}

Result<std::string> sign_note(std::string_view text, const std::vector<const keys::SigningKey*>& signers) {
  ENTENTE_CHECK(check_text(text));
  if (signers.empty()) return fail("a signed note needs a signer");
  if (signers.size() > kMaxNoteSignatures) return fail(fmt::format("more than {} signers", kMaxNoteSignatures));
  std::string out = std::string(text) + "\n";
  for (std::size_t i = 0; i < signers.size(); ++i) {
    const keys::VerifierKey& key = signers[i]->verifier();
    if (key.type() != keys::KeyType::ed25519)
      return fail(fmt::format("{} is a cosignature key and cannot sign a note by itself", printable(key.name())));
    for (std::size_t j = 0; j < i; ++j)
      if (same_line_owner(key, signers[j]->verifier())) return fail(fmt::format("{} would sign twice", printable(key.name())));
    out += signature_line(key, signers[i]->sign(as_bytes(text)));
  }
  if (out.size() > kMaxNoteBytes) return fail(fmt::format("signed note would have {} bytes, the limit is {}", out.size(), kMaxNoteBytes));
  return out;
}

Result<std::string> cosign_note(std::string_view text, const keys::SigningKey& witness, Instant time) {
  const keys::VerifierKey& key = witness.verifier();
  if (key.type() != keys::KeyType::cosignature_v1)
    return fail(fmt::format("{} is not a cosignature key", printable(key.name())), {},
                "make one with `entente keygen NAME --type cosignature`");
  ENTENTE_CHECK(check_text(text));
  ENTENTE_CHECK(Checkpoint::parse(text));
  const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  if (seconds < 0 || static_cast<std::uint64_t>(seconds) > kLastSecond) return fail("a cosignature's time must lie between 1970 and 9999");
  const std::uint64_t stamp = static_cast<std::uint64_t>(seconds);
  Bytes blob;
  for (int shift = 56; shift >= 0; shift -= 8) blob.push_back(static_cast<std::uint8_t>(stamp >> shift));
  const keys::Signature signature = witness.sign(as_bytes(cosigned_message(stamp, text)));
  blob.insert(blob.end(), signature.begin(), signature.end());
  return signature_line(key, blob);
}

}  // namespace entente::merkle
