// A folder seen through its descriptor: files are opened part by part with O_NOFOLLOW, so no symbolic link inside leads out, not
// even one put there between check and use. Internal to the room. Thread-safe after open().
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/interrupt.h"

namespace entente::evidence {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

enum class EntryType { file, folder, link, other };

// Something that lies in a folder.
struct Found {
  std::string path;  // relative, '/' separators
  EntryType type = EntryType::other;
  std::uint64_t size = 0;  // of a file
  bool operator==(const Found&) const = default;
};

class Folder {
 public:
  [[nodiscard]] static Result<Folder> open(const std::filesystem::path& path);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // A regular file, for reading. `relative` must be is_safe_relative_path.
  [[nodiscard]] Result<Fd> open_file(std::string_view relative) const;
  // A new file, for writing; makes the folders on the way.
  [[nodiscard]] Result<Fd> create_file(std::string_view relative) const;
  // Everything below, in byte order of path, links not followed. More than `max_entries` is an error. Folders more than
  // kMaxPathDepth deep are listed but not entered.
  [[nodiscard]] Result<std::vector<Found>> list(std::uint64_t max_entries) const;

 private:
  std::filesystem::path path_;
  Fd fd_;
};

// A regular file by path, links followed: for files the user names.
[[nodiscard]] Result<Fd> open_regular(const std::filesystem::path& path);

// One read(2) into `buffer`: the bytes read, 0 at the end of the file.
[[nodiscard]] Result<std::size_t> read_piece(int fd, std::span<std::uint8_t> buffer, const std::string& shown);

struct Streamed {
  Digest sha256;
  std::uint64_t size = 0;
};
using Consumer = std::function<Result<void>(ByteView)>;
// Reads `fd` to its end in pieces, hashing them and handing them on; more than `max_bytes` is an error. `shown` is what errors call
// the file.
[[nodiscard]] Result<Streamed> stream(int fd, std::uint64_t max_bytes, const std::string& shown, const Consumer& consumer = {});
// At most `max_bytes` as a string.
[[nodiscard]] Result<std::string> read_all(int fd, std::uint64_t max_bytes, const std::string& shown);
[[nodiscard]] Result<void> write_all(int fd, ByteView bytes, const std::string& shown);
// fsync and close, both checked.
[[nodiscard]] Result<void> finish_file(Fd fd, const std::string& shown);

// A folder being filled: must not exist or be empty; what was put into it vanishes again unless keep() is called, also at Ctrl-C.
class NewFolder {
 public:
  [[nodiscard]] static Result<NewFolder> make(const std::filesystem::path& path);
  ~NewFolder();
  NewFolder(NewFolder&& other) noexcept
      : path_(std::move(other.path_)),
        existed_(other.existed_),
        armed_(std::exchange(other.armed_, false)),
        cleaned_(std::move(other.cleaned_)) {}
  NewFolder& operator=(NewFolder&&) = delete;
  void keep() {
    armed_ = false;
    cleaned_.reset();
  }

 private:
  NewFolder(std::filesystem::path path, bool existed)
      : path_(std::move(path)), existed_(existed), cleaned_(std::make_unique<CleanedOnInterrupt>(path_)) {}
  std::filesystem::path path_;
  bool existed_;
  bool armed_ = true;
  std::unique_ptr<CleanedOnInterrupt> cleaned_;
};

// fsync of `folder` and of each folder below it that holds one of `paths`.
[[nodiscard]] Result<void> sync_folders(const std::filesystem::path& folder, const std::vector<std::string>& paths);

}  // namespace entente::evidence
