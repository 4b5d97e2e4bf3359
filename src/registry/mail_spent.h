// Which one-time tokens were used, kept in a file that survives kill -9 and a power cut.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "core/error.h"
#include "core/time.h"
#include "registry/mail_token.h"

namespace entente::registry {

inline constexpr std::size_t kMostSpentNonces = 1'000'000;  // that are not expired

// One line a nonce: "<32 hex digits> <expiry, seconds since 1970>". Thread-safe; one process at a time.
class SpentFile {
 public:
  // Makes the file (0600) where it is absent, forgets what expired before `now`, and drops a last line a crash cut off. Errors: another
  // process has it open, a line that is none.
  [[nodiscard]] static Result<std::unique_ptr<SpentFile>> open(std::filesystem::path path, Instant now);
  ~SpentFile();
  SpentFile(const SpentFile&) = delete;
  SpentFile& operator=(const SpentFile&) = delete;

  // Notes the nonce as used; true if this was the first time. When it returns true the note is on disk. After an error the nonce counts as
  // used in this process and is perhaps not on disk; where the file could not be put right again, every later call is an error.
  [[nodiscard]] Result<bool> spend(const MailNonce& nonce, Instant expires);
  [[nodiscard]] bool is_spent(const MailNonce& nonce) const;

 private:
  explicit SpentFile(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] Result<void> take_lock();
  [[nodiscard]] Result<void> read(Instant now);
  [[nodiscard]] tl::unexpected<Error> damaged(std::size_t line) const;

  const std::filesystem::path path_;
  mutable std::mutex mutex_;
  std::map<MailNonce, Instant> spent_;
  std::int64_t size_ = 0;  // of whole lines
  int lock_ = -1, file_ = -1;
  bool broken_ = false;
};

// The 32 bytes of a secret file; makes it with fresh random ones (0600) where it is absent. Error: others can read it, another size.
[[nodiscard]] Result<MailSecret> mail_secret_file(const std::filesystem::path& path);

}  // namespace entente::registry
