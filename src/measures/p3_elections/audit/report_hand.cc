// What a citizen can check by hand, with the commands of an ordinary Unix machine: fingerprints of files, one draw from the seed, where
// that ballot lies, and the risk by a pocket calculator where the method allows it. Commands are given only for a seed of harmless
// characters, since a reader will paste them into a shell.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/ascii.h"
#include "core/digest.h"
#include "measures/p3_elections/audit/report_parts.h"

namespace entente::measures::p3_elections::audit {

using review::ContestReview;

namespace {

constexpr double kColoradoGamma = 1.03905;
constexpr std::uint64_t kLargestShownCard = 20'000'000;

// The digest as a number, modulo `n`.
std::uint64_t hand_modulo(const Digest& digest, std::uint64_t n) {
  unsigned __int128 rest = 0;
  for (const std::uint8_t byte : digest.bytes) rest = (rest << 8 | byte) % n;
  return static_cast<std::uint64_t>(rest);
}

bool harmless_seed(std::string_view seed) {
  return !seed.empty() && seed.size() <= 200 &&
         std::all_of(seed.begin(), seed.end(), [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_'; });
}

std::string hand_step(std::string_view text, std::string_view command = {}, std::string_view result = {}) {
  std::string out = fmt::format("<li>{}", text);
  if (!command.empty()) out += fmt::format("<pre><code>{}</code></pre>", command);
  if (!result.empty()) out += fmt::format("{}", result);
  return out + "</li>\n";
}

enum class HandSampler { none, colorado, cryptorandom };

HandSampler hand_sampler(const review::Review& review, const ContestReview& contest) {
  if (const auto named = contest.certificate.find("sampler"); named != contest.certificate.end() && named->is_string()) {
    const auto& name = named->get_ref<const std::string&>();
    return name == "colorado" ? HandSampler::colorado : name == "cryptorandom" ? HandSampler::cryptorandom : HandSampler::none;
  }
  return review.kind == "corla" ? HandSampler::colorado : review.kind == "shangrla" ? HandSampler::cryptorandom : HandSampler::none;
}

// The seed the contest's first draw comes from: of a review with several rounds the contest's certificate names it.
std::string hand_seed(const review::Review& review, const ContestReview& contest) {
  const auto named = contest.certificate.find("first_seed");
  return named != contest.certificate.end() && named->is_string() ? named->get<std::string>() : review.seed;
}

std::string where_it_lies(const ReportPage& page, const ContestReview& contest) {
  if (contest.drawn.empty() || contest.drawn.front().position != 1) return {};
  return fmt::format("<p>{} <b>{}</b>.</p>", page.t("Of this audit, draw 1 is", "Dans cet audit, le tirage n° 1 est"),
                     report_escape(contest.drawn.front().name, 300));
}

std::string colorado_steps(const ReportPage& page, const ContestReview& contest, const std::string& seed) {
  const Digest digest = sha256(seed + ",1");
  const std::uint64_t card = hand_modulo(digest, contest.cards) + 1;
  const std::string n = std::to_string(contest.cards);
  std::string out = hand_step(page.t("Draw 1 of the contest is the fingerprint of the seed, a comma and 1. For draw 2 write 2, and so on:",
                                     "Le tirage n° 1 du scrutin est l’empreinte de la graine, d’une virgule et de 1. Pour le tirage n° 2, "
                                     "écrire 2, et ainsi de suite\u00a0:"),
                              fmt::format("printf '%s' '{},1' | sha256sum", seed), fmt::format("<p><code>{}</code></p>", digest.hex()));
  out += hand_step(
      page.french()
          ? fmt::format("Ce nombre, écrit en base seize, est divisé par le nombre de cartes, {}\u00a0; le reste plus 1 est le numéro de la "
                        "carte\u00a0:",
                        report_count(page, contest.cards))
          : fmt::format("That number, written in base sixteen, is divided by the number of cards, {}; the remainder plus 1 is the card:",
                        report_count(page, contest.cards)),
      fmt::format("python3 -c \"print(int('{}', 16) % {} + 1)\"", digest.hex(), n),
      page.french() ? fmt::format("<p>Carte n° {}.</p>", report_count(page, card))
                    : fmt::format("<p>Card number {}.</p>", report_count(page, card)));
  return out +
         hand_step(
             page.t("Go down the manifest, adding up the cards of each batch, until this number is reached: the batch is where "
                    "the card lies, and what is left of the number is its place in the batch, counted from the top.",
                    "Parcourir la liste des lots en additionnant leurs cartes jusqu’à atteindre ce numéro\u00a0: c’est dans ce lot que se "
                    "trouve la carte, et le reste du numéro est sa place dans le lot, comptée depuis le haut."),
             {}, where_it_lies(page, contest));
}

// The n-th value of cryptorandom's generator, from 0, is SHA-256(seed "," and n zero bytes); card k has value k - 1.
std::string cryptorandom_steps(const ReportPage& page, const ContestReview& contest, const std::string& seed) {
  std::uint64_t before = 0;  // cards before the one shown: of the first card drawn where the certificate says which it is
  if (const auto named = contest.certificate.find("first_card");
      named != contest.certificate.end() && named->is_number_integer() && *named > 0)
    before = std::clamp<std::uint64_t>(named->get<std::uint64_t>(), 1, kLargestShownCard) - 1;
  const std::string ticket = sha256(seed + "," + std::string(before, '\0')).hex();
  std::string out = hand_step(
      page.french()
          ? fmt::format("Chaque carte a un ticket\u00a0: l’empreinte de la graine, d’une virgule et d’autant d’octets nuls qu’il y a "
                        "de cartes avant elle dans la liste. La carte n° {} en a {}\u00a0:",
                        report_count(page, before + 1), report_count(page, before))
          : fmt::format("Every card has a ticket: the fingerprint of the seed, a comma and as many zero bytes as there are cards "
                        "before it in the list. Card number {} has {} before it:",
                        report_count(page, before + 1), report_count(page, before)),
      fmt::format("(printf '%s,' '{}'; head -c {} /dev/zero) | sha256sum", seed, before), fmt::format("<p><code>{}</code></p>", ticket));
  return out +
         hand_step(page.t("The cards with the smallest tickets are drawn, smallest first. Write another number after <code>head -c</code>: "
                          "the ticket of a card drawn must be smaller than that of any card that was not.",
                          "Les cartes aux plus petits tickets sont tirées, le plus petit d’abord. Mettre un autre nombre après <code>head "
                          "-c</code>\u00a0: le ticket d’une carte tirée doit être plus petit que celui de toute carte non tirée."),
                   {}, where_it_lies(page, contest));
}

// Kaplan–Markov: (1 − 1/U)^n with U = 2γ/μ, times a factor for each discrepancy.
std::string calculator_step(const ReportPage& page, const ContestReview& contest) {
  double gamma = page.review.kind == "corla" ? kColoradoGamma : 0;
  if (const auto named = contest.certificate.find("gamma"); named != contest.certificate.end()) {
    if (named->is_number()) gamma = named->get<double>();
    if (named->is_string()) gamma = std::strtod(named->get_ref<const std::string&>().c_str(), nullptr);
  }
  if (gamma <= 1 || contest.draws == 0 || contest.diluted_margin <= 0 || !contest.recomputed_risk) return {};
  const double u = 2 * gamma / contest.diluted_margin;
  std::string sum = fmt::format("(1 − 1 ÷ {:.6g}) ^ {}", u, contest.draws);
  double value = std::pow(1 - 1 / u, static_cast<double>(contest.draws));
  const auto factor = [&](std::uint64_t count, double taint) {
    if (count == 0) return;
    sum += fmt::format(" ÷ {:.6g} ^ {}", 1 - taint, count);
    value /= std::pow(1 - taint, static_cast<double>(count));
  };
  factor(contest.over2, 1 / gamma);
  factor(contest.over1, 1 / (2 * gamma));
  factor(contest.under1, -1 / (2 * gamma));
  factor(contest.under2, -1 / gamma);
  return hand_step(
      page.t(
          "The risk by a pocket calculator (Kaplan–Markov): U is 2γ divided by the diluted margin; every card drawn multiplies the risk by "
          "1 − 1 ÷ U, every discrepancy divides it by a number of its own:",
          "Le risque à la calculatrice (Kaplan–Markov)\u00a0: U est 2γ divisé par l’écart dilué\u00a0; chaque carte tirée multiplie le "
          "risque "
          "par "
          "1 − 1 ÷ U, chaque divergence le divise par un nombre qui lui est propre\u00a0:"),
      report_decimal(page, fmt::format("γ = {:.6g}, U = {:.6g}\n{}", gamma, u, sum)),
      fmt::format("<p>= {}</p>", report_share(page, std::min(1.0, value))));
}

const ContestReview* hand_example(const review::Review& review) {
  for (const ContestReview& contest : review.contests)
    if (!contest.drawn.empty() && contest.cards != 0) return &contest;
  for (const ContestReview& contest : review.contests)
    if (contest.draws != 0 && contest.cards != 0) return &contest;
  return nullptr;
}

std::string draw_steps(const ReportPage& page, const ContestReview& contest) {
  const std::string seed = hand_seed(page.review, contest);
  const HandSampler sampler = hand_sampler(page.review, contest);
  if (harmless_seed(seed) && sampler == HandSampler::colorado) return colorado_steps(page, contest, seed);
  if (harmless_seed(seed) && sampler == HandSampler::cryptorandom) return cryptorandom_steps(page, contest, seed);
  return hand_step(
      page.t(
          "The draw of this audit takes a program rather than one command; the documentation of the sampler says how it works, and "
          "several independent programs make it. The order of the list below must be what they give.",
          "Le tirage de cet audit demande un programme plutôt qu’une commande\u00a0; la documentation de l’échantillonneur le décrit, et "
          "plusieurs programmes indépendants le font. Ils doivent donner l’ordre de la liste."),
      {}, where_it_lies(page, contest));
}

// Of an audit of one's own the log holds the digest of commitment.json, which names the digests of all that was fixed. Others published
// files and no commitment: their fingerprints can only be compared with what others got.
std::string fingerprint_step(const ReportPage& page) {
  const auto& files = page.review.files;
  const auto named = std::ranges::find(files, "commitment.json", &review::RecordFile::path);
  const bool committed = page.review.kind == "audit" && named != files.end();
  const auto& file = committed ? *named : files.front();
  return hand_step(
      committed
          ? page.t(
                "Are these the files that were published? Compare the fingerprint of each with the list below. What was fixed in public "
                "before the seed is <code>commitment.json</code>: its fingerprint must stand in the log, and it names those of the plan, "
                "the list of ballots and the vote records:",
                "Est-ce bien les fichiers publiés\u00a0? Comparer l’empreinte de chacun avec la liste ci-dessous. Ce qui a été figé "
                "publiquement avant la graine est <code>commitment.json</code>\u00a0: son empreinte doit figurer dans le registre, et il "
                "nomme celles du plan, de la liste des bulletins et des enregistrements de vote\u00a0:")
          : page.t(
                "Are these the files that were published? Compare the fingerprint of each with the list below, and with those that others "
                "got of the same files:",
                "Est-ce bien les fichiers publiés\u00a0? Comparer l’empreinte de chacun avec la liste ci-dessous, et avec celles que "
                "d’autres ont obtenues des mêmes fichiers\u00a0:"),
      "find . -type f -exec sha256sum {} +", fmt::format("<p><code>{}</code> {}</p>", file.sha256.hex(), report_escape(file.path, 200)));
}

}  // namespace

std::string hand_check_part(const ReportPage& page) {
  const auto& review = page.review;
  std::string steps;
  if (!review.files.empty()) steps += fingerprint_step(page);
  if (!review.seed.empty())
    steps += hand_step(page.t("Is this the seed that was rolled in public? Every digit counts, leading zeros too:",
                              "Est-ce bien la graine tirée en public\u00a0? Chaque chiffre compte, les zéros de tête aussi\u00a0:"),
                       report_escape(review.seed, 400));
  if (const ContestReview* contest = hand_example(review)) {
    steps += hand_step(fmt::format("{} <b>{}</b>", page.t("The following is of the contest", "Ce qui suit concerne le scrutin"),
                                   report_escape(contest->name, 300)));
    steps += draw_steps(page, *contest);
    steps += hand_step(
        page.t("Does the paper say what the record says? Where the law lets observers see the ballots drawn, read them and compare "
               "with “what was found” in the list of the contest.",
               "Le papier dit-il ce que dit l’enregistrement\u00a0? Là où la loi permet de voir les bulletins tirés, les lire et comparer "
               "avec «\u00a0ce qui a été constaté\u00a0» dans la liste du scrutin."));
    steps += calculator_step(page, *contest);
  }
  if (steps.empty()) return {};
  return fmt::format("<section id=\"hand\" aria-labelledby=\"hand-h\"><h2 id=\"hand-h\">{}</h2>\n<ol class=\"steps\">\n{}</ol></section>\n",
                     page.t("What you can check by hand", "Ce que vous pouvez vérifier vous-même"), steps);
}

}  // namespace entente::measures::p3_elections::audit
