// Package URLs on arbitrary bytes: never crashes; what is accepted has a canonical spelling that reads back as the same parts,
// and passes build() unchanged; the quick reader accepts nothing that the full one reads otherwise.
#include <cstdlib>

#include "measures/p6_supply/purl.h"
#include "measures/p6_supply/purl_ordinary.h"

using namespace entente::measures::p6_supply;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto purl = Purl::parse(text);
  const auto full = parse_purl_in_full(text);
  if (purl.has_value() != full.has_value() || (purl && *purl != *full)) std::abort();
  if (!purl) {
    if (purl.error().str() != full.error().str()) std::abort();
    return 0;
  }
  const std::string canonical = purl->str();
  if (canonical.size() > 8192) return 0;  // encoding made it longer than parse() takes
  const auto again = Purl::parse(canonical);
  if (!again || *again != *purl || again->str() != canonical) std::abort();
  const auto built = Purl::build(*purl);
  if (!built || *built != *purl) std::abort();
  if (const auto key = package_key(*purl); key && (key->ecosystem.empty() || key->name.empty())) std::abort();
  if (const std::string version = package_version(*purl); version.size() > 8192) std::abort();
  return 0;
}
