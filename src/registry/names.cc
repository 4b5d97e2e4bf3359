// Cleaning a name. First what programs did to it is undone (HTML entities, backslashes before quotes), then one walk over its characters
// removes what nobody sees and makes every kind of white space one space, then footnote asterisks go and the text is composed (NFC).
// What may be meant (odd quotes, markup, scripts that do not go together) is reported and left alone.
#include "registry/names.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>
#include <algorithm>
#include <array>
#include <map>

#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxRawName = std::size_t{64} << 10;
constexpr int kEntityRounds = 3;  // "&amp;amp;quot;" has been seen

using NameFindings = std::map<NameIssue, std::string>;

constexpr std::array<std::pair<std::string_view, char32_t>, 30> kNameEntities = {{
    {"amp", U'&'},      {"lt", U'<'},      {"gt", U'>'},      {"quot", U'"'},    {"apos", U'\''},   {"nbsp", 0xA0},
    {"rsquo", 0x2019},  {"lsquo", 0x2018}, {"rdquo", 0x201D}, {"ldquo", 0x201C}, {"ndash", 0x2013}, {"mdash", 0x2014},
    {"hellip", 0x2026}, {"laquo", 0xAB},   {"raquo", 0xBB},   {"reg", 0xAE},     {"trade", 0x2122}, {"agrave", 0xE0},
    {"aacute", 0xE1},   {"acirc", 0xE2},   {"auml", 0xE4},    {"ccedil", 0xE7},  {"eacute", 0xE9},  {"egrave", 0xE8},
    {"ecirc", 0xEA},    {"iacute", 0xED},  {"oacute", 0xF3},  {"ouml", 0xF6},    {"uuml", 0xFC},    {"ntilde", 0xF1},
}};

void append_name_utf8(std::string& out, char32_t c) {
  std::array<std::uint8_t, 4> bytes{};
  int32_t n = 0;
  UBool bad = false;
  U8_APPEND(bytes.data(), n, 4, static_cast<UChar32>(c), bad);
  if (!bad) out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(n));
}

// The character of "&#x27;", "&#39;" or "&amp;" given what stands between '&' and ';'; 0 if it is none.
char32_t entity_character(std::string_view body) {
  for (const auto& [name, c] : kNameEntities)
    if (name == body) return c;
  if (body.size() < 2 || body.size() > 8 || body[0] != '#') return 0;
  const bool hex = lower(body[1]) == 'x';
  char32_t value = 0;
  const std::string_view digits = body.substr(hex ? 2 : 1);
  if (digits.empty()) return 0;
  for (const char c : digits) {
    if (hex ? !is_hex_digit(c) : !is_digit(c)) return 0;
    value = value * (hex ? 16 : 10) + static_cast<char32_t>(is_digit(c) ? c - '0' : lower(c) - 'a' + 10);
  }
  return value == 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) ? 0 : value;
}

std::string name_without_entities(std::string text, NameFindings& found) {
  for (int round = 0; round < kEntityRounds && text.find('&') != std::string::npos; ++round) {
    std::string out;
    bool changed = false;
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t end = text[i] == '&' ? text.find(';', i) : std::string::npos;
      const std::string_view body =
          end != std::string::npos && end - i <= 10 ? std::string_view(text).substr(i + 1, end - i - 1) : std::string_view();
      const char32_t c = body.empty() ? 0 : entity_character(body);
      if (c == 0) {
        out += text[i++];
        continue;
      }
      found.try_emplace(NameIssue::html_entity, fmt::format("&{};", body));
      append_name_utf8(out, c);
      changed = true;
      i = end + 1;
    }
    text = std::move(out);
    if (!changed) break;
  }
  return text;
}

std::string name_without_escapes(std::string_view text, NameFindings& found) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\'')) {
      found.try_emplace(NameIssue::escaped_quote, "");
      continue;
    }
    out += text[i];
  }
  return out;
}

