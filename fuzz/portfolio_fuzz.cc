// Portfolio files of arbitrary bytes with a checksum that fits, so that the structure is reached: never crashes, never reads outside; what
// is accepted can be listed, asked and written again.
#include <cstdlib>
#include <cstring>

#include "core/digest.h"
#include "measures/p6_supply/portfolio.h"

using namespace entente;
using namespace entente::measures::p6_supply;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.size() >= 64) {
    const std::uint64_t length = bytes.size();
    std::memcpy(bytes.data() + 16, &length, 8);
    const Digest sum = sha256(std::string_view(bytes).substr(0, bytes.size() - 32));
    std::memcpy(bytes.data() + bytes.size() - 32, sum.bytes.data(), 32);
  }
  const auto portfolio = Portfolio::from_memory(bytes);
  if (!portfolio) return 0;
  for (const PortfolioVersion& v : portfolio->all_versions()) {
    for (const std::uint32_t entry : v.entries) (void)portfolio->entry(entry).name.size();
    if (portfolio->versions(v.ecosystem, v.name).size() > portfolio->all_versions().size()) std::abort();
  }
  const auto again = Portfolio::Builder(*portfolio).bytes();
  if (!again || !Portfolio::from_memory(*again)) std::abort();
  return 0;
}
