// Countries: ISO 3166-1 with the codes and names people write instead, and what other lists of countries mean by their codes. The data is
// data/catalog/registry/countries.json. Immutable once loaded; thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "core/error.h"
#include "core/json.h"

namespace entente::registry {

struct Country {
  std::string alpha_3, alpha_2, numeric;  // numeric: three digits; empty for Kosovo
  std::string en, fr;                     // everyday short names
  bool user_assigned = false;             // XKX: in use, but not in ISO 3166-1
};

enum class CountryMatch {
  code,           // an ISO 3166-1 alpha-3 code as written
  other_form,     // certain, but written otherwise: lower case, alpha-2, numeric, a name
  user_assigned,  // XKX
  alias,          // a code ISO does not have (any more), whose meaning is certain
  ambiguous,      // may mean several countries
  withdrawn,      // a withdrawn code without one successor
  no_country,     // says that there is none: an international body, "undefined"
  unknown,
};

struct CountryFound {
  CountryMatch match = CountryMatch::unknown;
  std::string code;                     // alpha-3; empty where the match gives none
  std::vector<std::string> candidates;  // of `ambiguous`, in byte order
  std::string because;                  // why, for people; may be empty
};

class Countries {
 public:
  [[nodiscard]] static Result<Countries> load(const DataSet& data);

  [[nodiscard]] const std::vector<Country>& all() const { return countries_; }  // by alpha-3
  [[nodiscard]] const Country* find(std::string_view alpha_3) const;            // exact; nullptr if there is none

  // What a source means by `text`, white space trimmed. `list` names a list of countries whose departures from ISO are known
  // ("pariscall.international"): a code of such a row means what the row's names say, and if the names are those of different countries,
  // nobody can tell. Empty: none.
  [[nodiscard]] CountryFound resolve(std::string_view text, std::string_view list = {}) const;
  // By name in English or French, folded; alpha-3 or empty.
  [[nodiscard]] std::string by_name(std::string_view name) const;
  [[nodiscard]] bool knows_list(std::string_view list) const { return lists_.contains(list); }
  [[nodiscard]] std::vector<std::string> lists() const;

 private:
  struct Row {
    std::vector<std::string> means;  // countries its names are known for, and the code itself where ISO has it and no name speaks
    std::string because;
  };
  Countries() = default;
  Result<void> add(JsonView document, const std::string& file);
  void add_lists(JsonView document);
  [[nodiscard]] CountryFound by_code(std::string_view code) const;

  std::vector<Country> countries_;
  std::map<std::string, std::string, std::less<>> by_code_;  // alpha-3, alpha-2, numeric → alpha-3
  std::map<std::string, std::string, std::less<>> by_name_;  // folded → alpha-3
  std::map<std::string, CountryFound, std::less<>> others_;  // aliases, several, withdrawn, none
  std::map<std::string, std::map<std::string, Row, std::less<>>, std::less<>> lists_;
};

}  // namespace entente::registry
