// Checkpoints: line by line as https://c2sp.org/tlog-checkpoint writes them, one spelling only. Verification checks the
// signatures first and reads the text afterwards, so nothing unsigned is ever interpreted.
#include "merkle/checkpoint.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/utf8.h"

namespace entente::merkle {
namespace {

constexpr std::uint64_t kMaxDecimal = (std::uint64_t{1} << 63) - 1;

}  // namespace

Result<std::uint64_t> parse_decimal(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fail(fmt::format("\"{}\" is no number as logs write it: {}", printable(text, 40), why));
  };
  if (text.empty()) return wrong("it is empty");
  if (text.size() > 1 && text.front() == '0') return wrong("it has a leading zero");
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return wrong("only digits are allowed");
    const std::uint64_t digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMaxDecimal - digit) / 10) return wrong("it is larger than 2^63 - 1");
    value = value * 10 + digit;
  }
  return value;
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  if (text.size() > kMaxNoteBytes) return fail(fmt::format("checkpoint of {} bytes, at most {} are read", text.size(), kMaxNoteBytes));
  if (!text.ends_with('\n')) return fail("a checkpoint must end with a newline", {}, "the file may be cut");
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }) ||
      !is_valid_utf8(text))
    return fail("a checkpoint is UTF-8 text without control characters");
  Checkpoint out;
  std::uint64_t line_number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string_view line = text.substr(at, end - at);
    const Where where{.line = ++line_number, .offset = at};
    at = end + 1;
    if (line.empty()) return fail("empty line in a checkpoint", where);
    if (line_number == 1) {
      out.origin = line;
    } else if (line_number == 2) {
      auto size = parse_decimal(line);
      if (!size) return fail("tree size: " + size.error().what, where);
      out.size = *size;
    } else if (line_number == 3) {
      const auto bytes = from_base64(line);
      if (!bytes) return fail("root hash: " + bytes.error().what, where);
      if (bytes->size() != out.root.bytes.size()) return fail(fmt::format("root hash has {} bytes, not 32", bytes->size()), where);
      std::copy(bytes->begin(), bytes->end(), out.root.bytes.begin());
    } else {
      out.extensions.emplace_back(line);
    }
  }
  if (line_number < 3) return fail(fmt::format("a checkpoint has at least three lines (origin, size, root), this one {}", line_number));
  return out;
}

std::string Checkpoint::str() const {
  std::string out = fmt::format("{}\n{}\n{}\n", origin, size, to_base64(root.bytes));
  for (const std::string& line : extensions) out += line + "\n";
  return out;
}

Result<VerifiedCheckpoint> verify_checkpoint(std::string_view note, const keys::VerifierKey& log,
                                             const std::vector<keys::VerifierKey>& witnesses) {
  std::vector<keys::VerifierKey> known = {log};
  known.insert(known.end(), witnesses.begin(), witnesses.end());
  VerifiedCheckpoint out;
  ENTENTE_TRY(out.note, verify_note(note, known));
  const auto& by = out.note.verified_by;
  if (std::find(by.begin(), by.end(), log) == by.end())
    return fail(fmt::format("the checkpoint is not signed by the log's key {} ({})", printable(log.name()), log.id_hex()), {},
                "witnesses alone do not make a checkpoint valid");
  ENTENTE_TRY(out.checkpoint, Checkpoint::parse(out.note.text));
  if (out.checkpoint.origin != log.name())
    return fail(
        fmt::format("the checkpoint is of log \"{}\", the key is of log \"{}\"", printable(out.checkpoint.origin), printable(log.name())),
        {.line = 1});
  if (out.checkpoint.size == 0 && out.checkpoint.root != empty_root())
    return fail("the checkpoint is of an empty log but its root is not that of an empty tree", {.line = 3});
  return out;
}

}  // namespace entente::merkle
