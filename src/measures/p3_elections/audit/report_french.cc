// The fixed English sentences of reviews in French: names of checks, roles of files, methods, reasons, what was not checked. A sentence is
// looked up as a whole, with its first number as "#"; else as "known: name" or "name: known". No character of the table needs escaping.
// What is not known stays English and is marked so, since it may hold names of the record.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "core/ascii.h"
#include "measures/p3_elections/audit/report_parts.h"

namespace entente::measures::p3_elections::audit {

namespace {

struct FixedWords {
  std::string_view en, fr;
};

constexpr FixedWords kFixedWords[] = {
    // Checks.
    {"files that are those committed to", "fichiers identiques à ceux qui avaient été figés"},
    {"files fixed in a log before the seed", "fichiers figés dans un registre avant la graine"},
    {"documents that follow from those before them", "documents qui découlent des précédents"},
    {"seed has at least 20 digits", "graine d’au moins 20 chiffres"},
    {"seed of at least 20 decimal digits", "graine d’au moins 20 chiffres décimaux"},
    {"risks recomputed to the printed digit", "risques recalculés au dernier chiffre imprimé"},
    {"votes audited as the cards say", "voix contrôlées conformes aux cartes"},
    {"batches redrawn", "lots tirés de nouveau"},
    {"cards redrawn", "cartes tirées de nouveau"},
    {"tickets as printed", "tickets conformes à l’imprimé"},
    {"batches in both manifest and totals", "lots présents dans la liste et dans les totaux"},
    {"batches with no more votes than cards allow", "lots sans plus de voix que leurs cartes n’en permettent"},
    {"sums of the sample's last row", "sommes de la dernière ligne de l’échantillon"},
    {"sums printed with the rounds", "sommes imprimées avec les tours"},
    {"rows of the sample as reported", "lignes de l’échantillon conformes aux totaux annoncés"},
    {"changes as printed", "écarts conformes à l’imprimé"},
    {"totals of contests", "totaux des scrutins"},
    {"draws of # targeted contests that fall on audited cards", "tirages de # scrutins ciblés qui tombent sur des cartes auditées"},
    {"draws of # targeted contest that fall on audited cards", "tirages de # scrutin ciblé qui tombent sur des cartes auditées"},
    {"targeted contests whose discrepancies are those of the cards drawn",
     "scrutins ciblés dont les divergences sont celles des cartes tirées"},
    {"selections with as many different cards as the draw", "sélections avec autant de cartes distinctes que le tirage"},
    {"audited cards that were drawn", "cartes auditées qui avaient été tirées"},
    {"state totals that are the sum of the counties", "totaux de l’État égaux à la somme des comtés"},
    {"contests with no more votes than their cards hold", "scrutins sans plus de voix que leurs cartes n’en contiennent"},
    {"batches with as many cards in the manifest as vote records",
     "lots avec autant de cartes dans la liste que d’enregistrements de vote"},
    {"batches of the comparison that are in the manifests with that count",
     "lots de la comparaison présents dans les listes avec ce nombre"},
    {"discrepancies of audited cards and known contests", "divergences de cartes auditées et de scrutins connus"},
    {"published risks recomputed", "risques publiés, recalculés"},
    {"published risks of contests without a margin", "risques publiés de scrutins sans écart"},
    {"figures of the risk report", "chiffres du rapport de risque"},
    {"sample sizes recomputed", "tailles d’échantillon recalculées"},
    {"statuses that follow from margin and draws", "statuts qui découlent de l’écart et des tirages"},
    {"margins that follow from the votes", "écarts qui découlent des voix"},
    {"manifests of the counties that hold a contest", "listes des comtés où un scrutin a lieu"},
    {"contests whose population is the cards of the manifests", "scrutins dont la population est celle des cartes des listes"},
    {"vote records of different cards", "enregistrements de vote de cartes distinctes"},
    {"batches with no more vote records than cards", "lots sans plus d’enregistrements de vote que de cartes"},
    {"cards drawn again", "cartes tirées de nouveau"},
    {"cards drawn in the order published", "cartes tirées dans l’ordre publié"},
    {"cards drawn and read from the paper", "cartes tirées et lues sur le papier"},
    {"assertions imply the winner", "les assertions impliquent le vainqueur"},
    {"assertions hold in the records", "assertions vraies dans les enregistrements"},
    {"published margins recomputed", "écarts publiés, recalculés"},
    {"published p-values recomputed", "valeurs p publiées, recalculées"},
    // Roles of files.
    {"plan", "plan"},
    {"audit", "plan"},
    {"manifest", "liste des bulletins"},
    {"cvr", "enregistrements de vote"},
    {"tally", "totaux par lot"},
    {"totals by batch", "totaux par lot"},
    {"assertions", "assertions"},
    {"commitment", "engagement"},
    {"seed", "graine"},
    {"sample", "échantillon"},
    {"interpretations", "lectures"},
    {"risk", "risque"},
    {"certificate", "certificat"},
    {"audit report", "rapport d’audit"},
    {"archive", "archive"},
    {"log of the audit", "journal de l’audit"},
    {"contests by county", "scrutins par comté"},
    {"contests of a round", "scrutins d’un tour"},
    {"selections of a round", "sélections d’un tour"},
    {"state totals", "totaux de l’État"},
    {"county totals", "totaux des comtés"},
    {"risk report", "rapport de risque"},
    {"audited cards", "cartes auditées"},
    {"comparison of cards", "comparaison des cartes"},
    {"discrepancies", "divergences"},
    {"batch counts", "nombres de cartes par lot"},
    {"other", "autre"},
    // Methods and reasons.
    {"card comparison, betting on the overstatement (without replacement)",
     "comparaison de cartes, pari sur la surestimation (sans remise)"},
    {"card comparison, Kaplan-Markov (with replacement)", "comparaison de cartes, Kaplan-Markov (avec remise)"},
    {"ballot polling, ALPHA (without replacement)", "lecture de bulletins sans comparaison, ALPHA (sans remise)"},
    {"ballot polling, BRAVO (with replacement)", "lecture de bulletins sans comparaison, BRAVO (avec remise)"},
    {"batch comparison, MACRO (with replacement, in proportion to error bounds)",
     "comparaison de lots, MACRO (avec remise, en proportion des bornes d’erreur)"},
    {"ballot-level comparison, Kaplan–Markov", "comparaison de bulletins, Kaplan–Markov"},
    {"ballot-level comparison, Kaplan-Markov", "comparaison de bulletins, Kaplan-Markov"},
    {"ballot comparison, Kaplan-Markov (SuperSimple)", "comparaison de bulletins, Kaplan-Markov (SuperSimple)"},
    {"batch comparison, Kaplan-Markov (MACRO); batches drawn by their error bounds (PPEB)",
     "comparaison de lots, Kaplan-Markov (MACRO)\u00a0; lots tirés selon leurs bornes d’erreur (PPEB)"},
    {"targeted", "ciblé"},
    {"opportunistic", "observé au passage"},
    {"state-wide contest", "scrutin de tout l’État"},
    {"county-wide contest", "scrutin de tout un comté"},
    // What was found on a card or in a batch.
    {"matches", "concorde"},
    {"no error in the winner's favour", "aucune erreur en faveur du vainqueur"},
    {"the tally favours the winner by # more than the count", "le total annoncé avantage le vainqueur de # par rapport au comptage"},
    // What was not checked.
    {"The paper itself: only what the audit board wrote down was read.",
     "Le papier lui-même\u00a0: seul ce que la commission d’audit a noté a été lu."},
    {"The audit has no certificate yet.", "L’audit n’a pas encore de certificat."},
    {"The seed was not drawn yet.", "La graine n’a pas encore été tirée."},
    {"Round # has no interpretations yet.", "Le tour # n’a pas encore de lectures."},
    {"The risk after round # was not measured yet.", "Le risque après le tour # n’a pas encore été mesuré."},
    {"The cards audited: the report lists none.", "Les cartes auditées\u00a0: le rapport n’en nomme aucune."},
    {"The audit boards' readings of the cards are not in these files, only their discrepancies.",
     "Les lectures des commissions d’audit ne sont pas dans ces fichiers, seulement leurs divergences."},
    {"Whether manifests and totals were fixed before the seed was rolled: the record holds no commitment to them.",
     "Si listes et totaux étaient figés avant le tirage de la graine\u00a0: le dossier n’en contient pas d’engagement."},
};

std::optional<std::string_view> fixed_whole(std::string_view text) {
  const auto* const found = std::ranges::find(kFixedWords, text, &FixedWords::en);
  return found == std::end(kFixedWords) ? std::nullopt : std::optional(found->fr);
}

// With the first number as "#", and put back.
std::optional<std::string> fixed_sentence(std::string_view text) {
  if (const auto whole = fixed_whole(text)) return std::string(*whole);
  const auto* const from = std::ranges::find_if(text, is_digit);
  const auto* const to = std::find_if_not(from, text.end(), is_digit);
  if (from == text.end()) return std::nullopt;
  const auto known = fixed_whole(fmt::format("{}#{}", std::string_view(text.begin(), from), std::string_view(to, text.end())));
  if (!known) return std::nullopt;
  std::string out(*known);
  return out.replace(out.find('#'), 1, std::string_view(from, to));
}

}  // namespace

std::string report_fixed(const ReportPage& page, std::string_view text, std::size_t max_bytes) {
  if (!page.french() || text.empty()) return report_escape(text, max_bytes);
  if (const auto known = fixed_sentence(text)) return *known;
  if (const auto colon = text.find(": "); colon != std::string_view::npos)
    if (const auto known = fixed_sentence(text.substr(0, colon)))
      return fmt::format("{}\u00a0: {}", *known, report_escape(text.substr(colon + 2), max_bytes));
  if (const auto colon = text.rfind(": "); colon != std::string_view::npos)
    if (const auto known = fixed_sentence(text.substr(colon + 2)))
      return fmt::format("{}\u00a0: {}", report_escape(text.substr(0, colon), max_bytes), *known);
  return fmt::format("<span lang=\"en\">{}</span>", report_escape(text, max_bytes));
}

}  // namespace entente::measures::p3_elections::audit
