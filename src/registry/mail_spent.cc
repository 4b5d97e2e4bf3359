// A nonce is used when its line is on disk: the line is written in one call behind all others and synced before anybody is answered. What a
// crash leaves is a last line without its end, which nobody was answered for: it is dropped at the next start. That start also writes the
// file anew without what expired. The lock is on a file of its own, since the other one is replaced.
#include "registry/mail_spent.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

#include "core/file.h"

namespace entente::registry {
namespace {

constexpr std::uint64_t kMostSpentBytes = 256 << 20;
constexpr std::size_t kNonceDigits = 32;

std::string spent_line(const MailNonce& nonce, Instant expires) {
  return fmt::format("{} {}\n", to_hex(nonce), std::chrono::floor<std::chrono::seconds>(expires).time_since_epoch().count());
}

// A line without its end.
std::optional<std::pair<MailNonce, Instant>> parse_spent_line(std::string_view line) {
  if (line.size() < kNonceDigits + 2 || line[kNonceDigits] != ' ') return std::nullopt;
  const auto bytes = from_hex(line.substr(0, kNonceDigits));
  std::int64_t seconds = 0;
  const std::string_view digits = line.substr(kNonceDigits + 1);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (!bytes || problem != std::errc() || end != digits.data() + digits.size() || seconds < 0 || seconds > 253'402'300'799)
    return std::nullopt;
  std::pair<MailNonce, Instant> out{{}, Instant(std::chrono::seconds(seconds))};
  std::ranges::copy(*bytes, out.first.begin());
  return out;
}

bool may_begin_spent_line(std::string_view text) {
  constexpr std::size_t kMostDigits = 12;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9', hex = digit || (c >= 'a' && c <= 'f');
    if (i < kNonceDigits ? !hex : i == kNonceDigits ? c != ' ' : !digit || i > kNonceDigits + kMostDigits) return false;
  }
  return true;
}

tl::unexpected<Error> spent_error(std::string_view what, const std::filesystem::path& path) {
  return fail(fmt::format("{}: {}", what, std::error_code(errno, std::system_category()).message()), {.file = path.string()});
}

}  // namespace

SpentFile::~SpentFile() {
  if (file_ >= 0) ::close(file_);
  if (lock_ >= 0) ::close(lock_);
}

Result<void> SpentFile::take_lock() {
  const std::string path = path_.string() + ".lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_ < 0) return spent_error("cannot open the lock", path);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    return fail("another process has the list of used tokens", {.file = path}, "one server at a time works on a folder");
  return {};
}

tl::unexpected<Error> SpentFile::damaged(std::size_t line) const {
  return fail("the list of what was used is damaged: this line is none of it", {.file = path_.string(), .line = line},
              "an old copy would forget what was used since: move the file away, and remove server-secret beside it, so that every mail "
              "token still out becomes void; organisations then ask for new mails");
}

Result<void> SpentFile::read(Instant now) {
  std::error_code ignored;
  std::string text;
  if (std::filesystem::exists(path_, ignored)) { ENTENTE_TRY(text, read_file(path_, kMostSpentBytes)); }
  std::string kept;
  std::size_t begin = 0, number = 1;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++number) {
    const auto entry = parse_spent_line(std::string_view(text).substr(begin, end - begin));
    if (!entry) return damaged(number);
    if (entry->second <= now) continue;
    spent_.insert_or_assign(entry->first, entry->second);
  }
  // What follows the last line's end may be a line that a crash cut off, and nothing else.
  if (!may_begin_spent_line(std::string_view(text).substr(begin))) return damaged(number);
  for (const auto& [nonce, expires] : spent_) kept += spent_line(nonce, expires);
  ENTENTE_CHECK(write_file_atomic(path_, kept, FileMode::secret));
  size_ = static_cast<std::int64_t>(kept.size());
  return {};
}

Result<std::unique_ptr<SpentFile>> SpentFile::open(std::filesystem::path path, Instant now) {
  std::unique_ptr<SpentFile> out(new SpentFile(std::move(path)));
  ENTENTE_CHECK(out->take_lock());
  ENTENTE_CHECK(out->read(now));
  out->file_ = ::open(out->path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (out->file_ < 0) return spent_error("cannot open the list of used tokens", out->path_);
  return out;
}

Result<bool> SpentFile::spend(const MailNonce& nonce, Instant expires) {
  const std::scoped_lock lock(mutex_);
  if (spent_.contains(nonce)) return false;
  if (broken_) return fail("the list of used tokens could not be written earlier", {.file = path_.string()}, "start the server again");
  if (spent_.size() >= kMostSpentNonces) return fail("too many tokens are in use", {.file = path_.string()}, "try again later");
  const std::string line = spent_line(nonce, expires);
  spent_.emplace(nonce, expires);  // whatever happens to the line: better lost than used twice
  ssize_t written = -1;
  do written = ::write(file_, line.data(), line.size());
  while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(line.size()) && ::fdatasync(file_) == 0) {
    size_ += written;
    return true;
  }
  auto error = spent_error("cannot note that a token is used", path_);
  // After a failed sync nobody knows what is on disk; after a short write the rest of the line must not join the next one.
  broken_ = written == static_cast<ssize_t>(line.size()) || ::ftruncate(file_, size_) != 0;
  return error;
}

bool SpentFile::is_spent(const MailNonce& nonce) const {
  const std::scoped_lock lock(mutex_);
  return spent_.contains(nonce);
}

Result<MailSecret> mail_secret_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    Bytes fresh(std::tuple_size_v<MailSecret>);
    keys::random_bytes(fresh);
    ENTENTE_CHECK(write_file_atomic(path, to_hex(fresh) + "\n", FileMode::secret));
  }
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077U) != 0)
    return fail("others can read the server's secret", {.file = path.string()},
                "chmod 600 it; or remove it: a new one is made, and open tokens become void");
  ENTENTE_TRY(const std::string text, read_file(path, 1024));
  const auto bytes = from_hex(text.ends_with('\n') ? std::string_view(text).substr(0, text.size() - 1) : std::string_view(text));
  MailSecret out{};
  if (!bytes || bytes->size() != out.size())
    return fail("this is no server's secret: 64 hex digits", {.file = path.string()},
                "remove it: a new one is made, and open tokens become void");
  std::ranges::copy(*bytes, out.begin());
  return out;
}

}  // namespace entente::registry
