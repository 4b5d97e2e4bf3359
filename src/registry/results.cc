// The index is walked once, supporter by supporter, and nothing of it is kept but the counts. A single control that only assessments speak
// of is asked of assessed supporters only.
#include "registry/results.h"

#include <fmt/format.h>
#include <algorithm>

#include "registry/identity.h"

namespace entente::registry {
namespace {

Json ledger_moment(Leaf size, Instant time) { return {{"size", size}, {"time", format_time(time)}}; }

std::string category_key(const SupporterIndex& row) {
  const auto category = row.supporter->identity.category;
  return category ? std::string(name(*category)) : std::string();
}

bool looked_at(const SupporterIndex& supporter, const IndexRow& row) {
  return supporter.assessment != nullptr || judged_from_ledger(row.control);
}

void put_counts(Json& out, const ResultCounts& counts) {
  out["of"] = counts.of;
  Json& statuses = out["counts"] = Json::object();
  for (std::size_t s = 0; s < counts.statuses.size(); ++s) {
    const auto status = static_cast<catalog::Status>(s);
    statuses[std::string(status == catalog::Status::not_assessed ? "unknown" : catalog::to_string(status))] = counts.statuses[s];
  }
  Json& grounds = out["grounds"] = Json::object();
  for (std::size_t g = 0; g < kGrounds; ++g)
    if (counts.grounds[g] != 0) grounds[std::string(name(static_cast<Ground>(g)))] = counts.grounds[g];
}

Json counts_json(const ControlResults& results) {
  Json out{{"control", results.control.str()}, {"class", std::string(1, catalog::letter(results.evidence_class))}};
  put_counts(out, results.all);
  Json& categories = out["categories"] = Json::array();
  for (const auto& [category, counts] : results.categories) {
    Json row{{"category", category.empty() ? Json() : Json(category)}};
    put_counts(row, counts);
    categories.push_back(std::move(row));
  }
  return out;
}

Json item_json(const SupporterIndex& supporter, const IndexRow& row) {
  const Identity& identity = supporter.supporter->identity;
  Json out{{"supporter", identity.id},
           {"name", identity.name},
           {"category", identity.category ? Json(name(*identity.category)) : Json()},
           {"claimed", catalog::to_string(row.claimed)},
           {"counted_as", catalog::to_string(row.counted)},
           {"ground", name(row.ground)}};
  if (row.finding != nullptr) {
    out["class"] = std::string(1, catalog::letter(row.finding->evidence_class));
    out["leaf"] = supporter.assessment->leaf;
    out["pointer"] = fmt::format("/predicate/controls/{}", row.position);
    out["assessed_at"] = format_time(supporter.assessed_at);
  }
  if (!row.leaves.empty()) out["leaves"] = row.leaves;
  if (row.evidence_at) {
    out["evidence_at"] = format_time(*row.evidence_at);
    out["evidence_age_days"] = days_between(*row.evidence_at, supporter.assessed_at);
  }
  return out;
}

}  // namespace

void ResultCounts::add(const IndexRow& row) {
  ++of;
  ++statuses.at(static_cast<std::size_t>(row.counted));
  ++grounds.at(static_cast<std::size_t>(row.ground));
}

Results results_at(const State& state, const catalog::Catalog& catalog, Instant at) {
  Results out{.at = at,
              .ledger_size = state.next_leaf(),
              .ledger_time = state.ledger_time(),
              .catalog_version = catalog.version(),
              .catalog = catalog.digest()};
  for (const catalog::Control& c : catalog.controls()) out.controls.push_back({.control = c.id, .evidence_class = c.evidence_class});
  each_index(state, catalog, at, IndexScope::counting, [&](const SupporterIndex& supporter) {
    ++out.supporters;
    out.assessed += supporter.assessment != nullptr ? 1 : 0;
    const std::string category = category_key(supporter);
    for (std::size_t c = 0; c < supporter.rows.size(); ++c) {
      if (!looked_at(supporter, supporter.rows[c])) continue;
      out.controls[c].all.add(supporter.rows[c]);
      out.controls[c].categories[category].add(supporter.rows[c]);
    }
  });
  return out;
}

Json results_json(const Results& results) {
  Json out{{"at", format_time(results.at)}, {"ledger", ledger_moment(results.ledger_size, results.ledger_time)}};
  out["catalog"] = {{"version", results.catalog_version}, {"digest", results.catalog.str()}};
  out["supporters"] = results.supporters;
  out["assessed"] = results.assessed;
  Json& controls = out["controls"] = Json::array();
  for (const ControlResults& control : results.controls) controls.push_back(counts_json(control));
  return out;
}

Json control_results_json(const State& state, const catalog::Catalog& catalog, const catalog::Control& control, Instant at) {
  ControlResults counted{.control = control.id, .evidence_class = control.evidence_class};
  const auto place = static_cast<std::size_t>(&control - catalog.controls().data());
  const bool of_everybody = judged_from_ledger(control.id);
  Json items = Json::array();
  each_index(state, catalog, at, of_everybody ? IndexScope::counting : IndexScope::assessed, [&](const SupporterIndex& supporter) {
    const IndexRow& row = supporter.rows.at(place);
    if (!looked_at(supporter, row)) return;
    counted.all.add(row);
    counted.categories[category_key(supporter)].add(row);
    if (!of_everybody || items.size() <= kMostListedPledges) items.push_back(item_json(supporter, row));
  });
  Json out = counts_json(counted);
  out["items"] = of_everybody && counted.all.of > kMostListedPledges ? Json() : std::move(items);
  return out;
}

}  // namespace entente::registry
