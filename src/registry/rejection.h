// Why a statement does not count: a stable code for programs, a sentence and a pointer for people, and the class of HTTP status a
// server answers with. Codes are part of the API (docs/registry.md, "Admission"): they are added to, never renamed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::registry {

enum class Code : std::uint8_t {
  too_large,            // more bytes than a ledger entry holds
  malformed,            // no canonical DSSE envelope with an in-toto statement in it
  unknown_kind,         // a predicate type the registry does not know
  schema,               // the predicate breaks its schema, or is about what is not among the subjects
  no_rules,             // the ledger has no founding statement yet
  bad_signature,        // a signature does not verify, or its keyid does not name the key that made it
  unknown_key,          // the ledger has not introduced this key, or it no longer (or not yet) counts
  not_entitled,         // the key is known, and may not make this statement
  stale,                // `at` lies before the window of admission
  from_the_future,      // `at` lies after it
  replay,               // the ledger has this statement already
  out_of_order,         // older than what it follows
  id_taken,             // the id belongs to another record, or did: ids are never reused
  key_taken,            // the key belongs to somebody already
  no_such_supporter,    // no record of that id
  no_such_statement,    // the digest names no statement of the kind that is wanted
  wrong_status,         // the record's status does not allow this (a tombstone, a pledge already decided on …)
  needs_second_person,  // the quorum counts persons; this adds none, or too few signed
  needs_domain_proof,   // no proof that counts
  not_allowed,          // what it wants to change may not be changed that way
  interest,             // nobody decides in a matter of their own
};

[[nodiscard]] std::string_view name(Code code);  // "bad-signature"
// 400 not a statement, 401 signature or key, 403 not entitled, 409 against what the ledger says, 422 wrong in itself.
[[nodiscard]] int http_status(Code code);

struct Rejection {
  Code code = Code::malformed;
  std::string what;     // one sentence, no full stop
  std::string pointer;  // JSON pointer into the statement ("/predicate/at"), the envelope ("/signatures/1"), or empty
  std::string hint;     // what to do next; may be empty
  bool operator==(const Rejection&) const = default;

  [[nodiscard]] std::string str() const;  // "bad-signature: … (at /signatures/0)\n  hint: …"
};

using Verdict = tl::expected<void, Rejection>;

}  // namespace entente::registry
