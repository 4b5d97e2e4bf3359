// Any bytes, read as SPDX tag-value: no crash, no out-of-bounds read, and what comes out hangs together (see sbom_properties.h).
#include "sbom_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find("SPDXVersion:") == std::string::npos) text = "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n" + text;
  entente::fuzz::check_sbom(text);
  return 0;
}
