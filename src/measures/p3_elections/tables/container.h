// Packed files: a file pressed by itself (.xz, .gz), and archives of many (zip, tar, tar.xz). What they are is seen from their first bytes,
// never from the name. Everything is bounded, by the caller's limits and by the packed size, so that a small file cannot fill the memory.
// Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/file.h"

namespace entente::measures::p3_elections::tables {

enum class Packing { none, xz, gzip, zip, tar };
[[nodiscard]] Packing packing_of(std::string_view bytes);

// How many bytes `packed` ones may unfold to: 64 MiB and 250 times their size, and never more than `max_bytes`. Published election records
// unfold up to 215 times (a summary in XML); xz could make 7,000 times of them, which nobody needs. Every function here keeps to it.
[[nodiscard]] std::uint64_t unfolded_limit(std::uint64_t packed, std::uint64_t max_bytes);

// A file read whole: mapped where it is plain, unpacked into memory where it is .xz or .gz. Movable; the text lives as long as the object.
class FileText {
 public:
  // Errors: absent, a folder or no regular file, more than `max_bytes` before or after unpacking, damaged.
  [[nodiscard]] static Result<FileText> open(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxFileBytes);
  FileText(FileText&& other) noexcept;
  FileText& operator=(FileText&& other) noexcept;
  ~FileText();
  [[nodiscard]] std::uint64_t file_size() const { return size_; }  // on disk: packed, where it was
  [[nodiscard]] std::string_view bytes() const { return mapped_ != nullptr ? std::string_view(mapped_, size_) : unpacked_; }

 private:
  FileText() = default;
  const char* mapped_ = nullptr;
  std::size_t size_ = 0;
  std::string unpacked_;
};

// The same as a string: a plain file as it is, .xz and .gz unpacked.
[[nodiscard]] Result<std::string> read_packed(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxFileBytes);
// Of bytes in memory; `name` is what errors call them.
[[nodiscard]] Result<std::string> unpacked(std::string_view bytes, const std::string& name, std::uint64_t max_bytes = kMaxFileBytes);

// The text of one file: .xz and .gz unpacked, and nothing else taken for text. Errors: those of unpacked(); a zip or tar.
[[nodiscard]] Result<std::string> plain_text(std::string bytes, const std::string& name, std::uint64_t max_bytes = kMaxFileBytes);

struct Member {
  std::string name;  // "folder/file.csv"; safe as a relative path (core/file.h)
  std::string content;
};

struct MemberLimits {
  std::uint64_t max_bytes = kMaxFileBytes;         // of all members together, unpacked
  std::uint64_t max_member_bytes = kMaxFileBytes;  // of one
  std::size_t max_members = 200'000;
};

// The plain files of a zip, tar or tar.xz, in the archive's order; folders are passed over. Errors: no such archive, damaged or locked with
// a password, a name that is unsafe or comes twice, a link or device, more than the limits allow. One with `wanted` false is named to
// `take` never, and its bytes count towards no limit but are still bounded by the archive's own size (they are skipped, not kept).
[[nodiscard]] Result<void> each_member(std::string_view bytes, const std::string& name, const MemberLimits& limits,
                                       const std::function<bool(std::string_view member)>& wanted,
                                       const std::function<Result<void>(Member&&)>& take);
[[nodiscard]] Result<std::vector<Member>> read_members(const std::filesystem::path& path, const MemberLimits& limits = {});
[[nodiscard]] Result<std::vector<Member>> members_of(std::string_view bytes, const std::string& name, const MemberLimits& limits = {});

}  // namespace entente::measures::p3_elections::tables
