// Test data kept packed with Zstandard.
#pragma once

#include <gtest/gtest.h>
#include <zstd.h>
#include <filesystem>
#include <string>

#include "core/file.h"

namespace entente::test {

// The content of a .zst file; a failure of the running test where it is damaged.
inline std::string unpacked(const std::filesystem::path& path) {
  const std::string packed = read_file(path).value();
  std::string out;
  ZSTD_DStream* stream = ZSTD_createDStream();
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::string chunk(1 << 16, '\0');
  while (in.pos < in.size) {
    ZSTD_outBuffer part{chunk.data(), chunk.size(), 0};
    const std::size_t status = ZSTD_decompressStream(stream, &part, &in);
    if (ZSTD_isError(status) != 0) {
      ADD_FAILURE() << path << ": " << ZSTD_getErrorName(status);
      break;
    }
    out.append(chunk.data(), part.pos);
  }
  ZSTD_freeDStream(stream);
  return out;
}

}  // namespace entente::test
