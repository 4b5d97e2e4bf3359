// Any bytes, read as SPDX JSON: no crash, no out-of-bounds read, and what comes out hangs together (see sbom_properties.h).
#include "sbom_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find("spdxVersion") == std::string::npos)
    text = R"({"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":)" + text + "}";
  entente::fuzz::check_sbom(text);
  return 0;
}
