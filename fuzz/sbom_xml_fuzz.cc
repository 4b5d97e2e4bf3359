// Any bytes, read as XML: no crash, no out-of-bounds read, and what comes out hangs together (see sbom_properties.h).
#include "sbom_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find("<bom") == std::string::npos && text.find("<Document") == std::string::npos)
    text = "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>" + text + "</components></bom>";
  entente::fuzz::check_sbom(text);
  return 0;
}
