// The confirmations that wait for their token: a file each, durable before the mail is sent. They hold addresses, so they lie in the
// private folder and go when the token is returned or expires. Private to the room.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "keys/keys.h"
#include "registry/mail_token.h"

namespace entente::server {

struct OpenConfirmation {
  registry::MailNonce nonce{};
  std::string supporter;
  registry::Stage stage = registry::Stage::apply;
  keys::VerifierKey key;  // that asked for the mail
  registry::MailAddress address;
  Instant expires;
};

inline constexpr std::size_t kMostOpenConfirmations = 10'000;

// Thread-safe.
class OpenConfirmations {
 public:
  // Makes the folder where it is absent; removes what expired. A file that is none is an error that names it.
  [[nodiscard]] static Result<std::unique_ptr<OpenConfirmations>> open(std::filesystem::path folder, Instant now);
  [[nodiscard]] Result<void> keep(const OpenConfirmation& confirmation, Instant now);
  [[nodiscard]] std::optional<OpenConfirmation> find(const registry::MailNonce& nonce) const;
  [[nodiscard]] Result<void> remove(const registry::MailNonce& nonce);

 private:
  explicit OpenConfirmations(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path file_of(const registry::MailNonce& nonce) const;
  [[nodiscard]] Result<void> sweep(Instant now);  // under the lock

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::map<registry::MailNonce, OpenConfirmation> open_;
};

}  // namespace entente::server
