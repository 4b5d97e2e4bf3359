// Making the registry's statements: a predicate becomes a signed entry, ready to be sent or appended. Used by the command line, by the
// server for what it signs itself, and by tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "core/error.h"
#include "core/json.h"
#include "keys/keys.h"
#include "registry/kind.h"
#include "registry/rules.h"

namespace entente::registry {

// The entry (a canonical DSSE envelope) with the signatures of all `signers`, of type Ed25519. Its subject is the digest the kind's schema
// points at. Errors: the predicate breaks its schema, the entry is larger than a ledger takes, no signer.
[[nodiscard]] Result<std::string> make_statement(Kind kind, const Json& predicate, const std::vector<const keys::SigningKey*>& signers,
                                                 const DataSet& data = DataSet::embedded());

// The predicate of the founding statement.
struct Founding {
  std::string registry;  // name people know it by
  std::string log;       // origin of the ledger
  std::string text;      // the rules in words: only their digest goes in
  Quorum quorum;
  Windows windows;
  std::vector<RosterKey> roster;
  Instant at;
};
[[nodiscard]] Json founding_predicate(const Founding& founding);

}  // namespace entente::registry
