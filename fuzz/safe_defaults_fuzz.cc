// Reports on safe defaults: no text crashes the reader; what it takes answers the four tests and the thirteen sections.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measures/p6_supply/safe_defaults.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p6_supply;
  const auto report = SafeDefaultsReport::parse(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
  if (report && (report->tests.size() != 4 || report->provisions.size() != 13 || report->product.empty())) std::abort();
  return 0;
}
