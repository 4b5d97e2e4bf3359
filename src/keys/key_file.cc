// Key files (docs/keys.md): one line, created with O_EXCL so that no key is ever overwritten, mode 0600. With a passphrase the
// line is a box: Argon2id stretches the passphrase to a key, XSalsa20-Poly1305 encrypts and authenticates the signer key.
// Permissions are asked of the open descriptor, not of the path, so that the file checked is the file read.
#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/file.h"
#include "keys/ed25519_rule.h"
#include "keys/keys.h"
#include "keys/vkey_parts.h"

namespace entente::keys {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kEncryptedPrefix = "ENCRYPTED+KEY+v1+";
constexpr std::string_view kAnyEncryptedPrefix = "ENCRYPTED+KEY+";
constexpr std::size_t kMaxKeyFileBytes = 16 * 1024;
constexpr std::size_t kMaxPassphraseBytes = 4096;
// libsodium's "interactive" limits, written out because they are part of the format.
constexpr unsigned long long kOperations = 2;
constexpr std::size_t kMemoryBytes = std::size_t{64} << 20;

using Salt = std::array<std::uint8_t, crypto_pwhash_SALTBYTES>;
using Nonce = std::array<std::uint8_t, crypto_secretbox_NONCEBYTES>;
static_assert(crypto_pwhash_SALTBYTES == 16 && crypto_secretbox_NONCEBYTES == 24 && crypto_secretbox_MACBYTES == 16);

// Text or bytes that are wiped at the end of their life.
template <class Container>
struct Wiped {
  Container value{};
  ~Wiped() { sodium_memzero(value.data(), value.size()); }
};
using BoxKey = Wiped<std::array<std::uint8_t, crypto_secretbox_KEYBYTES>>;

tl::unexpected<Error> os_error(std::string_view doing, const fs::path& path, int code, std::string hint = {}) {
  return fail(fmt::format("cannot {}: {}", doing, std::strerror(code)), {.file = path.string()}, std::move(hint));
}

Error in_file(Error error, const fs::path& path) {
  error.where.file = path.string();
  return error;
}

fs::path vkey_path(const fs::path& path) {
  fs::path out = path;
  out += ".vkey";
  return out;
}

Result<void> stretch(std::string_view passphrase, const Salt& salt, BoxKey& key) {
  if (passphrase.size() > kMaxPassphraseBytes) return fail(fmt::format("the passphrase is longer than {} bytes", kMaxPassphraseBytes));
  if (crypto_pwhash(key.value.data(), key.value.size(), passphrase.data(), passphrase.size(), salt.data(), kOperations, kMemoryBytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail("not enough memory to derive a key from the passphrase", {}, "64 MiB are needed for a moment");
  return {};
}

Result<std::string> encrypt(std::string_view text, std::string_view passphrase) {
  Salt salt;
  Nonce nonce;
  random_bytes(salt);
  random_bytes(nonce);
  BoxKey key;
  ENTENTE_CHECK(stretch(passphrase, salt, key));
  Bytes box(crypto_secretbox_MACBYTES + text.size());
  crypto_secretbox_easy(box.data(), as_bytes(text).data(), text.size(), nonce.data(), key.value.data());
  // The URL alphabet, because the parts are joined by '+'.
  return fmt::format("{}{}+{}+{}", kEncryptedPrefix, to_base64(salt, Base64Alphabet::url), to_base64(nonce, Base64Alphabet::url),
                     to_base64(box, Base64Alphabet::url));
}

tl::unexpected<Error> damaged() { return fail("damaged encrypted key file", {}, "restore it from its backup"); }

// The signer key text inside an encrypted line.
Result<void> decrypt(std::string_view line, std::string_view passphrase, Wiped<std::string>& out) {
  if (!line.starts_with(kEncryptedPrefix))
    return fail("encrypted key file of an unknown version", {}, "a newer Entente may have written it");
  line.remove_prefix(kEncryptedPrefix.size());
  const std::size_t first = line.find('+');
  const std::size_t second = first == std::string_view::npos ? first : line.find('+', first + 1);
  if (second == std::string_view::npos) return damaged();
  const auto salt_bytes = from_base64(line.substr(0, first), Base64Alphabet::url);
  const auto nonce_bytes = from_base64(line.substr(first + 1, second - first - 1), Base64Alphabet::url);
  const auto box = from_base64(line.substr(second + 1), Base64Alphabet::url);
  Salt salt;
  Nonce nonce;
  if (!salt_bytes || salt_bytes->size() != salt.size() || !nonce_bytes || nonce_bytes->size() != nonce.size() || !box ||
      box->size() <= crypto_secretbox_MACBYTES)
    return damaged();
  std::copy(salt_bytes->begin(), salt_bytes->end(), salt.begin());
  std::copy(nonce_bytes->begin(), nonce_bytes->end(), nonce.begin());
  BoxKey key;
  ENTENTE_CHECK(stretch(passphrase, salt, key));
  out.value.resize(box->size() - crypto_secretbox_MACBYTES);
  if (crypto_secretbox_open_easy(reinterpret_cast<std::uint8_t*>(out.value.data()), box->data(), box->size(), nonce.data(),
                                 key.value.data()) != 0)
    return fail("wrong passphrase, or the key file was altered", {}, "try again; a lost passphrase cannot be recovered");
  return {};
}

// Removes a file that did not get finished.
class Unfinished {
 public:
  explicit Unfinished(fs::path path) : path_(std::move(path)) {}
  ~Unfinished() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void keep() { path_.clear(); }

 private:
  fs::path path_;
};

Result<void> write_and_sync(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(fd) != 0) return os_error("fsync", path, errno);
  return {};
}

Result<void> create_new(const fs::path& path, std::string_view content, FileMode mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, static_cast<mode_t>(mode));
  if (fd < 0) {
    if (errno == EEXIST)
      return fail("file exists already; keys are never overwritten", {.file = path.string()}, "choose another name, or move it away");
    return os_error("create", path, errno, errno == ENOENT ? "the folder does not exist" : "");
  }
  Unfinished unfinished(path);
  auto written = write_and_sync(fd, content, path);
  if (::close(fd) != 0 && written) written = os_error("close", path, errno);
  ENTENTE_CHECK(written);
  unfinished.keep();
  return {};
}

// The public part was given: the .vkey that lies beside the private file, most often.
tl::unexpected<Error> is_public(const VerifierKey& key, const fs::path& path) {
  return fail(fmt::format("this is a public key ({}), a private one is expected", key.name()), {.file = path.string()},
              path.extension() == ".vkey" ? "the private key is the file beside it: " + fs::path(path).replace_extension().string()
                                          : "name the file that `entente keygen` made, without .vkey");
}

// The file's one line without its newline.
Result<void> read_private_line(const fs::path& path, Wiped<std::string>& out) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return os_error("open key file", path, errno, errno == ENOENT ? "make a key with `entente keygen NAME --out FILE`" : "");
  const auto read = [&]() -> Result<void> {
    struct stat st{};
    if (::fstat(fd, &st) != 0) return os_error("stat", path, errno);
    if (!S_ISREG(st.st_mode)) return fail("not a regular file", {.file = path.string()});
    if (st.st_size < 0 || static_cast<std::uint64_t>(st.st_size) > kMaxKeyFileBytes)
      return fail("too large for a key file", {.file = path.string()});
    out.value.resize(static_cast<std::size_t>(st.st_size));
    std::size_t have = 0;
    while (have < out.value.size()) {
      const ssize_t n = ::read(fd, out.value.data() + have, out.value.size() - have);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return os_error("read", path, errno);
      if (n == 0) break;
      have += static_cast<std::size_t>(n);
    }
    out.value.resize(have);
    const auto line = key_file_line(out.value);
    // Before the permissions: a .vkey is meant to be read by all, and chmod would not make a private key of it.
    if (const auto key = line ? VerifierKey::parse(*line) : fail(line.error())) return is_public(*key, path);
    if ((st.st_mode & 077) != 0)
      return fail(fmt::format("private key file can be used by others (mode {:04o})", static_cast<unsigned>(st.st_mode & 07777)),
                  {.file = path.string()}, "chmod 600 " + path.string());
    if (!line) return fail(in_file(line.error(), path));
    out.value.resize(line->size());
    return {};
  };
  auto result = read();
  ::close(fd);
  return result;
}

}  // namespace

