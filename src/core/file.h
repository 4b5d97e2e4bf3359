// Files: bounded reading, durable atomic writing. No function follows a size it has not checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/interrupt.h"

namespace entente {

inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;  // 1 GiB: default bound for any single input file

// Whole file as bytes. Errors: absent, not a regular file, larger than `max_bytes`, unreadable; all name the path.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxFileBytes);

// What a command is given to read, streams included: "-" is standard input, and standard input, /dev/fd/N and a pipe are read to their end.
// Errors as read_file(); a stream is read no further than the limit.
[[nodiscard]] Result<std::string> read_input(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxFileBytes);
// How messages name it: "standard input" for "-".
[[nodiscard]] std::string input_name(const std::string& path);

enum class FileMode : unsigned { normal = 0644, secret = 0600 };
// Writes a temporary file beside `path`, fsyncs it, renames it over `path`, fsyncs the folder. After success the new
// content survives a power cut; after failure the old content is untouched and the temporary file is gone. Refused: a `path` that is a
// link, device, pipe or folder, and an existing private key (keys are made by keys::write_key_file, which overwrites nothing).
[[nodiscard]] Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content, FileMode mode = FileMode::normal);

// Like mkdir -p; the error names the part that could not be made.
[[nodiscard]] Result<void> make_folders(const std::filesystem::path& path);
// Makes a rename or creation inside `folder` durable.
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

// Regular files below `folder`, as paths relative to it with '/' separators, in byte order. Symbolic links are not
// followed: a link is an error that names it. More than `max_files` is an error.
[[nodiscard]] Result<std::vector<std::string>> list_files(const std::filesystem::path& folder, std::size_t max_files = 1'000'000);

// A relative path that stays inside its folder: no empty, "." or ".." segments, no leading '/', no backslash, no NUL or
// control characters, valid UTF-8, at most 4,096 bytes. The test for every path that an input names.
[[nodiscard]] bool is_safe_relative_path(std::string_view path);

// A new empty folder below the system's temporary folder, removed with its content at the end of the object's life, or by Ctrl-C.
class TemporaryFolder {
 public:
  [[nodiscard]] static Result<TemporaryFolder> make(std::string_view prefix = "entente");
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})), cleaned_(std::move(other.cleaned_)) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(cleaned_, other.cleaned_);
    return *this;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)), cleaned_(std::make_unique<CleanedOnInterrupt>(path_)) {}
  std::filesystem::path path_;
  std::unique_ptr<CleanedOnInterrupt> cleaned_;
};

}  // namespace entente
