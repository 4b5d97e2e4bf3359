// Opened without blocking, so that a fifo in the file's place is an error and no wait.
#include "measures/p6_supply/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace entente::measures::p6_supply {

MappedFile::~MappedFile() {
  if (data_ != MAP_FAILED) ::munmap(data_, size_);
}

Result<void> MappedFile::open(const std::filesystem::path& path, std::string_view what, std::string_view hint) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fail(fmt::format("cannot open {}", what), {.file = path.string()}, std::string(hint));
  struct stat status{};
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    size_ = static_cast<std::size_t>(status.st_size);
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  }
  ::close(fd);
  if (data_ == MAP_FAILED)
    return fail(fmt::format("cannot map {}: empty, or no regular file", what), {.file = path.string()}, std::string(hint));
  return {};
}

}  // namespace entente::measures::p6_supply
