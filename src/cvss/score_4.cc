// Version 4.0, section 8.2. The metrics' values become severity levels, the levels a macrovector of six equivalence classes, and the
// macrovector has a score in FIRST's table. From it the mean is taken off, over the classes that have a lower one, of how far the vector
// lies between the worst vector of its class and the next class. All in whole numbers: distances in steps, scores in tenths, one division
// at the end, so no binary fraction decides a tie (halves are rounded up).
#include <algorithm>

#include "cvss/formulas.h"
#include "cvss/macrovectors.h"

namespace entente::cvss {
namespace {

namespace index_4 {
enum Metric : std::size_t { AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA, E, CR, IR, AR, MAV };
}  // namespace index_4
constexpr std::size_t kBaseMetrics = 11;

// Severity levels of the metrics AV to AR, 0 the worst. SC, SI and SA count from 1, for 0 is "safety".
using Severities = std::array<std::int8_t, index_4::MAV>;

Severities severities(const Vector& v, Group up_to) {
  using enum index_4::Metric;
  Severities out{};
  const auto defined = [&](std::size_t metric) { return !v.letter(metric).empty(); };
  for (std::size_t m = 0; m < kBaseMetrics; ++m) {
    const std::int8_t offset = m >= SC ? 1 : 0;
    out[m] = static_cast<std::int8_t>(v.chosen[m] + offset);
    const std::size_t modified = MAV + m;
    if (up_to != Group::environmental || !defined(modified)) continue;
    // MSI and MSA have "safety" as their first value: their indexes are the levels.
    out[m] = static_cast<std::int8_t>(v.chosen[modified] + (m == SC ? 1 : 0));
  }
  // What is not defined counts as the worst.
  if (up_to != Group::base && defined(E)) out[E] = v.chosen[E];
  for (const std::size_t m : {CR, IR, AR})
    if (up_to == Group::environmental && defined(m)) out[m] = v.chosen[m];
  return out;
}

struct Macrovector {
  std::size_t eq1, eq2, eq36, eq4, eq5;  // eq36: number of the pair of EQ3 and EQ6
  [[nodiscard]] int tenths() const { return kMacrovectorTenths[(eq1 * 2 + eq2) * kPairs36 + eq36][eq4 * 3 + eq5]; }
};

Macrovector macrovector(const Severities& s) {
  using enum index_4::Metric;
  Macrovector m{};
  const bool any_open = s[AV] == 0 || s[PR] == 0 || s[UI] == 0;
  m.eq1 = s[AV] == 0 && s[PR] == 0 && s[UI] == 0 ? 0 : any_open && s[AV] != 3 ? 1 : 2;
  m.eq2 = s[AC] == 0 && s[AT] == 0 ? 0 : 1;
  const std::size_t eq3 = s[VC] == 0 && s[VI] == 0 ? 0 : s[VC] == 0 || s[VI] == 0 || s[VA] == 0 ? 1 : 2;
  const bool demanded = (s[CR] == 0 && s[VC] == 0) || (s[IR] == 0 && s[VI] == 0) || (s[AR] == 0 && s[VA] == 0);
  m.eq36 = eq3 == 2 ? 4 : eq3 * 2 + (demanded ? 0 : 1);
  m.eq4 = s[SI] == 0 || s[SA] == 0 ? 0 : s[SC] == 1 || s[SI] == 1 || s[SA] == 1 ? 1 : 2;
  m.eq5 = static_cast<std::size_t>(s[E]);
  return m;
}

// Steps from a worst vector of the class, the first that is nowhere better than the given levels. There always is one.
template <std::size_t kMetrics>
int distance(std::span<const Levels<kMetrics>> worst, const Levels<kMetrics>& levels) {
  for (const Levels<kMetrics>& w : worst) {
    int sum = 0;
    bool reaches = true;
    for (std::size_t i = 0; i < kMetrics; ++i) {
      reaches = reaches && levels[i] >= w[i];
      sum += levels[i] - w[i];
    }
    if (reaches) return sum;
  }
  return 0;
}

// Score of the macrovector with the pair of EQ3 and EQ6 a step lower; not for the lowest pair.
int lower_36(Macrovector m) {
  const auto with = [&](std::size_t pair) {
    m.eq36 = pair;
    return m.tenths();
  };
  switch (m.eq36) {
    case 0: return std::max(with(1), with(2));  // 00 lies above 01 and above 10: the nearer one counts
    case 1:
    case 2: return with(3);
    default: return with(4);
  }
}

constexpr int kCommonDepth = 840;  // a multiple of every depth of the tables

Score score_levels(const Severities& s) {
  using enum index_4::Metric;
  if (s[VC] == 2 && s[VI] == 2 && s[VA] == 2 && s[SC] == 3 && s[SI] == 3 && s[SA] == 3) return {};  // no impact at all
  const Macrovector m = macrovector(s);
  const int value = m.tenths();
  int classes = 0;
  int off = 0;  // in tenths / kCommonDepth, summed over the classes
  const auto take = [&](int lower, int steps, int depth) {
    ++classes;
    off += (value - lower) * steps * (kCommonDepth / depth);
  };
  const auto lowered = [&](std::size_t Macrovector::* eq) {
    Macrovector next = m;
    ++(next.*eq);
    return next.tenths();
  };
  if (m.eq1 < 2) take(lowered(&Macrovector::eq1), distance<3>(kWorst1[m.eq1], {s[AV], s[PR], s[UI]}), kDepth1[m.eq1]);
  if (m.eq2 < 1) take(lowered(&Macrovector::eq2), distance<2>(kWorst2[m.eq2], {s[AC], s[AT]}), kDepth2[m.eq2]);
  if (m.eq36 < 4) take(lower_36(m), distance<6>(kWorst36[m.eq36], {s[VC], s[VI], s[VA], s[CR], s[IR], s[AR]}), kDepth36[m.eq36]);
  if (m.eq4 < 2) take(lowered(&Macrovector::eq4), distance<3>(kWorst4[m.eq4], {s[SC], s[SI], s[SA]}), kDepth4[m.eq4]);
  if (m.eq5 < 2) ++classes;  // one value a class: never any distance, but it counts for the mean
  if (classes == 0) return {static_cast<std::int16_t>(value)};
  const int unit = kCommonDepth * classes;
  const int exact = std::clamp(value * unit - off, 0, 100 * unit);  // in tenths / unit
  return {static_cast<std::int16_t>((2 * exact + unit) / (2 * unit))};
}

}  // namespace

Scores score_4(const Vector& v) {
  return {score_levels(severities(v, Group::base)), score_levels(severities(v, Group::threat)),
          score_levels(severities(v, Group::environmental))};
}

}  // namespace entente::cvss
