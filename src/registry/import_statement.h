// Imports as statements (import/v1, docs/registry-import.md): the records in parts that each fit a ledger entry, one envelope a part,
// signed by the importer. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "keys/keys.h"
#include "registry/import.h"
#include "statement/statement.h"

namespace entente::registry {

inline constexpr std::string_view kImportPredicate = "https://entente.example/predicate/import/v1";
inline constexpr std::size_t kMaxEntryBytes = 65'535;  // of one ledger entry

struct ImportSource {
  std::string name;    // required
  std::string url;     // http or https; may be empty
  std::string commit;  // hex; may be empty
};

// SHA-256 of canonical JSON (RFC 8785: members sorted, no spaces; the values are texts and whole numbers only).
[[nodiscard]] Digest canonical_digest(const Json& value);
[[nodiscard]] Digest canonical_digest(JsonView value);

// One envelope a part, in order. The same import, key and instant give the same bytes. Errors: no source name, a record too large for an
// entry.
[[nodiscard]] Result<std::vector<statement::Envelope>> import_statements(const Import& import, const ImportSource& source,
                                                                         const keys::SigningKey& key, Instant at);

// What the schema cannot say of an import predicate: the records have the digest `content`, part.number is at most part.of, ids are in
// strictly ascending order. For admission, after check_predicate.
[[nodiscard]] Result<void> check_import(JsonView predicate);

}  // namespace entente::registry
