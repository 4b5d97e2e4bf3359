// Answers to communication checks (docs/comcheck.md). Private to the room.
#pragma once

#include <deque>
#include <mutex>
#include <unordered_map>

#include "registry/comcheck_folder.h"
#include "registry/contact_folder.h"
#include "registry/party_request.h"
#include "server/api.h"

namespace entente::server {

inline constexpr std::size_t kAnswersPerMinute = 600;  // of one address, which behind a proxy is everybody

// Thread-safe.
class ComcheckAnswers {
 public:
  struct Parts {
    std::filesystem::path private_folder;  // empty: there are no rounds
    keys::VerifierKey log;
    std::shared_ptr<const ApiContext> api;
    std::function<Instant()> clock;
  };
  explicit ComcheckAnswers(Parts parts) : parts_(std::move(parts)) {}
  // POST /comcheck/{round}/answers: a form, JSON, or a signed request.
  static void add_routes(Router& router, const std::shared_ptr<ComcheckAnswers>& answers);

 private:
  struct Round {
    registry::ComcheckFolder folder;
    std::vector<std::string> nonces;  // by contact
  };
  struct Given {
    std::string nonce, answer;
    std::optional<registry::SentRequest> request;  // where it is signed
  };
  [[nodiscard]] http::Response answer(const Call& call);
  [[nodiscard]] http::Response judge(const Round& round, std::size_t contact, const Given& given) const;
  // Nothing: no such round, or one that is not drawn.
  [[nodiscard]] std::shared_ptr<const Round> find(const std::string& name);
  // The contact's entry holds a key that signed it.
  [[nodiscard]] bool signed_by_contact(const Round& round, std::size_t contact, const registry::SentRequest& request) const;
  // Seconds until this address may try again.
  [[nodiscard]] std::optional<std::int64_t> wait_for_turn(const std::string& peer);

  const Parts parts_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Round>> rounds_;
  std::unordered_map<std::string, std::deque<Instant>> tries_;  // of the last minute, by address
};

}  // namespace entente::server
