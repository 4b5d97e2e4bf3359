// The assertions of each kind of contest. They are sufficient: where all hold, the reported outcome is right. Pairs of every winner and
// every loser for plurality; the finalists over all others and the winner over the other finalist for STAR; for highest averages the last
// seat each list won over the next seat every other would win, so that no seat can move (Blom et al. 2021, section 4.1).
#include "measures/p3_elections/risk/assertions.h"

#include <fmt/format.h>
#include <algorithm>

namespace entente::measures::p3_elections::risk {
namespace {

std::string asserted_choice(const AssertedContest& contest, std::uint32_t choice) {
  return choice < contest.choices.size() ? contest.choices[choice] : "?";
}
std::string asserted_pair(const AssertedContest& contest, std::uint32_t winner, std::uint32_t loser) {
  return asserted_choice(contest, winner) + " v " + asserted_choice(contest, loser);
}

Assertion asserted_assertion(const AssertedContest& contest, AssorterKind kind, std::uint32_t winner, std::uint32_t loser) {
  Assertion a;
  a.kind = kind;
  a.name = asserted_pair(contest, winner, loser);
  a.winner = winner;
  a.loser = loser;
  a.choices = static_cast<std::uint32_t>(contest.choices.size());
  a.votes_allowed = contest.function == ChoiceFunction::plurality || contest.function == ChoiceFunction::runoff ? contest.votes_allowed : 0;
  return a;
}

bool asserted_among(const std::vector<std::uint32_t>& list, std::uint32_t choice) {
  return std::find(list.begin(), list.end(), choice) != list.end();
}

// Every one of `winners` against everybody not in `spared`.
void asserted_pairs(const AssertedContest& contest, AssorterKind kind, const std::vector<std::uint32_t>& winners,
                    const std::vector<std::uint32_t>& spared, double max_score, std::vector<Assertion>& out) {
  for (std::uint32_t w : winners) {
    for (std::uint32_t l = 0; l < contest.choices.size(); ++l) {
      if (asserted_among(spared, l)) continue;
      out.push_back(asserted_assertion(contest, kind, w, l));
      out.back().max_score = max_score;
    }
  }
}

Result<void> asserted_check(const AssertedContest& contest, const ReportedOutcome& outcome) {
  const Where where{.file = {}, .pointer = contest.name};
  if (contest.choices.empty() || contest.choices.size() > 10'000) return fail("a contest needs between 1 and 10,000 choices", where);
  for (const auto* list : {&outcome.winners, &outcome.finalists}) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      if ((*list)[i] >= contest.choices.size()) return fail("a reported winner is not a choice of the contest", where);
      if (std::count(list->begin(), list->end(), (*list)[i]) != 1) return fail("a winner is reported twice", where);
    }
  }
  const auto n = outcome.winners.size();
  switch (contest.function) {
    case ChoiceFunction::plurality:
    case ChoiceFunction::approval:
    case ChoiceFunction::score:
    case ChoiceFunction::borda:
      if (n != contest.seats) return fail(fmt::format("{} winners reported for {} seats", n, contest.seats), where);
      break;
    case ChoiceFunction::supermajority:
      if (n > 1) return fail("a supermajority has at most one winner", where);
      break;
    case ChoiceFunction::star:
      if (n != 1 || outcome.finalists.size() != 2 || !asserted_among(outcome.finalists, outcome.winners[0]))
        return fail("STAR has one winner, who is one of two finalists", where);
      break;
    case ChoiceFunction::runoff:
      if (n != 1 && n != 2) return fail("a runoff contest has one winner, or two who go on", where);
      break;
    case ChoiceFunction::highest_averages:
      if (outcome.tally.size() != contest.choices.size() || outcome.list_seats.size() != contest.choices.size())
        return fail("highest averages need votes and seats of every list", where);
      break;
    case ChoiceFunction::irv: return fail("assertions of an IRV contest come from a file or from RAIRE", where);
    case ChoiceFunction::threshold: break;
  }
  const bool shared = contest.function == ChoiceFunction::supermajority || contest.function == ChoiceFunction::threshold;
  if (shared && !(contest.share > 0 && contest.share < 1)) return fail("the share to win must be between 0 and 1", where);
  if (!(contest.share >= 0) || contest.share >= 1 || !(contest.max_score > 0))
    return fail("the share or the largest score is out of range", where);
  return {};
}

void asserted_averages(const AssertedContest& contest, const ReportedOutcome& outcome, std::vector<Assertion>& out) {
  const auto lists = static_cast<std::uint32_t>(contest.choices.size());
  std::uint64_t total = 0;
  for (std::uint64_t v : outcome.tally) total += v;
  const auto quotient = [&](std::uint32_t list, std::uint32_t seat) {
    return static_cast<double>(outcome.tally[list]) / static_cast<double>(divisor(contest.divisors, seat));
  };
  double weakest = 0;  // of the seats won
  for (std::uint32_t a = 0; a < lists; ++a)
    if (outcome.list_seats[a] > 0)
      weakest = weakest == 0 ? quotient(a, outcome.list_seats[a]) : std::min(weakest, quotient(a, outcome.list_seats[a]));
  std::vector<bool> rival(lists, true);
  for (std::uint32_t i = 0; i < lists; ++i) {
    const bool passed = contest.share == 0 || static_cast<double>(outcome.tally[i]) >= contest.share * static_cast<double>(total);
    if (outcome.list_seats[i] > 0 && contest.share > 0) out.push_back(above_share(contest, i, contest.share));
    // A list that would win a seat but for the threshold must be shown to be below it; the others are beaten as they are.
    if (!passed && quotient(i, 1) >= weakest) {
      out.push_back(below_share(contest, i, contest.share));
      rival[i] = false;
    }
  }
  for (std::uint32_t a = 0; a < lists; ++a) {
    if (outcome.list_seats[a] == 0) continue;
    for (std::uint32_t b = 0; b < lists; ++b) {
      if (b == a || !rival[b]) continue;
      Assertion assertion = asserted_assertion(contest, AssorterKind::averages, a, b);
      assertion.votes_allowed = contest.votes_allowed;
      const auto da = divisor(contest.divisors, outcome.list_seats[a]), db = divisor(contest.divisors, outcome.list_seats[b] + 1);
      assertion.winner_divisor = static_cast<double>(da);
      assertion.loser_divisor = static_cast<double>(db);
      assertion.upper = (1 + assertion.loser_divisor / assertion.winner_divisor) / 2;
      assertion.name = fmt::format("{}/{} v {}/{}", asserted_choice(contest, a), da, asserted_choice(contest, b), db);
      out.push_back(std::move(assertion));
    }
  }
}

}  // namespace

