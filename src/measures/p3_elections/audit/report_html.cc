// The frame of the report: head with a Content-Security-Policy that allows nothing but the inlined style, title, what it comes to in one
// sentence, the parts in the order a reader asks: may I trust it, which contests, what did not agree, what can I do myself, from which
// files.
#include "measures/p3_elections/audit/report_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/version.h"
#include "measures/p3_elections/audit/report_parts.h"

namespace entente::measures::p3_elections::audit {

using review::ContestReview;
using review::Severity;

namespace {

struct ReportTally {
  std::size_t confirmed = 0, not_confirmed = 0, full_count = 0, not_audited = 0;
  std::size_t failures = 0, warnings = 0, notes = 0;
};

ReportTally report_tally(const review::Review& review) {
  ReportTally tally;
  for (const auto& contest : review.contests) {
    tally.confirmed += contest.outcome == ContestReview::Outcome::confirmed ? 1 : 0;
    tally.not_confirmed += contest.outcome == ContestReview::Outcome::not_confirmed ? 1 : 0;
    tally.full_count += contest.outcome == ContestReview::Outcome::full_count ? 1 : 0;
    tally.not_audited += contest.outcome == ContestReview::Outcome::not_audited ? 1 : 0;
  }
  for (const auto& finding : review.findings) {
    tally.failures += finding.severity == Severity::failure ? 1 : 0;
    tally.warnings += finding.severity == Severity::warning ? 1 : 0;
    tally.notes += finding.severity == Severity::note ? 1 : 0;
  }
  return tally;
}

std::string_view kind_words(const ReportPage& page) {
  const auto& kind = page.review.kind;
  if (kind == "corla") return page.t("a published audit of the State of Colorado", "un audit publié de l’État du Colorado");
  if (kind == "arlo") return page.t("a published audit made with Arlo", "un audit publié, mené avec Arlo");
  if (kind == "shangrla") return page.t("a published audit made with SHANGRLA", "un audit publié, mené avec SHANGRLA");
  if (kind == "audit") return page.t("an audit made with Entente", "un audit mené avec Entente");
  return page.t("a published audit", "un audit publié");
}

std::string report_head(const ReportPage& page) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{0}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri "
      "'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"entente "
      "{1}\">\n<title>{2} – {3}</title>\n<style>{4}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#contests\">{5}</a>\n{6}\n",
      page.t("en", "fr"), report_escape(version()), report_escape(page.review.title, 300), page.t("election audit", "audit électoral"),
      review_style(), page.t("Skip to the results", "Aller aux résultats"), review_icons());
}

std::string report_lede(const ReportPage& page, const ReportTally& tally) {
  const std::size_t all = page.review.contests.size();
  if (page.french())
    return fmt::format(
        "Ce rapport recalcule {}\u00a0: tirages, risques et totaux, à partir des fichiers. Scrutins\u00a0:\u00a0{}\u00a0; "
        "<strong>confirmés\u00a0:\u00a0{}</strong>\u00a0; non confirmés\u00a0:\u00a0{}\u00a0; dépouillement "
        "complet\u00a0:\u00a0{}\u00a0; non audités\u00a0:\u00a0{}.",
        kind_words(page), report_count(page, all), report_count(page, tally.confirmed), report_count(page, tally.not_confirmed),
        report_count(page, tally.full_count), report_count(page, tally.not_audited));
  return fmt::format(
      "This report recomputes {}: draws, risks and totals, from the files. Of {} {}, <strong>{} confirmed</strong>, {} not confirmed, {} "
      "sent to a full count, {} not audited.",
      kind_words(page), report_count(page, all), all == 1 ? "contest" : "contests", report_count(page, tally.confirmed),
      report_count(page, tally.not_confirmed), report_count(page, tally.full_count), report_count(page, tally.not_audited));
}

// How many contests are not confirmed: those whose risk is above their limit, and those a finding says it of.
std::size_t report_unconfirmed(const review::Review& review) {
  std::set<std::string_view> named;
  std::size_t count = 0;
  for (const auto& contest : review.contests)
    if (contest.outcome == ContestReview::Outcome::not_confirmed) {
      ++count;
      named.insert(contest.name);
    }
  for (const auto& finding : review.findings)
    if (finding.code == review::kLimitNotMet && named.insert(finding.contest).second) ++count;
  return count;
}

bool report_found(const review::Review& review, std::string_view code) {
  return std::ranges::any_of(review.findings, [&](const review::ReviewFinding& f) { return f.code == code; });
}

