// The few file operations the ledger's storage is built from. Two makers: PosixIo below (the real one), and the simulated disk of
// fault_io.h, with which tests cut the power and inject errors at every step. One object stands for one folder; names are plain file
// names inside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"

namespace entente::ledger {

// An open file. read(), size(), sync() and writes to ranges that do not overlap may run in several threads at once; truncate() alone.
// Errors name the file.
class File {
 public:
  virtual ~File() = default;
  [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
  // Fills all of `out`; a file that ends before is an error with the offset.
  [[nodiscard]] virtual Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
  // Writes all of `bytes` at `offset`, extending the file (a gap reads as zeros). After an error any part may have been written.
  [[nodiscard]] virtual Result<void> write(std::uint64_t offset, ByteView bytes) = 0;
  // fdatasync: content and size survive a power cut. After an error nothing written since the last success may be relied on, even if
  // reading shows it: the kernel may have dropped the pages' dirty marks.
  [[nodiscard]] virtual Result<void> sync() = 0;
  [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
  // Asks that reading [offset, end of file) fetches the bytes from the disk anew, where they were not written since: after a failed sync
  // the page cache may show what the disk does not hold.
  virtual void forget_cached(std::uint64_t offset) = 0;
};

// Held as long as the object lives.
class WriterLock {
 public:
  virtual ~WriterLock() = default;
};

enum class OpenMode {
  read,    // must exist
  write,   // must exist
  create,  // made empty if absent; kept as it is if present
};

class Io {
 public:
  virtual ~Io() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<File>> open(std::string_view name, OpenMode mode) = 0;
  [[nodiscard]] virtual Result<bool> exists(std::string_view name) = 0;
  [[nodiscard]] virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
  [[nodiscard]] virtual Result<void> remove(std::string_view name) = 0;  // absent is fine
  // Makes creations, renames and removals in the folder durable.
  [[nodiscard]] virtual Result<void> sync_folder() = 0;
  // Makes the folder itself, durably; an existing one must be empty.
  [[nodiscard]] virtual Result<void> make_empty_folder() = 0;
  // The exclusive lock of the log's one writer. nullptr if another holds it.
  [[nodiscard]] virtual Result<std::unique_ptr<WriterLock>> try_lock(std::string_view name) = 0;
  // How errors name a file.
  [[nodiscard]] virtual std::string display(std::string_view name) const = 0;
};

[[nodiscard]] std::shared_ptr<Io> posix_io(const std::filesystem::path& folder);

// A whole small file; larger than `max_bytes` is an error.
[[nodiscard]] Result<std::string> read_small(Io& io, std::string_view name, std::uint64_t max_bytes);
// Writes <name>.tmp, syncs it, renames it over `name`, syncs the folder: after success the new content survives a power cut, before it
// either the old or the new content is there, whole.
[[nodiscard]] Result<void> replace_file(Io& io, std::string_view name, std::string_view content);

}  // namespace entente::ledger
