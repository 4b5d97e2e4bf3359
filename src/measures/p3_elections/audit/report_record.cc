// The rest of the report: findings with their rows, how much was compared, the files with their fingerprints, what nobody checked, and the
// words explained.
#include <fmt/format.h>

#include <algorithm>

#include "measures/p3_elections/audit/report_parts.h"

namespace entente::measures::p3_elections::audit {

using review::ReviewFinding;
using review::Row;

namespace {

constexpr std::size_t kRowsShown = 200;
constexpr std::size_t kRowsOpen = 5;
constexpr std::size_t kFindingsShown = 500;
constexpr std::size_t kFilesOpen = 12;

std::string row_item(const ReportPage& page, const Row& row) {
  std::string place = report_escape(row.file, 300);
  if (row.line != 0)
    place +=
        page.french() ? fmt::format(", ligne {}", report_count(page, row.line)) : fmt::format(", line {}", report_count(page, row.line));
  if (place.empty()) return fmt::format("<li lang=\"en\">{}</li>", report_escape(row.text, 600));
  return fmt::format("<li><code>{}</code>{}</li>", place,
                     row.text.empty() ? std::string() : fmt::format(": <span lang=\"en\">{}</span>", report_escape(row.text, 600)));
}

std::string finding_list(const ReportPage& page, const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  const std::size_t shown = std::min(rows.size(), kRowsShown);
  std::string out = "<ul class=\"rows\">";
  for (std::size_t i = 0; i < shown; ++i) out += row_item(page, rows[i]);
  out += "</ul>";
  if (shown < rows.size())
    out += fmt::format(fmt::runtime(page.t("<p class=\"more\">… and {} more rows, in the review’s JSON.</p>",
                                           "<p class=\"more\">… et {} lignes de plus, dans le JSON de la vérification.</p>")),
                       report_count(page, rows.size() - shown));
  if (rows.size() <= kRowsOpen) return out;
  return fmt::format("<details><summary>{} ({})</summary>{}</details>", page.t("The rows", "Les lignes"), report_count(page, rows.size()),
                     out);
}

std::string finding_item(const ReportPage& page, const ReviewFinding& finding) {
  const auto cls = severity_class(finding.severity);
  std::string head = fmt::format("<span class=\"st {0}\">{1} {2}</span><code>{3}</code>", cls, report_icon(cls),
                                 severity_word(page, finding.severity), report_escape(finding.code, 80));
  if (!finding.contest.empty()) head += fmt::format("<span>{}</span>", report_escape(finding.contest, 300));
  const auto meaning = code_meaning(page, finding.code);
  return fmt::format("<li class=\"{}\"><p class=\"head\">{}</p><p lang=\"en\">{}</p>{}{}</li>\n", cls, head, report_escape(finding.summary),
                     meaning.empty() ? std::string() : fmt::format("<p class=\"muted\">{}</p>", meaning), finding_list(page, finding.rows));
}

std::string checks_table(const ReportPage& page) {
  if (page.review.checks.empty()) return {};
  std::string rows;
  for (const auto& check : page.review.checks) {
    const std::string_view cls = check.good == check.of ? (check.of == 0 ? "none" : "good") : "bad";
    rows += fmt::format("<tr><th scope=\"row\" class=\"break\">{}</th><td class=\"n\">{}</td><td class=\"st {}\">{} {}</td></tr>",
                        report_fixed(page, check.name, 300),
                        page.french() ? fmt::format("{} sur {}", report_count(page, check.good), report_count(page, check.of))
                                      : fmt::format("{} of {}", report_count(page, check.good), report_count(page, check.of)),
                        cls, report_icon(cls),
                        check.of == 0            ? page.t("nothing to compare", "rien à comparer")
                        : check.good == check.of ? page.t("all agree", "tout concorde")
                                                 : page.t("not all agree", "tout ne concorde pas"));
  }
  return fmt::format(
      "<section id=\"checks\" aria-labelledby=\"checks-h\"><h2 id=\"checks-h\">{}</h2>\n<div class=\"scroll\" tabindex=\"0\" "
      "role=\"group\" aria-labelledby=\"checks-h\"><table class=\"fold\"><tbody>{}</tbody></table></div></section>\n",
      page.t("What was compared", "Ce qui a été comparé"), rows);
}

std::string files_table(const ReportPage& page) {
  const auto& files = page.review.files;
  if (files.empty()) return {};
  std::string rows;
  for (const auto& file : files)
    rows += fmt::format(
        "<tr><th scope=\"row\" class=\"break\">{}</th><td>{}</td><td class=\"n\" data-label=\"{}\">{}</td><td "
        "class=\"break\"><code>{}</code></td></tr>",
        report_escape(file.path, 300), report_fixed(page, file.role, 80), page.t("bytes", "octets"), report_count(page, file.size),
        file.sha256.hex());
  std::string table = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"files-h\"><table class=\"wide fold\"><thead><tr><th "
      "scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\" class=\"n\">{}</th><th "
      "scope=\"col\">SHA-256</th></tr></thead><tbody>{}"
      "</tbody></table></div>",
      page.t("file", "fichier"), page.t("what it is", "nature"), page.t("bytes", "octets"), rows);
  if (files.size() > kFilesOpen)
    table = fmt::format("<details><summary>{} ({})</summary>{}</details>", page.t("All files", "Tous les fichiers"),
                        report_count(page, files.size()), table);
  return fmt::format("<section id=\"files\" aria-labelledby=\"files-h\"><h2 id=\"files-h\">{}</h2>\n{}</section>\n",
                     page.t("Files and their fingerprints", "Les fichiers et leurs empreintes"), table);
}

std::string not_checked_list(const ReportPage& page) {
  std::string out = fmt::format("<section id=\"unchecked\" aria-labelledby=\"unchecked-h\"><h2 id=\"unchecked-h\">{}</h2>\n",
                                page.t("What was not checked", "Ce qui n’a pas été vérifié"));
  if (!page.review.not_checked.empty()) {
    out += "<ul>";
    for (const auto& sentence : page.review.not_checked) out += fmt::format("<li>{}</li>", report_fixed(page, sentence));
    out += "</ul>";
  }
  return out +
         fmt::format(
             "<p>{}</p></section>\n",
             page.t("No audit of ballots says who may vote, whether every ballot cast is in the boxes, or whether the boxes were "
                    "guarded: it says whether the ballots that are there give the reported winner.",
                    "Aucun audit de bulletins ne dit qui peut voter, si tous les bulletins déposés sont dans les urnes, ni si les urnes "
                    "ont été gardées\u00a0: il dit si les bulletins présents donnent le vainqueur annoncé."));
}

std::string word_list(const ReportPage& page) {
  struct Term {
    std::string_view en, en_text, fr, fr_text;
  };
  static constexpr Term kTerms[] = {
      {"Risk", "The largest chance that this sample would have looked as good as it did if the reported winner had in truth lost.",
       "Risque", "La plus grande chance que cet échantillon ait paru aussi bon si le vainqueur annoncé avait en vérité perdu."},
      {"Risk limit", "The law or the office fixes it beforehand. Above it the sample grows, in the end to a count of all ballots.",
       "Limite de risque",
       "Fixée d’avance par la loi ou l’administration. Au-dessus, l’échantillon grandit, au besoin jusqu’à compter tous les bulletins."},
      {"Card", "One sheet of paper that can be drawn and looked at; a ballot may have several.", "Carte",
       "Une feuille de papier que l’on peut tirer et regarder\u00a0; un bulletin peut en avoir plusieurs."},
      {"Diluted margin", "The smallest margin in votes, divided by all cards that could be drawn.", "Écart dilué",
       "Le plus petit écart en voix, divisé par toutes les cartes pouvant être tirées."},
      {"Discrepancy", "How far the record of a drawn card made a winner look better (or worse) than the paper does, in votes.",
       "Divergence", "De combien de voix l’enregistrement d’une carte tirée avantage (ou désavantage) un vainqueur par rapport au papier."},
      {"Seed", "Digits nobody could foresee, rolled in public once all files are fixed; every draw follows from them.", "Graine",
       "Des chiffres imprévisibles, tirés en public une fois tous les fichiers figés\u00a0; chaque tirage en découle."},
  };
  std::string out;
  for (const Term& term : kTerms)
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", page.t(term.en, term.fr), page.t(term.en_text, term.fr_text));
  return fmt::format("<section id=\"words\" aria-labelledby=\"words-h\"><h2 id=\"words-h\">{}</h2>\n<dl class=\"cols\">{}</dl></section>\n",
                     page.t("How to read this", "Comment lire ce rapport"), out);
}

}  // namespace

