// What the registry knows of one supporter, as the ledger's statements say it. Plain values, shared by admission (state.h), import
// (import.h) and projection. Times are the statements' own; "leaf" is the index of the ledger entry a value comes from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"

namespace entente::registry {

using Leaf = std::uint64_t;  // index of a ledger entry

enum class Category { state, public_authority, private_sector, civil_society, intergovernmental };
[[nodiscard]] std::string_view name(Category category);  // "public-authority"
[[nodiscard]] std::optional<Category> category_from(std::string_view name);

// Who an organisation is. In statements: the member "organisation" of pledge, correction, succession and import (docs/statements.md).
struct Identity {
  std::string id;                            // the registry's: [a-z0-9-], 1 … 64 characters; never reused
  std::string name;                          // as the organisation writes it; no surrounding white space
  std::map<std::string, std::string> names;  // in other languages, by BCP 47 tag; may be empty
  std::optional<Category> category;          // empty only in imported records
  std::string nature;                        // code of data/catalog/registry/natures.json; empty: not said
  std::string country;                       // ISO 3166-1 alpha-3 of the seat; empty: none (international bodies) or unknown (imported)
  std::string website;                       // a DNS name the organisation says is its own; empty: none
  std::string lei, ror, wikidata, register_number;  // identifiers, checked where they have check digits; empty: not given
  bool operator==(const Identity&) const = default;

  // From a JSON object that satisfies the schema (unknown members are errors of the schema, not of this).
  [[nodiscard]] static Result<Identity> from(JsonView object);
  [[nodiscard]] Json json() const;  // members that are empty are left out
};

// The kinds of date a record may have; one never stands for another. Days are "YYYY-MM-DD".
struct RecordDates {
  std::string signed_on;             // the supporter signed that day
  std::string published_on;          // the record appeared that day
  std::string signed_no_later_than;  // an import of that day holds it: it was signed then or before
  bool operator==(const RecordDates&) const = default;
};

}  // namespace entente::registry
