// The registry's server without its sockets: the ledger that takes statements, the projection that says what they add up to, and the HTTP
// handler over both. Every write is a signed statement: it is checked against what the ledger says, appended, applied, and answered once it
// is durable. Reads come from the projection and are cached until the next write.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/data.h"
#include "core/error.h"
#include "http/message.h"
#include "keys/keys.h"
#include "ledger/appender.h"
#include "registry/application.h"
#include "registry/mail_smtp.h"
#include "registry/state.h"
#include "registry/vantage.h"

namespace entente::server {

// For sign-up (docs/registry.md, "Sign-up").
struct SignupOptions {
  std::filesystem::path private_folder;                  // open challenges, evidence of proofs: never to be published
  std::shared_ptr<const keys::SigningKey> verifier_key;  // of the rules' verifier roster; signs domain proofs
  std::vector<registry::Vantage> vantages;               // where proofs are looked from, at least two; empty: they are not looked for
  std::filesystem::path public_suffixes;                 // the list; empty: libpsl's own
  http::PrivateAddresses private_addresses = http::PrivateAddresses::refuse;  // of proof pages; allow: for tests
  std::filesystem::path web_certificates;  // PEM, trusted for proof pages in place of the system\'s; empty: the system\'s
  std::size_t proofs_per_hour = 10;        // for one supporter
  std::size_t mails_per_hour = 100;        // confirmation mails in all
  std::vector<registry::CallText> texts;   // of the Call, that pledges are taken to; empty: any
};

struct RegistryOptions {
  std::filesystem::path log;                    // the ledger's folder
  std::string database;                         // registry/store.h's URL
  std::shared_ptr<const keys::SigningKey> key;  // the log's; unset: read-only, statements are refused
  std::filesystem::path signing_journal;        // empty: in the log's folder
  ledger::Appender::Cosign cosign;
  std::optional<registry::MailSender> mail;  // unset: no mail is sent
  SignupOptions signup;                      // without a private folder, no challenges are given
  const DataSet* data = &DataSet::embedded();
  std::filesystem::path web;      // the folder of the web pages (`./dev web`), read once at the start; empty: none
  std::string public_url;         // by which the outside knows this server, without a final '/': feeds and badges need it; may be empty
  std::size_t max_queue = 4'096;  // statements waiting to be judged; more are answered 503
  // How often, at most, a cosigned checkpoint is put into the ledger (witnessed.h).
  std::chrono::milliseconds witnessed_pause{60'000};
  std::size_t cache_bytes = 64 << 20;
  std::chrono::milliseconds follow{1'000};    // a read-only server looks for new entries this often
  std::string request_log;                    // JSON lines (request_log.h); "-": standard error; empty: none
  std::function<Instant()> clock;             // for admission
  std::function<void(const Error&)> problem;  // what an operator should know
};

// Thread-safe.
class RegistryService {
 public:
  // Replays the ledger into State and tables. `progress` is told how far it is (entries done, entries in all).
  [[nodiscard]] static Result<std::unique_ptr<RegistryService>> start(
      RegistryOptions options, const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});
  ~RegistryService();  // stop()
  RegistryService(const RegistryService&) = delete;
  RegistryService& operator=(const RegistryService&) = delete;

  [[nodiscard]] http::Handler handler();
  [[nodiscard]] std::vector<std::string> routes() const;  // of the API: "GET /supporters/{id}" …
  [[nodiscard]] std::size_t body_limit(const http::Request& head) const;
  // What the HTTP layer refuses, as the rest of that path would say it: problem details for the API, a page for a page.
  [[nodiscard]] http::Response refusal(unsigned status, std::string_view reason, const http::Request& seen) const;

  // What became of a statement.
  struct Accepted {
    registry::Leaf leaf = 0;
    registry::Disposition disposition = registry::Disposition::applied;
    std::string checkpoint;  // where Wait::published was asked for
  };
  using Outcome = tl::expected<Accepted, registry::Rejection>;
  // `done` is called once, from another thread. An Error: nothing was decided, try again later.
  void submit(std::string entry, ledger::Appender::Wait wait, std::function<void(Result<Outcome>)> done);

  Result<void> stop();

 private:
  struct State;
  explicit RegistryService(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente::server
