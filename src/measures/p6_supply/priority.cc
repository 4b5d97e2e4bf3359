// A vulnerability is looked up under its name and its aliases, as far as they are CVE ids.
#include "measures/p6_supply/priority.h"

#include <algorithm>

namespace entente::measures::p6_supply {
namespace {

Priority priority_of(const Advisory& advisory, const PrioritySources& sources) {
  Priority out;
  BodInputs inputs{.exposed = sources.exposed};
  if (sources.kev != nullptr) inputs.in_kev = advisory.kev != nullptr ? Known::yes : Known::no;
  const auto look_up = [&](std::string_view cve) {
    if (!cve.starts_with("CVE-")) return;
    const auto score = sources.epss == nullptr ? std::nullopt : sources.epss->find(cve);
    if (score && (!out.epss || out.epss->probability < score->probability)) {
      out.epss = score;
      out.epss_cve = cve;
    }
    const SsvcFacts* facts = sources.ssvc == nullptr ? nullptr : sources.ssvc->find(cve);
    if (facts == nullptr) return;
    inputs.automatable = std::max(inputs.automatable, facts->automatable);
    inputs.impact = std::max(inputs.impact, facts->impact);
  };
  look_up(advisory.name);
  for (const std::string_view alias : advisory.aliases) look_up(alias);
  out.bod = bod_outcomes(inputs);
  return out;
}

}  // namespace

std::vector<Priority> priorities(const ScanResult& result, const PrioritySources& sources) {
  std::vector<Priority> out;
  out.reserve(result.advisories.size());
  for (const Advisory& advisory : result.advisories) out.push_back(priority_of(advisory, sources));
  return out;
}

}  // namespace entente::measures::p6_supply
