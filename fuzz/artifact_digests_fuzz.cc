// Lists of digests: no text crashes the reader; what it takes is an algorithm and as many hex digits as that has, on ascending lines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measures/p6_supply/artifact_digests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p6_supply;
  const auto list = parse_digest_list(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
  if (!list) return 0;
  std::uint64_t line = 0;
  for (const ListedDigest& one : *list) {
    const std::size_t digits = one.digest.size() - 7;
    const bool fits = (one.digest.starts_with("sha256:") && digits == 64) || (one.digest.starts_with("sha384:") && digits == 96) ||
                      (one.digest.starts_with("sha512:") && digits == 128);
    if (!fits || one.line <= line || one.name.empty()) std::abort();
    line = one.line;
  }
  return 0;
}
