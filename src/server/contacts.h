// Contacts deposited with the registry: who may put them there, see them, have them erased (docs/contacts.md). Private to the room.
#pragma once

#include <mutex>
#include <optional>
#include <set>

#include "registry/contact_folder.h"
#include "registry/mail_spent.h"
#include "registry/mail_token.h"
#include "registry/party_request.h"
#include "server/api.h"

namespace entente::server {

// Thread-safe.
class Contacts {
 public:
  struct Parts {
    std::filesystem::path private_folder;  // empty: nothing can be deposited
    std::string origin;                    // of the ledger
    std::shared_ptr<const ApiContext> api;
    std::function<Instant()> clock;
  };
  // Removes what no longer stands by the ledger, and what a crash left. A file that cannot be read is told to the operator, counted and
  // left alone: its organisation's contacts are not shown, all others are. Errors: the private folder.
  [[nodiscard]] static Result<std::shared_ptr<Contacts>> open(Parts parts);
  // GET and POST /supporters/{id}/contacts, POST …/read, POST …/erase.
  static void add_routes(Router& router, const std::shared_ptr<Contacts>& contacts);
  // Called with the API's lock held, after a statement changed these supporters: documents that no longer stand are removed.
  void ledger_changed(const std::vector<registry::SupporterRow>& supporters);
  // Files that could not be read at the start and were not replaced or removed since.
  [[nodiscard]] std::size_t broken_files() const;

 private:
  enum class Sees : std::uint8_t { everybody, supporters, states };
  explicit Contacts(Parts parts);
  [[nodiscard]] http::Response deposit(const Call& call);
  [[nodiscard]] http::Response show(const std::string& id, Sees sees) const;
  [[nodiscard]] http::Response read(const Call& call);
  [[nodiscard]] http::Response erase(const Call& call);
  // The request, if it is of this kind, fresh, about `id`, made by a current key of an approved supporter, and new; else a refusal.
  [[nodiscard]] tl::expected<registry::PartyRequest, http::Response> heard(const Call& call, registry::RequestKind kind);
  [[nodiscard]] Result<void> drop(const std::string& id);
  void tell(const Error& error) const;

  const Parts parts_;
  std::optional<registry::ContactFolder> folder_;
  mutable std::mutex mutex_;                    // of the folder and what follows
  std::set<std::string> deposited_;             // ids
  std::set<std::string> broken_;                // names of files
  std::unique_ptr<registry::SpentFile> heard_;  // requests that were answered; outlives a restart
};

}  // namespace entente::server
