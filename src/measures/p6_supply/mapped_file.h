// A file mapped for reading, unmapped with the object.
#pragma once

#include <sys/mman.h>
#include <cstddef>
#include <filesystem>
#include <string_view>

#include "core/error.h"

namespace entente::measures::p6_supply {

class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  // Once. `what` is what errors call it ("the portfolio"), `hint` how to make one. Refused: no regular file, an empty one.
  Result<void> open(const std::filesystem::path& path, std::string_view what, std::string_view hint);
  [[nodiscard]] std::string_view bytes() const {
    return data_ == MAP_FAILED ? std::string_view() : std::string_view(static_cast<const char*>(data_), size_);
  }

 private:
  void* data_ = MAP_FAILED;
  std::size_t size_ = 0;
};

}  // namespace entente::measures::p6_supply
