// The manifest of a published registry: any bytes. What is read is byte for byte the one text its content can have, and names no path that
// leads out of the folder.
#include <cstdlib>

#include "core/file.h"
#include "verify/publication.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto publication = verify::Publication::parse(text, "manifest.json");
  if (!publication) {
    require(!publication.error().what.empty());
    return 0;
  }
  require(verify::is_publication(text) && publication->text() == text);
  for (const auto& [path, file] : publication->files) require(is_safe_relative_path(path) && path != verify::kPublicationManifest);
  return 0;
}
