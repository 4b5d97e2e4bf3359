// Assessment documents of arbitrary bytes: what is no assessment is an error with its place; what is read can be exported, and both exports
// are JSON. The first byte says whether the evidence has names.
#include <cstdlib>

#include "assess/export.h"
#include "core/json.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  static const catalog::Catalog rules = catalog::Catalog::load(DataSet::embedded()).value();
  if (size == 0) return 0;
  const auto read = assess::read_document({reinterpret_cast<const char*>(data) + 1, size - 1}, "fuzz", DataSet::embedded());
  if (!read) {
    require(!read.error().what.empty());
    return 0;
  }
  assess::EvidenceFiles files;
  if (data[0] % 2 == 1)
    for (const auto& judgement : read->judgements)
      for (const Digest& digest : judgement.evidence)
        files.emplace(digest, assess::EvidenceFile{"bundle/" + digest.hex(), "kev", "a/b", 1, {}});
  require(JsonDocument::parse(assess::to_sarif(*read, rules, files), "sarif").has_value());
  const auto oscal = assess::to_oscal(*read, rules, files);
  require(oscal ? JsonDocument::parse(*oscal, "oscal").has_value() : !oscal.error().what.empty());
  return 0;
}
