// The CSAF reader and all its tests on arbitrary bytes: never crashes, and every finding names a test.
#include <cstdlib>

#include "csaf/validator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto validator = csaf::Validator::load(DataSet::embedded());
  if (!validator) std::abort();
  const auto document = csaf::Document::parse(text, "fuzz");
  if (!document) return 0;
  for (const csaf::Finding& f : validator->validate(*document).findings)
    if (f.test == nullptr || f.what.empty()) std::abort();
  return 0;
}
