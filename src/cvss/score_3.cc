// Versions 3.0 and 3.1, sections 7 and 8: the equations over weights that are written beside their metrics. Both are rounded up with the
// integer method of 3.1 (appendix A), which gives what 3.0 means without its floating-point slips; the two versions differ in the impact
// sub-score of the environmental group.
#include <algorithm>
#include <cmath>

#include "cvss/formulas.h"

namespace entente::cvss {
namespace {

namespace index_3 {
enum Metric : std::size_t { AV, AC, PR, UI, S, C, I, A, E, RL, RC, CR, IR, AR, MAV, MAC, MPR, MUI, MS, MC, MI, MA };
}  // namespace index_3

Score round_up(double x) {
  const auto whole = static_cast<long long>(std::llround(x * 100'000));
  return {static_cast<std::int16_t>(whole % 10'000 == 0 ? whole / 10'000 : whole / 10'000 + 1)};
}

enum class ImpactOf : std::uint8_t { base, environment };

double impact_3(bool changed, double iss, ImpactOf of, Version version) {
  if (!changed) return 6.42 * iss;
  if (of == ImpactOf::environment && version == Version::v31) return 7.52 * (iss - 0.029) - 3.25 * std::pow(iss * 0.9731 - 0.02, 13);
  return 7.52 * (iss - 0.029) - 3.25 * std::pow(iss - 0.02, 15);
}

Score total_3(bool changed, double impact, double exploitability) {
  if (impact <= 0) return {};
  return round_up(std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0));
}

double exploitability_3(const Vector& v, std::size_t av, std::size_t ac, std::size_t pr, std::size_t ui, bool changed) {
  const double privileges = changed ? weigh(v, pr, {0.85, 0.68, 0.5}) : weigh(v, pr, {0.85, 0.62, 0.27});
  return 8.22 * weigh(v, av, {0.85, 0.62, 0.55, 0.2}) * weigh(v, ac, {0.77, 0.44}) * privileges * weigh(v, ui, {0.85, 0.62});
}

}  // namespace

Scores score_3(const Vector& v) {
  using enum index_3::Metric;
  Scores out;
  const auto impact_weight = [&](std::size_t m) { return weigh(v, m, {0.56, 0.22, 0}, 0); };
  const bool changed = v.letter(S) == "C";
  const double iss = 1 - (1 - impact_weight(C)) * (1 - impact_weight(I)) * (1 - impact_weight(A));
  out.base = total_3(changed, impact_3(changed, iss, ImpactOf::base, v.version), exploitability_3(v, AV, AC, PR, UI, changed));
  const double temporal = weigh(v, E, {0.91, 0.94, 0.97, 1}) * weigh(v, RL, {0.95, 0.96, 0.97, 1}) * weigh(v, RC, {0.92, 0.96, 1});
  out.temporal = round_up(out.base.value() * temporal);

  Vector m = v;  // modified metrics, with those they stand for where they are not defined
  for (std::size_t i = 0; i < 8; ++i)
    if (v.letter(MAV + i).empty()) m.chosen[MAV + i] = v.chosen[AV + i];
  const auto part = [&](std::size_t requirement, std::size_t impact) {
    return 1 - weigh(m, requirement, {1.5, 1, 0.5}) * weigh(m, impact, {0.56, 0.22, 0}, 0);
  };
  const bool modified_changed = m.letter(MS) == "C";
  const double miss = std::min(1 - part(CR, MC) * part(IR, MI) * part(AR, MA), 0.915);
  const Score inner = total_3(modified_changed, impact_3(modified_changed, miss, ImpactOf::environment, v.version),
                              exploitability_3(m, MAV, MAC, MPR, MUI, modified_changed));
  out.environmental = round_up(inner.value() * temporal);
  return out;
}

}  // namespace entente::cvss
