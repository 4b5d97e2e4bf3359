// Locks by flock(2): they belong to the open file, so that two threads of one process keep each other out as well.
#include "core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace entente {

Result<FileLock> FileLock::take(const std::filesystem::path& path, WhenLocked when) {
  std::error_code ec;
  const auto kind = std::filesystem::symlink_status(path, ec).type();
  if (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::not_found)
    return kind == std::filesystem::file_type::symlink
               ? fail("this is a symbolic link", {.file = path.string()}, "name the file itself")
               : fail("this exists and is not a regular file", {.file = path.string()}, "name a file");
  const std::string name = path.string() + ".lock";
  FileLock lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
  // Who may not write here can still be kept out by who may.
  if (lock.file_ < 0 && errno == EACCES) lock.file_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (lock.file_ < 0) return fail("cannot open the lock file: " + std::string(std::strerror(errno)), {.file = name});
  const int how = when == WhenLocked::wait ? LOCK_EX : LOCK_EX | LOCK_NB;
  int locked = 0;
  do locked = ::flock(lock.file_, how);
  while (locked != 0 && errno == EINTR);
  if (locked == 0) return lock;
  if (errno == EWOULDBLOCK)
    return fail("another command is changing this file", {.file = path.string()}, "wait until it has ended, or give --wait");
  return fail("cannot lock: " + std::string(std::strerror(errno)), {.file = name});
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace entente
