// Domain names on arbitrary bytes: what is accepted is lower-case LDH of at most 253 bytes, and accepted again unchanged.
#include <algorithm>
#include <cstdlib>

#include "core/ascii.h"
#include "dns/name.h"
#include "dns/public_suffix.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto suffixes = dns::PublicSuffixList::builtin().value();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)dns::is_query_name(input);
  const auto domain = dns::Domain::parse(input);
  if (!domain) return 0;
  const std::string& name = domain->str();
  const auto fits = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '.'; };
  if (name.size() > dns::kMaxNameBytes || name.size() > size || !std::ranges::all_of(name, fits)) std::abort();
  if (!dns::is_query_name(name) || dns::Domain::parse(name) != *domain) std::abort();
  const std::string registrable = suffixes.registrable_domain(*domain);
  if (suffixes.is_public_suffix(*domain) != registrable.empty()) std::abort();
  if (!registrable.empty() && !dns::is_within(name, registrable)) std::abort();
  return 0;
}
