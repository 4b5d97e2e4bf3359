// The upper half of the HTML report: the table of principles with one bar each, and what to fix first. A bar is drawn in percent
// coordinates of an inline SVG, so it stays sharp at any width: solid from 0 to the lower bound (certain), hatched up to the upper bound
// (not assessed), bare beyond (lost), and a ring at the score of what was assessed. The same numbers stand beside it as text.
#include <fmt/format.h>

#include <algorithm>

#include "assess/html.h"
#include "assess/html_parts.h"
#include "assess/words.h"

namespace entente::assess {

using catalog::Judgement;
using catalog::PrincipleScore;
using catalog::Status;

namespace {

// Two decimals, so that a third does not fill the page with digits.
std::string pct(double share) { return fmt::format("{:.2f}%", share * 100); }

std::string bar(const Page& page, const PrincipleScore& p) {
  const std::string label = fmt::format("{} {}; {} {}", page.t("score", "score"),
                                        p.score ? percent(*p.score, page.language) : std::string(page.t("none", "aucun")),
                                        page.t("range", "plage"), interval(p, page.language));
  std::string out = fmt::format(
      "<svg class=\"bar\" role=\"img\" aria-label=\"{}\"><rect class=\"track\" width=\"100%\" y=\"25%\" height=\"50%\" rx=\"3\"/>", label);
  if (p.weight_applicable > 0) {
    if (p.high > p.low)
      out += fmt::format("<rect class=\"open\" x=\"{}\" width=\"{}\" y=\"25%\" height=\"50%\" rx=\"3\"/>", pct(p.low), pct(p.high - p.low));
    if (p.low > 0) out += fmt::format("<rect class=\"sure\" width=\"{}\" y=\"25%\" height=\"50%\" rx=\"3\"/>", pct(p.low));
    for (const double tick : {0.5, 0.75, 0.9})
      out += fmt::format("<line class=\"tick\" x1=\"{0}\" x2=\"{0}\" y1=\"25%\" y2=\"75%\"/>", pct(tick));
    const std::string_view faint = p.tier == '?' ? " faint" : "";
    if (p.score) out += fmt::format("<circle class=\"dot{}\" cx=\"{}\" cy=\"50%\" r=\"6\"/>", faint, pct(*p.score));
  }
  return out + "</svg>";
}

std::string counts(const Page& page, const PrincipleScore& p) {
  std::string out = "<span class=\"counts\">";
  for (const Status s : {Status::satisfied, Status::partial, Status::not_satisfied, Status::not_assessed, Status::not_applicable}) {
    const auto n = p.count[static_cast<std::size_t>(s)];
    if (n != 0)
      out += fmt::format("<span><span class=\"s{}\">{}</span> {} {}</span>", static_cast<int>(s), status_icon(s), n,
                         status_word(s, page.language));
  }
  return out + "</span>";
}

std::string score_cell(const Page& page, const PrincipleScore& p) {
  if (p.applicable == 0) return fmt::format("<span class=\"none\">{}</span>", page.t("no control applies", "aucun contrôle ne s’applique"));
  if (p.weight_applicable <= 0) return fmt::format("<span class=\"none\">{}</span>", page.t("nothing that counts", "rien qui compte"));
  if (!p.score) return fmt::format("<span class=\"none\">{}</span>", page.t("nothing assessed that counts", "rien d’évalué qui compte"));
  const std::string covered = p.coverage == 1 ? std::string(page.t("fully covered", "entièrement couvert"))
                                              : fmt::format("{} {}", percent(p.coverage, page.language), page.t("covered", "couvert"));
  // Below half coverage a score says little: the range is what is known.
  if (p.tier == '?') return fmt::format("<b class=\"range\">{}</b><small>{}</small>", interval(p, page.language), covered);
  if (p.coverage == 1) return fmt::format("<b>{}</b><small>{}</small>", percent(*p.score, page.language), covered);
  return fmt::format("<b>{}</b><small>{} {}<br>{}</small>", percent(*p.score, page.language), page.t("range", "plage"),
                     interval(p, page.language), covered);
}

std::string row(const Page& page, const PrincipleScore& p) {
  const auto& principle = page.catalog.principles()[p.principle];
  const std::string tier = p.applicable == 0 ? "–" : std::string(1, p.tier);
  const std::string spoken =
      p.tier == '?' ? std::string(page.t("no tier", "sans niveau")) : fmt::format("{} {}", page.t("tier", "niveau"), p.tier);
  const std::string number = p.principle == 0 ? "" : fmt::format("<span class=\"num\">{}</span>", p.principle);
  return fmt::format(
      "<tr{}><td class=\"tier\"><span class=\"badge {}\" aria-hidden=\"true\">{}</span><span class=\"vh\">{}</span></td><th "
      "scope=\"row\"><a href=\"#p{}\">{}{}</a>{}</th><td class=\"plot\">{}</td><td class=\"score\">{}</td></tr>\n",
      p.principle == 0 ? " class=\"identity\"" : "", p.tier == '?' ? 'u' : p.tier, tier, spoken, p.principle, number,
      escape(principle.title.in(page.language)), counts(page, p), bar(page, p), score_cell(page, p));
}

std::string axis(const Page& page) {
  const auto mark = [](double at, std::string_view text) {
    return fmt::format("<text x=\"{}\" y=\"95%\" text-anchor=\"middle\">{}</text>", pct(at), text);
  };
  const auto name = [](double at, std::string_view text) {
    return fmt::format("<text x=\"{}\" y=\"45%\" text-anchor=\"middle\">{}</text>", pct(at), text);
  };
  return fmt::format("<span class=\"vh\">{}</span><svg class=\"axis\" aria-hidden=\"true\">{}{}{}{}{}{}{}{}</svg>",
                     page.t("Score and range", "Score et plage"), name(0.25, "D"), name(0.625, "C"), name(0.825, "B"), name(0.95, "A"),
                     "<text x=\"0\" y=\"95%\">0</text>", mark(0.5, "50"), mark(0.75, "75"), mark(0.9, "90"));
}

std::string key(const Page& page) {
  const auto item = [](std::string_view drawing, std::string_view text) {
    return fmt::format("<span><svg class=\"bar\" style=\"display:inline-block;height:.8rem\" aria-hidden=\"true\">{}</svg>{}</span>",
                       drawing, text);
  };
  return fmt::format(
      "<p class=\"key\">{}{}{}{}</p>",
      item("<rect class=\"sure\" width=\"100%\" height=\"100%\" rx=\"2\"/>",
           page.t("certain, whatever the rest shows", "acquis, quoi que montre le reste")),
      item("<rect class=\"open\" width=\"100%\" height=\"100%\" rx=\"2\"/>",
           page.t("not assessed: could go either way", "non évalué : peut aller dans les deux sens")),
      item("<rect class=\"track\" width=\"100%\" height=\"100%\" rx=\"2\"/>", page.t("lost", "perdu")),
      item("<circle class=\"dot\" cx=\"50%\" cy=\"50%\" r=\"5\"/>", page.t("score of what was assessed", "score de ce qui a été évalué")));
}

}  // namespace

std::string status_icon(Status status) {
  return fmt::format("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i{}\"/></svg>", static_cast<int>(status));
}

std::string overview_part(const Page& page) {
  std::string out = fmt::format(
      "<section id=\"overview\" aria-labelledby=\"overview-h\"><h2 id=\"overview-h\">{}</h2>\n<table class=\"chart\"><thead><tr><th "
      "scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\" "
      "class=\"right\">{}</th></tr></thead>\n<tbody>\n",
      page.t("Nine principles, as measured", "Neuf principes, tels que mesurés"), page.t("Tier", "Niveau"), page.t("Principle", "Principe"),
      axis(page), page.t("Score, range, coverage", "Score, plage, couverture"));
  for (const auto& p : page.outcome.assessment.principles) out += row(page, p);
  return out + "</tbody></table>\n" + key(page) + "</section>\n";
}

std::string fix_part(const Page& page) {
  const auto list = to_fix(page.outcome);
  std::string out = fmt::format("<section id=\"fix\" aria-labelledby=\"fix-h\"><h2 id=\"fix-h\">{}</h2>\n",
                                page.t("What to fix first", "À corriger d’abord"));
  if (list.empty()) {
    out += fmt::format("<p>{}</p></section>\n",
                       page.t("Nothing that was assessed needs fixing.", "Rien de ce qui a été évalué n’est à corriger."));
    return out;
  }
  out += "<ol class=\"fix\">\n";
  for (const Judgement* j : list) {
    const catalog::Control* control = page.catalog.find(j->control);
    out += fmt::format(
        "<li class=\"s{}\"><p class=\"head\"><span class=\"st\">{} {}</span><a href=\"#{}\">{}</a><strong>{}</strong></p><p>{}</p>",
        static_cast<int>(j->status), status_icon(j->status), status_word(j->status, page.language), j->control.str(), j->control.str(),
        control == nullptr ? "" : escape(control->title.in(page.language)),
        sentence_span(page, summary_in(page.outcome, *j, page.language)));
    if (const std::string fix = sentence_span(page, fix_in(page.outcome, *j, page.language)); !fix.empty())
      out += fmt::format("<p class=\"fixline\">{}</p>", fix);
    out += "</li>\n";
  }
  out += "</ol>\n";
  const bool english = std::any_of(
      list.begin(), list.end(), [&](const Judgement* j) { return summary_in(page.outcome, *j, page.language).language != page.language; });
  if (english)
    out += "<p class=\"more\">Les constats des moteurs de mesure sont donnés en anglais, tels qu’ils figurent dans assessment.json.</p>\n";
  return out + "</section>\n";
}

}  // namespace entente::assess
