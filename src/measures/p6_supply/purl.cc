// Package URLs. Ordinary ones are read by the quick reader (purl_ordinary.cc), all others by the one here, which takes the string apart
// from the right, as the specification asks: subpath after the last '#', qualifiers after the last '?', scheme, type up to the first '/',
// version after the last '@'. Only then is each segment percent-decoded, so that an encoded '/' or '@' never splits anything. What a type
// folds or forbids is data (purl_types.h).
#include "measures/p6_supply/purl.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/ascii.h"
#include "core/utf8.h"
#include "measures/p6_supply/purl_ordinary.h"
#include "measures/p6_supply/purl_types.h"

namespace entente::measures::p6_supply {
namespace {

constexpr std::size_t kMaxPurlBytes = 8192;

void fold(std::string& s) {
  for (char& c : s) c = lower(c);
}
std::string folded(std::string_view s) {
  std::string out(s);
  fold(out);
  return out;
}

tl::unexpected<Error> bad(std::string what, std::size_t offset, std::string hint = "see https://github.com/package-url/purl-spec") {
  Where where;
  where.offset = offset;
  return fail("not a package URL: " + std::move(what), std::move(where), std::move(hint));
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Appends the decoded `text` to `out`; `offset` is where it lies in the purl.
Result<void> decode(std::string_view text, std::size_t offset, std::string& out) {
  const std::size_t percent = text.find('%');
  out += text.substr(0, percent);
  if (percent == std::string_view::npos) return {};
  const std::size_t before = out.size() - percent;
  for (std::size_t i = percent; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return bad("'%' without two hexadecimal digits", offset + i, "write a literal percent sign as %25");
    if (high == 0 && low == 0) return bad("a NUL character", offset + i);
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!is_valid_utf8(std::string_view(out).substr(before))) return bad("percent-encoded bytes are not UTF-8", offset);
  return {};
}

// Splits at '/', drops empty segments, decodes each; "." and ".." are dropped too where `dots` says so.
enum class Dots { keep, drop };
Result<void> decode_path(std::string_view text, std::size_t offset, Dots dots, std::string& out) {
  const bool plain = text.find('%') == std::string_view::npos && text.find("//") == std::string_view::npos && dots == Dots::keep;
  if (plain && !text.empty() && text.front() != '/' && text.back() != '/') {
    out = text;
    return {};
  }
  std::string segment;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    segment.clear();
    ENTENTE_CHECK(decode(text.substr(begin, end - begin), offset + begin, segment));
    if (segment.find('/') != std::string::npos) return bad("an encoded '/' inside a path segment", offset + begin);
    if (!segment.empty() && !(dots == Dots::drop && (segment == "." || segment == ".."))) {
      if (!out.empty()) out += '/';
      out += segment;
    }
    begin = end + 1;
  }
  return {};
}

Result<std::string> qualifier_key(std::string_view text, std::size_t offset) {
  std::string key = folded(text);
  if (key.empty()) return bad("a qualifier without a key", offset);
  if (is_digit(key[0])) return bad("a qualifier key begins with a digit", offset);
  for (const char c : key) {
    if (!is_lower(c) && !is_digit(c) && c != '.' && c != '-' && c != '_')
      return bad("a qualifier key holds a character other than a-z 0-9 . - _", offset);
  }
  return key;
}

Result<void> read_qualifiers(std::string_view text, std::size_t offset, Purl& purl) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('&', begin), text.size());
    const std::string_view pair = text.substr(begin, end - begin);
    if (!pair.empty()) {
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos) return bad("a qualifier without '='", offset + begin);
      ENTENTE_TRY(std::string key, qualifier_key(pair.substr(0, equals), offset + begin));
      std::string value;
      ENTENTE_CHECK(decode(pair.substr(equals + 1), offset + begin + equals + 1, value));
      if (!value.empty()) purl.qualifiers.emplace_back(std::move(key), std::move(value));
    }
    begin = end + 1;
  }
  return {};
}

