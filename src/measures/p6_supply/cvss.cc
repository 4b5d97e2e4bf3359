// CVSS base scores. A vector is read into its metrics, each checked against the metric's values; the base equations are those
// of FIRST: version 2 (guide, section 3.2.1), 3.0 (section 8.1, roundup to the next tenth) and 3.1 (section 7.1, roundup on
// integers so that binary fractions do not tip a score).
#include "measures/p6_supply/cvss.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

namespace entente::measures::p6_supply {
namespace {

struct Metric {
  std::string_view name;
  std::string_view values;  // separated by spaces
  bool base;
};

constexpr std::array kMetrics3 = std::to_array<Metric>({
    {"AV", "N A L P", true},  {"AC", "L H", true},       {"PR", "N L H", true},    {"UI", "N R", true},       {"S", "U C", true},
    {"C", "N L H", true},     {"I", "N L H", true},      {"A", "N L H", true},     {"E", "X U P F H", false}, {"RL", "X O T W U", false},
    {"RC", "X U R C", false}, {"CR", "X L M H", false},  {"IR", "X L M H", false}, {"AR", "X L M H", false},  {"MAV", "X N A L P", false},
    {"MAC", "X L H", false},  {"MPR", "X N L H", false}, {"MUI", "X N R", false},  {"MS", "X U C", false},    {"MC", "X N L H", false},
    {"MI", "X N L H", false}, {"MA", "X N L H", false},
});
constexpr std::array kMetrics2 = std::to_array<Metric>({
    {"AV", "L A N", true},
    {"AC", "H M L", true},
    {"Au", "M S N", true},
    {"C", "N P C", true},
    {"I", "N P C", true},
    {"A", "N P C", true},
    {"E", "U POC F H ND", false},
    {"RL", "OF TF W U ND", false},
    {"RC", "UC UR C ND", false},
    {"CDP", "N L LM MH H ND", false},
    {"TD", "N L M H ND", false},
    {"CR", "L M H ND", false},
    {"IR", "L M H ND", false},
    {"AR", "L M H ND", false},
});

bool listed(std::string_view values, std::string_view value) {
  for (std::size_t begin = 0; begin < values.size();) {
    const std::size_t end = std::min(values.find(' ', begin), values.size());
    if (values.substr(begin, end - begin) == value) return true;
    begin = end + 1;
  }
  return false;
}

// Values of the metrics in table order; empty where absent.
Result<std::vector<std::string_view>> read_metrics(std::string_view text, std::span<const Metric> table) {
  std::vector<std::string_view> out(table.size());
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view pair = text.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t colon = pair.find(':');
    const std::string_view name = pair.substr(0, colon);
    const auto metric = std::find_if(table.begin(), table.end(), [&](const Metric& m) { return m.name == name; });
    if (colon == std::string_view::npos || metric == table.end())
      return fail(fmt::format("CVSS: unknown metric \"{}\"", pair.substr(0, 40)));
    const std::string_view value = pair.substr(colon + 1);
    if (!listed(metric->values, value)) return fail(fmt::format("CVSS: metric {} has no value \"{}\"", metric->name, value.substr(0, 40)));
    std::string_view& slot = out[static_cast<std::size_t>(metric - table.begin())];
    if (!slot.empty()) return fail(fmt::format("CVSS: metric {} is given twice", metric->name));
    slot = value;
  }
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].base && out[i].empty()) return fail(fmt::format("CVSS: base metric {} is missing", table[i].name));
  }
  return out;
}

// weights[i] belongs to the i-th letter of `letters`.
double weigh(std::string_view value, std::string_view letters, std::initializer_list<double> weights) {
  return weights.begin()[letters.find(value[0])];
}

double round_up_30(double x) { return std::ceil(x * 10.0) / 10.0; }
double round_up_31(double x) {
  const auto scaled = static_cast<std::int64_t>(std::llround(x * 100000.0));
  return static_cast<double>(scaled % 10000 == 0 ? scaled / 10000 : scaled / 10000 + 1) / 10.0;
}
double round_tenth(double x) { return std::round(x * 10.0) / 10.0; }

