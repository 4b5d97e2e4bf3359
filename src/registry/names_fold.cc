// The forms of a name that programs compare: folded (search), skeleton (looks), slug (ids). Names in plain ASCII, the great majority, take
// a short way that gives what the long way gives; the fuzz target holds the two together.
#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>
#include <algorithm>
#include <map>
#include <mutex>

#include "core/ascii.h"
#include "core/digest.h"
#include "registry/names.h"

namespace entente::registry {
namespace {

constexpr std::size_t kIdHashDigits = 8;

bool is_ascii_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string fold_ascii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alnum(c))
      out += lower(c);
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// Letters that Unicode does not decompose, but people type without.
std::string_view spelt_out(UChar32 c) {
  switch (c) {
    case 0x0142: return "l";   // ł
    case 0x00F8: return "o";   // ø
    case 0x0111:               // đ
    case 0x00F0: return "d";   // ð
    case 0x0127: return "h";   // ħ
    case 0x0131: return "i";   // ı
    case 0x0167: return "t";   // ŧ
    case 0x00E6: return "ae";  // æ
    case 0x0153: return "oe";  // œ
    case 0x00FE: return "th";  // þ
    case 0x014B: return "ng";  // ŋ
    case 0x0259: return "e";   // ə
    case 0x0138: return "k";   // ĸ
    default: return {};
  }
}

std::string fold_normalised(const icu::Normalizer2* form, std::string_view text) {
  std::string out;
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&out);
  if (form != nullptr) form->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, nullptr, status);
  return form != nullptr && U_SUCCESS(status) ? out : std::string(text);
}

const icu::Normalizer2* fold_normaliser(const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = get(status);
  return U_SUCCESS(status) ? form : nullptr;
}

std::string casefolded(std::string_view text) { return fold_normalised(fold_normaliser(icu::Normalizer2::getNFKCCasefoldInstance), text); }

bool is_diacritic(UChar32 c) {
  if (u_charType(c) != U_NON_SPACING_MARK) return false;
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(c, &status) == USCRIPT_INHERITED && U_SUCCESS(status);
}

std::string fold_once(std::string_view text) {
  const std::string apart = fold_normalised(fold_normaliser(icu::Normalizer2::getNFDInstance), casefolded(text));
  std::string out;
  const auto* s = reinterpret_cast<const std::uint8_t*>(apart.data());
  const auto size = static_cast<int32_t>(apart.size());
  for (int32_t i = 0; i < size;) {
    const int32_t from = i;
    UChar32 c = 0;
    U8_NEXT(s, i, size, c);
    if (c >= 0 && is_diacritic(c)) continue;
    const std::string_view letters = spelt_out(c);
    if (!letters.empty())
      out += letters;
    else if (c >= 0 && (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0)
      out.append(apart, static_cast<std::size_t>(from), static_cast<std::size_t>(i - from));
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return fold_normalised(fold_normaliser(icu::Normalizer2::getNFCInstance), out);
}

std::string slug_latin(const std::string& folded) {
  static std::mutex mutex;
  static const std::unique_ptr<icu::Transliterator> latin = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(icu::Transliterator::createInstance("Any-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, status));
    return U_SUCCESS(status) ? std::move(made) : nullptr;
  }();
  if (!latin) return folded;
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(folded);
  {
    const std::lock_guard lock(mutex);
    latin->transliterate(text);
  }
  std::string out;
  return text.toUTF8String(out);
}

// At most `room` bytes, cut at a hyphen where there is one in the second half.
void shorten_id(std::string& id, std::size_t room) {
  if (id.size() <= room) return;
  const bool inside = id[room] != '-';
  id.resize(room);
  const std::size_t hyphen = id.rfind('-');
  if (inside && hyphen != std::string::npos && hyphen >= room / 2) id.resize(hyphen);
  while (id.ends_with('-')) id.pop_back();
}

}  // namespace

std::string fold(std::string_view text) {
  if (is_ascii_name(text)) return fold_ascii(text);
  // Case folding after taking marks away may find more to do (a handful of letters); a second pass makes the result stable.
  std::string out = fold_once(text);
  for (int round = 0; round < 3; ++round) {
    std::string again = fold_once(out);
    if (again == out) break;
    out = std::move(again);
  }
  return out;
}

std::string skeleton(std::string_view text) {
  static const USpoofChecker* const checker = [] {
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker* made = uspoof_open(&status);
    return U_SUCCESS(status) ? made : nullptr;
  }();
  std::string folded = casefolded(text);
  if (checker == nullptr) return folded;
  std::string out(folded.size() * 3 + 16, '\0');
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode status = U_ZERO_ERROR;
    const int32_t size = uspoof_getSkeletonUTF8(checker, 0, folded.data(), static_cast<int32_t>(folded.size()), out.data(),
                                                static_cast<int32_t>(out.size()), &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      out.resize(static_cast<std::size_t>(size) + 1);
      continue;
    }
    if (U_FAILURE(status)) break;
    out.resize(static_cast<std::size_t>(size));
    return out;
  }
  return folded;
}

std::string slug(std::string_view name) {
  std::string text = fold(name);
  if (!is_ascii_name(text)) text = slug_latin(text);
  std::string out;
  for (const char c : text) {
    if (is_alnum(c))
      out += lower(c);
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  shorten_id(out, kMaxIdBytes);
  return out.empty() ? "x" : out;
}

std::vector<std::string> assign_ids(std::span<const IdRequest> requests, const std::set<std::string>& taken) {
  std::vector<std::string> ids;
  std::map<std::string, std::size_t> wanted;
  for (const IdRequest& request : requests) ++wanted[ids.emplace_back(slug(request.name))];
  std::set<std::string> given = taken;
  for (const auto& [id, times] : wanted)
    if (times == 1) given.insert(id);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (wanted[ids[i]] == 1 && !taken.contains(ids[i])) continue;
    const std::string tail = "-" + sha256(requests[i].key).hex().substr(0, kIdHashDigits);
    std::string base = ids[i];
    shorten_id(base, kMaxIdBytes - tail.size() - 7);
    std::string id = base + tail;
    for (std::size_t n = 2; !given.insert(id).second; ++n) id = fmt::format("{}{}-{}", base, tail, n);
    ids[i] = std::move(id);
  }
  return ids;
}

}  // namespace entente::registry
