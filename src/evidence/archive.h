// The packed form of a bundle, as streams: tar by libarchive, Zstandard by libzstd. Internal to the room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/bundle.h"
#include "evidence/folder.h"

namespace entente::evidence {

// A .tar.zst being decompressed piece by piece: one Zstandard frame and nothing behind it. Not thread-safe.
class ArchiveInput {
 public:
  // The error is for what is no Zstandard file at all.
  [[nodiscard]] static Result<ArchiveInput> open(const std::filesystem::path& path);
  ~ArchiveInput();
  ArchiveInput(ArchiveInput&&) noexcept;
  ArchiveInput& operator=(ArchiveInput&&) = delete;

  [[nodiscard]] const std::string& shown() const;
  // The next decompressed bytes, valid until the next call; empty at the end of the file.
  [[nodiscard]] Result<ByteView> next();

 private:
  struct State;
  explicit ArchiveInput(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A .tar.zst being written, with a checksum over its content. Not thread-safe.
class ArchiveOutput {
 public:
  [[nodiscard]] static Result<ArchiveOutput> make(int fd, std::string shown);
  ~ArchiveOutput();
  ArchiveOutput(ArchiveOutput&&) noexcept;
  ArchiveOutput& operator=(ArchiveOutput&&) = delete;

  [[nodiscard]] Result<void> write(ByteView bytes);
  [[nodiscard]] Result<void> finish();

 private:
  struct State;
  explicit ArchiveOutput(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Reads a whole packed bundle and checks it against its own manifest; files go into `target`, or nowhere if that is nullptr.
// The pointer of an error's place is the path inside the archive. Returns the manifest's entries.
[[nodiscard]] Result<std::vector<Evidence>> read_archive(ArchiveInput& input, const Folder* target, Progress& progress,
                                                         const BundleLimits& limits);

// libarchive converts names by the thread's locale; in "C" it cannot spell what is not ASCII. Sets C.UTF-8 for the calling thread
// while it lives.
class Utf8Locale {
 public:
  Utf8Locale();
  ~Utf8Locale();
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  [[nodiscard]] bool ok() const { return made_ != nullptr; }

 private:
  void* made_ = nullptr;
  void* before_ = nullptr;
};

}  // namespace entente::evidence