Result<void> write_key_file(const fs::path& path, const SigningKey& key, std::string_view passphrase) {
  require_sodium();
  const fs::path public_path = vkey_path(path);
  std::error_code ec;
  // Asked before anything is written, so that an old .vkey does not cost a new private key.
  if (fs::exists(fs::symlink_status(public_path, ec)))
    return fail("file exists already; keys are never overwritten", {.file = public_path.string()}, "choose another name, or move it away");
  Wiped<std::string> line{key.str()};
  if (!passphrase.empty()) {
    ENTENTE_TRY(std::string box, encrypt(line.value, passphrase));
    sodium_memzero(line.value.data(), line.value.size());
    line.value = std::move(box);
  }
  line.value += '\n';
  ENTENTE_CHECK(create_new(path, line.value, FileMode::secret));
  Unfinished unfinished(path);
  ENTENTE_CHECK(create_new(public_path, key.verifier().str() + "\n", FileMode::normal));
  unfinished.keep();
  return sync_folder(path.parent_path());
}

Result<bool> key_file_needs_passphrase(const fs::path& path) {
  Wiped<std::string> line;
  ENTENTE_CHECK(read_private_line(path, line));
  return line.value.starts_with(kAnyEncryptedPrefix);
}

Result<SigningKey> read_key_file(const fs::path& path, std::string_view passphrase) {
  require_sodium();
  Wiped<std::string> line;
  ENTENTE_CHECK(read_private_line(path, line));
  if (line.value.starts_with(kAnyEncryptedPrefix)) {
    if (passphrase.empty())
      return fail("this key needs a passphrase", {.file = path.string()}, "set ENTENTE_PASSPHRASE or run on a terminal to be asked");
    Wiped<std::string> text;
    if (auto opened = decrypt(line.value, passphrase, text); !opened) return fail(in_file(std::move(opened).error(), path));
    std::swap(line.value, text.value);
  }
  auto key = SigningKey::parse(line.value);
  if (!key) return fail(in_file(std::move(key).error(), path));
  return key;
}

}  // namespace entente::keys
