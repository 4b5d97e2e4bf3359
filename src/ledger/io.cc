// File operations by plain POSIX calls. pread and pwrite repeat after EINTR and short transfers until all is done; the writer's lock is
// flock(2), which the kernel drops when the process ends however it ends, so a crash never leaves a log locked.
#include "ledger/io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "core/file.h"

namespace entente::ledger {
namespace fs = std::filesystem;
namespace {

tl::unexpected<Error> os_error(std::string_view doing, const std::string& path, int code) {
  return fail(fmt::format("cannot {}: {}", doing, std::strerror(code)), {.file = path},
              code == ENOSPC ? "the disk is full; make room" : "");
}

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { ::close(fd_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<std::uint64_t> size() const override {
    struct stat st{};
    if (::fstat(fd_, &st) != 0) return os_error("stat", path_, errno);
    return static_cast<std::uint64_t>(st.st_size);
  }

  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    while (!out.empty()) {
      const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return os_error("read", path_, errno);
      if (n == 0) return fail("the file ends too early", {.file = path_, .offset = offset});
      out = out.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  Result<void> write(std::uint64_t offset, ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return os_error("write", path_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  Result<void> sync() override {
    // Not repeated after EINTR: a failed fdatasync may have forgotten what it could not write.
    if (::fdatasync(fd_) != 0) return os_error("make durable (fdatasync)", path_, errno);
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return os_error("truncate", path_, errno);
    return {};
  }

  void forget_cached(std::uint64_t offset) override {
    constexpr std::uint64_t kPage = 4096;  // a page is dropped only if all of it is named
    ::posix_fadvise(fd_, static_cast<off_t>(offset / kPage * kPage), 0, POSIX_FADV_DONTNEED);
  }

 private:
  int fd_;
  std::string path_;
};

class PosixLock final : public WriterLock {
 public:
  explicit PosixLock(int fd) : fd_(fd) {}
  ~PosixLock() override { ::close(fd_); }
  PosixLock(const PosixLock&) = delete;
  PosixLock& operator=(const PosixLock&) = delete;

 private:
  int fd_;
};

class PosixIo final : public Io {
 public:
  explicit PosixIo(fs::path folder) : folder_(std::move(folder)) {}

  Result<std::unique_ptr<File>> open(std::string_view name, OpenMode mode) override {
    const std::string path = display(name);
    const int flags = mode == OpenMode::read ? O_RDONLY : mode == OpenMode::write ? O_RDWR : O_RDWR | O_CREAT;
    // Links are not followed: a stranger's folder must not make us write elsewhere.
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0644);
    if (fd < 0 && errno == ELOOP) return fail("a symbolic link", {.file = path}, "a log consists of plain files; restore the file itself");
    if (fd < 0) return os_error("open", path, errno);
    auto file = std::make_unique<PosixFile>(fd, path);
    struct stat st{};
    if (::fstat(fd, &st) != 0) return os_error("stat", path, errno);
    if (!S_ISREG(st.st_mode)) return fail("not a regular file", {.file = path});
    return file;
  }

  Result<bool> exists(std::string_view name) override {
    struct stat st{};
    if (::lstat(display(name).c_str(), &st) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return os_error("stat", display(name), errno);
  }

  Result<void> rename(std::string_view from, std::string_view to) override {
    if (::rename(display(from).c_str(), display(to).c_str()) != 0) return os_error("rename into place", display(to), errno);
    return {};
  }

  Result<void> remove(std::string_view name) override {
    if (::unlink(display(name).c_str()) != 0 && errno != ENOENT) return os_error("remove", display(name), errno);
    return {};
  }

  Result<void> sync_folder() override { return entente::sync_folder(folder_); }

  Result<void> make_empty_folder() override {
    std::error_code ec;
    if (fs::exists(folder_, ec)) {
      if (!fs::is_directory(folder_, ec)) return fail("exists and is not a folder", {.file = folder_.string()});
      if (!fs::is_empty(folder_, ec) || ec)
        return fail("the folder is not empty", {.file = folder_.string()}, "name a folder that does not exist yet");
      return {};
    }
    ENTENTE_CHECK(make_folders(folder_));
    const fs::path whole = fs::absolute(folder_, ec).lexically_normal();
    return entente::sync_folder((whole.has_filename() ? whole : whole.parent_path()).parent_path());
  }

  Result<std::unique_ptr<WriterLock>> try_lock(std::string_view name) override {
    const std::string path = display(name);
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (fd < 0 && (errno == EACCES || errno == EROFS)) fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP) return fail("a symbolic link", {.file = path}, "a log consists of plain files");
    if (fd < 0) return os_error("open", path, errno);
    auto lock = std::make_unique<PosixLock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      // The holder may have removed the file after this open (an `init` that failed): then this lock would keep nobody out.
      struct stat st{};
      if (::fstat(fd, &st) != 0) return os_error("stat", path, errno);
      if (st.st_nlink == 0) return std::unique_ptr<WriterLock>();
      return lock;
    }
    if (errno == EWOULDBLOCK) return std::unique_ptr<WriterLock>();
    return os_error("lock", path, errno);
  }

  std::string display(std::string_view name) const override { return (folder_ / name).string(); }

 private:
  fs::path folder_;
};

}  // namespace

std::shared_ptr<Io> posix_io(const fs::path& folder) { return std::make_shared<PosixIo>(folder); }

Result<std::string> read_small(Io& io, std::string_view name, std::uint64_t max_bytes) {
  ENTENTE_TRY(const auto file, io.open(name, OpenMode::read));
  ENTENTE_TRY(const std::uint64_t size, file->size());
  if (size > max_bytes) return fail(fmt::format("file has {} bytes, the limit here is {}", size, max_bytes), {.file = io.display(name)});
  std::string out(static_cast<std::size_t>(size), '\0');
  ENTENTE_CHECK(file->read(0, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()}));
  return out;
}

Result<void> replace_file(Io& io, std::string_view name, std::string_view content) {
  const std::string temporary = std::string(name) + ".tmp";
  {
    ENTENTE_CHECK(io.remove(temporary));
    ENTENTE_TRY(const auto file, io.open(temporary, OpenMode::create));
    ENTENTE_CHECK(file->write(0, as_bytes(content)));
    ENTENTE_CHECK(file->sync());
  }
  ENTENTE_CHECK(io.rename(temporary, name));
  return io.sync_folder();
}

}  // namespace entente::ledger
