// What the server knows of a pledge before it is signed or judged (registry/application.h), for the page and for POST /statements; and the
// texts of the Call it takes pledges to: GET /texts, GET /texts/{sha256}. Private to the room.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/public_suffix.h"
#include "registry/application.h"
#include "registry/store.h"
#include "server/api.h"

namespace entente::server {

// Thread-safe, but for ledger_changed().
class Applications {
 public:
  struct Parts {
    std::filesystem::path public_suffixes;  // empty: libpsl's own
    std::vector<registry::CallText> texts;  // that pledges are taken to; empty: any
    std::shared_ptr<const ApiContext> api;
    std::function<Instant()> clock;
  };
  // Errors: the list of suffixes, or of countries.
  [[nodiscard]] static Result<std::shared_ptr<Applications>> open(Parts parts);
  static void add_routes(Router& router, const std::shared_ptr<Applications>& applications);

  // All that stands in the way of a pledge that is not signed yet.
  [[nodiscard]] std::vector<registry::ApplicationProblem> check(const registry::Application& application) const;
  // The answer to a signed pledge that admission could take and this server does not; nothing for all other statements. What admission
  // refuses (ids, countries …) is left to it, so that a statement sent twice is still told to be there.
  [[nodiscard]] std::optional<http::Response> refuse(const registry::Submission& submission) const;
  // What was configured; else what the rules of the ledger name (without content); empty: any text.
  [[nodiscard]] std::vector<registry::CallText> texts() const;
  // For who holds the lock of the API.
  [[nodiscard]] std::vector<registry::CallText> texts_locked() const;
  // Of a pledge that waits: a domain it names has the registrable domain of one that another supporter has proven. Often one organisation
  // and a part of it; nothing is refused for it, two persons look.
  struct Related {
    std::string supporter, domain, registrable_domain;
    std::string held_by, holds;  // who has proven which; `holds` is `domain` itself where it was proven after the pledge
  };
  // For all that wait, in the queue's order. Under the lock of the projection, shared.
  [[nodiscard]] std::vector<Related> related() const;
  // Records changed. Under the lock of the projection, exclusively.
  void ledger_changed(const std::vector<registry::SupporterRow>& changed);

 private:
  Applications(Parts parts, dns::PublicSuffixList suffixes, registry::Countries countries);
  void take_domains(const registry::Supporter& supporter);
  [[nodiscard]] bool holds(const std::string& id, const std::string& domain) const;
  [[nodiscard]] std::string registrable(const std::string& domain) const;
  [[nodiscard]] std::optional<std::string> proven_by_other(const std::string& domain, const std::string& id) const;
  [[nodiscard]] std::vector<registry::ApplicationProblem> check_locked(const registry::Application& application) const;

  const Parts parts_;
  const dns::PublicSuffixList suffixes_;
  const registry::Countries countries_;
  // Guarded by the api's lock. Of proofs at some time: domain → ids; registrable domain → (domain, id).
  std::multimap<std::string, std::string, std::less<>> holders_;
  std::multimap<std::string, std::pair<std::string, std::string>, std::less<>> families_;
};

}  // namespace entente::server
