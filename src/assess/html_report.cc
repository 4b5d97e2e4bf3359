// The HTML report: one file, no script, no request to anywhere, so that it can be mailed, archived and printed, and so that a strict
// Content-Security-Policy (set in the page itself) holds. This file makes the frame; the parts are in html_overview.cc and
// html_controls.cc.
#include <fmt/format.h>

#include "assess/assess.h"
#include "assess/html.h"
#include "assess/html_parts.h"
#include "assess/html_style.h"
#include "assess/words.h"

namespace entente::assess {

using catalog::Language;
using catalog::Status;

std::string sentence_span(const Page& page, const Sentence& sentence) {
  if (sentence.text.empty()) return {};
  const bool marked = sentence.language != page.language;
  return fmt::format("<span{}>{}</span>", marked ? fmt::format(" lang=\"{}\"", sentence.language == Language::en ? "en" : "fr") : "",
                     escape(sentence.text));
}

std::string_view Page::t(std::string_view en, std::string_view fr) const { return say(language, en, fr); }

namespace {

std::string lede(const Page& page) {
  std::uint32_t applicable = 0;
  std::array<std::uint32_t, 5> count{};
  std::uint32_t declared = 0;
  for (const auto& j : page.outcome.assessment.judgements) {
    ++count[static_cast<std::size_t>(j.status)];
    if (j.status != Status::not_applicable) ++applicable;
    if (j.evidence_class == catalog::EvidenceClass::declared && j.status < Status::not_applicable) ++declared;
  }
  const std::uint32_t done = count[0] + count[1] + count[2];
  const std::size_t all = page.outcome.assessment.judgements.size();
  std::string declaration;
  if (declared != 0) {
    declaration = fmt::format(
        fmt::runtime(page.t("; {} of these only declared, which is never counted", " ; dont {} seulement déclarés, jamais comptés")),
        declared);
  }
  if (page.language == Language::fr) {
    return fmt::format(
        "Sur {} contrôles, {} s’appliquent à cette organisation ; <strong>évalués : {}</strong> (satisfaits : {}, partiels : {}, non "
        "satisfaits : {}{}). Ce qui n’a pas été évalué n’est compté ni pour ni contre : il élargit la plage.",
        all, applicable, done, count[0], count[1], count[2], declaration);
  }
  return fmt::format(
      "Of {} controls, {} apply to this organisation; <strong>{} assessed</strong> ({} satisfied, {} partial, {} not satisfied{}). What "
      "was not assessed counts neither for nor against: it widens the range.",
      all, applicable, done, count[0], count[1], count[2], declaration);
}

std::string fact(std::string_view name, std::string_view escaped_value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escaped_value);
}

std::string head(const Page& page) {
  const auto& a = page.outcome.assessment;
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{0}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" "
      "content=\"entente "
      "{1}\">\n<title>{2} – {3}</title>\n<style>{4}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#overview\">{5}</a>\n{6}\n",
      page.t("en", "fr"), escape(a.tool_version), escape(a.profile.name),
      page.t("Paris Call assessment", "évaluation au titre de l’Appel de Paris"), report_style(),
      page.t("Skip to the results", "Aller aux résultats"), report_icons());
}

std::string header(const Page& page) {
  const auto& a = page.outcome.assessment;
  std::string facts = fact(page.t("Category", "Catégorie"), escape(category_word(a.profile.category, page.language)));
  facts += fact(page.t("Roles", "Rôles"), escape(joined(a.profile.roles)));
  if (!a.profile.domains.empty()) facts += fact(page.t("Domains", "Domaines"), escape(joined(a.profile.domains)));
  facts += fact(page.t("Judged as of", "Jugé au"),
                fmt::format("<time datetime=\"{}\">{}</time>", format_time(a.at), long_time(a.at, page.language)));
  facts += fact(page.t("Evidence", "Preuves"),
                fmt::format("<code title=\"{}\">{}</code>", a.bundle_digest.str(), short_digest(a.bundle_digest)));
  const bool fr = page.language == Language::fr;
  const std::string other =
      fmt::format("<a class=\"switch\" href=\"{}\" hreflang=\"{}\" lang=\"{}\">{}</a>", fr ? "report.html" : "report.fr.html",
                  fr ? "en" : "fr", fr ? "en" : "fr", fr ? "English" : "Français");
  return fmt::format(
      "<header>\n<p class=\"kicker\"><span>{}</span>{}</p>\n<h1>{}</h1>\n<p class=\"lede\">{}</p>\n<dl class=\"facts\">{}</dl>\n<nav "
      "aria-label=\"{}\"><ul><li><a href=\"#fix\">{}</a></li><li><a href=\"#controls\">{}</a></li><li><a href=\"#gaps\">{}</a></li><li><a "
      "href=\"#legend\">{}</a></li><li><a href=\"#recompute\">{}</a></li></ul></nav>\n</header>\n",
      page.t("Paris Call for Trust and Security in Cyberspace", "Appel de Paris pour la confiance et la sécurité dans le cyberespace"),
      other, escape(a.profile.name), lede(page), facts, page.t("On this page", "Sur cette page"), page.t("Fix first", "À corriger d’abord"),
      page.t("Control by control", "Contrôle par contrôle"), page.t("Not assessed", "Non évalué"),
      page.t("How to read this", "Comment lire"), page.t("Recompute it yourself", "Recalculer soi-même"));
}

}  // namespace

