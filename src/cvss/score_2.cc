// Version 2.0, guide section 3.2: base, temporal and environmental equations, each result rounded to the nearest tenth. Weights are written
// beside the metric they belong to. An environmental equation can fall below zero (little impact, low requirements); that counts as 0.
#include <algorithm>
#include <cmath>

#include "cvss/formulas.h"

namespace entente::cvss {
namespace {

namespace index_2 {
enum Metric : std::size_t { AV, AC, AU, C, I, A, E, RL, RC, CDP, TD, CR, IR, AR };
}  // namespace index_2

// The small addend lets 4.35 round up though its binary fraction lies below.
double round_2(double x) { return std::max(0.0, std::floor(x * 10 + 0.5 + 1e-9) / 10); }
Score tenths_2(double x) { return {static_cast<std::int16_t>(std::lround(x * 10))}; }

}  // namespace

Scores score_2(const Vector& v) {
  using enum index_2::Metric;
  const auto impact_weight = [&](std::size_t m) { return weigh(v, m, {0, 0.275, 0.660}, 0); };
  const double exploitability =
      20 * weigh(v, AV, {0.395, 0.646, 1.0}) * weigh(v, AC, {0.35, 0.61, 0.71}) * weigh(v, AU, {0.45, 0.56, 0.704});
  const auto base_of = [&](double impact) { return round_2((0.6 * impact + 0.4 * exploitability - 1.5) * (impact == 0 ? 0 : 1.176)); };
  const double temporal = weigh(v, E, {0.85, 0.9, 0.95, 1}) * weigh(v, RL, {0.87, 0.90, 0.95, 1}) * weigh(v, RC, {0.90, 0.95, 1});
  const double base = base_of(10.41 * (1 - (1 - impact_weight(C)) * (1 - impact_weight(I)) * (1 - impact_weight(A))));

  const auto part = [&](std::size_t requirement, std::size_t impact) {
    return 1 - impact_weight(impact) * weigh(v, requirement, {0.5, 1, 1.51});
  };
  const double adjusted = std::min(10.0, 10.41 * (1 - part(CR, C) * part(IR, I) * part(AR, A)));
  const double adjusted_temporal = round_2(base_of(adjusted) * temporal);
  const double damage = weigh(v, CDP, {0, 0.1, 0.3, 0.4, 0.5}, 0);
  const double environmental = round_2((adjusted_temporal + (10 - adjusted_temporal) * damage) * weigh(v, TD, {0, 0.25, 0.75, 1}));
  return {tenths_2(base), tenths_2(round_2(base * temporal)), tenths_2(environmental)};
}

}  // namespace entente::cvss
