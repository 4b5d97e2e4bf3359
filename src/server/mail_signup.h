// Confirmation by mail, for supporters that name no domain: a request signed by the supporter's key has a mail with a one-time token sent;
// the token, returned by POST, becomes a mail-proof statement signed with the server's verifier key (docs/domain-proof.md,
// docs/registry.md). Private to the room.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "registry/mail_request.h"
#include "registry/mail_smtp.h"
#include "registry/mail_spent.h"
#include "server/api.h"
#include "server/hourly_limit.h"
#include "server/open_confirmations.h"
#include "server/proof_workers.h"

namespace entente::server {

inline constexpr std::size_t kMailThreads = 2;  // each may wait half a minute for the mail server
inline constexpr std::size_t kMostWaitingMails = 64;
inline constexpr std::size_t kMailsAnHourForSupporter = 5, kMailsAnHourToAddress = 3;
inline constexpr std::chrono::seconds kMailRequestPast{600}, kMailRequestFuture{300};  // a request's `at` against the server's clock
inline constexpr std::chrono::hours kMailTokenLife{24};
inline constexpr std::chrono::days kMailProofLife{365};  // or as long as the rules let a proof count, if that is shorter

// Thread-safe.
class MailSignup {
 public:
  struct Parts {
    SignupOptions options;
    std::optional<registry::MailSender> mail;
    std::string page;  // address of the page to confirm at; empty: no mail is sent
    std::shared_ptr<const ApiContext> api;
    std::function<Instant()> clock;
  };
  // Errors: the private folder and what lies in it.
  [[nodiscard]] static Result<std::shared_ptr<MailSignup>> open(Parts parts);
  // POST /supporters/{id}/confirmations, POST /confirmations.
  static void add_routes(Router& router, const std::shared_ptr<MailSignup>& signup);
  // What was returned with a token: JSON, or a form of a page. At most 4 KiB.
  struct Returned {
    std::string token;
    std::string supporter, stage;  // what the sender believes it is for; empty: not said
  };
  [[nodiscard]] static Result<Returned> read_returned(const http::Request& request);
  // Answers as POST /confirmations does.
  void confirm(Returned returned, const http::Reply& reply);
  // No more mails; those being sent are finished (half a minute at most). Before the admission queue stops.
  void stop();

 private:
  using Refusal = http::Response;
  template <class T>
  using OrRefusal = tl::expected<T, Refusal>;
  // What a supporter may confirm now.
  struct Standing {
    registry::Stage stage = registry::Stage::apply;
    std::vector<keys::VerifierKey> keys;  // that count
    Digest pledge;
    std::string name;
    std::chrono::days longest{};  // that a proof may count
  };
  struct Files {
    registry::MailSecret secret{};
    std::unique_ptr<registry::SpentFile> spent;
    std::unique_ptr<OpenConfirmations> open;
  };

  MailSignup(Parts parts, Files files);
  [[nodiscard]] bool is_configured() const { return files_.spent != nullptr; }
  [[nodiscard]] OrRefusal<Standing> standing(const std::string& id) const;
  [[nodiscard]] OrRefusal<registry::OpenedMailRequest> read_request(const Call& call, const Standing& standing) const;
  [[nodiscard]] registry::MailConfirmation tokens_of(const std::string& id, const keys::VerifierKey& key) const;
  void ask(const Call& call, const http::Reply& reply);
  enum class Delivery : std::uint8_t { send, silent };  // silent: the address has had its mails of this hour
  void prepare(const registry::OpenedMailRequest& asked, const Standing& standing, Delivery delivery, const http::Reply& reply);
  void send(const registry::ConfirmationMail& mail, const registry::MailMessage& message);
  void redeem(const Returned& returned, const http::Reply& reply);
  [[nodiscard]] OrRefusal<OpenConfirmation> spend(const Returned& returned, Standing& standing);
  void record(const OpenConfirmation& confirmed, const Standing& standing, const http::Reply& reply);
  void tell(const Error& error) const;

  const Parts parts_;
  const Files files_;
  HourlyLimit by_supporter_{kMailsAnHourForSupporter}, by_address_{kMailsAnHourToAddress}, in_all_;
  ProofWorkers redeemers_;  // these two last: their threads use all of the above
  ProofWorkers mailers_;
};

}  // namespace entente::server
