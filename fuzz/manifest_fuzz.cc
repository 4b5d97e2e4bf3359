// A bundle's manifest: any bytes as manifest.json of a folder that holds nothing else. verify() reports or finds only missing files;
// a manifest that opens is byte for byte the only text that names its entries.
#include <cstdlib>
#include <fstream>

#include "core/file.h"
#include "evidence/bundle.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

const std::filesystem::path& folder() {
  static const auto made = entente::TemporaryFolder::make("manifest-fuzz").value();
  return made.path();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  std::ofstream(folder() / "manifest.json", std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  Progress progress(Progress::Mode::silent);
  const auto bundle = evidence::Bundle::open(folder());
  const auto problems = evidence::verify(folder(), progress);
  require(problems.has_value());
  if (!bundle) {
    require(!bundle.error().what.empty());
    require(std::any_of(problems->begin(), problems->end(), [](const auto& p) { return p.kind == evidence::Problem::Kind::manifest; }));
    return 0;
  }
  require(bundle->digest() == sha256(ByteView(data, size)));
  require(problems->size() == bundle->entries().size());
  for (const auto& entry : bundle->entries()) {
    require(is_safe_relative_path(entry.path) && evidence::is_valid_kind(entry.kind));
    require(!bundle->read(entry).has_value());
  }
  return 0;
}
