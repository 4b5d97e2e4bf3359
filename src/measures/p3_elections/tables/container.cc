// Unpacks with libarchive out of memory. Sizes an archive states are believed by nobody: bytes are counted as they come, and the count is
// held against the limit before each block is kept; the limit is the caller's or what the packed size allows, whichever is less. Names are
// taken in UTF-8 where the archive has them so, else as bytes, and must be safe relative paths; none may come twice, since two readers
// could each take another one.
#include "measures/p3_elections/tables/container.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "core/utf8.h"

namespace entente::measures::p3_elections::tables {

namespace {

struct ContainerFree {
  void operator()(archive* a) const { archive_read_free(a); }
};
using ContainerHandle = std::unique_ptr<archive, ContainerFree>;

tl::unexpected<Error> container_broken(archive* a, const std::string& name, const std::string& member) {
  const char* words = archive_error_string(a);
  return fail(fmt::format("the packed file cannot be read: {}", printable(words != nullptr ? words : "unknown error")),
              {.file = name, .pointer = printable(member)}, "it was altered or damaged; fetch it again");
}

// How much may come, and whether the packed size decided that (then the file's owner can do something about it).
struct ContainerBound {
  std::uint64_t bytes = 0;
  bool by_packed_size = false;
};

ContainerBound container_bound(std::uint64_t packed, std::uint64_t max_bytes) {
  const std::uint64_t bytes = unfolded_limit(packed, max_bytes);
  return {bytes, bytes < max_bytes};
}

// The data of the current entry, at most as much as the bound says.
Result<std::string> container_data(archive* a, const std::string& name, const std::string& member, const ContainerBound& most) {
  std::string text;
  for (;;) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(a, &data, &size, &offset);
    if (code == ARCHIVE_EOF) return text;
    if (code != ARCHIVE_OK) return container_broken(a, name, member);
    if (offset < 0 || static_cast<std::uint64_t>(offset) != text.size())
      return fail("a file with holes in the archive", {.file = name, .pointer = printable(member)});
    if (size > most.bytes - text.size())
      return fail(fmt::format("unpacks to more than {} bytes", most.bytes), {.file = name, .pointer = printable(member)},
                  most.by_packed_size ? "so much out of so little is hardly a record; if it is one, unpack it and give the plain file"
                                      : "no file of this kind is as large: is it the right one?");
    text.append(static_cast<const char*>(data), size);
  }
}

Result<std::string> container_member_name(archive_entry* entry, const std::string& name) {
  const char* raw = archive_entry_pathname_utf8(entry);
  if (raw == nullptr) raw = archive_entry_pathname(entry);
  if (raw == nullptr) return fail("a file without a readable name in the archive", {.file = name});
  std::string member(raw);
  while (member.starts_with("./")) member.erase(0, 2);
  if (!member.empty() && archive_entry_filetype(entry) == AE_IFDIR && member.back() == '/') member.pop_back();
  if (member.empty() && archive_entry_filetype(entry) == AE_IFDIR) return member;
  if (!is_safe_relative_path(member)) return fail("an unsafe path in the archive", {.file = name, .pointer = printable(member)});
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr)
    return fail("a link in the archive", {.file = name, .pointer = printable(member)});
  const auto type = archive_entry_filetype(entry);
  if (type != AE_IFREG && type != AE_IFDIR)
    return fail("something that is no plain file in the archive", {.file = name, .pointer = printable(member)});
  if (archive_entry_is_encrypted(entry) != 0)
    return fail("a file locked with a password", {.file = name, .pointer = printable(member)}, "unpack it and give the files");
  return member;
}

Result<std::pair<const char*, std::size_t>> map_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fail("cannot open the file", {.file = path.string()});
  struct stat status{};
  const bool known = ::fstat(fd, &status) == 0, regular = known && S_ISREG(status.st_mode);
  const auto size = regular ? static_cast<std::size_t>(status.st_size) : 0;
  void* data = regular && size > 0 && size <= max_bytes ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  ::close(fd);
  if (known && S_ISDIR(status.st_mode)) return fail("a folder, where a file is expected", {.file = path.string()}, "name the files in it");
  if (!regular) return fail("no regular file", {.file = path.string()}, "a pipe or device cannot be read here: save it as a file first");
  if (size > max_bytes)
    return fail(fmt::format("the file has more than {} bytes", max_bytes), {.file = path.string()},
                "no file of this kind is as large: is it the right one?");
  if (size > 0 && data == MAP_FAILED) return fail("cannot map the file", {.file = path.string()});
  if (size == 0) return std::pair<const char*, std::size_t>(nullptr, 0);
  ::madvise(data, size, MADV_SEQUENTIAL);
  return std::pair<const char*, std::size_t>(static_cast<const char*>(data), size);
}

}  // namespace

std::uint64_t unfolded_limit(std::uint64_t packed, std::uint64_t max_bytes) {
  constexpr std::uint64_t kAlways = std::uint64_t{64} << 20, kRatio = 250;
  if (max_bytes <= kAlways || packed > (max_bytes - kAlways) / kRatio) return max_bytes;
  return kAlways + packed * kRatio;
}

Packing packing_of(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFD"
                        "7zXZ\0"sv))
    return Packing::xz;
  if (bytes.starts_with("\x1F\x8B"sv)) return Packing::gzip;
  if (bytes.starts_with("PK\x03\x04"sv) || bytes.starts_with("PK\x05\x06"sv)) return Packing::zip;
  if (bytes.size() >= 512 && bytes.substr(257, 5) == "ustar"sv) return Packing::tar;
  return Packing::none;
}

