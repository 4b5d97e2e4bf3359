// The formulas of the three specifications over a table of metrics. Weights are written beside the letters they belong to. Version 3.0
// scores are rounded up with the integer method of 3.1 (appendix A), which gives what 3.0 means without its floating-point slips.
#include "csaf/cvss.h"

#include <algorithm>
#include <cmath>

namespace entente::csaf {
namespace {

using Value = CvssMetric::Value;
constexpr Value kUndefined3{"X", "NOT_DEFINED"};
constexpr Value kUndefined2{"ND", "NOT_DEFINED"};

enum V3 : std::size_t { AV, AC, PR, UI, S, C, I, A, E, RL, RC, CR, IR, AR, MAV, MAC, MPR, MUI, MS, MC, MI, MA };

constexpr std::array<CvssMetric, 22> kV3 = {{
    {"AV", "attackVector", true, {{{"N", "NETWORK"}, {"A", "ADJACENT_NETWORK"}, {"L", "LOCAL"}, {"P", "PHYSICAL"}}}},
    {"AC", "attackComplexity", true, {{{"L", "LOW"}, {"H", "HIGH"}}}},
    {"PR", "privilegesRequired", true, {{{"N", "NONE"}, {"L", "LOW"}, {"H", "HIGH"}}}},
    {"UI", "userInteraction", true, {{{"N", "NONE"}, {"R", "REQUIRED"}}}},
    {"S", "scope", true, {{{"U", "UNCHANGED"}, {"C", "CHANGED"}}}},
    {"C", "confidentialityImpact", true, {{{"H", "HIGH"}, {"L", "LOW"}, {"N", "NONE"}}}},
    {"I", "integrityImpact", true, {{{"H", "HIGH"}, {"L", "LOW"}, {"N", "NONE"}}}},
    {"A", "availabilityImpact", true, {{{"H", "HIGH"}, {"L", "LOW"}, {"N", "NONE"}}}},
    {"E", "exploitCodeMaturity", false, {{{"U", "UNPROVEN"}, {"P", "PROOF_OF_CONCEPT"}, {"F", "FUNCTIONAL"}, {"H", "HIGH"}, kUndefined3}}},
    {"RL",
     "remediationLevel",
     false,
     {{{"O", "OFFICIAL_FIX"}, {"T", "TEMPORARY_FIX"}, {"W", "WORKAROUND"}, {"U", "UNAVAILABLE"}, kUndefined3}}},
    {"RC", "reportConfidence", false, {{{"U", "UNKNOWN"}, {"R", "REASONABLE"}, {"C", "CONFIRMED"}, kUndefined3}}},
    {"CR", "confidentialityRequirement", false, {{{"H", "HIGH"}, {"M", "MEDIUM"}, {"L", "LOW"}, kUndefined3}}},
    {"IR", "integrityRequirement", false, {{{"H", "HIGH"}, {"M", "MEDIUM"}, {"L", "LOW"}, kUndefined3}}},
    {"AR", "availabilityRequirement", false, {{{"H", "HIGH"}, {"M", "MEDIUM"}, {"L", "LOW"}, kUndefined3}}},
    {"MAV", "modifiedAttackVector", false, {{{"N", "NETWORK"}, {"A", "ADJACENT_NETWORK"}, {"L", "LOCAL"}, {"P", "PHYSICAL"}, kUndefined3}}},
    {"MAC", "modifiedAttackComplexity", false, {{{"L", "LOW"}, {"H", "HIGH"}, kUndefined3}}},
    {"MPR", "modifiedPrivilegesRequired", false, {{{"N", "NONE"}, {"L", "LOW"}, {"H", "HIGH"}, kUndefined3}}},
    {"MUI", "modifiedUserInteraction", false, {{{"N", "NONE"}, {"R", "REQUIRED"}, kUndefined3}}},
    {"MS", "modifiedScope", false, {{{"U", "UNCHANGED"}, {"C", "CHANGED"}, kUndefined3}}},
    {"MC", "modifiedConfidentialityImpact", false, {{{"H", "HIGH"}, {"L", "LOW"}, {"N", "NONE"}, kUndefined3}}},
    {"MI", "modifiedIntegrityImpact", false, {{{"H", "HIGH"}, {"L", "LOW"}, {"N", "NONE"}, kUndefined3}}},
    {"MA", "modifiedAvailabilityImpact", false, {{{"H", "HIGH"}, {"L", "LOW"}, {"N", "NONE"}, kUndefined3}}},
}};

enum V2 : std::size_t { AV2, AC2, AU2, C2, I2, A2, E2, RL2, RC2, CDP2, TD2, CR2, IR2, AR2 };

constexpr std::array<CvssMetric, 14> kV2 = {{
    {"AV", "accessVector", true, {{{"L", "LOCAL"}, {"A", "ADJACENT_NETWORK"}, {"N", "NETWORK"}}}},
    {"AC", "accessComplexity", true, {{{"H", "HIGH"}, {"M", "MEDIUM"}, {"L", "LOW"}}}},
    {"Au", "authentication", true, {{{"M", "MULTIPLE"}, {"S", "SINGLE"}, {"N", "NONE"}}}},
    {"C", "confidentialityImpact", true, {{{"N", "NONE"}, {"P", "PARTIAL"}, {"C", "COMPLETE"}}}},
    {"I", "integrityImpact", true, {{{"N", "NONE"}, {"P", "PARTIAL"}, {"C", "COMPLETE"}}}},
    {"A", "availabilityImpact", true, {{{"N", "NONE"}, {"P", "PARTIAL"}, {"C", "COMPLETE"}}}},
    {"E", "exploitability", false, {{{"U", "UNPROVEN"}, {"POC", "PROOF_OF_CONCEPT"}, {"F", "FUNCTIONAL"}, {"H", "HIGH"}, kUndefined2}}},
    {"RL",
     "remediationLevel",
     false,
     {{{"OF", "OFFICIAL_FIX"}, {"TF", "TEMPORARY_FIX"}, {"W", "WORKAROUND"}, {"U", "UNAVAILABLE"}, kUndefined2}}},
    {"RC", "reportConfidence", false, {{{"UC", "UNCONFIRMED"}, {"UR", "UNCORROBORATED"}, {"C", "CONFIRMED"}, kUndefined2}}},
    {"CDP",
     "collateralDamagePotential",
     false,
     {{{"N", "NONE"}, {"L", "LOW"}, {"LM", "LOW_MEDIUM"}, {"MH", "MEDIUM_HIGH"}, {"H", "HIGH"}, kUndefined2}}},
    {"TD", "targetDistribution", false, {{{"N", "NONE"}, {"L", "LOW"}, {"M", "MEDIUM"}, {"H", "HIGH"}, kUndefined2}}},
    {"CR", "confidentialityRequirement", false, {{{"L", "LOW"}, {"M", "MEDIUM"}, {"H", "HIGH"}, kUndefined2}}},
    {"IR", "integrityRequirement", false, {{{"L", "LOW"}, {"M", "MEDIUM"}, {"H", "HIGH"}, kUndefined2}}},
    {"AR", "availabilityRequirement", false, {{{"L", "LOW"}, {"M", "MEDIUM"}, {"H", "HIGH"}, kUndefined2}}},
}};

// The weight of the metric's value, in the order of its letters; `absent` where it is not defined.
double weigh(const CvssVector& v, std::size_t metric, std::initializer_list<double> weights, double absent = 1) {
  const int chosen = v.chosen[metric];
  return chosen < 0 || static_cast<std::size_t>(chosen) >= weights.size() ? absent : weights.begin()[chosen];
}

double round_up(double x) {
  const auto whole = static_cast<long long>(std::llround(x * 100'000));
  return whole % 10'000 == 0 ? static_cast<double>(whole) / 100'000 : (static_cast<double>(whole / 10'000) + 1) / 10;
}
double round_2(double x) { return std::floor(x * 10 + 0.5 + 1e-9) / 10; }

double impact_3(bool changed, double iss, bool modified, CvssKind kind) {
  if (!changed) return 6.42 * iss;
  if (modified && kind == CvssKind::v31) return 7.52 * (iss - 0.029) - 3.25 * std::pow(iss * 0.9731 - 0.02, 13);
  return 7.52 * (iss - 0.029) - 3.25 * std::pow(iss - 0.02, 15);
}

double total_3(bool changed, double impact, double exploitability) {
  if (impact <= 0) return 0;
  return round_up(std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0));
}

double exploitability_3(const CvssVector& v, std::size_t av, std::size_t ac, std::size_t pr, std::size_t ui, bool changed) {
  const double privileges = changed ? weigh(v, pr, {0.85, 0.68, 0.5}) : weigh(v, pr, {0.85, 0.62, 0.27});
  return 8.22 * weigh(v, av, {0.85, 0.62, 0.55, 0.2}) * weigh(v, ac, {0.77, 0.44}) * privileges * weigh(v, ui, {0.85, 0.62});
}

CvssScores score_3(const CvssVector& v) {
  CvssScores out;
  const auto impact_weight = [&](std::size_t m) { return weigh(v, m, {0.56, 0.22, 0}, 0); };
  const bool changed = v.letter(S) == "C";
  const double iss = 1 - (1 - impact_weight(C)) * (1 - impact_weight(I)) * (1 - impact_weight(A));
  out.base = total_3(changed, impact_3(changed, iss, false, v.kind), exploitability_3(v, AV, AC, PR, UI, changed));
  const double temporal = weigh(v, E, {0.91, 0.94, 0.97, 1}) * weigh(v, RL, {0.95, 0.96, 0.97, 1}) * weigh(v, RC, {0.92, 0.96, 1});
  out.temporal = round_up(out.base * temporal);
  CvssVector m = v;  // modified metrics with those they stand for where they are not defined
  for (std::size_t i = 0; i < 8; ++i)
    if (v.letter(MAV + i).empty()) m.chosen[MAV + i] = v.chosen[AV + i];
  const auto part = [&](std::size_t requirement, std::size_t impact) {
    return 1 - weigh(m, requirement, {1.5, 1, 0.5}) * weigh(m, impact, {0.56, 0.22, 0}, 0);
  };
  const bool modified_changed = m.letter(MS) == "C";
  const double miss = std::min(1 - part(CR, MC) * part(IR, MI) * part(AR, MA), 0.915);
  const double inner =
      total_3(modified_changed, impact_3(modified_changed, miss, true, v.kind), exploitability_3(m, MAV, MAC, MPR, MUI, modified_changed));
  out.environmental = round_up(inner * temporal);
  return out;
}

CvssScores score_2(const CvssVector& v) {
  CvssScores out;
  const auto impact_weight = [&](std::size_t m) { return weigh(v, m, {0, 0.275, 0.660}, 0); };
  const double exploitability =
      20 * weigh(v, AV2, {0.395, 0.646, 1.0}) * weigh(v, AC2, {0.35, 0.61, 0.71}) * weigh(v, AU2, {0.45, 0.56, 0.704});
  const auto base = [&](double impact) { return round_2((0.6 * impact + 0.4 * exploitability - 1.5) * (impact == 0 ? 0 : 1.176)); };
  const double temporal = weigh(v, E2, {0.85, 0.9, 0.95, 1}) * weigh(v, RL2, {0.87, 0.90, 0.95, 1}) * weigh(v, RC2, {0.90, 0.95, 1});
  out.base = base(10.41 * (1 - (1 - impact_weight(C2)) * (1 - impact_weight(I2)) * (1 - impact_weight(A2))));
  out.temporal = round_2(out.base * temporal);
  const auto part = [&](std::size_t requirement, std::size_t impact) {
    return 1 - impact_weight(impact) * weigh(v, requirement, {0.5, 1, 1.51});
  };
  const double adjusted = std::min(10.0, 10.41 * (1 - part(CR2, C2) * part(IR2, I2) * part(AR2, A2)));
  const double adjusted_temporal = round_2(base(adjusted) * temporal);
  const double damage = weigh(v, CDP2, {0, 0.1, 0.3, 0.4, 0.5}, 0);
  out.environmental = round_2((adjusted_temporal + (10 - adjusted_temporal) * damage) * weigh(v, TD2, {0, 0.25, 0.75, 1}));
  return out;
}

bool take_metric(CvssVector& v, std::string_view field) {
  const auto colon = field.find(':');
  if (colon == std::string_view::npos) return false;
  const auto metrics = v.metrics();
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (metrics[m].key != field.substr(0, colon)) continue;
    if (v.chosen[m] >= 0) return false;
    const std::string_view letter = field.substr(colon + 1);
    for (std::size_t i = 0; i < metrics[m].values.size() && !metrics[m].values[i].letter.empty(); ++i)
      if (metrics[m].values[i].letter == letter) v.chosen[m] = static_cast<std::int8_t>(i);
    return v.chosen[m] >= 0;
  }
  return false;
}

}  // namespace

std::span<const CvssMetric> CvssVector::metrics() const {
  if (kind == CvssKind::v2) return kV2;
  return kV3;
}

std::string_view CvssVector::letter(std::size_t metric) const {
  if (chosen[metric] < 0) return {};
  const Value& value = metrics()[metric].values[static_cast<std::size_t>(chosen[metric])];
  return value.word == kUndefined3.word ? std::string_view{} : value.letter;
}

std::optional<CvssVector> parse_cvss(std::string_view text) {
  CvssVector v;
  v.chosen.fill(-1);
  if (text.size() > 256) return std::nullopt;
  if (text.starts_with("CVSS:3.1/") || text.starts_with("CVSS:3.0/")) {
    v.kind = text[7] == '1' ? CvssKind::v31 : CvssKind::v30;
    text.remove_prefix(9);
  } else {
    v.kind = CvssKind::v2;
    if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
  }
  while (true) {
    const auto slash = text.find('/');
    if (!take_metric(v, text.substr(0, slash))) return std::nullopt;
    if (slash == std::string_view::npos) break;
    text.remove_prefix(slash + 1);
  }
  const auto metrics = v.metrics();
  for (std::size_t m = 0; m < metrics.size(); ++m)
    if (metrics[m].base && v.chosen[m] < 0) return std::nullopt;
  return v;
}

CvssScores score(const CvssVector& v) { return v.kind == CvssKind::v2 ? score_2(v) : score_3(v); }

std::string_view cvss_severity(double s) { return s < 0.1 ? "NONE" : s < 4 ? "LOW" : s < 7 ? "MEDIUM" : s < 9 ? "HIGH" : "CRITICAL"; }

}  // namespace entente::csaf
