// Ballot manifests from arbitrary bytes, as CSV or workbook: never crashes; what is read has at least one batch, its positions run through
// all cards and no further, and its copies say the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "measures/p3_elections/records/manifest.h"

using namespace entente::measures::p3_elections::records;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto require = [](bool ok) {
    if (!ok) std::abort();
  };
  const auto manifest = parse_manifest(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
  if (!manifest) {
    require(!manifest.error().what.empty());
    return 0;
  }
  require(!manifest->batches.empty());
  std::uint64_t cards = 0, line = 0;
  for (std::size_t i = 0; i < manifest->batches.size(); ++i) {
    const ManifestBatch& batch = manifest->batches[i];
    require(!batch.batch.empty() && batch.line > line);
    line = batch.line;
    if (batch.cards != 0) {
      require(manifest->place_of(cards + 1) == ManifestPlace{i, 1});
      require(manifest->place_of(cards + batch.cards) == ManifestPlace{i, batch.cards});
    }
    cards += batch.cards;
  }
  require(cards == manifest->cards());
  const ManifestIndex index(*manifest);
  const Manifest copy = *manifest;
  require(index.find(copy.batches.back().tabulator, copy.batches.back().batch).has_value());
  (void)copy.duplicates();
  return 0;
}