Result<FileText> FileText::open(const std::filesystem::path& path, std::uint64_t max_bytes) {
  FileText out;
  ENTENTE_TRY(const auto mapping, map_file(path, max_bytes));
  out.mapped_ = mapping.first;
  out.size_ = mapping.second;
  const Packing packing = packing_of(out.bytes());
  if (packing != Packing::xz && packing != Packing::gzip) return out;
  ENTENTE_TRY(std::string text, unpacked(out.bytes(), path.string(), max_bytes));
  FileText whole;
  whole.unpacked_ = std::move(text);
  whole.size_ = out.size_;
  return whole;
}

FileText::FileText(FileText&& other) noexcept
    : mapped_(std::exchange(other.mapped_, nullptr)), size_(std::exchange(other.size_, 0)), unpacked_(std::move(other.unpacked_)) {}
FileText& FileText::operator=(FileText&& other) noexcept {
  std::swap(mapped_, other.mapped_);
  std::swap(size_, other.size_);
  std::swap(unpacked_, other.unpacked_);
  return *this;
}
FileText::~FileText() {
  if (mapped_ != nullptr) ::munmap(const_cast<char*>(mapped_), size_);
}

Result<std::string> unpacked(std::string_view bytes, const std::string& name, std::uint64_t max_bytes) {
  const Packing packing = packing_of(bytes);
  if (packing != Packing::xz && packing != Packing::gzip) {
    if (bytes.size() > max_bytes) return fail(fmt::format("more than {} bytes", max_bytes), {.file = name});
    return std::string(bytes);
  }
  const ContainerHandle a(archive_read_new());
  if (a == nullptr) return fail("not enough memory to unpack", {.file = name});
  archive_entry* entry = nullptr;
  if (archive_read_support_filter_xz(a.get()) != ARCHIVE_OK || archive_read_support_filter_gzip(a.get()) != ARCHIVE_OK ||
      archive_read_support_format_raw(a.get()) != ARCHIVE_OK || archive_read_open_memory(a.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return container_broken(a.get(), name, "");
  const int code = archive_read_next_header(a.get(), &entry);
  if (code == ARCHIVE_EOF) return std::string();
  if (code != ARCHIVE_OK) return container_broken(a.get(), name, "");
  return container_data(a.get(), name, "", container_bound(bytes.size(), max_bytes));
}

Result<std::string> plain_text(std::string bytes, const std::string& name, std::uint64_t max_bytes) {
  if (const Packing packing = packing_of(bytes); packing == Packing::xz || packing == Packing::gzip) {
    ENTENTE_TRY(bytes, unpacked(bytes, name, max_bytes));
  }
  if (packing_of(bytes) != Packing::none)
    return fail("a packed file, where text is expected", {.file = name},
                "unpack it and give the file inside (.xz and .gz are unpacked here)");
  if (bytes.size() > max_bytes) return fail(fmt::format("more than {} bytes", max_bytes), {.file = name});
  return bytes;
}

Result<std::string> read_packed(const std::filesystem::path& path, std::uint64_t max_bytes) {
  ENTENTE_TRY(const FileText text, FileText::open(path, max_bytes));
  return std::string(text.bytes());
}

Result<void> each_member(std::string_view bytes, const std::string& name, const MemberLimits& limits,
                         const std::function<bool(std::string_view member)>& wanted, const std::function<Result<void>(Member&&)>& take) {
  if (packing_of(bytes) == Packing::none) return fail("neither a zip nor a tar archive", {.file = name});
  const ContainerHandle a(archive_read_new());
  if (a == nullptr) return fail("not enough memory to unpack", {.file = name});
  if (archive_read_support_filter_xz(a.get()) != ARCHIVE_OK || archive_read_support_filter_gzip(a.get()) != ARCHIVE_OK ||
      archive_read_support_format_zip(a.get()) != ARCHIVE_OK || archive_read_support_format_tar(a.get()) != ARCHIVE_OK ||
      archive_read_open_memory(a.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return container_broken(a.get(), name, "");
  std::unordered_set<std::string> seen;
  ContainerBound left = container_bound(bytes.size(), limits.max_bytes);
  for (archive_entry* entry = nullptr;;) {
    const int code = archive_read_next_header(a.get(), &entry);
    if (code == ARCHIVE_EOF) return {};
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return container_broken(a.get(), name, "");
    ENTENTE_TRY(std::string member, container_member_name(entry, name));
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (!seen.insert(member).second) return fail("the archive holds this file twice", {.file = name, .pointer = printable(member)});
    if (seen.size() > limits.max_members) return fail(fmt::format("more than {} files in the archive", limits.max_members), {.file = name});
    if (wanted && !wanted(member)) continue;
    const ContainerBound most{std::min(limits.max_member_bytes, left.bytes), left.by_packed_size && left.bytes < limits.max_member_bytes};
    ENTENTE_TRY(std::string content, container_data(a.get(), name, member, most));
    left.bytes -= content.size();
    ENTENTE_CHECK(take({std::move(member), std::move(content)}));
  }
}

Result<std::vector<Member>> members_of(std::string_view bytes, const std::string& name, const MemberLimits& limits) {
  std::vector<Member> out;
  ENTENTE_CHECK(each_member(bytes, name, limits, {}, [&](Member&& member) -> Result<void> {
    out.push_back(std::move(member));
    return {};
  }));
  return out;
}

Result<std::vector<Member>> read_members(const std::filesystem::path& path, const MemberLimits& limits) {
  // Not FileText::open(): a tar.xz is unpacked by the archive's reader, piece by piece.
  ENTENTE_TRY(const auto mapping, map_file(path, kMaxFileBytes));
  auto out = members_of(std::string_view(mapping.first, mapping.second), path.string(), limits);
  if (mapping.first != nullptr) ::munmap(const_cast<char*>(mapping.first), mapping.second);
  return out;
}

}  // namespace entente::measures::p3_elections::tables