Result<void> check_type(std::string& type, std::size_t offset) {
  fold(type);
  if (type.empty()) return bad("no type", offset, "write pkg:type/name, for instance pkg:npm/lodash@4.17.21");
  if (!is_lower(type[0])) return bad("the type must begin with a letter", offset);
  for (const char c : type) {
    if (!is_lower(c) && !is_digit(c) && c != '.' && c != '-') return bad("the type holds a character other than a-z 0-9 . -", offset);
  }
  return {};
}

// Folding and rules that parse() and build() share.
Result<void> finish(Purl& purl, std::size_t type_offset) {
  ENTENTE_CHECK(check_type(purl.type, type_offset));
  if (purl.name.empty()) return bad("no name", type_offset);
  if (purl.qualifiers.size() > 1) {
    std::sort(purl.qualifiers.begin(), purl.qualifiers.end());
    const auto same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
    if (std::adjacent_find(purl.qualifiers.begin(), purl.qualifiers.end(), same_key) != purl.qualifiers.end())
      return bad("a qualifier key stands twice", type_offset);
  }
  if (const PurlType* rules = purl_type(purl.type); rules != nullptr)
    if (auto held = apply_purl_type(*rules, purl); !held) return bad(std::move(held).error().what, type_offset);
  return {};
}

// Only bytes 1 to 127; eight at a time.
bool is_plain(std::string_view text) {
  std::size_t i = 0;
  std::uint64_t high = 0, zero = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t v = 0;
    std::memcpy(&v, text.data() + i, 8);
    high |= v;
    zero |= (v - 0x0101010101010101) & ~v;
  }
  if (((high | zero) & 0x8080808080808080) != 0) return false;
  for (; i < text.size(); ++i)
    if (text[i] <= 0) return false;
  return true;
}

// std::string_view::rfind looks at one byte at a time.
std::size_t last_place(std::string_view text, char c) {
  const void* at = text.empty() ? nullptr : ::memrchr(text.data(), c, text.size());
  return at == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

// The '@' before the version: the last one, unless it opens a segment that others follow ("@scope/name").
std::size_t version_mark(std::string_view path) {
  const std::size_t at = last_place(path, '@');
  if (at == std::string_view::npos) return at;
  const bool opens_segment = at == 0 || path[at - 1] == '/';
  return opens_segment && path.find('/', at) != std::string_view::npos ? std::string_view::npos : at;
}

void encode(std::string_view text, std::string& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_lower(lower(c)) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == '~' || c == ':') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
}

void encode_path(std::string_view path, std::string& out) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (begin > 0) out += '/';
    encode(path.substr(begin, end - begin), out);
    begin = end + 1;
  }
}

// Empty segments (and dots, for subpaths) of a path that is not encoded.
std::string clean_path(std::string_view path, Dots dots) {
  std::string out;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (!segment.empty() && !(dots == Dots::drop && (segment == "." || segment == ".."))) {
      if (!out.empty()) out += '/';
      out += segment;
    }
    begin = end + 1;
  }
  return out;
}

}  // namespace

