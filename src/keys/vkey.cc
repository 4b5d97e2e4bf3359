// C2SP verifier keys (https://c2sp.org/signed-note, "Verifier keys"): text of three parts joined by '+'. The name cannot hold
// a '+' and the id has eight digits, so the first two '+' separate the parts even though base64 may hold more of them.
#include <fmt/format.h>
#include <algorithm>

#include "core/digest.h"
#include "core/file.h"
#include "core/utf8.h"
#include "keys/ed25519_rule.h"
#include "keys/keys.h"
#include "keys/vkey_parts.h"

namespace entente::keys {
namespace {

// Unicode's White_Space property, as UTF-8. UTF-8 synchronises itself, so a search for bytes finds code points.
constexpr std::string_view kSpaces[] = {" ",      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
                                        "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

constexpr std::uint64_t kMaxVkeyFileBytes = 64 * 1024;

std::uint32_t key_id(std::string_view name, KeyType type, const PublicKeyBytes& key) {
  const std::uint8_t type_byte = static_cast<std::uint8_t>(type);
  const Digest d = sha256_of({as_bytes(name), as_bytes("\n"), {&type_byte, 1}, key});
  return std::uint32_t{d.bytes[0]} << 24 | std::uint32_t{d.bytes[1]} << 16 | std::uint32_t{d.bytes[2]} << 8 | d.bytes[3];
}

}  // namespace

bool is_valid_key_name(std::string_view name) {
  if (name.empty() || !is_valid_utf8(name) || name.find('+') != std::string_view::npos) return false;
  // No control characters either: a signed note, the place where names are used, must not hold any.
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) return false;
  return std::none_of(std::begin(kSpaces), std::end(kSpaces), [&](std::string_view s) { return name.find(s) != std::string_view::npos; });
}

Result<KeyParts> split_key_text(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos)
    return fail("not a key: expected name+id+base64, with two '+' between the parts", {},
                "copy the whole line; it looks like example.org+530d903a+AekyeRrm…");
  KeyParts parts;
  parts.name = text.substr(0, first);
  if (!is_valid_key_name(parts.name))
    return fail(
        fmt::format("\"{}\" is no key name: names are non-empty UTF-8 without spaces, control characters or '+'", printable(parts.name)));
  const std::string_view id = text.substr(first + 1, second - first - 1);
  const auto id_bytes = from_hex(id);
  if (!id_bytes || id_bytes->size() != 4)
    return fail(fmt::format("\"{}\" is no key id: eight lower-case hex digits are expected", printable(id)), {.offset = first + 1});
  for (const std::uint8_t b : *id_bytes) parts.id = parts.id << 8 | b;
  auto material = from_base64(text.substr(second + 1));
  if (!material) {
    Error e = std::move(material).error();
    e.what = "the key's last part is not base64: " + e.what;
    if (e.where.offset) *e.where.offset += second + 1;
    return fail(std::move(e));
  }
  parts.material = std::move(*material);
  if (parts.material.empty()) return fail("the key's last part is empty", {.offset = second + 1});
  return parts;
}

Result<std::string_view> key_file_line(std::string_view content) {
  constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf", kUtf16Little = "\xff\xfe", kUtf16Big = "\xfe\xff";
  if (content.starts_with(kUtf8Mark))
    return fail("the key file begins with a byte order mark (BOM: EF BB BF)", {.offset = 0}, "save it as UTF-8 without BOM");
  if (content.starts_with(kUtf16Little) || content.starts_with(kUtf16Big))
    return fail("the key file is UTF-16", {.offset = 0}, "save it as UTF-8 without BOM");
  if (content.ends_with('\n')) content.remove_suffix(content.ends_with("\r\n") ? 2 : 1);
  if (const std::size_t more = content.find('\n'); more != std::string_view::npos)
    return fail("the key file has more than one line", {.offset = more}, "a key is one line; nothing else may stand in the file");
  return content;
}

