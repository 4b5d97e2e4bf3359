// Licence policies: no text crashes the reader; one that it takes denies each licence regardless of case.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measures/p6_supply/licence_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p6_supply;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto policy = LicencePolicy::parse(text, "fuzz");
  if (!policy) return 0;
  if (policy->denies("MIT", "") != policy->denies("mit", "")) std::abort();
  const LicenceDenied denied = [&](std::string_view licence, std::string_view with) { return policy->denies(licence, with); };
  const auto choice = choose_licence("MIT OR (GPL-2.0-only AND Zlib)", denied);
  if (!choice || (!policy->denies("MIT", "") && !choice->acceptable)) std::abort();
  return 0;
}