Result<Purl> parse_purl_in_full(std::string_view text) {
  if (text.size() > kMaxPurlBytes) return bad("longer than 8,192 bytes", kMaxPurlBytes);
  const bool ascii = is_plain(text);
  if (!ascii && !is_valid_utf8(text)) return bad("not UTF-8", 0);
  if (!ascii && text.find('\0') != std::string_view::npos) return bad("a NUL character", text.find('\0'));
  if (text.size() < 4 || lower(text[0]) != 'p' || lower(text[1]) != 'k' || lower(text[2]) != 'g' || text[3] != ':')
    return bad("it does not begin with \"pkg:\"", 0);
  Result<Purl> result;
  Purl& purl = *result;
  std::string_view rest = text;
  if (const std::size_t hash = last_place(rest, '#'); hash != std::string_view::npos) {
    ENTENTE_CHECK(decode_path(rest.substr(hash + 1), hash + 1, Dots::drop, purl.subpath));
    rest = rest.substr(0, hash);
  }
  if (const std::size_t mark = last_place(rest, '?'); mark != std::string_view::npos) {
    ENTENTE_CHECK(read_qualifiers(rest.substr(mark + 1), mark + 1, purl));
    rest = rest.substr(0, mark);
  }
  std::size_t offset = 4;  // pkg:///type is read as pkg:type
  while (offset < rest.size() && rest[offset] == '/') ++offset;
  const std::size_t slash = rest.find('/', offset);
  if (slash == std::string_view::npos) return bad("no '/' after the type", std::min(offset, rest.size()), "write pkg:type/name");
  purl.type = rest.substr(offset, slash - offset);
  std::string_view path = rest.substr(slash + 1);
  if (const std::size_t at = version_mark(path); at != std::string_view::npos) {
    if (at == 0 || path[at - 1] == '/') return bad("no name before the version", slash + 1 + at);
    ENTENTE_CHECK(decode(path.substr(at + 1), slash + 1 + at + 1, purl.version));
    path = path.substr(0, at);
  } else {
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  }
  const std::size_t name_begin = last_place(path, '/') + 1;  // npos + 1 == 0
  ENTENTE_CHECK(decode(path.substr(name_begin), slash + 1 + name_begin, purl.name));
  if (name_begin > 0) ENTENTE_CHECK(decode_path(path.substr(0, name_begin - 1), slash + 1, Dots::keep, purl.ns));
  ENTENTE_CHECK(finish(purl, offset));
  return result;
}

Result<Purl> Purl::parse(std::string_view text) {
  Result<Purl> result;  // filled in place: moving a Purl costs as much as parsing a short one
  if (!read_ordinary_purl(text, *result)) result = parse_purl_in_full(text);
  return result;
}

Result<Purl> Purl::build(Purl parts) {
  for (const std::string* part : {&parts.ns, &parts.name, &parts.version, &parts.subpath}) {
    if (!is_valid_utf8(*part) || part->find('\0') != std::string::npos) return bad("a part is not UTF-8 or holds a NUL character", 0);
  }
  parts.ns = clean_path(parts.ns, Dots::keep);
  parts.subpath = clean_path(parts.subpath, Dots::drop);
  std::vector<std::pair<std::string, std::string>> qualifiers;
  for (auto& [key, value] : parts.qualifiers) {
    ENTENTE_TRY(std::string folded_key, qualifier_key(key, 0));
    if (!is_valid_utf8(value) || value.find('\0') != std::string::npos)
      return bad("a qualifier value is not UTF-8 or holds a NUL character", 0);
    if (!value.empty()) qualifiers.emplace_back(std::move(folded_key), std::move(value));
  }
  parts.qualifiers = std::move(qualifiers);
  ENTENTE_CHECK(finish(parts, 0));
  return parts;
}

std::string Purl::str() const {
  std::string out = "pkg:";
  out.reserve(type.size() + ns.size() + name.size() + version.size() + 16);
  out += type;
  out += '/';
  if (!ns.empty()) {
    encode_path(ns, out);
    out += '/';
  }
  const PurlType* rules = name.find('/') == std::string::npos ? nullptr : purl_type(type);
  rules != nullptr && rules->name_is_path ? encode_path(name, out) : encode(name, out);
  if (!version.empty()) {
    out += '@';
    encode(version, out);
  }
  char separator = '?';
  for (const auto& [key, value] : qualifiers) {
    out += separator;
    out += key;
    out += '=';
    encode(value, out);
    separator = '&';
  }
  if (!subpath.empty()) {
    out += '#';
    encode_path(subpath, out);
  }
  return out;
}

std::optional<std::string_view> Purl::qualifier(std::string_view key) const {
  for (const auto& [k, v] : qualifiers) {
    if (k == key) return v;
  }
  return std::nullopt;
}

std::string pep503_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  bool separator = false;
  for (const char c : name) {
    if (c == '-' || c == '_' || c == '.') {
      separator = true;
      continue;
    }
    if (separator) out += '-';
    separator = false;
    out += lower(c);
  }
  if (separator) out += '-';
  return out;
}

}  // namespace entente::measures::p6_supply
