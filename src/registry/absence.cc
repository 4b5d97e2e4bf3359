// The absence map, read off the counters.
#include "registry/absence.h"

namespace entente::registry {

Absence absence(const Counters& counters) {
  Absence out;
  const std::string state(name(Category::state));
  for (const auto& [country, categories] : counters.countries_by_category) {
    const std::uint32_t supporters = counters.countries.at(country);
    if (country.empty()) {
      out.without_country = supporters;
    } else if (categories.contains(state)) {
      ++out.countries_with_state;
    } else {
      out.countries.push_back({country, supporters, categories});
      out.supporters += supporters;
    }
  }
  return out;
}

Json absence_json(const Absence& absence) {
  Json out = Json::object();
  out["supporters"] = absence.supporters;
  out["countries_with_state"] = absence.countries_with_state;
  out["without_country"] = absence.without_country;
  Json& list = out["countries"] = Json::array();
  for (const AbsentState& a : absence.countries) {
    Json row = Json::object();
    row["country"] = a.country;
    row["supporters"] = a.supporters;
    Json& categories = row["categories"] = Json::object();
    for (const auto& [category, count] : a.categories) categories[category.empty() ? "unknown" : category] = count;
    list.push_back(std::move(row));
  }
  return out;
}

}  // namespace entente::registry
