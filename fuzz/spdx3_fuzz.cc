// Any bytes, read as SPDX 3 JSON-LD: no crash, no out-of-bounds read, and what comes out hangs together (see sbom_properties.h).
#include "sbom_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find("@graph") == std::string::npos)
    text = R"({"@context":"x","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1"},)" + text + "]}";
  entente::fuzz::check_sbom(text);
  return 0;
}