bool is_bidi_control(UChar32 c) { return u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) != 0; }

// Zero-width joiners shape words of Arabic and of the scripts of India and South-East Asia; elsewhere they only hide.
bool joins_here(UChar32 c, UChar32 before) {
  if (c != 0x200C && c != 0x200D) return false;
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(before, &status);
  return U_SUCCESS(status) && script != USCRIPT_COMMON && script != USCRIPT_INHERITED && script != USCRIPT_LATIN &&
         script != USCRIPT_GREEK && script != USCRIPT_CYRILLIC;
}

enum class NameCharacter { keep, space, control, bidi, invisible };

NameCharacter classify_character(UChar32 c, UChar32 before) {
  if (c == ' ') return NameCharacter::space;
  if (c > ' ' && c < 0x7F) return NameCharacter::keep;
  if (u_isUWhiteSpace(c)) return NameCharacter::space;
  if (is_bidi_control(c)) return NameCharacter::bidi;
  const int8_t type = u_charType(c);
  if (type == U_CONTROL_CHAR || type == U_PRIVATE_USE_CHAR || type == U_SURROGATE) return NameCharacter::control;
  if ((c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF)) return NameCharacter::control;
  if (joins_here(c, before)) return NameCharacter::keep;
  if (type == U_FORMAT_CHAR || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return NameCharacter::invisible;
  return NameCharacter::keep;
}

// One walk: white space to single spaces without those at the ends, unseen characters away.
std::string walked_name(std::string_view text, NameFindings& found) {
  std::string out;
  const auto* s = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  UChar32 c = 0, before = 0;
  bool gap = false;
  std::size_t number = 0;
  for (int32_t i = 0; i < size; before = c) {
    const int32_t from = i;
    U8_NEXT(s, i, size, c);
    ++number;
    const auto place = [&] { return fmt::format("U+{:04X} at character {}", static_cast<std::uint32_t>(c), number); };
    switch (classify_character(c, before)) {
      case NameCharacter::space:
        if (c != ' ' || gap || out.empty() || i == size) found.try_emplace(NameIssue::white_space, place());
        gap = true;
        break;
      case NameCharacter::control: found.try_emplace(NameIssue::control, place()); break;
      case NameCharacter::bidi: found.try_emplace(NameIssue::bidi, place()); break;
      case NameCharacter::invisible: found.try_emplace(NameIssue::invisible, place()); break;
      case NameCharacter::keep:
        if (gap && !out.empty()) out += ' ';
        gap = false;
        if (c == 0xFFFD) found.try_emplace(NameIssue::damaged, place());
        out.append(text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(i - from)));
        break;
    }
  }
  return out;
}

std::string_view name_without_marks(std::string_view text, NameFindings& found) {
  const auto drop = [&](char c) { return c == '*' || c == ' '; };
  std::string_view out = text;
  if (out.starts_with('*'))
    while (!out.empty() && drop(out.front())) out.remove_prefix(1);
  if (out.ends_with('*'))
    while (!out.empty() && drop(out.back())) out.remove_suffix(1);
  if (out.size() != text.size())
    found.try_emplace(NameIssue::mark,
                      fmt::format("{} asterisks", std::count(text.begin(), text.end(), '*') - std::count(out.begin(), out.end(), '*')));
  return out;
}

std::string composed_name(std::string text, NameFindings& found) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status) || nfc->isNormalizedUTF8(text, status)) return text;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, text, sink, nullptr, status);
  if (U_FAILURE(status)) return text;
  found.try_emplace(NameIssue::not_nfc, "");
  return out;
}

void cut_name(std::string& text, NameFindings& found) {
  std::size_t characters = 0, i = 0;
  for (; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && ++characters > kMaxNameCharacters) break;
  if (i == text.size()) return;
  text.resize(i);
  while (text.ends_with(' ')) text.pop_back();
  found.try_emplace(NameIssue::too_long, "");
}

