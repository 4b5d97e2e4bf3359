// Names on arbitrary bytes: what cleaning, folding and cutting to ids promise holds for all of them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/utf8.h"
#include "registry/identifiers.h"
#include "registry/names.h"

using namespace entente::registry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const CleanName clean = clean_name(raw);
  if (!entente::is_valid_utf8(clean.text)) std::abort();
  if (clean.text.starts_with(' ') || clean.text.ends_with(' ') || clean.text.find("  ") != std::string::npos) std::abort();
  if (clean.text.find('\n') != std::string::npos || clean.text.find('\0') != std::string::npos) std::abort();
  if (clean.text != raw && clean.found.empty()) std::abort();
  const std::string folded = fold(raw);
  if (!entente::is_valid_utf8(folded) || fold(folded) != folded) std::abort();
  // The short way of ASCII gives what the long way gives.
  if (const std::string marked = fold(std::string(raw) + "\xC2\xA0"); marked != folded) std::abort();
  if (!entente::is_valid_utf8(skeleton(clean.text))) std::abort();
  const std::string id = slug(raw);
  if (id.empty() || id.size() > kMaxIdBytes || id.front() == '-' || id.back() == '-') std::abort();
  if (!std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; })) std::abort();
  if (const auto host = parse_website(raw); host && (host->size() > 253 || parse_website(*host).value_or("") != *host)) std::abort();
  if (const auto lei = parse_lei(raw); lei && parse_lei(*lei).value_or("") != *lei) std::abort();
  if (const auto ror = parse_ror(raw); ror && parse_ror(*ror).value_or("") != *ror) std::abort();
  return 0;
}
