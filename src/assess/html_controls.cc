// The lower half of the HTML report: every control as a <details> with what was measured and by which rule, and the list of what was not
// assessed. Controls with something to fix are open from the start.
#include <fmt/format.h>

#include "assess/html.h"
#include "assess/html_parts.h"
#include "assess/words.h"

namespace entente::assess {

using catalog::Control;
using catalog::Judgement;
using catalog::Status;

namespace {

constexpr std::size_t kShownRows = 25;

std::string entry(std::string_view name, const std::string& html) {
  return html.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>", name, html);
}

// What the catalogue says of the control: left out on paper where nothing was judged.
std::string rule_entry(std::string_view name, const std::string& html) {
  return html.empty() ? "" : fmt::format("<dt class=\"rule\">{}</dt><dd class=\"rule\">{}</dd>", name, html);
}

std::string rule(const Page& page, const Control& control) {
  std::string out = fmt::format("<strong>{}</strong> {}", page.t("satisfied:", "satisfait :"), escape(control.satisfied.in(page.language)));
  if (!control.partial.en.empty())
    out += fmt::format("<br><strong>{}</strong> {}", page.t("partial:", "partiel :"), escape(control.partial.in(page.language)));
  if (!control.not_applicable.en.empty()) {
    out += fmt::format("<br><strong>{}</strong> {}", page.t("not applicable:", "sans objet :"),
                       escape(control.not_applicable.in(page.language)));
  }
  return out;
}

// A piece of evidence by its path in the bundle, where it is there; always with its digest.
std::string named(const Page& page, const Digest& digest) {
  const auto path = page.outcome.evidence_paths.find(digest);
  return path == page.outcome.evidence_paths.end() ? "" : escape(path->second);
}

std::string places(const Page& page, const Judgement& j) {
  if (j.finding.places.empty()) return "";
  std::string out = "<ul>";
  for (const auto& place : j.finding.places) {
    const std::string file = named(page, place.evidence);
    out += fmt::format("<li title=\"{}\">{} <code>{}</code></li>", place.evidence.str(), file.empty() ? short_digest(place.evidence) : file,
                       escape(place.pointer));
  }
  return out + "</ul>";
}

std::string evidence_list(const Page& page, const Judgement& j) {
  if (j.finding.evidence.empty()) return "";
  std::string out = "<ul>";
  const std::size_t shown = std::min(kShownRows, j.finding.evidence.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Digest& digest = j.finding.evidence[i];
    out += fmt::format("<li>{} <code>{}</code></li>", named(page, digest), digest.str());
  }
  out += "</ul>";
  if (j.finding.evidence.size() > shown) {
    out += fmt::format("<p class=\"more\">{}</p>",
                       fmt::format(fmt::runtime(page.t("… and {} more, in assessment.json", "… et {} de plus, dans assessment.json")),
                                   j.finding.evidence.size() - shown));
  }
  if (j.evidence_from)
    out += fmt::format("<p class=\"more\">{} {}</p>", page.t("the oldest of", "la plus ancienne :"), format_date(*j.evidence_from));
  return out;
}

std::string rows(const Page& page, const Judgement& j) {
  if (j.finding.rows.empty()) return "";
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(kShownRows, j.finding.rows.size()); ++i) list.push_back(j.finding.rows[i]);
  std::string out = finding_rows(list, page.language);
  const std::uint64_t total = std::max<std::uint64_t>(j.rows_count, j.finding.rows.size());
  if (total > list.size()) {
    const std::string all = j.rows_path.empty() ? "assessment.json" : escape(j.rows_path);
    out += fmt::format(
        "<p class=\"more\">{}</p>",
        fmt::format(fmt::runtime(page.t("{} of {} rows; all of them in <code>{}</code>", "{} lignes sur {} ; toutes dans <code>{}</code>")),
                    list.size(), total, all));
  }
  return out;
}

std::string body(const Page& page, const Control& control, const Judgement& j) {
  std::string out = "<div class=\"body\"><dl>";
  out += entry(page.t("What was found", "Constat"), sentence_span(page, summary_in(page.outcome, j, page.language)));
  if (const auto reason = page.outcome.reasons.find(j.control); reason != page.outcome.reasons.end()) {
    out += entry(page.t("Why", "Pourquoi"), escape(reason->second.in(page.language)));
  }
  if (const auto next = page.outcome.next.find(j.control); next != page.outcome.next.end()) {
    out += entry(page.t("What would assess it", "Ce qui l’évaluerait"), escape(next->second.in(page.language)));
  }
  out += entry(page.t("Next step", "Prochaine étape"), sentence_span(page, fix_in(page.outcome, j, page.language)));
  if (!j.finding.detail.empty()) out += entry(page.t("Measured", "Mesures"), json_table(j.finding.detail, page.language));
  if (const std::string list = rows(page, j); !list.empty())
    out += fmt::format("<dt class=\"wide\">{}</dt><dd class=\"wide\">{}</dd>", page.t("Rows", "Lignes"), list);
  out += entry(page.t("Places", "Endroits"), places(page, j));
  out += entry(page.t("Evidence", "Preuves"), evidence_list(page, j));
  out += rule_entry(page.t("The rule", "La règle"), rule(page, control));
  out += rule_entry(page.t("The test", "Le test"), escape(control.test.in(page.language)));
  out += rule_entry(
      page.t("Evidence asked for", "Preuve demandée"),
      fmt::format("{} ({} {}; {} {} {})", escape(control.evidence.in(page.language)), page.t("class", "classe"),
                  letter(control.evidence_class), page.t("at most", "au plus"), control.max_age_days, page.t("days old", "jours")));
  out += rule_entry(page.t("Rests on", "Se fonde sur"), escape(control.standard));
  if (!j.engine.empty()) out += rule_entry(page.t("Judged by", "Jugé par"), escape(j.engine));
  return out + "</dl></div>";
}

std::string control_part(const Page& page, const Control& control, const Judgement& j) {
  const bool open = j.status == Status::not_satisfied;
  return fmt::format(
      "<details class=\"control s{2}\" id=\"{0}\"{1}><summary><span class=\"s{2}\">{3}</span><span "
      "class=\"id\">{0}</span><span>{4}</span><span "
      "class=\"right\"><span "
      "class=\"st s{2}\">{5}</span><abbr class=\"cls\" title=\"{6}\">{7}</abbr></span></summary>{8}</details>\n",
      control.id.str(), open ? " open" : "", static_cast<int>(j.status), status_icon(j.status), escape(control.title.in(page.language)),
      status_word(j.status, page.language), escape(page.catalog.text(control.evidence_class).in(page.language)),
      letter(control.evidence_class), body(page, control, j));
}

}  // namespace

