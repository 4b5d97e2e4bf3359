// The picture of a contest's risk: draws to the right, the measured risk upwards on a logarithmic scale, the limit as a dashed line with
// the ground below it shaded, the draw at which the limit is met marked. Inline SVG in two layers: shapes stretch with the page, text stays
// readable because it stands at percentages outside the stretched layer. The same numbers follow as a table for those who do not see it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "measures/p3_elections/audit/report_parts.h"

namespace entente::measures::p3_elections::audit {

using review::ContestReview;
using review::RiskStep;

namespace {

constexpr std::size_t kPicturePoints = 600;
constexpr std::size_t kTableRows = 40;
constexpr double kTop = 100, kBottom = 960, kLeft = 0, kRight = 975;  // of the stretched layer, which is 1000 by 1000

// From a risk of 1 at the top down to the smallest shown; ten powers of ten at most 30.
struct RiskScale {
  int decades = 2;
  double last_draw = 1;

  [[nodiscard]] double y(double risk) const {
    const double down = risk <= 0 ? decades : std::clamp(-std::log10(risk), 0.0, static_cast<double>(decades));
    return kTop + (kBottom - kTop) * down / decades;
  }
  [[nodiscard]] double x(std::uint64_t draws) const { return kLeft + (kRight - kLeft) * static_cast<double>(draws) / last_draw; }
};

RiskScale picture_scale(const ContestReview& contest) {
  double smallest = contest.risk_limit > 0 ? contest.risk_limit / 2 : 0.01;
  for (const RiskStep& step : contest.path)
    if (step.risk > 0) smallest = std::min(smallest, step.risk);
  RiskScale scale;
  scale.decades = std::clamp(static_cast<int>(std::ceil(-std::log10(std::max(smallest, 1e-30)))), 2, 30);
  scale.last_draw = std::max<double>(1, static_cast<double>(contest.path.back().draws));
  return scale;
}

// A label stands left of a mark in the right part of the picture, and right of it in the left part.
bool mark_in_right_part(const RiskScale& scale, const RiskStep& step) { return scale.x(step.draws) > 550; }

// The first step at or below the limit.
std::optional<std::size_t> picture_crossing(const ContestReview& contest) {
  for (std::size_t i = 0; i < contest.path.size(); ++i)
    if (contest.risk_limit > 0 && contest.path[i].risk <= contest.risk_limit) return i;
  return std::nullopt;
}

// At most some `wanted` steps: of each stretch the highest and the lowest, so that no peak is lost; first, last and `kept` always.
std::vector<std::size_t> thinned(const std::vector<RiskStep>& path, std::size_t wanted, std::optional<std::size_t> kept) {
  std::vector<std::size_t> out;
  if (path.size() <= wanted) {
    for (std::size_t i = 0; i < path.size(); ++i) out.push_back(i);
    return out;
  }
  const std::size_t stretches = std::max<std::size_t>(1, wanted / 2);
  for (std::size_t s = 0; s < stretches; ++s) {
    const std::size_t from = s * path.size() / stretches;
    const std::size_t to = (s + 1) * path.size() / stretches;
    std::size_t low = from;
    std::size_t high = from;
    for (std::size_t i = from; i < to; ++i) {
      if (path[i].risk < path[low].risk) low = i;
      if (path[i].risk > path[high].risk) high = i;
    }
    out.push_back(std::min(low, high));
    out.push_back(std::max(low, high));
  }
  out.push_back(0);
  out.push_back(path.size() - 1);
  if (kept) out.push_back(*kept);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string picture_grid(const ReportPage& page, const RiskScale& scale, std::string& labels) {
  std::string lines;
  const int step = scale.decades > 8 ? (scale.decades + 5) / 6 : 1;
  for (int d = 0; d <= scale.decades; d += step) {
    const double y = scale.y(std::pow(10.0, -d));
    lines +=
        fmt::format("<line class=\"grid\" x1=\"0\" x2=\"1000\" y1=\"{0:.1f}\" y2=\"{0:.1f}\" vector-effect=\"non-scaling-stroke\"/>", y);
    labels += fmt::format("<text x=\"6\" y=\"{:.2f}%\" dy=\"-4\">{}</text>", y / 10, report_share(page, std::pow(10.0, -d)));
  }
  return lines;
}

std::string picture_path(const ContestReview& contest, const RiskScale& scale, std::optional<std::size_t> crossing) {
  std::string points;
  // Before the first draw nothing is known: risk 1.
  if (contest.path.front().draws != 0) points = fmt::format("{:.1f},{:.1f}", scale.x(0), scale.y(1));
  for (const std::size_t i : thinned(contest.path, kPicturePoints, crossing))
    points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", scale.x(contest.path[i].draws), scale.y(contest.path[i].risk));
  return fmt::format("<polyline class=\"path\" points=\"{}\" vector-effect=\"non-scaling-stroke\"/>", points);
}

std::string picture_mark(const ReportPage& page, const ContestReview& contest, const RiskScale& scale, std::size_t at) {
  const RiskStep& step = contest.path[at];
  const double x = scale.x(step.draws) / 10;
  const double y = scale.y(step.risk) / 10;
  // A falling line leaves room below to the left and above to the right. Below to the left the limit's label stands too, at the far left:
  // only near the right edge is there room beside it on a telephone.
  const bool left = mark_in_right_part(scale, step);
  const bool above = !left || y > 88;
  const int below = x >= 85 || y > 80 ? 20 : 33;
  const std::string count = report_count(page, step.draws);
  return fmt::format(
      "<circle class=\"mark\" cx=\"{0:.2f}%\" cy=\"{1:.2f}%\" r=\"5\"/><text class=\"at\" x=\"{0:.2f}%\" y=\"{2:.2f}%\" dx=\"{3}\" "
      "dy=\"{4}\" text-anchor=\"{5}\">{6}</text>",
      x, y, std::max(y, 14.0), left ? -9 : 9, above ? -10 : below, left ? "end" : "start",
      page.french() ? fmt::format("tirage n° {}", count) : fmt::format("draw {}", count));
}

std::string picture_description(const ReportPage& page, const ContestReview& contest, std::optional<std::size_t> crossing) {
  const RiskStep& last = contest.path.back();
  std::string out = page.french()
                        ? fmt::format("Après {} tirages, le risque mesuré est de {}\u00a0; la limite est de {}.",
                                      report_count(page, last.draws), report_share(page, last.risk), report_share(page, contest.risk_limit))
                        : fmt::format("After {} draws the risk measured is {}; the limit is {}.", report_count(page, last.draws),
                                      report_share(page, last.risk), report_share(page, contest.risk_limit));
  if (crossing) {
    const std::string count = report_count(page, contest.path[*crossing].draws);
    out += page.french() ? fmt::format(" La limite a été atteinte au tirage n° {}.", count)
                         : fmt::format(" The limit was met at draw {}.", count);
  } else {
    out += page.t(" The limit was not met.", " La limite n’a pas été atteinte.");
  }
  return out;
}

std::string picture_table(const ReportPage& page, const ContestReview& contest, std::optional<std::size_t> crossing) {
  std::string rows;
  for (const std::size_t i : thinned(contest.path, kTableRows, crossing))
    rows += fmt::format("<tr><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>", report_count(page, contest.path[i].draws),
                        report_share(page, contest.path[i].risk));
  return fmt::format(
      "<details><summary>{}</summary><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table><thead><tr><th "
      "class=\"n\" "
      "scope=\"col\">{}</th><th class=\"n\" scope=\"col\">{}</th></tr></thead><tbody>{}</tbody></table></div></details>",
      page.t("The picture as a table", "Le graphique sous forme de tableau"), page.t("Risk over the draws", "Risque au fil des tirages"),
      page.t("after draw", "après le tirage"), page.t("risk", "risque"), rows);
}

}  // namespace

std::string risk_picture(const ReportPage& page, const ContestReview& contest, std::size_t number) {
  if (contest.path.empty()) return {};
  const RiskScale scale = picture_scale(contest);
  const auto crossing = picture_crossing(contest);
  std::string labels;
  const std::string grid = picture_grid(page, scale, labels);
  std::string shapes;
  if (contest.risk_limit > 0) {
    const double y = scale.y(contest.risk_limit);
    shapes += fmt::format("<rect class=\"safe\" x=\"0\" y=\"{:.1f}\" width=\"1000\" height=\"{:.1f}\"/>", y, 1000 - y);
    shapes += grid;
    shapes +=
        fmt::format("<line class=\"limit\" x1=\"0\" x2=\"1000\" y1=\"{0:.1f}\" y2=\"{0:.1f}\" vector-effect=\"non-scaling-stroke\"/>", y);
    // Below its line, where the path is not: left of the crossing, or at the right edge if that is far behind it.
    const bool at_right = crossing && !mark_in_right_part(scale, contest.path[*crossing]);
    labels +=
        fmt::format("<text class=\"strong\" x=\"{}\" y=\"{:.2f}%\" dy=\"15\" text-anchor=\"{}\">{} {}</text>", at_right ? "99%" : "66",
                    y / 10, at_right ? "end" : "start", page.t("risk limit", "limite"), report_share(page, contest.risk_limit));
  } else {
    shapes += grid;
  }
  shapes += picture_path(contest, scale, crossing);
  if (crossing) labels += picture_mark(page, contest, scale, *crossing);
  labels += fmt::format("<text x=\"99%\" y=\"3%\" dy=\"8\" text-anchor=\"end\">{} →</text>",
                        page.french() ? fmt::format("tirages, de 0 à {}", report_count(page, contest.path.back().draws))
                                      : fmt::format("draws, 0 to {}", report_count(page, contest.path.back().draws)));
  const std::string description = picture_description(page, contest, crossing);
  return fmt::format(
      "<figure><svg class=\"risk\" role=\"img\" aria-labelledby=\"risk-{0}-t risk-{0}-d\"><title id=\"risk-{0}-t\">{1}</title><desc "
      "id=\"risk-{0}-d\">{2}</desc><svg x=\"0\" y=\"0\" width=\"100%\" height=\"100%\" viewBox=\"0 0 1000 1000\" "
      "preserveAspectRatio=\"none\">{3}</svg>{4}</svg><figcaption>{2} {5}</figcaption>{6}</figure>\n",
      number,
      page.french() ? fmt::format("Risque au fil des tirages\u00a0: {}", report_escape(contest.name))
                    : fmt::format("Risk over the draws: {}", report_escape(contest.name)),
      description, shapes, labels,
      page.t("Each line of the grid is ten times less risk than the one above it.",
             "Chaque ligne de la grille vaut dix fois moins de risque que celle du dessus."),
      picture_table(page, contest, crossing));
}

}  // namespace entente::measures::p3_elections::audit
