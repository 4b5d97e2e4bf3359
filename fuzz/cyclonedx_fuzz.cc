// Any bytes, read as CycloneDX: no crash, no out-of-bounds read, and what comes out hangs together (see sbom_properties.h).
#include "sbom_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  // What is no document of its own is tried as the value of "components", so that the fuzzer gets past the head.
  if (text.find("bomFormat") == std::string::npos) text = R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":)" + text + "}";
  entente::fuzz::check_sbom(text);
  return 0;
}