enum class Minor3 { v30, v31 };

double score_3(const std::vector<std::string_view>& m, Minor3 minor) {
  const bool changed = m[4] == "C";
  const auto impact_weight = [](std::string_view v) { return weigh(v, "NLH", {0.0, 0.22, 0.56}); };
  const double iss = 1.0 - (1.0 - impact_weight(m[5])) * (1.0 - impact_weight(m[6])) * (1.0 - impact_weight(m[7]));
  const double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * std::pow(iss - 0.02, 15.0) : 6.42 * iss;
  const double privileges = changed ? weigh(m[2], "NLH", {0.85, 0.68, 0.50}) : weigh(m[2], "NLH", {0.85, 0.62, 0.27});
  const double exploitability =
      8.22 * weigh(m[0], "NALP", {0.85, 0.62, 0.55, 0.20}) * weigh(m[1], "LH", {0.77, 0.44}) * privileges * weigh(m[3], "NR", {0.85, 0.62});
  if (impact <= 0.0) return 0.0;
  const double sum = std::min(changed ? 1.08 * (impact + exploitability) : impact + exploitability, 10.0);
  return minor == Minor3::v30 ? round_up_30(sum) : round_up_31(sum);
}

double score_2(const std::vector<std::string_view>& m) {
  const auto impact_weight = [](std::string_view v) { return weigh(v, "NPC", {0.0, 0.275, 0.660}); };
  const double impact = 10.41 * (1.0 - (1.0 - impact_weight(m[3])) * (1.0 - impact_weight(m[4])) * (1.0 - impact_weight(m[5])));
  const double exploitability =
      20.0 * weigh(m[0], "LAN", {0.395, 0.646, 1.0}) * weigh(m[1], "HML", {0.35, 0.61, 0.71}) * weigh(m[2], "MSN", {0.45, 0.56, 0.704});
  const double f = impact == 0.0 ? 0.0 : 1.176;
  return round_tenth((0.6 * impact + 0.4 * exploitability - 1.5) * f);
}

}  // namespace

std::string_view severity_name(Severity severity) {
  static constexpr std::array<std::string_view, 5> kNames{"none", "low", "medium", "high", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

Severity severity_of_score(double score) {
  if (score < 0.05) return Severity::none;
  if (score < 3.95) return Severity::low;
  if (score < 6.95) return Severity::medium;
  return score < 8.95 ? Severity::high : Severity::critical;
}

Result<CvssScore> cvss_base_score(std::string_view vector) {
  if (vector.size() > 512) return fail("CVSS: vector longer than 512 bytes");
  if (vector.starts_with("CVSS:4.")) return fail("CVSS: version 4 vectors are not scored by this version of Entente");
  for (const auto& [prefix, minor, version] : {std::tuple{"CVSS:3.0/", Minor3::v30, "3.0"}, {"CVSS:3.1/", Minor3::v31, "3.1"}}) {
    if (!vector.starts_with(prefix)) continue;
    ENTENTE_TRY(const auto metrics, read_metrics(vector.substr(9), kMetrics3));
    return CvssScore{score_3(metrics, minor), version};
  }
  if (vector.starts_with("CVSS:")) return fail(fmt::format("CVSS: unknown version in \"{}\"", vector.substr(0, 40)));
  if (vector.size() >= 2 && vector.front() == '(' && vector.back() == ')') vector = vector.substr(1, vector.size() - 2);
  ENTENTE_TRY(const auto metrics, read_metrics(vector, kMetrics2));
  return CvssScore{score_2(metrics), "2.0"};
}

std::optional<CvssScore> best_score(std::span<const SeverityView> severity) {
  std::optional<CvssScore> best;
  const auto major = [](const CvssScore& s) { return s.version[0]; };
  for (const SeverityView& entry : severity) {
    if (!entry.type.starts_with("CVSS_V")) continue;
    const auto score = cvss_base_score(entry.vector);
    if (!score) continue;
    if (!best || major(*score) > major(*best) || (major(*score) == major(*best) && score->score > best->score)) best = *score;
  }
  return best;
}

}  // namespace entente::measures::p6_supply
