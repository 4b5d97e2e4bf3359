// What the assessments in the ledger say of a control, over all supporters: how many are satisfied, how many are not, of how many nothing
// is known, as the index counts them (index.h). Supporters stand in the order of their ids: there is no order by figure. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "registry/index.h"

namespace entente::registry {

// Of principle 0, which the registry judges of everybody, a single control's results name supporters only up to so many.
inline constexpr std::size_t kMostListedPledges = 1'000;

struct ResultCounts {
  std::uint32_t of = 0;                     // supporters looked at; the sum of `statuses`
  std::array<std::uint32_t, 5> statuses{};  // as counted, by catalog::Status; not_assessed is "unknown"
  std::array<std::uint32_t, kGrounds> grounds{};
  void add(const IndexRow& row);
};

struct ControlResults {
  catalog::ControlId control;
  catalog::EvidenceClass evidence_class = catalog::EvidenceClass::declared;  // the catalogue's
  ResultCounts all;
  std::map<std::string, ResultCounts> categories;  // empty key: no category
};

// Of all supporters that count; a control the registry does not judge itself (identity.h) is looked at where there is an assessment.
struct Results {
  Instant at;
  Leaf ledger_size = 0;
  Instant ledger_time;
  std::string catalog_version;
  Digest catalog;
  std::uint32_t supporters = 0, assessed = 0;
  std::vector<ControlResults> controls;  // by id
};
[[nodiscard]] Results results_at(const State& state, const catalog::Catalog& catalog, Instant at);
[[nodiscard]] Json results_json(const Results& results);

// One control's, supporter by supporter. It does not say of which moment it is, so that a copy of it changes only when it says something
// else.
[[nodiscard]] Json control_results_json(const State& state, const catalog::Catalog& catalog, const catalog::Control& control, Instant at);

}  // namespace entente::registry