// Green only where nothing failed and every contest that was audited is confirmed, or counted in full, under a limit that means something.
std::string report_verdict(const ReportPage& page, const ReportTally& tally) {
  const std::size_t unconfirmed = report_unconfirmed(page.review);
  const bool none = unconfirmed == 0 && tally.confirmed + tally.full_count == 0;
  const bool high = report_found(page.review, review::kLimitHigh);
  const std::string_view look = tally.failures != 0 ? "bad" : unconfirmed != 0 || none || high ? "mid" : "good";
  std::string text;
  if (tally.failures == 0)
    text = page.t("<b>What was checked agrees.</b>", "<b>Ce qui a été vérifié concorde.</b>");
  else
    text = page.french() ? fmt::format("<b>La vérification échoue.</b> Échecs\u00a0:\u00a0{}.", report_count(page, tally.failures))
                         : fmt::format("<b>The verification fails.</b> {} {}.", report_count(page, tally.failures),
                                       tally.failures == 1 ? "failure" : "failures");
  if (unconfirmed != 0)
    text += page.french() ? fmt::format(" <b>Scrutins non confirmés\u00a0:\u00a0{}.</b>", report_count(page, unconfirmed))
                          : fmt::format(" <b>{} {} not confirmed.</b>", report_count(page, unconfirmed),
                                        unconfirmed == 1 ? "contest is" : "contests are");
  if (none) text += page.t(" <b>No contest is confirmed.</b>", " <b>Aucun scrutin n’est confirmé.</b>");
  if (high) text += page.t(" <b>A risk limit is above 10%.</b>", " <b>Une limite de risque dépasse 10\u00a0%.</b>");
  if (tally.warnings + tally.notes != 0)
    text += page.french() ? fmt::format(" Avertissements\u00a0:\u00a0{}\u00a0; remarques\u00a0:\u00a0{}.",
                                        report_count(page, tally.warnings), report_count(page, tally.notes))
                          : fmt::format(" {} {}, {} {}.", report_count(page, tally.warnings), tally.warnings == 1 ? "warning" : "warnings",
                                        report_count(page, tally.notes), tally.notes == 1 ? "note" : "notes");
  if (!page.review.findings.empty())
    text += fmt::format(" <a href=\"#findings\">{}</a>", page.review.good()
                                                             ? page.t("See the findings.", "Voir les constats.")
                                                             : page.t("See what did not agree.", "Voir ce qui ne concorde pas."));
  return fmt::format("<div class=\"verdict {}\">{}<p>{}</p></div>\n", look, report_icon(look), text);
}

std::string report_facts(const ReportPage& page) {
  const auto fact = [](std::string_view name, std::string_view escaped) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escaped);
  };
  std::string out;
  if (!page.review.seed.empty())
    out += fact(page.t("Seed", "Graine"), fmt::format("<code>{}</code>", report_escape(page.review.seed, 400)));
  out += fact(page.t("Files", "Fichiers"), report_count(page, page.review.files.size()));
  std::uint64_t good = 0;
  std::uint64_t of = 0;
  for (const auto& check : page.review.checks) {
    good += check.good;
    of += check.of;
  }
  out += fact(page.t("Comparisons that agree", "Comparaisons concordantes"),
              page.french() ? fmt::format("{} sur {}", report_count(page, good), report_count(page, of))
                            : fmt::format("{} of {}", report_count(page, good), report_count(page, of)));
  return fmt::format("<dl class=\"facts\">{}</dl>\n", out);
}

std::string report_header(const ReportPage& page, const ReportTally& tally, bool has_hand) {
  std::string other;
  if (!page.options.other_language_href.empty())
    other =
        fmt::format("<a class=\"switch\" href=\"{}\" hreflang=\"{}\" lang=\"{}\">{}</a>", report_escape(page.options.other_language_href),
                    page.t("fr", "en"), page.t("fr", "en"), page.t("Français", "English"));
  const auto link = [](std::string_view id, std::string_view text) { return fmt::format("<li><a href=\"#{}\">{}</a></li>", id, text); };
  std::string links = link("contests", page.t("Contests", "Scrutins")) + link("findings", findings_title(page));
  if (has_hand) links += link("hand", page.t("Check by hand", "Vérifier soi-même"));
  if (!page.review.files.empty()) links += link("files", page.t("Files", "Fichiers"));
  links += link("unchecked", page.t("Not checked", "Non vérifié"));
  links += link("words", page.t("How to read this", "Comment lire"));
  return fmt::format(
      "<header>\n<p class=\"kicker\"><span>{}</span>{}</p>\n<h1>{}</h1>\n<p class=\"lede\">{}</p>\n{}{}<nav "
      "aria-label=\"{}\"><ul>{}</ul></nav>\n</header>\n",
      page.t("Election audit, re-checked", "Audit électoral, revérifié"), other, report_escape(page.review.title, 300),
      report_lede(page, tally), report_verdict(page, tally), report_facts(page), page.t("On this page", "Sur cette page"), links);
}

std::string report_footer(const ReportPage& page) {
  std::string out = fmt::format(
      "<footer><div class=\"inner\"><p>{}</p>",
      page.t("This page follows from the files alone: whoever has them gets the same bytes, on any machine.",
             "Cette page découle des seuls fichiers\u00a0: quiconque les possède obtient les mêmes octets, sur toute machine."));
  if (!page.options.command.empty()) out += fmt::format("<pre><code>{}</code></pre>", report_escape(page.options.command));
  return out + fmt::format("<p class=\"muted\">entente {}</p></div></footer>\n", report_escape(version()));
}

}  // namespace

std::string report_html(const review::Review& review, const ReportOptions& options) {
  const ReportPage page{review, options};
  const ReportTally tally = report_tally(review);
  const std::string hand = hand_check_part(page);
  std::string out = report_head(page) + report_header(page, tally, !hand.empty());
  out += "<main>\n" + contests_part(page) + findings_part(page) + hand + record_part(page) + "</main>\n";
  return out + report_footer(page) + "</body>\n</html>\n";
}

}  // namespace entente::measures::p3_elections::audit
