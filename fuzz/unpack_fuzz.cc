// Packed bundles: the input is taken as the tar inside the archive (half of it would be lost on Zstandard's own checks otherwise), or,
// if it begins with Zstandard's magic, as the archive itself. Unpacking gives a bundle that verifies, or an error and no folder.
#include <fcntl.h>
#include <zstd.h>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "core/file.h"
#include "evidence/bundle.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

const std::filesystem::path& folder() {
  static const auto made = entente::TemporaryFolder::make("unpack-fuzz").value();
  return made.path();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  std::vector<char> packed(data, data + size);
  if (!as_text({data, size}).starts_with("\x28\xb5\x2f\xfd")) {
    packed.resize(ZSTD_compressBound(size));
    packed.resize(ZSTD_compress(packed.data(), packed.size(), data, size, 1));
  }
  const auto archive = folder() / "in.tar.zst", target = folder() / "out";
  std::ofstream(archive, std::ios::binary | std::ios::trunc).write(packed.data(), static_cast<std::streamsize>(packed.size()));
  Progress progress(Progress::Mode::silent);
  const evidence::BundleLimits limits{.max_files = 100, .max_file_bytes = 1 << 20, .max_total_bytes = 4 << 20};
  const auto problems = evidence::verify(archive, progress, limits);
  const bool good = problems.has_value() && problems->empty();
  const auto bundle = evidence::unpack(archive, target, progress, limits);
  require(bundle.has_value() == good);
  require(std::filesystem::exists(target) == good);
  if (good) {
    const auto checked = evidence::verify(target, progress, limits);
    require(checked.has_value() && checked->empty());
    std::filesystem::remove_all(target);
  }
  return 0;
}
