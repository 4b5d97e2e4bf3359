// Folders through openat(2): each part of a path is opened relative to the descriptor of the part before it with O_NOFOLLOW, so
// neither a link nor a rename in between changes which tree is read. Files are read in 256 KiB pieces, never whole.
#include "evidence/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>

#include "core/file.h"
#include "core/utf8.h"
#include "evidence/bundle.h"

namespace entente::evidence {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;

tl::unexpected<Error> os_error(std::string_view doing, std::string file, int code) {
  std::string hint;
  if (code == ELOOP || code == ENOTDIR) hint = "a symbolic link or a file stands in the way; nothing in a bundle may be a link";
  if (code == ENOSPC) hint = "the disk is full";
  return fail(fmt::format("cannot {}: {}", doing, std::strerror(code)), {.file = std::move(file)}, std::move(hint));
}

enum class Parents { must_exist, make };

// Descriptor of the folder that holds the last part of `relative`, and that last part.
struct Parent {
  Fd fd;
  std::string last;
};
Result<Parent> open_parent(int root, std::string_view relative, const std::string& shown, Parents parents) {
  if (!is_safe_relative_path(relative)) return fail("unsafe path", {.file = printable(shown)});
  Parent out{Fd(::fcntl(root, F_DUPFD_CLOEXEC, 0)), {}};
  if (out.fd.get() < 0) return os_error("open folder", shown, errno);
  std::size_t start = 0;
  for (std::size_t slash = relative.find('/'); slash != std::string_view::npos; slash = relative.find('/', start)) {
    const std::string part(relative.substr(start, slash - start));
    if (parents == Parents::make && ::mkdirat(out.fd.get(), part.c_str(), 0755) != 0 && errno != EEXIST)
      return os_error("make folder", shown, errno);
    Fd next(::openat(out.fd.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (next.get() < 0) return os_error("open folder", shown, errno);
    out.fd = std::move(next);
    start = slash + 1;
  }
  out.last = relative.substr(start);
  return out;
}

Result<void> require_regular(int fd, const std::string& shown) {
  struct stat st{};
  if (::fstat(fd, &st) != 0) return os_error("stat", shown, errno);
  if (!S_ISREG(st.st_mode)) return fail("not a regular file", {.file = shown}, S_ISDIR(st.st_mode) ? "it is a folder" : "");
  return {};
}

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

// Depth-first listing; recursion is bounded by kMaxPathDepth.
class Lister {
 public:
  Lister(const fs::path& root, std::uint64_t max_entries) : root_(root), max_entries_(max_entries) {}

  Result<void> list(Fd folder, const std::string& prefix, std::size_t depth) {
    const int raw = folder.get();
    const std::unique_ptr<DIR, CloseDir> dir(::fdopendir(raw));
    if (!dir) return os_error("list folder", shown(prefix), errno);
    [[maybe_unused]] const int owned_by_dir = folder.release();
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(dir.get());
      if (entry == nullptr) return errno == 0 ? Result<void>{} : os_error("list folder", shown(prefix), errno);
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      ENTENTE_CHECK(add(raw, std::string(name), prefix, depth));
    }
  }

  std::vector<Found> found;

 private:
  Result<void> add(int folder, const std::string& name, const std::string& prefix, std::size_t depth) {
    if (found.size() >= max_entries_)
      return fail(fmt::format("more than {} files and folders", max_entries_), {.file = root_.string()},
                  "this is not a bundle, or not only one");
    struct stat st{};
    if (::fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return os_error("stat", shown(prefix + name), errno);
    Found item{prefix + name, EntryType::other, 0};
    if (S_ISREG(st.st_mode)) item = {item.path, EntryType::file, static_cast<std::uint64_t>(st.st_size)};
    if (S_ISLNK(st.st_mode)) item.type = EntryType::link;
    if (S_ISDIR(st.st_mode)) item.type = EntryType::folder;
    const bool enter = item.type == EntryType::folder && depth < kMaxPathDepth;
    found.push_back(std::move(item));
    if (!enter) return {};
    Fd next(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (next.get() < 0) return os_error("open folder", shown(prefix + name), errno);
    return list(std::move(next), prefix + name + "/", depth + 1);
  }
  [[nodiscard]] std::string shown(const std::string& relative) const { return printable((root_ / relative).string()); }

  const fs::path& root_;
  const std::uint64_t max_entries_;
};

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Folder> Folder::open(const fs::path& path) {
  Folder out;
  out.path_ = path;
  out.fd_ = Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (out.fd_.get() < 0)
    return fail(fmt::format("cannot open folder: {}", std::strerror(errno)), {.file = path.string()},
                errno == ENOENT ? "check the path" : "");
  return out;
}

Result<Fd> Folder::open_file(std::string_view relative) const {
  const std::string shown = (path_ / relative).string();
  ENTENTE_TRY(const Parent parent, open_parent(fd_.get(), relative, shown, Parents::must_exist));
  Fd fd(::openat(parent.fd.get(), parent.last.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() < 0) return os_error("open", shown, errno);
  ENTENTE_CHECK(require_regular(fd.get(), shown));
  return fd;
}

Result<Fd> Folder::create_file(std::string_view relative) const {
  const std::string shown = (path_ / relative).string();
  ENTENTE_TRY(const Parent parent, open_parent(fd_.get(), relative, shown, Parents::make));
  Fd fd(::openat(parent.fd.get(), parent.last.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (fd.get() < 0) return os_error("create", shown, errno);
  return fd;
}

Result<std::vector<Found>> Folder::list(std::uint64_t max_entries) const {
  Fd again(::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (again.get() < 0) return os_error("open folder", path_.string(), errno);
  Lister lister(path_, max_entries);
  ENTENTE_CHECK(lister.list(std::move(again), "", 0));
  std::sort(lister.found.begin(), lister.found.end(), [](const Found& a, const Found& b) { return a.path < b.path; });
  return std::move(lister.found);
}

Result<Fd> open_regular(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() < 0)
    return fail(fmt::format("cannot open: {}", std::strerror(errno)), {.file = path.string()}, errno == ENOENT ? "check the path" : "");
  ENTENTE_CHECK(require_regular(fd.get(), path.string()));
  return fd;
}

Result<std::size_t> read_piece(int fd, std::span<std::uint8_t> buffer, const std::string& shown) {
  while (true) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return os_error("read", shown, errno);
  }
}

Result<Streamed> stream(int fd, std::uint64_t max_bytes, const std::string& shown, const Consumer& consumer) {
  Bytes buffer(kPiece);
  Sha256 hash;
  Streamed out;
  while (true) {
    ENTENTE_TRY(const std::size_t n, read_piece(fd, buffer, shown));
    if (n == 0) break;
    const ByteView piece = ByteView(buffer).first(n);
    if (piece.size() > max_bytes - out.size) return fail(fmt::format("more than {} bytes", max_bytes), {.file = shown});
    out.size += piece.size();
    hash.update(piece);
    if (consumer) ENTENTE_CHECK(consumer(piece));
  }
  out.sha256 = hash.finish();
  return out;
}

Result<std::string> read_all(int fd, std::uint64_t max_bytes, const std::string& shown) {
  std::string out;
  ENTENTE_CHECK(stream(fd, max_bytes, shown, [&](ByteView piece) -> Result<void> {
    out.append(as_text(piece));
    return {};
  }));
  return out;
}

Result<void> write_all(int fd, ByteView bytes, const std::string& shown) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error("write", shown, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> finish_file(Fd fd, const std::string& shown) {
  if (::fsync(fd.get()) != 0) return os_error("fsync", shown, errno);
  if (::close(fd.release()) != 0) return os_error("close", shown, errno);
  return {};
}

Result<NewFolder> NewFolder::make(const fs::path& path) {
  std::error_code ec;
  const bool existed = fs::exists(path, ec);
  if (existed && !fs::is_directory(path, ec)) return fail("exists and is not a folder", {.file = path.string()}, "name a new folder");
  if (existed && !fs::is_empty(path, ec))
    return fail("the folder is not empty", {.file = path.string()}, "name a new folder, or empty this one");
  if (ec && existed) return fail("cannot look into the folder: " + ec.message(), {.file = path.string()});
  if (!existed) ENTENTE_CHECK(make_folders(path));
  return NewFolder(path, existed);
}

NewFolder::~NewFolder() {
  if (!armed_) return;
  std::error_code ec;
  if (!existed_) {
    fs::remove_all(path_, ec);
    return;
  }
  std::vector<fs::path> children;
  for (auto it = fs::directory_iterator(path_, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) children.push_back(it->path());
  for (const fs::path& child : children) fs::remove_all(child, ec);
}

Result<void> sync_folders(const fs::path& folder, const std::vector<std::string>& paths) {
  std::set<std::string> folders = {""};
  for (const std::string& path : paths)
    for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash != 0; slash = path.rfind('/', slash - 1))
      if (!folders.insert(path.substr(0, slash)).second) break;
  for (const std::string& name : folders) ENTENTE_CHECK(sync_folder(name.empty() ? folder : folder / name));
  return {};
}

}  // namespace entente::evidence
