// CVSS vectors on arbitrary bytes: never crashes; a score has one decimal and lies between 0 and 10.
#include <cmath>
#include <cstdlib>

#include "measures/p6_supply/cvss.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto score = entente::measures::p6_supply::cvss_base_score({reinterpret_cast<const char*>(data), size});
  if (!score) return 0;
  if (!(score->score >= 0.0 && score->score <= 10.0)) std::abort();
  if (std::abs(score->score * 10 - std::round(score->score * 10)) > 1e-9) std::abort();
  return 0;
}
