// A lock for commands that read a file, change it and write it anew: two of them at once would lose what one of them wrote.
#pragma once

#include <filesystem>
#include <utility>

#include "core/error.h"

namespace entente {

// What to do while another program holds the lock.
enum class WhenLocked : unsigned char { fail, wait };

// Exclusive, by flock(2) on "<path>.lock", an empty file that is made if need be and stays: a lock file that is removed keeps nobody out.
// The kernel drops the lock when the process ends, however it ends. It binds only those who ask for it; readers do not. Movable.
class FileLock {
 public:
  // `path` need not exist yet. Errors: held by another (WhenLocked::fail), `path` is a folder, link or device, or the lock file cannot be
  // opened (no such folder, no permission, a symbolic link).
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& path, WhenLocked when);
  ~FileLock();
  FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace entente
