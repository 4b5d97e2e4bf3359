// The contests of the report. Those with a risk measured stand open, each with its picture, figures and the ballots drawn; the others
// follow as lines that unfold.
#include <fmt/format.h>

#include <algorithm>

#include "measures/p3_elections/audit/report_parts.h"

namespace entente::measures::p3_elections::audit {

using review::ContestReview;

namespace {

constexpr std::size_t kDrawnShown = 300;
constexpr std::size_t kOpenContests = 12;  // more than that: every contest is a line that unfolds
constexpr std::size_t kFoldedContests = 2'000;
constexpr std::size_t kChoicesShown = 40;

std::string pair_row(std::string_view name, std::string_view escaped) {
  return escaped.empty() ? std::string() : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escaped);
}

std::string choice_list(const ReportPage& page, const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kChoicesShown); ++i) out += (i == 0 ? "" : ", ") + report_escape(names[i], 200);
  if (names.size() > kChoicesShown) out += fmt::format(" … +{}", report_count(page, names.size() - kChoicesShown));
  return out;
}

// Batches are counted whole: there is no number of cards that differ, but each batch drawn has its difference in the list.
std::string batch_words(const ReportPage& page, const ContestReview& contest) {
  std::string out(page.t("compared batch by batch", "comparaison lot par lot"));
  const review::BatchChanges& changes = contest.batch_changes;
  if (changes.batches != 0)
    out += page.french() ? fmt::format("\u00a0; {} lots sur {} ont d’autres voix (+{} −{})", report_count(page, changes.changed),
                                       report_count(page, changes.batches), report_count(page, changes.votes_more),
                                       report_count(page, changes.votes_fewer))
                         : fmt::format("; {} of {} batches have other votes (+{} −{})", report_count(page, changes.changed),
                                       report_count(page, changes.batches), report_count(page, changes.votes_more),
                                       report_count(page, changes.votes_fewer));
  else if (contest.over1 != 0)
    out += page.french() ? fmt::format("\u00a0; {} tirages où le total avantage le vainqueur", report_count(page, contest.over1))
                         : fmt::format("; in {} {} the tally favours the winner", report_count(page, contest.over1),
                                       contest.over1 == 1 ? "draw" : "draws");
  if (!contest.drawn.empty())
    out += page.t("; what each count found is in the list of batches",
                  "\u00a0; ce que chaque comptage a trouvé figure dans la liste des lots");
  return out;
}

std::string discrepancy_words(const ReportPage& page, const ContestReview& contest) {
  if (contest.draws == 0 || by_polling(contest)) return {};
  if (by_batch(contest)) return batch_words(page, contest);
  if (contest.over2 + contest.over1 + contest.under1 + contest.under2 == 0) return std::string(page.t("none", "aucune"));
  std::string out;
  const auto add = [&](std::uint64_t count, std::string_view en, std::string_view fr) {
    if (count == 0) return;
    out += fmt::format("{}{} × {}", out.empty() ? "" : ", ", report_count(page, count), page.t(en, fr));
  };
  add(contest.over2, "two votes in the winner’s favour", "deux voix en faveur du vainqueur");
  add(contest.over1, "one vote in the winner’s favour", "une voix en faveur du vainqueur");
  add(contest.under1, "one vote against", "une voix en sa défaveur");
  add(contest.under2, "two votes against", "deux voix en sa défaveur");
  return out;
}

std::string published_words(const ReportPage& page, const ContestReview& contest) {
  if (!contest.published_risk_text.empty()) return fmt::format("<code>{}</code>", report_escape(contest.published_risk_text, 60));
  return contest.published_risk ? report_share(page, *contest.published_risk) : std::string();
}