void find_name_markup(std::string_view text, NameFindings& found) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const bool tag = at + 1 < text.size() && (is_alpha(text[at + 1]) || text[at + 1] == '/' || text[at + 1] == '!');
    if (tag && text.find('>', at) != std::string_view::npos) found.try_emplace(NameIssue::markup, "");
  }
}

void find_name_quotes(std::string_view text, NameFindings& found) {
  const auto count = [&](std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++n;
    return n;
  };
  if (count("\u00B4") > 0 || count("`") > 0) found.try_emplace(NameIssue::quote, "a spacing accent for an apostrophe");
  // Low quotation marks open what a right or a left one closes (German, Polish).
  const std::size_t opened = count("\u201C") + count("\u201E"), closed = count("\u201D");
  const bool german = count("\u201E") == count("\u201C") && closed == 0;
  if (count("\"") % 2 != 0) found.try_emplace(NameIssue::quote, "a quotation mark without its partner");
  if (!german && (opened != closed) && opened + closed > 0)
    found.try_emplace(NameIssue::quote, "a curly quotation mark without its partner");
}

const USpoofChecker* mixed_script_checker() {
  static const USpoofChecker* const checker = [] {
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker* made = uspoof_open(&status);
    uspoof_setChecks(made, USPOOF_RESTRICTION_LEVEL, &status);
    uspoof_setRestrictionLevel(made, USPOOF_MODERATELY_RESTRICTIVE);
    return U_SUCCESS(status) ? made : nullptr;
  }();
  return checker;
}

void find_mixed_script(std::string_view text, NameFindings& found) {
  const USpoofChecker* const checker = mixed_script_checker();
  if (checker == nullptr) return;
  const auto* s = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  int32_t start = 0;
  bool ascii = true;
  for (int32_t i = 0; i <= size;) {
    const int32_t at = i;
    UChar32 c = ' ';
    if (i < size)
      U8_NEXT(s, i, size, c);
    else
      ++i;
    if (c >= 0 && (u_isalpha(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0)) {
      ascii = ascii && c < 0x80;
      continue;
    }
    if (!ascii && at > start) {
      UErrorCode status = U_ZERO_ERROR;
      const int32_t failed = uspoof_check2UTF8(checker, text.data() + start, at - start, nullptr, &status);
      if (U_SUCCESS(status) && failed != 0)
        found.try_emplace(NameIssue::mixed_script,
                          fmt::format("\"{}\"", text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(at - start))));
    }
    start = i;
    ascii = true;
  }
}

// Valid UTF-8: each byte that belongs to no character becomes U+FFFD.
std::string repaired_name(std::string_view raw, NameFindings& found) {
  if (is_valid_utf8(raw)) return std::string(raw);
  found.try_emplace(NameIssue::not_utf8, "");
  std::string out;
  const auto* s = reinterpret_cast<const std::uint8_t*>(raw.data());
  const auto size = static_cast<int32_t>(raw.size());
  for (int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT(s, i, size, c);
    append_name_utf8(out, c < 0 ? 0xFFFD : static_cast<char32_t>(c));
  }
  return out;
}

}  // namespace

CleanName clean_name(std::string_view raw) {
  NameFindings found;
  if (raw.size() > kMaxRawName) {
    raw = raw.substr(0, kMaxRawName);
    found.try_emplace(NameIssue::too_long, "");
  }
  std::string text = name_without_escapes(name_without_entities(repaired_name(raw, found), found), found);
  text = composed_name(std::string(name_without_marks(walked_name(text, found), found)), found);
  cut_name(text, found);
  find_name_markup(text, found);
  find_name_quotes(text, found);
  find_mixed_script(text, found);
  if (text.empty()) found.try_emplace(NameIssue::empty, "");
  CleanName out{std::move(text), {}};
  for (auto& [issue, detail] : found) out.found.push_back({issue, std::move(detail)});
  return out;
}

}  // namespace entente::registry
