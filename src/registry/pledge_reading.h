// A pledge as a predicate and as a record: read, and written again so that a correction can be applied to it. Not for other rooms.
#pragma once

#include "registry/countries.h"
#include "registry/record.h"

namespace entente::registry {

struct PledgeContent {
  Identity identity;
  Pledge pledge;  // without leaf and envelope
  std::string key;
};

[[nodiscard]] Result<PledgeContent> read_pledge(JsonView predicate);
// The same, and identifiers have right check digits, the country is one (not looked at without a table), the name is clean. Error pointers
// are relative to the predicate.
[[nodiscard]] Result<PledgeContent> read_pledge(JsonView predicate, const Countries* countries);
// Whether the pledge names the domain as the organisation's own: among its domains, or as the website.
[[nodiscard]] bool says_domain(const Pledge& pledge, const Identity& identity, std::string_view domain);
// The predicate as it stands after all corrections so far.
[[nodiscard]] Json pledge_json(const Supporter& supporter);

}  // namespace entente::registry