std::string contest_figures(const ReportPage& page, const ContestReview& contest) {
  std::string out = "<dl class=\"pairs\">";
  out += pair_row(page.t("Winner", "Vainqueur"), choice_list(page, contest.winners));
  out += pair_row(page.t("Others", "Autres"), choice_list(page, contest.losers));
  out += pair_row(page.t("Smallest margin", "Plus petit écart"),
                  page.french()
                      ? fmt::format("{} voix", report_count(page, contest.margin_votes))
                      : fmt::format("{} {}", report_count(page, contest.margin_votes), contest.margin_votes == 1 ? "vote" : "votes"));
  if (contest.cards != 0) {
    out += pair_row(page.t("Drawn from", "Tiré parmi"), page.french() ? fmt::format("{} cartes", report_count(page, contest.cards))
                                                                      : fmt::format("{} cards", report_count(page, contest.cards)));
    out += pair_row(page.t("Diluted margin", "Écart dilué"), report_share(page, contest.diluted_margin));
  }
  if (contest.risk_limit > 0) out += pair_row(page.t("Risk limit", "Limite de risque"), report_share(page, contest.risk_limit));
  if (contest.recomputed_risk)
    out += pair_row(page.t("Risk measured", "Risque mesuré"), fmt::format("<b>{}</b>", report_share(page, *contest.recomputed_risk)));
  out += pair_row(page.t("Risk published", "Risque publié"), published_words(page, contest));
  if (contest.draws != 0)
    out += pair_row(page.t("Sample", "Échantillon"),
                    page.french()
                        ? fmt::format("{} tirages, {} distincts", report_count(page, contest.draws), report_count(page, contest.distinct))
                        : fmt::format("{} draws, {} distinct", report_count(page, contest.draws), report_count(page, contest.distinct)));
  out += pair_row(page.t("Discrepancies", "Divergences"), discrepancy_words(page, contest));
  return out + "</dl>\n";
}

std::string drawn_list(const ReportPage& page, const ContestReview& contest) {
  if (contest.drawn.empty()) return {};
  const std::size_t shown = std::min(contest.drawn.size(), kDrawnShown);
  std::string rows;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& item = contest.drawn[i];
    rows += fmt::format("<tr><td class=\"n\">{}</td><td class=\"break\">{}</td><td class=\"break\">{}</td></tr>",
                        report_count(page, item.position), report_escape(item.name, 300), report_fixed(page, item.note, 300));
  }
  std::string more;
  if (shown < contest.drawn.size()) {
    more = fmt::format(fmt::runtime(page.t("<p class=\"more\">… and {} more, in the review’s JSON.</p>",
                                           "<p class=\"more\">… et {} de plus, dans le JSON de la vérification.</p>")),
                       report_count(page, contest.drawn.size() - shown));
  }
  return fmt::format(
      "<details><summary>{} ({})</summary><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table><thead><tr><th "
      "class=\"n\" scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead><tbody>{}</tbody></table></div>{}"
      "</details>\n",
      by_batch(contest) ? page.t("Which batches", "Quels lots") : page.t("Which ballots", "Quels bulletins"),
      report_count(page, contest.drawn.size()),
      by_batch(contest) ? page.t("Batches drawn", "Lots tirés") : page.t("Ballots drawn", "Bulletins tirés"), page.t("draw", "tirage"),
      page.t("where it lies", "où il se trouve"), page.t("what was found", "ce qui a été constaté"), rows, more);
}

