// Assertions and risks of one contest. Every assertion is evaluated on the distinct votes only. The p-values are computed twice: as
// SHANGRLA computes them, to compare with what was published, and with its guesses kept where the test is valid, which is what decides
// here.
#include "measures/p3_elections/review/shangrla_contests.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>

#include "measures/p3_elections/irv/assertions_json.h"
#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/review/shangrla_paper.h"

namespace entente::measures::p3_elections::review {
namespace {

constexpr std::uint64_t kShangrlaSteps = 1'000'000'000;  // cards drawn by assertions: some minutes

// A product of n factors of doubles is off by less than this, relatively: some ten roundings a factor.
double shangrla_error_bound(std::uint64_t draws) { return 16 * static_cast<double>(draws + 1) * std::numeric_limits<double>::epsilon(); }

bool shangrla_near(double a, double b, double tolerance) {
  return a == b || std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

std::uint32_t shangrla_choice(const risk::AssertedContest& rules, std::string_view name) {
  const auto at = std::find(rules.choices.begin(), rules.choices.end(), name);
  return static_cast<std::uint32_t>(at - rules.choices.begin());
}

std::string shangrla_order_text(const std::vector<irv::Candidate>& order, const risk::AssertedContest& rules) {
  std::string out;
  for (irv::Candidate c : order) out += (out.empty() ? "" : ", ") + rules.choices[c];
  return out;
}

risk::Assertion shangrla_irv_assertion(const irv::Assertion& a, const risk::AssertedContest& rules) {
  if (a.kind == irv::AssertionKind::not_eliminated_before) return risk::winner_only(rules, a.winner, a.loser);
  std::vector<std::uint32_t> eliminated;
  for (std::uint32_t c = 0; c < rules.choices.size(); ++c)
    if (!irv::contains(a.continuing, static_cast<irv::Candidate>(c))) eliminated.push_back(c);
  return risk::irv_elimination(rules, a.winner, a.loser, std::move(eliminated));
}

// Whether so many assertions of the contest are within the budget, which they are taken from.
bool shangrla_afford(const ShangrlaState& state, std::uint64_t assertions, ShangrlaBudget& budget, Review& review) {
  const std::uint64_t values = assertions * state.cards.patterns.size();
  if (assertions > budget.assertions || values > budget.values) {
    shangrla_finding(
        review, kAssertions, Severity::failure, state.name,
        fmt::format("{} assertions on {} different votes are more than are re-checked.", assertions, state.cards.patterns.size()));
    return false;
  }
  budget.assertions -= assertions;
  budget.values -= values;
  return true;
}

// The published set of the contest, and whether it proves the winner.
void shangrla_irv(ShangrlaState& state, std::string_view text, const std::string& name, ShangrlaBudget& budget, Review& review) {
  const auto fail_with = [&](std::string_view code, std::string summary) {
    shangrla_finding(review, code, Severity::failure, state.name, std::move(summary), {{name, 0, ""}});
  };
  if (state.rules.choices.size() > irv::kMaxCandidates)
    return fail_with(kAssertions, "The contest has more than 64 candidates; assertions are not read.");
  const auto sets = irv::read_assertions(text, name, [&](std::string_view) { return state.rules.choices; });
  if (!sets)
    return shangrla_finding(review, kUnreadable, Severity::failure, state.name, "The assertions cannot be read: " + sets.error().what + ".",
                            {Row::of(name, sets.error())});
  const irv::PublishedAssertions* set = nullptr;
  for (const irv::PublishedAssertions& s : *sets)
    if (s.contest == state.contest->id || s.contest == state.rules.name || (sets->size() == 1 && s.contest.empty())) set = &s;
  if (set == nullptr) return fail_with(kAssertions, fmt::format("{} has no assertions for this contest.", name));
  if (!shangrla_afford(state, set->assertions.size(), budget, review)) return;
  std::vector<irv::Assertion> list;
  for (irv::Assertion a : set->assertions) {
    if (set->candidates != state.rules.choices) return fail_with(kAssertions, "The assertions name other candidates than the contest has.");
    list.push_back(a);
    state.assertions.push_back({.assertion = shangrla_irv_assertion(a, state.rules), .values = {}, .mean = {}, .over = {}});
  }
  const std::uint32_t winner = state.contest->winners.size() == 1 ? shangrla_choice(state.rules, state.contest->winners[0]) : 0;
  if (state.contest->winners.size() != 1) return fail_with(kAssertions, "An IRV contest needs one reported winner.");
  if (set->winner && *set->winner != winner)
    fail_with(kAssertions, fmt::format("The assertions are for {}, the reported winner is {}.", state.rules.choices[*set->winner],
                                       state.rules.choices[winner]));
  const auto cover = irv::check_cover(static_cast<unsigned>(state.rules.choices.size()), static_cast<irv::Candidate>(winner), list);
  const bool good = cover && cover->complete && !cover->contradictory;
  review.checks.push_back({.name = state.name + ": assertions imply the winner", .good = good ? 1U : 0U, .of = 1});
  if (!cover) return fail_with(kAssertions, "Whether the assertions imply the winner cannot be decided: " + cover.error().what + ".");
  if (!cover->complete)
    fail_with(kAssertions, "The assertions do not imply the winner: they allow the elimination order " +
                               shangrla_order_text(cover->counter_example, state.rules) + ".");
  if (cover->contradictory) fail_with(kAssertions, "The assertions contradict one another: no elimination order satisfies all of them.");
}

void shangrla_made(ShangrlaState& state, ShangrlaBudget& budget, Review& review) {
  const std::uint64_t sides = std::max({state.contest->winners.size(), state.contest->finalists.size(), std::size_t{1}});
  if (!shangrla_afford(state, sides * state.rules.choices.size(), budget, review)) return;
  risk::ReportedOutcome outcome;
  for (const std::string& w : state.contest->winners) outcome.winners.push_back(shangrla_choice(state.rules, w));
  for (const std::string& f : state.contest->finalists) outcome.finalists.push_back(shangrla_choice(state.rules, f));
  auto list = risk::assertions_for(state.rules, outcome);
  if (!list)
    return shangrla_finding(review, kAssertions, Severity::failure, state.name,
                            "The outcome cannot be put into assertions: " + list.error().what + ".");
  // A share below one half says nothing of the others: the winner needs more votes than each.
  if (state.rules.function == risk::ChoiceFunction::supermajority && outcome.winners.size() == 1 && state.rules.share < 0.5) {
    risk::AssertedContest most = state.rules;
    most.function = risk::ChoiceFunction::plurality;
    most.seats = most.votes_allowed = 1;
    if (auto pairs = risk::assertions_for(most, outcome)) list->insert(list->end(), pairs->begin(), pairs->end());
  }
  if (list->empty())
    shangrla_finding(review, kAssertions, Severity::warning, state.name,
                     "Every choice is a winner: no assertion is to be shown, and nothing was audited.");
  for (risk::Assertion& a : *list) state.assertions.push_back({.assertion = std::move(a), .values = {}, .mean = {}, .over = {}});
}

void shangrla_margins(ShangrlaState& state, double tolerance, Review& review) {
  std::vector<Row> wrong, differing;
  std::uint64_t compared = 0, same = 0, hold = 0;
  bool tie = false;
  double least = std::numeric_limits<double>::infinity();
  for (ShangrlaAssertion& a : state.assertions) {
    a.values = risk::assort_patterns(a.assertion, state.cards.patterns);
    a.mean = risk::assorter_mean(a.values, state.cards.counts, state.style);
    a.over = {.upper_a = a.assertion.upper, .margin = a.mean.margin};
    // Of a share: the votes above or below it, not the assorter's 1/(2·share) each.
    const bool share = a.assertion.kind == risk::AssorterKind::above_share || a.assertion.kind == risk::AssorterKind::below_share;
    const auto votes = a.mean.margin * static_cast<double>(a.mean.cards) / (share ? 2 * a.assertion.upper : 1);
    if (a.mean.margin > 0)
      ++hold;
    else
      wrong.push_back({"", 0, fmt::format("{}: margin {:.0f} of {} cards", a.assertion.name, votes, a.mean.cards)});
    tie = tie || a.mean.margin == 0;
    if (a.mean.margin / a.assertion.upper < least) {
      least = a.mean.margin / a.assertion.upper;
      state.review.margin_votes = votes > 0 ? static_cast<std::uint64_t>(std::llround(votes)) : 0;
      state.review.diluted_margin = share ? a.mean.margin / (2 * a.assertion.upper) : a.mean.margin;
    }
    const auto published = state.contest->margins.find(shangrla_assertion_key(a.assertion.name));
    if (published == state.contest->margins.end()) continue;
    ++compared;
    if (shangrla_near(published->second, a.mean.margin, tolerance))
      ++same;
    else
      differing.push_back(
          {"audit.json", 0, fmt::format("{}: margin {} published, {} by the records", a.assertion.name, published->second, a.mean.margin)});
  }
  review.checks.push_back({.name = state.name + ": assertions hold in the records", .good = hold, .of = state.assertions.size()});
  if (compared > 0) review.checks.push_back({.name = state.name + ": published margins recomputed", .good = same, .of = compared});
  if (!wrong.empty())
    shangrla_finding(review, tie ? kTie : kWrongOutcome, Severity::failure, state.name,
                     fmt::format("{} of {} assertions do not hold in the vote records themselves.", wrong.size(), state.assertions.size()),
                     std::move(wrong));
  if (!differing.empty())
    shangrla_finding(review, kReconcile, Severity::failure, state.name,
                     fmt::format("{} of {} published margins are not those of the records.", differing.size(), compared),
                     std::move(differing));
}

// Overstatement as a share of the assorter's range: 1 is two votes.
struct ShangrlaDiscrepancy {
  double over = 0, under = 0;
  void note(double share) {
    over = std::max(over, share);
    under = std::min(under, share);
  }
};

std::string_view shangrla_count_discrepancy(const ShangrlaDiscrepancy& d, ContestReview& review) {
  if (d.over > 0.75) return ++review.over2, "2-vote overstatement";
  if (d.over > 0.25) return ++review.over1, "1-vote overstatement";
  if (d.under < -0.75) return ++review.under2, "2-vote understatement";
  if (d.under < -0.25) return ++review.under1, "1-vote understatement";
  return "matches";
}

struct ShangrlaTests {
  std::vector<risk::NonnegMean> published, valid;
};

Result<ShangrlaTests> shangrla_tests(const ShangrlaState& state) {
  ShangrlaTests tests;
  for (const ShangrlaAssertion& a : state.assertions) {
    risk::TestOptions o = state.contest->test;
    o.upper = state.contest->polling ? a.assertion.upper : a.over.upper();
    o.population = state.population;
    o.limits = risk::Limits::as_published;
    ENTENTE_TRY(auto published, risk::NonnegMean::make(o));
    o.limits = risk::Limits::valid;
    ENTENTE_TRY(auto valid, risk::NonnegMean::make(o));
    tests.published.push_back(std::move(published));
    tests.valid.push_back(std::move(valid));
  }
  return tests;
}

// One card through all tests; its place in the picture.
Result<double> shangrla_card(ShangrlaState& state, const ShangrlaDrawn& card, ShangrlaTests& tests) {
  ShangrlaDiscrepancy discrepancy;
  double risk = 0;
  for (std::size_t i = 0; i < state.assertions.size(); ++i) {
    const ShangrlaAssertion& a = state.assertions[i];
    const double paper = risk::paper_value(a.values, card.mvr_pattern, state.style);
    const double x = state.contest->polling ? paper : a.over.value(a.values[card.cvr_pattern], paper);
    ENTENTE_CHECK(tests.published[i].add(x));
    ENTENTE_CHECK(tests.valid[i].add(x));
    if (!state.contest->polling) discrepancy.note((a.values[card.cvr_pattern] - paper) / a.assertion.upper);
    risk = std::max(risk, tests.valid[i].p());
  }
  std::string note(shangrla_count_discrepancy(discrepancy, state.review));
  if (card.mvr_pattern == risk::VotePatterns::kPhantom) note = "paper not found: " + note;
  state.review.drawn.push_back(
      {.position = card.position, .name = std::string(card.id), .note = state.contest->polling ? "" : std::move(note)});
  return risk;
}

void shangrla_thin(std::vector<RiskStep>& path, std::size_t steps) {
  if (path.size() <= steps || steps < 2) return;
  std::vector<RiskStep> out;
  for (std::size_t i = 0; i < steps; ++i) out.push_back(path[i * (path.size() - 1) / (steps - 1)]);
  path = std::move(out);
}

void shangrla_compare(ShangrlaState& state, const ShangrlaTests& tests, double tolerance, Review& review) {
  std::uint64_t compared = 0, same = 0;
  std::vector<Row> differing, unsafe;
  Json list = Json::array();
  double recomputed = 0;
  for (std::size_t i = 0; i < state.assertions.size(); ++i) {
    const ShangrlaAssertion& a = state.assertions[i];
    const double p = tests.published[i].p(), valid = tests.valid[i].p();
    recomputed = std::max(recomputed, valid);
    if (!shangrla_near(p, valid, 1e-9))
      unsafe.push_back({"", 0, fmt::format("{}: {} as SHANGRLA computes it, {} by a valid test", a.assertion.name, p, valid)});
    Json one = Json::object();
    one["assertion"] = a.assertion.name;
    one["margin"] = a.mean.margin;
    one["upper"] = state.contest->polling ? a.assertion.upper : a.over.upper();
    one["draws"] = tests.valid[i].draws();
    one["p"] = valid;
    if (std::isfinite(tests.valid[i].log_p())) one["logP"] = tests.valid[i].log_p();
    const std::string key = shangrla_assertion_key(a.assertion.name);
    if (const auto published = state.contest->p_values.find(key); published != state.contest->p_values.end()) {
      ++compared;
      one["published"] = published->second;
      if (shangrla_near(published->second, p, tolerance))
        ++same;
      else
        differing.push_back({"audit.json", 0, fmt::format("{}: {} published, {} recomputed", a.assertion.name, published->second, p)});
      if (!state.review.published_risk || *state.review.published_risk < published->second) {
        state.review.published_risk = published->second;
        state.review.published_risk_text = state.contest->p_texts.at(key);
      }
    }
    list.push_back(std::move(one));
  }
  if (!state.assertions.empty()) state.review.recomputed_risk = recomputed;
  state.review.certificate = {{"riskFunction", std::string(risk::to_string(state.contest->test.function))},
                              {"population", state.population},
                              {"relativeError", shangrla_error_bound(state.review.draws)},
                              {"assertions", std::move(list)}};
  if (compared > 0) review.checks.push_back({.name = state.name + ": published p-values recomputed", .good = same, .of = compared});
  if (!differing.empty())
    shangrla_finding(review, kRiskMismatch, Severity::failure, state.name,
                     fmt::format("{} of {} published p-values are not what the cards give.", differing.size(), compared),
                     std::move(differing));
  if (!unsafe.empty())
    shangrla_finding(review, kRiskMismatch, Severity::warning, state.name,
                     "SHANGRLA's guesses leave the range where its test limits the risk.", std::move(unsafe));
}

void shangrla_decide(ShangrlaState& state, std::span<const ShangrlaDrawn> drawn, Review& review) {
  ContestReview& c = state.review;
  using Outcome = ContestReview::Outcome;
  // At the edge the error of the arithmetic counts against the outcome.
  const double most = c.recomputed_risk.value_or(1) * (1 + shangrla_error_bound(c.draws));
  if (state.assertions.empty()) {
    c.outcome = Outcome::not_audited;
    return;
  }
  if (c.draws >= state.population && state.population > 0) {
    c.outcome = shangrla_full_count(state, drawn, review) ? Outcome::full_count : Outcome::not_confirmed;
  } else {
    c.outcome = most <= c.risk_limit ? Outcome::confirmed : Outcome::not_confirmed;
    if (c.outcome == Outcome::not_confirmed)
      shangrla_finding(
          review, kLimitNotMet, Severity::failure, state.name,
          fmt::format("The risk is {:.6g} after {} cards; the limit is {:g}.", c.recomputed_risk.value_or(1), c.draws, c.risk_limit));
  }
  // Choices no assertion is about may have won.
  if (!state.unknown_choices.empty()) c.outcome = Outcome::not_confirmed;
}

}  // namespace

void shangrla_finding(Review& review, std::string_view code, Severity severity, std::string contest, std::string summary,
                      std::vector<Row> rows) {
  review.findings.push_back({.code = std::string(code),
                             .severity = severity,
                             .contest = std::move(contest),
                             .summary = std::move(summary),
                             .rows = std::move(rows)});
}

bool shangrla_open_contest(const records::CvrTable& table, ShangrlaState& state, Review& review) {
  const ShangrlaContest& c = *state.contest;
  state.name = c.rules.name == c.id ? c.id : c.rules.name + " (" + c.id + ")";
  std::uint32_t index = table.contest_index(c.id);
  if (index >= table.contests.size()) index = table.contest_index(c.rules.name);
  if (index >= table.contests.size()) {
    shangrla_finding(review, kReconcile, Severity::failure, state.name,
                     "The vote records have no contest \"" + c.id + "\" or \"" + c.rules.name + "\".");
    return false;
  }
  state.rules = c.rules;
  state.rules.choices = table.contests[index].choices;
  for (const std::string& candidate : c.rules.choices)
    if (shangrla_choice(state.rules, candidate) == state.rules.choices.size()) state.rules.choices.push_back(candidate);
  state.cards = risk::contest_cards(table, index);
  return true;
}

void shangrla_assert(ShangrlaState& state, std::string_view assertions_text, const std::string& assertions_name, double tolerance,
                     ShangrlaBudget& budget, Review& review) {
  if (state.rules.function == risk::ChoiceFunction::irv)
    shangrla_irv(state, assertions_text, assertions_name, budget, review);
  else
    shangrla_made(state, budget, review);
  shangrla_margins(state, tolerance, review);
}

void shangrla_describe(ShangrlaState& state) {
  ContestReview& c = state.review;
  c.name = state.name;
  if (state.contest->polling) c.compared = ContestReview::Compared::nothing;
  c.method = fmt::format("{}, {}", state.contest->polling ? "ballot polling" : "ballot-level comparison",
                         risk::to_string(state.contest->test.function));
  if (state.contest->test.function == risk::RiskFunction::alpha)
    c.method += fmt::format(" ({})", risk::to_string(state.contest->test.estimator));
  c.winners = state.contest->winners;
  for (const std::string& candidate : state.rules.choices)
    if (std::find(c.winners.begin(), c.winners.end(), candidate) == c.winners.end()) c.losers.push_back(candidate);
  c.cards = state.population;
  c.risk_limit = state.contest->risk_limit;
}

void shangrla_measure(ShangrlaState& state, std::span<const ShangrlaDrawn> drawn, std::size_t path_steps, double tolerance,
                      Review& review) {
  ContestReview& c = state.review;
  const std::uint64_t steps = state.assertions.size() * (drawn.size() + state.cards.patterns.size());
  if (steps > kShangrlaSteps)
    return shangrla_finding(
        review, kAssertions, Severity::failure, state.name,
        fmt::format("{} assertions over {} cards are more than are re-checked.", state.assertions.size(), drawn.size()));
  // The paper may have votes that no record has.
  for (ShangrlaAssertion& a : state.assertions) a.values = risk::assort_patterns(a.assertion, state.cards.patterns);
  auto tests = shangrla_tests(state);
  if (!tests)
    return shangrla_finding(review, kUnreadable, Severity::failure, state.name,
                            "The risk function cannot be computed: " + tests.error().what + ".");
  for (const ShangrlaDrawn& card : drawn) {
    const auto risk = shangrla_card(state, card, *tests);
    if (!risk)
      return shangrla_finding(review, kRiskMismatch, Severity::failure, state.name,
                              "The risk cannot be computed: " + risk.error().what + ".");
    ++c.draws;
    c.path.push_back({.draws = c.draws, .risk = *risk});
  }
  c.distinct = c.draws;  // without replacement
  shangrla_thin(c.path, path_steps);
  shangrla_compare(state, *tests, tolerance, review);
  shangrla_decide(state, drawn, review);
}

}  // namespace entente::measures::p3_elections::review