std::string controls_part(const Page& page) {
  std::string out = fmt::format("<section id=\"controls\" aria-labelledby=\"controls-h\"><h2 id=\"controls-h\">{}</h2>\n",
                                page.t("Control by control", "Contrôle par contrôle"));
  for (const auto& principle : page.catalog.principles()) {
    const std::string number = principle.number == 0 ? "" : std::to_string(principle.number) + ". ";
    out += fmt::format("<section class=\"principle\" id=\"p{0}\" aria-labelledby=\"p{0}-h\"><h3 id=\"p{0}-h\">{1}{2}</h3>\n",
                       principle.number, number, escape(principle.title.in(page.language)));
    if (!principle.text.en.empty()) out += fmt::format("<blockquote>{}</blockquote>\n", escape(principle.text.in(page.language)));
    for (const Judgement& j : page.outcome.assessment.judgements) {
      const Control* control = page.catalog.find(j.control);
      if (control != nullptr && j.control.principle() == principle.number) out += control_part(page, *control, j);
    }
    out += "</section>\n";
  }
  return out + "</section>\n";
}

std::string gaps_part(const Page& page) {
  std::string rows;
  std::size_t count = 0;
  for (const Judgement& j : page.outcome.assessment.judgements) {
    const Control* control = page.catalog.find(j.control);
    if (j.status != Status::not_assessed || control == nullptr) continue;
    ++count;
    const auto reason = page.outcome.reasons.find(j.control);
    const auto next = page.outcome.next.find(j.control);
    rows += fmt::format("<tr><th scope=\"row\"><a href=\"#{0}\">{0}</a></th><td>{1}</td><td>{2}</td><td>{3}</td></tr>\n", j.control.str(),
                        escape(control->title.in(page.language)),
                        reason == page.outcome.reasons.end() ? "" : escape(reason->second.in(page.language)),
                        next == page.outcome.next.end() ? "" : escape(next->second.in(page.language)));
  }
  std::string out = fmt::format("<section id=\"gaps\" aria-labelledby=\"gaps-h\"><h2 id=\"gaps-h\">{}</h2>\n",
                                page.t("What was not assessed", "Ce qui n’a pas été évalué"));
  if (count == 0)
    return out +
           fmt::format("<p>{}</p></section>\n", page.t("Everything that applies was assessed.", "Tout ce qui s’applique a été évalué."));
  out += fmt::format("<p>{}</p>", page.t("No evidence is never a pass, and never a failure either. For each of these controls the table "
                                         "says why it is open and what would assess it.",
                                         "Une absence de preuve n’est jamais une réussite, ni un échec. Pour chacun de ces contrôles, le "
                                         "tableau dit pourquoi il reste ouvert et ce qui permettrait de l’évaluer."));
  return out + fmt::format(
                   "<details class=\"fold\"><summary>{}</summary><table class=\"gaps\"><thead><tr><th scope=\"col\">{}</th><th "
                   "scope=\"col\">{}</th><th scope=\"col\">{}</th><th "
                   "scope=\"col\">{}</th></tr></thead><tbody>\n{}</tbody></table></details></section>\n",
                   fmt::format(fmt::runtime(page.t("Show all {}", "Montrer les {}")), count), page.t("Control", "Contrôle"),
                   page.t("Title", "Titre"), page.t("Why", "Pourquoi"), page.t("What would assess it", "Ce qui l’évaluerait"), rows);
}

}  // namespace entente::assess