std::string certificate_words(const ReportPage& page, const ContestReview& contest) {
  if (contest.certificate.empty()) return {};
  return fmt::format("<details><summary>{}</summary><pre><code>{}</code></pre></details>\n",
                     page.t("What decides the comparison with the limit", "Ce qui décide de la comparaison avec la limite"),
                     report_escape(json_compact(contest.certificate), 6'000));
}

std::string outcome_badge(const ReportPage& page, ContestReview::Outcome outcome) {
  const auto cls = outcome_class(outcome);
  return fmt::format("<span class=\"st {}\">{} {}</span>", cls, report_icon(cls), outcome_word(page, outcome));
}

std::string why_line(const ReportPage& page, const ContestReview& contest) {
  std::string out = report_fixed(page, contest.method, 300);
  if (!contest.reason.empty()) out += (out.empty() ? "" : " · ") + report_fixed(page, contest.reason, 300);
  return out.empty() ? out : fmt::format("<p class=\"why\">{}</p>\n", out);
}

std::string contest_body(const ReportPage& page, const ContestReview& contest, std::size_t number) {
  return why_line(page, contest) + contest_figures(page, contest) + risk_picture(page, contest, number) + drawn_list(page, contest) +
         certificate_words(page, contest);
}

bool stands_open(const ContestReview& contest) {
  return !contest.path.empty() || !contest.drawn.empty() || contest.outcome == ContestReview::Outcome::not_confirmed;
}

std::string folded_line(const ReportPage& page, const ContestReview& contest, std::size_t number) {
  const bool open = contest.outcome == ContestReview::Outcome::not_confirmed;
  const std::string risk = contest.recomputed_risk ? fmt::format("{} · ", report_share(page, *contest.recomputed_risk)) : std::string();
  return fmt::format(
      "<details class=\"contest\" id=\"contest-{}\"{}><summary><span class=\"name\">{}</span><span>{}{}</span></summary>{}</details>\n",
      number, open ? " open" : "", report_escape(contest.name, 300), risk, outcome_badge(page, contest.outcome),
      contest_body(page, contest, number));
}

std::string standing(const ReportPage& page, const ContestReview& contest, std::size_t number) {
  return fmt::format("<article id=\"contest-{}\"><div class=\"head\"><h3>{}</h3>{}</div>\n{}</article>\n", number,
                     report_escape(contest.name, 300), outcome_badge(page, contest.outcome), contest_body(page, contest, number));
}

// What was not audited, behind one line where it is much.
std::string other_contests(const ReportPage& page, const std::vector<std::size_t>& others, bool alone) {
  if (others.empty()) return {};
  std::string lines;
  for (std::size_t k = 0; k < std::min(others.size(), kFoldedContests); ++k)
    lines += folded_line(page, page.review.contests[others[k]], others[k] + 1);
  if (others.size() > kFoldedContests)
    lines += fmt::format(fmt::runtime(page.t("<p class=\"more\">… and {} more contests, in the review’s JSON.</p>\n",
                                             "<p class=\"more\">… et {} scrutins de plus, dans le JSON de la vérification.</p>\n")),
                         report_count(page, others.size() - kFoldedContests));
  if (alone) return lines;
  const auto title = page.t("Other contests", "Autres scrutins");
  if (others.size() <= kOpenContests) return fmt::format("<h3>{}</h3>\n{}", title, lines);
  return fmt::format("<details><summary>{} ({})</summary>\n{}</details>\n", title, report_count(page, others.size()), lines);
}

}  // namespace

std::string contests_part(const ReportPage& page) {
  const auto& contests = page.review.contests;
  std::string out = fmt::format("<section id=\"contests\" aria-labelledby=\"contests-h\"><h2 id=\"contests-h\">{}</h2>\n",
                                page.t("Contests", "Scrutins"));
  if (contests.empty()) out += fmt::format("<p>{}</p>\n", page.t("No contest was checked.", "Aucun scrutin n’a été vérifié."));
  std::vector<std::size_t> audited;
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < contests.size(); ++i) (stands_open(contests[i]) ? audited : others).push_back(i);
  std::stable_partition(audited.begin(), audited.end(),
                        [&](std::size_t i) { return contests[i].outcome == ContestReview::Outcome::not_confirmed; });
  if (audited.size() > kFoldedContests) {
    others.insert(others.begin(), audited.begin() + static_cast<std::ptrdiff_t>(kFoldedContests), audited.end());
    audited.resize(kFoldedContests);
  }
  for (const std::size_t i : audited)
    out += audited.size() <= kOpenContests ? standing(page, contests[i], i + 1) : folded_line(page, contests[i], i + 1);
  out += other_contests(page, others, audited.empty());
  return out + "</section>\n";
}

}  // namespace entente::measures::p3_elections::audit
