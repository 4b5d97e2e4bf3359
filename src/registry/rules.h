// The registry's own constitution as the last `registry-rules` statement says it: who may sign what, how many persons a decision takes,
// and the windows of time. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/json.h"
#include "keys/keys.h"
#include "registry/supporter.h"

namespace entente::registry {

enum class Role : std::uint8_t { secretariat, verifier, importer, assessor, witness, monitor };
inline constexpr std::size_t kRoles = 6;
[[nodiscard]] std::string_view name(Role role);  // "secretariat"

// A key of a roster and the person it belongs to. Persons are named by a slug of the registry's choosing ("officer-1"), not by their
// names: the ledger holds no personal data. One person may have several keys and roles; a quorum counts persons.
struct RosterKey {
  Role role = Role::secretariat;
  std::string person;
  keys::VerifierKey key;
};

// How many different persons of the secretariat must sign.
struct Quorum {
  std::uint32_t approval = 2;  // approving or refusing a pledge
  std::uint32_t removal = 2;
  std::uint32_t keys = 2;       // new keys for a supporter that lost its own; revocation in its stead; succession
  std::uint32_t rules = 2;      // the next rules; catalogue releases
  std::uint32_t witnesses = 0;  // of the witnesses, to call a checkpoint witnessed; 0: more than half of them
};

struct Windows {
  std::chrono::seconds past{86'400};    // `at` may be that much older than the time of admission
  std::chrono::seconds future{300};     // and that much ahead of it
  std::chrono::days assessment{30};     // the same for an assessment, whose `at` is the time evidence was judged at
  std::chrono::days key_loss_wait{7};   // public wait before keys given after a loss count
  std::chrono::days renewal{800};       // a renewal reaches at most that far
  std::chrono::days domain_proof{400};  // so does a domain proof
};

// A text of the Call that pledges are taken to.
struct CallTextRule {
  std::string language, version;  // "en", "2018-11-12"; the version may be empty
  Digest sha256;
};

struct Rules {
  Leaf leaf = 0;
  Digest envelope;  // of the statement that made these rules
  Instant at;
  std::string log;       // origin of the ledger they are for
  std::string registry;  // name people know it by
  Digest text;           // SHA-256 of the policy in words
  Quorum quorum;
  Windows windows;
  std::vector<CallTextRule> texts;
  std::vector<RosterKey> roster;  // in the statement's order, roles in Role's order

  // From a registry-rules predicate that satisfies its schema. Errors: a vkey that is none, a key listed for two persons, a quorum
  // larger than the secretariat has persons. `pointer` of an error is relative to the predicate.
  [[nodiscard]] static Result<Rules> from(JsonView predicate);
  [[nodiscard]] std::size_t persons(Role role) const;  // different ones
  [[nodiscard]] std::size_t witnesses_needed() const;
};

}  // namespace entente::registry
