// Hex and base64 by table look-up. Decoding is strict on purpose: a signature or digest that may be spelled in two ways
// is two different files with one meaning, and a tamper-evident system must not have those.
#include "core/bytes.h"

#include <fmt/format.h>
#include <array>

namespace entente {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kBad = 0xff;

constexpr std::array<std::uint8_t, 256> decode_table(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  for (auto& v : table) v = kBad;
  for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}
constexpr auto kHexTable = decode_table(kHex);
constexpr auto kStandardTable = decode_table(kStandard);
constexpr auto kUrlTable = decode_table(kUrl);

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = kHex[bytes[i] >> 4];
    out[2 * i + 1] = kHex[bytes[i] & 15];
  }
  return out;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail("hex text has an odd number of digits", {.offset = text.size()});
  Bytes out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint8_t hi = kHexTable[static_cast<unsigned char>(text[2 * i])];
    const std::uint8_t lo = kHexTable[static_cast<unsigned char>(text[2 * i + 1])];
    if (hi == kBad || lo == kBad)
      return fail("not a lower-case hex digit", {.offset = 2 * i + (hi == kBad ? 0 : 1)}, "digests are written 0-9 and a-f");
    out[i] = static_cast<std::uint8_t>(hi << 4 | lo);
  }
  return out;
}

std::string to_base64(ByteView bytes, Base64Alphabet alphabet) {
  const std::string_view abc = alphabet == Base64Alphabet::standard ? kStandard : kUrl;
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t v = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    out += {abc[v >> 18], abc[v >> 12 & 63], abc[v >> 6 & 63], abc[v & 63]};
  }
  if (bytes.size() - i == 1) {
    const std::uint32_t v = bytes[i] << 16;
    out += {abc[v >> 18], abc[v >> 12 & 63], '=', '='};
  } else if (bytes.size() - i == 2) {
    const std::uint32_t v = bytes[i] << 16 | bytes[i + 1] << 8;
    out += {abc[v >> 18], abc[v >> 12 & 63], abc[v >> 6 & 63], '='};
  }
  return out;
}

Result<Bytes> from_base64(std::string_view text, Base64Alphabet alphabet) {
  const auto& table = alphabet == Base64Alphabet::standard ? kStandardTable : kUrlTable;
  if (text.size() % 4 != 0) return fail("base64 length is not a multiple of 4", {.offset = text.size()}, "padding with '=' is required");
  std::size_t pad = 0;
  if (text.ends_with("=="))
    pad = 2;
  else if (text.ends_with("="))
    pad = 1;
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t digits = i + 4 == text.size() ? 4 - pad : 4;
    std::uint32_t v = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      std::uint8_t d = 0;
      if (j < digits) {
        d = table[static_cast<unsigned char>(text[i + j])];
        if (d == kBad) return fail("not a base64 digit", {.offset = i + j});
      }
      v = v << 6 | d;
    }
    if ((digits == 2 && (v & 0xffff) != 0) || (digits == 3 && (v & 0xff) != 0))
      return fail("base64 has non-zero unused bits", {.offset = i + digits - 1}, "the text was altered or cut");
    out.push_back(static_cast<std::uint8_t>(v >> 16));
    if (digits > 2) out.push_back(static_cast<std::uint8_t>(v >> 8));
    if (digits > 3) out.push_back(static_cast<std::uint8_t>(v));
  }
  return out;
}

}  // namespace entente
