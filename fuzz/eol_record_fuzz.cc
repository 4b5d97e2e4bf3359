// Lifecycle records of every form: no input crashes the readers, and what was read can be asked about.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measures/p6_supply/lifecycle.h"
#include "measures/p6_supply/openeox.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p6_supply;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_openeox(text, "fuzz");
  for (const char* name : {"product.json", "pkg%3Anpm%2Fa%401.openeox.json"}) {
    const auto products = parse_eol_records(text, name);
    if (!products) continue;
    EolRecords records;
    for (const EolProduct& product : *products) {
      records.add(product);
      for (const EolRelease& release : product.releases) (void)life_status(release, entente::Instant{}, 30);
      if (!product.releases.empty() && release_of(product, product.releases.front().cycle) == nullptr &&
          !product.releases.front().cycle.empty() && product.releases.front().exact)
        std::abort();
    }
  }
  return 0;
}
