// Files by plain POSIX calls, so that every step of a durable write (write, fsync, rename, fsync of the folder) is
// visible and its error reported with the path and the system's own words.
#include "core/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>

#include "core/utf8.h"

namespace entente {
namespace fs = std::filesystem;
namespace {

tl::unexpected<Error> os_error(std::string_view doing, const fs::path& path, int code, std::string hint = {}) {
  return fail(fmt::format("cannot {}: {}", doing, std::strerror(code)), {.file = path.string()}, std::move(hint));
}

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int close_now() { return ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string random_suffix() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::uint64_t max_bytes) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) return os_error("open", path, errno, errno == ENOENT ? "check the path" : "");
  struct stat st{};
  if (::fstat(fd.get(), &st) != 0) return os_error("stat", path, errno);
  if (!S_ISREG(st.st_mode))
    return fail("not a regular file", {.file = path.string()}, S_ISDIR(st.st_mode) ? "it is a folder; name the file inside" : "");
  if (static_cast<std::uint64_t>(st.st_size) > max_bytes)
    return fail(fmt::format("file has {} bytes, the limit here is {}", st.st_size, max_bytes), {.file = path.string()});
  std::string out(static_cast<std::size_t>(st.st_size), '\0');
  std::size_t have = 0;
  while (have < out.size()) {
    const ssize_t n = ::read(fd.get(), out.data() + have, out.size() - have);
    if (n < 0) {
      if (errno == EINTR) continue;
      return os_error("read", path, errno);
    }
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  if (have != out.size()) return fail("file shrank while it was read", {.file = path.string()}, "try again when nothing writes to it");
  return out;
}

namespace {

// To the end, or one byte beyond the limit. Waits where the descriptor would not block.
Result<std::string> read_stream(int fd, const std::string& name, std::uint64_t max_bytes) {
  std::string out;
  std::vector<char> piece(64 << 10);
  while (true) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error("read", name, errno);
    if (n == 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(n));
    if (out.size() > max_bytes) return fail(fmt::format("more than {} bytes, which is the limit here", max_bytes), {.file = name});
  }
}

}  // namespace

std::string input_name(const std::string& path) { return path == "-" ? "standard input" : path; }

Result<std::string> read_input(const fs::path& path, std::uint64_t max_bytes) {
  if (path == "-") return read_stream(STDIN_FILENO, "standard input", max_bytes);
  struct stat st{};
  if (::stat(path.c_str(), &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode))
    return read_file(path, max_bytes);
  const bool terminal_or_pipe = S_ISFIFO(st.st_mode) || path.native().starts_with("/dev/fd/") || path == "/dev/stdin";
  if (!terminal_or_pipe) return read_file(path, max_bytes);  // says what it is
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return os_error("open", path, errno);
  return read_stream(fd.get(), path.string(), max_bytes);
}

Result<void> sync_folder(const fs::path& folder) {
  const fs::path where = folder.empty() ? fs::path(".") : folder;
  const Fd fd(::open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return os_error("open folder", where, errno);
  if (::fsync(fd.get()) != 0) return os_error("fsync folder", where, errno);
  return {};
}

// What a rename would destroy without having been asked to.
static Result<void> check_replaceable(const fs::path& path) {
  struct stat st{};
  if (::lstat(path.c_str(), &st) != 0) return {};
  if (S_ISLNK(st.st_mode)) return fail("this is a symbolic link", {.file = path.string()}, "name the file itself");
  if (!S_ISREG(st.st_mode))
    return fail("this exists and is not a regular file", {.file = path.string()}, "name a file; without the option most commands print");
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  char head[64];
  const ssize_t n = fd.get() < 0 ? 0 : ::read(fd.get(), head, sizeof head);
  const std::string_view begin(head, static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (begin.starts_with("PRIVATE+KEY+") || begin.starts_with("ENCRYPTED+KEY+"))
    return fail("this is a private key; it is not overwritten", {.file = path.string()}, "name another file");
  return {};
}

Result<void> write_file_atomic(const fs::path& path, std::string_view content, FileMode mode) {
  ENTENTE_CHECK(check_replaceable(path));
  const fs::path temporary = path.parent_path() / fmt::format(".{}.{}.tmp", path.filename().string(), random_suffix());
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (fd.get() < 0) return os_error("create", path, errno, errno == ENOENT ? "the folder does not exist" : "");
  const auto abandon = [&](std::string_view doing) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return os_error(doing, path, code, code == ENOSPC ? "the disk is full" : "");
  };
  if (!write_all(fd.get(), content)) return abandon("write");
  if (::fsync(fd.get()) != 0) return abandon("fsync");
  if (fd.close_now() != 0) return abandon("close");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return abandon("rename into place");
  return sync_folder(path.parent_path());
}

Result<void> make_folders(const fs::path& path) {
  std::error_code ec;
  fs::create_directories(path, ec);
  if (ec) return fail("cannot create folder: " + ec.message(), {.file = path.string()});
  return {};
}

Result<std::vector<std::string>> list_files(const fs::path& folder, std::size_t max_files) {
  std::vector<std::string> out;
  std::error_code ec;
  fs::recursive_directory_iterator it(folder, ec);
  if (ec) return fail("cannot list folder: " + ec.message(), {.file = folder.string()});
  // An iterator that could not go on equals the end: the error decides, not the place.
  for (std::string last = folder.string(); it != fs::recursive_directory_iterator() || ec; it.increment(ec)) {
    if (ec) return fail("cannot list a folder in or behind this one: " + ec.message(), {.file = last});
    last = it->path().string();
    if (it.depth() > 64) return fail("folders are nested more than 64 deep", {.file = it->path().string()});
    const fs::file_status status = it->symlink_status(ec);
    if (ec) return fail("cannot stat: " + ec.message(), {.file = it->path().string()});
    if (fs::is_symlink(status)) return fail("symbolic link", {.file = it->path().string()}, "replace the link by the file it points to");
    if (fs::is_directory(status)) continue;
    if (!fs::is_regular_file(status)) return fail("neither a file nor a folder", {.file = it->path().string()});
    if (out.size() == max_files) return fail(fmt::format("more than {} files", max_files), {.file = folder.string()});
    out.push_back(it->path().lexically_relative(folder).generic_string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool is_safe_relative_path(std::string_view path) {
  if (path.empty() || path.size() > 4096 || path.front() == '/' || path.back() == '/') return false;
  if (!is_valid_utf8(path)) return false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size()) {
      const unsigned char c = static_cast<unsigned char>(path[i]);
      if (c < 0x20 || c == 0x7f || c == '\\') return false;
      if (c != '/') continue;
    }
    const std::string_view segment = path.substr(start, i - start);
    if (segment.empty() || segment == "." || segment == ".." || segment.size() > 255) return false;
    start = i + 1;
  }
  return true;
}

Result<TemporaryFolder> TemporaryFolder::make(std::string_view prefix) {
  std::error_code ec;
  const fs::path base = fs::temp_directory_path(ec);
  std::string name = ((ec ? fs::path("/tmp") : base) / fmt::format("{}-XXXXXX", prefix)).string();
  if (::mkdtemp(name.data()) == nullptr) return os_error("create a temporary folder", name, errno);
  return TemporaryFolder(fs::path(name));
}

TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  std::error_code ec;
  fs::remove_all(path_, ec);
}

}  // namespace entente
