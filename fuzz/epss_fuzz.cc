// EPSS tables and SSVC facts on arbitrary bytes: never crashes; what an accepted table holds has a score between 0 and 1.
#include <cstdlib>

#include "measures/p6_supply/epss.h"
#include "measures/p6_supply/ssvc.h"

using namespace entente::measures::p6_supply;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto scores = EpssScores::parse(text, "fuzz")) {
    const auto score = scores->find("CVE-2026-0001");
    if (score && !(score->probability >= 0 && score->probability <= 1 && score->percentile >= 0 && score->percentile <= 1)) std::abort();
  }
  if (const auto facts = SsvcTable::parse(text, "fuzz")) (void)facts->find("CVE-2026-0001");
  return 0;
}