Result<KeyType> known_key_type(std::uint8_t type) {
  if (type == static_cast<std::uint8_t>(KeyType::ed25519)) return KeyType::ed25519;
  if (type == static_cast<std::uint8_t>(KeyType::cosignature_v1)) return KeyType::cosignature_v1;
  return fail(fmt::format("signature type 0x{:02x} is not supported", type), {},
              "Entente uses 0x01 (Ed25519) and 0x04 (Ed25519 cosignature)");
}

Result<VerifierKey> VerifierKey::make(std::string name, KeyType type, const PublicKeyBytes& key) {
  if (!is_valid_key_name(name))
    return fail(fmt::format("\"{}\" is no key name: names are non-empty UTF-8 without spaces, control characters or '+'", printable(name)),
                {}, "a domain and path is a good name: example.org/ledger");
  ENTENTE_CHECK(known_key_type(static_cast<std::uint8_t>(type)));
  if (!is_canonical_point(key) || is_small_order_point(key))
    return fail("the Ed25519 public key is of small order or not in canonical encoding: nothing it signs can be trusted", {},
                "no key generator makes such keys; ask its owner");
  VerifierKey out;
  out.name_ = std::move(name);
  out.type_ = type;
  out.key_ = key;
  out.id_ = key_id(out.name_, type, key);
  return out;
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  ENTENTE_TRY(const KeyParts parts, split_key_text(vkey));
  ENTENTE_TRY(const KeyType type, known_key_type(parts.material.front()));
  PublicKeyBytes key;
  if (parts.material.size() != 1 + key.size())
    return fail(fmt::format("an Ed25519 public key has 32 bytes, this one {}", parts.material.size() - 1));
  std::copy(parts.material.begin() + 1, parts.material.end(), key.begin());
  ENTENTE_TRY(VerifierKey out, make(std::string(parts.name), type, key));
  if (out.id_ != parts.id)
    return fail(fmt::format("key id {:08x} does not belong to this name and key, whose id is {}", parts.id, out.id_hex()), {},
                "the key was altered or its name mistyped; get it again from its owner");
  return out;
}

std::string VerifierKey::id_hex() const { return fmt::format("{:08x}", id_); }

std::string VerifierKey::str() const {
  Bytes material;
  material.reserve(1 + key_.size());
  material.push_back(static_cast<std::uint8_t>(type_));
  material.insert(material.end(), key_.begin(), key_.end());
  return fmt::format("{}+{}+{}", name_, id_hex(), to_base64(material));
}

Result<VerifierKey> read_verifier_key(std::string_view text_or_path) {
  // A path may well hold a '+'; only text whose tail is an id and a key is taken as a key.
  if (auto key = VerifierKey::parse(text_or_path)) return key;
  const std::filesystem::path path(text_or_path);
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) {
    auto error = VerifierKey::parse(text_or_path).error();
    error.what = fmt::format("\"{}\" is neither a file nor a verifier key ({})", printable(text_or_path), error.what);
    error.where = {};
    // keygen -o log.key writes log.key.vkey.
    if (auto named = path; named.extension() == ".vkey") {
      named.replace_extension(".key.vkey");
      if (std::filesystem::exists(named, ec)) error.hint = fmt::format("did you mean {}?", named.string());
    }
    return fail(std::move(error));
  }
  ENTENTE_TRY(const std::string content, read_file(path, kMaxVkeyFileBytes));
  const auto line = key_file_line(content);
  auto key = line ? VerifierKey::parse(*line) : fail(line.error());
  if (key) return key;
  Error error = std::move(key).error();
  error.where.file = path.string();
  if (content.starts_with("PRIVATE+KEY+") || content.starts_with("ENCRYPTED+KEY+"))
    error = Error{
        "this is a private key, a public one is expected", {.file = path.string()}, "name the .vkey file beside it; keep this one secret"};
  return fail(std::move(error));
}

}  // namespace entente::keys
