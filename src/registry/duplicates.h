// Which records may be of one organisation: suggestions with reasons and a score, for a person to judge. Nothing is ever merged, and a name
// alone never suffices to. Pure; thread-safe. docs/registry-import.md gives the rules exactly.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/countries.h"
#include "registry/supporter.h"

namespace entente::registry {

enum class SameReason {
  identifier,   // the same LEI, ROR or Wikidata item
  name,         // the same name but for legal forms, articles and a bracketed acronym
  looks,        // another name that looks the same (confusable letters)
  former_name,  // one bears a name the other had
  host,         // the same website
  domain,       // the same registrable domain
  spelling,     // in one country, names that differ by one letter
};
[[nodiscard]] std::string_view name(SameReason reason);  // "former-name"

struct Suggestion {
  std::size_t first = 0, second = 0;  // indices, first < second
  std::vector<SameReason> reasons;    // strongest first, not empty
  int score = 0;                      // 1 … 100: how much speaks for it; no probability
  bool operator==(const Suggestion&) const = default;
};

struct Candidate {
  const Identity* who;                        // not null
  std::span<const std::string> former_names;  // may be empty
};

// Strongest first, then by indices. Near linear in the number of records; a host or name that more than 50 records share suggests nothing.
[[nodiscard]] std::vector<Suggestion> suggest_duplicates(std::span<const Candidate> records, const Countries& countries);

// The name as it is compared: folded, without articles in front, legal forms behind, and a bracketed or dashed acronym.
[[nodiscard]] std::string comparable_name(std::string_view name, const Countries& countries);

// Hosts on which many organisations have pages: no evidence of anything.
[[nodiscard]] bool is_shared_host(std::string_view host);

}  // namespace entente::registry