Assertion winner_only(const AssertedContest& contest, std::uint32_t winner, std::uint32_t loser) {
  return asserted_assertion(contest, AssorterKind::winner_only, winner, loser);
}

Assertion irv_elimination(const AssertedContest& contest, std::uint32_t winner, std::uint32_t loser,
                          std::vector<std::uint32_t> eliminated) {
  Assertion a = asserted_assertion(contest, AssorterKind::irv_elimination, winner, loser);
  a.name += " elim";
  for (std::uint32_t e : eliminated) a.name += " " + asserted_choice(contest, e);
  if (eliminated.empty()) a.name += " ";
  a.eliminated = std::move(eliminated);
  return a;
}

Assertion above_share(const AssertedContest& contest, std::uint32_t choice, double share) {
  Assertion a = asserted_assertion(contest, AssorterKind::above_share, choice, choice);
  a.name = fmt::format("{} at least {:g} %", asserted_choice(contest, choice), share * 100);
  a.votes_allowed = 1;
  a.share = share;
  a.upper = 1 / (2 * share);
  return a;
}

Assertion below_share(const AssertedContest& contest, std::uint32_t choice, double share) {
  Assertion a = asserted_assertion(contest, AssorterKind::below_share, choice, choice);
  a.name = fmt::format("{} below {:g} %", asserted_choice(contest, choice), share * 100);
  a.votes_allowed = 1;
  a.share = share;
  a.upper = 1 / (2 * (1 - share));
  return a;
}

Result<std::vector<Assertion>> assertions_for(const AssertedContest& contest, const ReportedOutcome& outcome) {
  ENTENTE_CHECK(asserted_check(contest, outcome));
  std::vector<Assertion> out;
  const auto choices = static_cast<std::uint32_t>(contest.choices.size());
  const auto& winners = outcome.winners;
  switch (contest.function) {
    case ChoiceFunction::plurality:
    case ChoiceFunction::approval: asserted_pairs(contest, AssorterKind::pairwise, winners, winners, 1, out); break;
    case ChoiceFunction::score: asserted_pairs(contest, AssorterKind::score, winners, winners, contest.max_score, out); break;
    case ChoiceFunction::borda: asserted_pairs(contest, AssorterKind::borda, winners, winners, std::max(1U, choices - 1), out); break;
    case ChoiceFunction::star: {
      asserted_pairs(contest, AssorterKind::score, outcome.finalists, outcome.finalists, contest.max_score, out);
      const std::uint32_t other = outcome.finalists[0] == winners[0] ? outcome.finalists[1] : outcome.finalists[0];
      out.push_back(asserted_assertion(contest, AssorterKind::more_points, winners[0], other));
      break;
    }
    case ChoiceFunction::supermajority:
    case ChoiceFunction::threshold:
      for (std::uint32_t i = 0; i < choices; ++i) {
        if (asserted_among(winners, i)) out.push_back(above_share(contest, i, contest.share));
        // One that has its supermajority leaves the others none to be shown.
        else if (contest.function == ChoiceFunction::threshold || winners.empty())
          out.push_back(below_share(contest, i, contest.share));
      }
      break;
    case ChoiceFunction::runoff:
      if (winners.size() == 1) {
        out.push_back(above_share(contest, winners[0], 0.5));
        break;
      }
      asserted_pairs(contest, AssorterKind::pairwise, winners, winners, 1, out);
      for (std::uint32_t w : winners) out.push_back(below_share(contest, w, 0.5));
      break;
    case ChoiceFunction::highest_averages: asserted_averages(contest, outcome, out); break;
    case ChoiceFunction::irv: break;
  }
  return out;
}

}  // namespace entente::measures::p3_elections::risk