std::string_view findings_title(const ReportPage& page) {
  return page.review.good() ? page.t("Findings", "Constats") : page.t("What did not agree", "Ce qui ne concorde pas");
}

std::string findings_part(const ReportPage& page) {
  const auto& findings = page.review.findings;
  std::string out =
      fmt::format("<section id=\"findings\" aria-labelledby=\"findings-h\"><h2 id=\"findings-h\">{}</h2>\n", findings_title(page));
  if (findings.empty()) return out + fmt::format("<p>{}</p></section>\n", page.t("Nothing.", "Rien."));
  out += "<ol class=\"found\">\n";
  const std::size_t shown = std::min(findings.size(), kFindingsShown);
  for (std::size_t i = 0; i < shown; ++i) out += finding_item(page, findings[i]);
  out += "</ol>";
  if (shown < findings.size())
    out += fmt::format(fmt::runtime(page.t("<p class=\"more\">… and {} more findings, in the review’s JSON.</p>",
                                           "<p class=\"more\">… et {} constats de plus, dans le JSON de la vérification.</p>")),
                       report_count(page, findings.size() - shown));
  return out + "</section>\n";
}

std::string record_part(const ReportPage& page) {
  return checks_table(page) + files_table(page) + not_checked_list(page) + word_list(page);
}

}  // namespace entente::measures::p3_elections::audit
