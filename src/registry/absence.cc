// The absence map, read off the counters.
#include "registry/absence.h"

namespace entente::registry {

Absence absence(const Counters& counters) {
  Absence out;
  const std::string state(name(Category::state));
  for (const auto& [country, categories] : counters.countries_by_category) {
    if (country.empty()) {
      out.without_country = counters.countries.at(country);
      continue;
    }
    if (categories.contains(state)) {
      ++out.countries_with_state;
      continue;
    }
    AbsentState made{.country = country};
    for (const auto& [category, count] : categories) {
      if (category.empty()) {
        made.unknown_category = count;
        continue;
      }
      made.categories[category] = count;
      made.supporters += count;
    }
    out.supporters += made.supporters;
    if (made.supporters == 0)
      ++out.undecided;
    else
      out.countries.push_back(std::move(made));
  }
  return out;
}

Json absence_json(const Absence& absence) {
  Json out = Json::object();
  out["supporters"] = absence.supporters;
  out["countries_with_state"] = absence.countries_with_state;
  out["undecided"] = absence.undecided;
  out["without_country"] = absence.without_country;
  Json& list = out["countries"] = Json::array();
  for (const AbsentState& a : absence.countries) {
    Json row = Json::object();
    row["country"] = a.country;
    row["supporters"] = a.supporters;
    Json& categories = row["categories"] = Json::object();
    for (const auto& [category, count] : a.categories) categories[category] = count;
    row["unknown_category"] = a.unknown_category;
    list.push_back(std::move(row));
  }
  return out;
}

}  // namespace entente::registry