std::string legend_part(const Page& page) {
  std::string out = fmt::format("<section id=\"legend\" aria-labelledby=\"legend-h\"><h2 id=\"legend-h\">{}</h2><div class=\"cols\">",
                                page.t("How to read this", "Comment lire ce rapport"));
  out += fmt::format("<div><h3>{}</h3><dl>", page.t("Evidence classes", "Classes de preuve"));
  for (const auto c : {catalog::EvidenceClass::measured, catalog::EvidenceClass::verified, catalog::EvidenceClass::attested,
                       catalog::EvidenceClass::declared}) {
    const double weight = catalog::index_weight(c);
    const std::string_view counts = weight == 1  ? page.t("counts fully", "compte entièrement")
                                    : weight > 0 ? page.t("counts half", "compte pour moitié")
                                                 : page.t("shown, never counted", "montré, jamais compté");
    out += fmt::format("<dt>{}</dt><dd>{}; {}</dd>", letter(c), escape(page.catalog.text(c).in(page.language)), counts);
  }
  out += fmt::format("</dl></div><div><h3>{}</h3><dl>", page.t("Tiers", "Niveaux"));
  const auto from = [&](int share) {
    return fmt::format(fmt::runtime(page.t("score of {}% or more", "score d’au moins {}\u00a0%")), share);
  };
  out += fmt::format("<dt>A</dt><dd>{}</dd><dt>B</dt><dd>{}</dd><dt>C</dt><dd>{}</dd><dt>D</dt><dd>{}</dd><dt>?</dt><dd>{}</dd>", from(90),
                     from(75), from(50), page.t("below that", "au-dessous"),
                     page.t("less than half is assessed: no tier is given", "moins de la moitié est évaluée : aucun niveau n’est donné"));
  out += fmt::format("</dl></div><div><h3>{}</h3><p>{}</p></div></div></section>\n", page.t("Score and range", "Score et plage"),
                     page.t("Satisfied counts 1, partial ½, not satisfied 0, each times the weight of its evidence class. The score is "
                            "over what was assessed. "
                            "The range runs from “everything open fails” to “everything open passes”; its width is what nobody has "
                            "checked. No total is formed across the nine principles: they are different promises.",
                            "Satisfait compte 1, partiel ½, non satisfait 0, pondérés par la classe de preuve. Le score porte sur ce qui a "
                            "été évalué. La plage va "
                            "de « tout ce qui est ouvert échoue » à « tout réussit » ; sa largeur est ce que personne n’a vérifié. Aucun "
                            "total n’est formé sur les neuf principes : ce sont des promesses différentes."));
  return out;
}

std::string provenance_part(const Page& page) {
  const auto& a = page.outcome.assessment;
  const auto row = [](std::string_view name, const std::string& value) {
    return fmt::format("<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>", name, escape(value));
  };
  std::string rows = row("assessment.json", sha256(page.outcome.document).str());
  rows += row("bundle/manifest.json", a.bundle_digest.str());
  for (const auto& [path, content] : page.outcome.side_files) rows += row(escape(path), sha256(content).str());
  rows += row(page.t("Catalogue and schemas", "Catalogue et schémas"), a.data_digest.str());
  rows += row(page.t("Catalogue version", "Version du catalogue"), a.catalog_version);
  rows += row("entente", a.tool_version);
  rows += row(page.t("Judged as of", "Jugé au"), format_time(a.at));
  return fmt::format(
      "<footer><div class=\"inner\"><section id=\"recompute\" aria-labelledby=\"recompute-h\"><h2 "
      "id=\"recompute-h\">{}</h2><p>{}</p><pre><code>entente "
      "reproduce assessment.json --bundle bundle\nentente verify . --key VKEY --log VKEY</code></pre><table "
      "class=\"kv\"><tbody>{}</tbody></table></section></div></footer>\n",
      page.t("Recompute it yourself", "Recalculer soi-même"),
      page.t(
          "This page shows what assessment.json says; that document follows from the evidence alone. Whoever has the bundle gets the same "
          "bytes, on any machine:",
          "Cette page montre ce que dit assessment.json, et ce document découle des seules preuves. Quiconque possède le dossier obtient "
          "les "
          "mêmes octets, sur toute machine :"),
      rows);
}

std::string html_report(const Outcome& outcome, const catalog::Catalog& catalog, Language language) {
  const Page page{outcome, catalog, language};
  std::string out = head(page);
  out += header(page);
  out += "<main>\n" + overview_part(page) + fix_part(page) + controls_part(page) + gaps_part(page) + legend_part(page) + "</main>\n";
  out += provenance_part(page);
  out += "</body>\n</html>\n";
  return out;
}

}  // namespace entente::assess
