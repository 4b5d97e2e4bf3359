// Sign-up: a supporter asks for a domain challenge, publishes it, and has it looked for; what was seen becomes a statement signed with the
// server's verifier key. Everything else of sign-up (pledge, approval) is a statement the others sign (docs/registry.md, "Sign-up").
// Private to the room.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <shared_mutex>
#include <unordered_map>

#include "dns/public_suffix.h"
#include "registry/domain_proof.h"
#include "registry/mail_spent.h"
#include "server/api.h"
#include "server/challenge_book.h"
#include "server/proof_workers.h"

namespace entente::server {

inline constexpr std::size_t kProofThreads = 2;
inline constexpr std::size_t kMostWaitingProofs = 8;  // so that who waits is answered within minutes

// Thread-safe.
class Signup {
 public:
  struct Parts {
    SignupOptions options;
    std::string origin;  // of the ledger
    std::shared_ptr<const ApiContext> api;
    std::function<Instant()> clock;
  };
  // Errors: the private folder, a data file.
  [[nodiscard]] static Result<std::shared_ptr<Signup>> open(Parts parts);
  // POST …/challenges, POST …/proofs, GET …/signup below /supporters/{id}. A server that takes no statements answers the GET only.
  static void add_routes(Router& router, const std::shared_ptr<Signup>& signup);
  // No more proofs; those that run are finished (their time-outs: some 15 s for DNS, 40 s for pages). Before the admission queue stops.
  void stop();

 private:
  // What a supporter may prove now: by its status.
  struct Standing {
    registry::Stage stage = registry::Stage::apply;
    keys::VerifierKey key;
    std::vector<std::string> domains;  // the pledge's, and the website
  };
  using Refusal = http::Response;
  template <class T>
  using OrRefusal = tl::expected<T, Refusal>;
  // {"domain": …, "stage": …, "method": …}, and to recover a lost key {"key": …, "expires": …}
  struct Asked {
    dns::Domain domain;
    std::optional<registry::Stage> stage;
    std::optional<registry::ProofMethod> method;
    std::optional<keys::VerifierKey> key;  // the new one
    std::optional<Instant> expires;
  };

  Signup(Parts parts, ChallengeBook book, registry::MailSecret secret, dns::PublicSuffixList suffixes);
  [[nodiscard]] OrRefusal<Standing> standing(const std::string& id) const;
  // The same for who lost the key and asks with a new one: the old one need not count any more.
  [[nodiscard]] OrRefusal<Standing> recovery(const std::string& id, const keys::VerifierKey& key) const;
  [[nodiscard]] OrRefusal<void> read_recovery(JsonView object, Asked& out) const;
  [[nodiscard]] OrRefusal<Asked> read(const http::Request& request, bool with_method) const;
  // Standing and question together: the domain is one the pledge names, the stage is the present one.
  [[nodiscard]] OrRefusal<Standing> fitting(const std::string& id, const Asked& asked) const;
  [[nodiscard]] http::Response challenge(const Call& call);
  [[nodiscard]] http::Response state(const Call& call) const;
  [[nodiscard]] OrRefusal<registry::Challenge> open_challenge(const std::string& id, const Asked& asked, const Standing& standing) const;
  void proof(const Call& call, const http::Reply& reply);
  void run(const registry::Challenge& challenge, registry::ProofMethod method, const http::Reply& reply);
  void record(const registry::Challenge& challenge, const registry::DomainProof& proof, const http::Reply& reply);
  // Whether one more attempt is allowed; else how many seconds until one is.
  [[nodiscard]] std::optional<std::int64_t> wait_for_turn(const std::string& id);
  void tell(const Error& error) const;

  const Parts parts_;
  ChallengeBook book_;
  const registry::MailSecret secret_;  // challenges of recovery are derived from it
  const dns::PublicSuffixList suffixes_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::deque<Instant>> attempts_;  // of the last hour, by supporter
  std::set<std::string> running_;                                  // supporter and domain
  ProofWorkers workers_;                                           // last: its threads use all of the above
};

}  // namespace entente::server
