// The words and numbers of the report in two languages, and its escaping. Everything that comes from a record passes report_escape():
// core's printable() shows by code what would hide or turn text, and what is left of HTML's five special characters become references.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/utf8.h"
#include "measures/p3_elections/audit/report_parts.h"

namespace entente::measures::p3_elections::audit {

using review::ContestReview;
using review::Severity;

namespace {

struct CodeWords {
  std::string_view code, en, fr;
};

constexpr std::array<CodeWords, 19> kCodeWords{{
    {review::kDrawMismatch, "Drawing again from the seed gives another card or batch than the one published.",
     "En tirant de nouveau à partir de la graine, on obtient une autre carte ou un autre lot que celui publié."},
    {review::kRiskMismatch, "Computing again from the sample gives another risk or size than the one published.",
     "En recalculant à partir de l’échantillon, on obtient un autre risque ou une autre taille que ceux publiés."},
    {review::kReconcile, "Totals of two levels that should agree do not.", "Des totaux de deux niveaux qui devraient concorder diffèrent."},
    {review::kCommitAfterSeed, "A file was fixed in public only after the seed was known.",
     "Un fichier n’a été figé publiquement qu’après que la graine a été connue."},
    {review::kNoCommitment, "Nothing shows that a file was fixed before the seed was known.",
     "Rien ne montre qu’un fichier était figé avant que la graine ne soit connue."},
    {review::kCommitMismatch, "A file is not the one that was fixed in public.",
     "Un fichier n’est pas celui qui avait été figé publiquement."},
    {review::kSeedShort, "The seed has fewer than 20 digits.", "La graine a moins de 20 chiffres."},
    {review::kSeedReused, "A later round uses the seed of an earlier one, though its test needs a fresh one.",
     "Un tour ultérieur reprend la graine d’un tour précédent, alors que son test en demande une nouvelle."},
    {review::kPhantom, "A card was drawn that no record or paper answers to; it was counted against the winner.",
     "Une carte tirée ne correspond à aucun enregistrement ou papier\u00a0; elle a été comptée contre le vainqueur."},
    {review::kCvrDuplicate, "One card has two vote records.", "Une carte a deux enregistrements de vote."},
    {review::kTie, "The margin is zero: no sample can confirm it, only a full count.",
     "L’écart est nul\u00a0: aucun échantillon ne peut le confirmer, seul un dépouillement complet le peut."},
    {review::kLimitNotMet, "The risk measured is above the limit and no full count followed.",
     "Le risque mesuré dépasse la limite et aucun dépouillement complet n’a suivi."},
    {review::kLimitHigh, "The risk limit is above 10%: an outcome may be called confirmed on little evidence.",
     "La limite de risque dépasse 10\u00a0%\u00a0: un résultat peut être dit confirmé sur peu d’éléments."},
    {review::kWrongOutcome, "The records themselves do not give the reported winner.",
     "Les enregistrements eux-mêmes ne donnent pas le vainqueur annoncé."},
    {review::kManifest, "The list of ballots contradicts itself or the records.",
     "La liste des bulletins se contredit ou contredit les enregistrements."},
    {review::kUnreadable, "A file could not be read.", "Un fichier n’a pas pu être lu."},
    {review::kMissingFile, "A file the check needs is not there.", "Un fichier nécessaire à la vérification manque."},
    {review::kAssertions, "The published assertions do not imply the reported winner.",
     "Les assertions publiées n’impliquent pas le vainqueur annoncé."},
    {review::kSampleShort, "Cards that were drawn were not looked at.", "Des cartes tirées n’ont pas été examinées."},
}};

constexpr std::array<std::string_view, 10> kSuperscripts{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};

std::string superscript(int value) {
  std::string out = value < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(value))) out += kSuperscripts[static_cast<std::size_t>(c - '0')];
  return out;
}

}  // namespace

std::string report_escape(std::string_view text, std::size_t max_bytes) {
  std::string out;
  for (const char c : printable(text, max_bytes)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string report_count(const ReportPage& page, std::uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += page.t(",", "\u202f");
    out += digits[i];
  }
  return out;
}

std::string report_decimal(const ReportPage& page, std::string text) {
  if (page.french())
    if (const auto dot = text.find('.'); dot != std::string::npos) text[dot] = ',';
  return text;
}

std::string report_share(const ReportPage& page, double share) {
  if (std::isnan(share)) return "–";
  if (share > 0 && share < 5e-5) {
    int exponent = static_cast<int>(std::floor(std::log10(share)));
    double mantissa = std::isnormal(share) ? share / std::pow(10.0, exponent) : 1.0;
    if (mantissa >= 9.95) {  // would be printed as 10.0
      mantissa /= 10;
      ++exponent;
    }
    return report_decimal(page, fmt::format("{:.1f}", mantissa)) + " × 10" + superscript(exponent);
  }
  const double percent = share * 100;
  const int places = percent == 0 || percent >= 99.95 ? 0 : percent >= 9.995 ? 1 : percent >= 0.9995 ? 2 : percent >= 0.09995 ? 3 : 4;
  std::string text = fmt::format("{:.{}f}", percent, places);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return report_decimal(page, text) + std::string(page.t("%", "\u00a0%"));
}

std::string_view outcome_word(const ReportPage& page, ContestReview::Outcome outcome) {
  switch (outcome) {
    case ContestReview::Outcome::confirmed: return page.t("confirmed", "confirmé");
    case ContestReview::Outcome::not_confirmed: return page.t("not confirmed", "non confirmé");
    case ContestReview::Outcome::full_count: return page.t("full count", "dépouillement complet");
    case ContestReview::Outcome::not_audited: return page.t("not audited", "non audité");
  }
  return "";
}

std::string_view outcome_class(ContestReview::Outcome outcome) {
  switch (outcome) {
    case ContestReview::Outcome::confirmed: return "good";
    case ContestReview::Outcome::not_confirmed: return "bad";
    case ContestReview::Outcome::full_count: return "mid";
    case ContestReview::Outcome::not_audited: return "none";
  }
  return "none";
}

std::string_view severity_word(const ReportPage& page, Severity severity) {
  switch (severity) {
    case Severity::failure: return page.t("failure", "échec");
    case Severity::warning: return page.t("warning", "avertissement");
    case Severity::note: return page.t("note", "remarque");
  }
  return "";
}

std::string_view severity_class(Severity severity) {
  switch (severity) {
    case Severity::failure: return "bad";
    case Severity::warning: return "mid";
    case Severity::note: return "none";
  }
  return "none";
}

std::string_view code_meaning(const ReportPage& page, std::string_view code) {
  for (const CodeWords& words : kCodeWords)
    if (words.code == code) return page.t(words.en, words.fr);
  return {};
}

std::string report_icon(std::string_view name) {
  return fmt::format("<svg class=\"icon\" aria-hidden=\"true\" focusable=\"false\"><use href=\"#i-{}\"/></svg>", name);
}

}  // namespace entente::measures::p3_elections::audit
