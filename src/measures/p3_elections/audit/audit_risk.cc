// Risks by the tests of risk/: betting on the overstatement assorter and ALPHA through NonnegMean, Kaplan–Markov in whole votes with the
// exact comparison of kaplan_markov.h, MACRO's product over batches. A comparison with the limit that doubles cannot decide beyond their
// rounding is not met; of Kaplan–Markov it is decided exactly.
#include "measures/p3_elections/audit/audit_risk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/utf8.h"
#include "measures/p3_elections/risk/kaplan_markov.h"
#include "measures/p3_elections/risk/nonneg_mean.h"

namespace entente::measures::p3_elections::audit {

using risk::CardStyle;
using risk::NonnegMean;
using risk::TestOptions;
using risk::VotePatterns;

namespace {

constexpr double kBravoLargestShare = 0.99;  // of the pair's votes: a winner of all of them must not lose the audit by one
constexpr double kPollingSpare = 1.3;        // a polling sample is estimated by its mean growth, times this
constexpr double kFactorError = 16 * std::numeric_limits<double>::epsilon();  // of one draw's factor, relative

// The limit is met if the logarithm is below it by more than the rounding of so many factors.
bool surely_met(double log_risk, double limit, std::uint64_t draws) {
  return log_risk <= std::log(limit) - kFactorError * static_cast<double>(draws + 8);
}

// One assertion's values by pattern, for records and for paper.
struct AssertionValues {
  std::vector<double> by_pattern;
  [[nodiscard]] double record(std::uint32_t pattern) const { return by_pattern[pattern]; }
  [[nodiscard]] double paper(std::uint32_t pattern) const { return risk::paper_value(by_pattern, pattern, CardStyle::unused); }
};

// A contest's draws as pairs of patterns; of polling only the paper's.
struct DrawnVotes {
  std::uint32_t record = VotePatterns::kPhantom, paper = VotePatterns::kPhantom;
};

TestOptions test_options(const AuditInputs& in, const AuditAssertion& a, std::size_t contest) {
  TestOptions out;
  out.null_mean = 0.5;
  if (in.plan.test == Test::betting) {
    out.function = risk::RiskFunction::betting;
    out.bet = risk::Bet::fixed;
    out.lambda = 2 / kGamma;
    out.upper = risk::OverstatementAssorter{a.assertion.upper, a.margin}.upper();
    out.population = in.population.cards();
    return out;
  }
  out.function = risk::RiskFunction::alpha;
  out.upper = a.assertion.upper;
  if (in.plan.test == Test::alpha) {
    out.estimator = risk::Estimator::shrink_trunc;
    out.eta = (1 + a.margin) / 2;
    out.population = in.population.cards();
    return out;
  }
  const auto& tally = in.plan.contests[contest].reported.tally;  // BRAVO: pairs only
  const auto w = static_cast<double>(tally[a.assertion.winner]);
  const auto l = static_cast<double>(tally[a.assertion.loser]);
  out.estimator = risk::Estimator::fixed_alternative;
  out.eta = std::min(kBravoLargestShare, w / (w + l));
  return out;
}

double drawn_value(const AuditInputs& in, const AuditAssertion& a, const AssertionValues& values, const DrawnVotes& votes) {
  if (in.plan.method == Method::ballot_polling) return values.paper(votes.paper);
  return risk::OverstatementAssorter{a.assertion.upper, a.margin}.value(values.record(votes.record), values.paper(votes.paper));
}

// The mean growth of the logarithm a polling draw brings if the reported totals are true.
double polling_growth(const AuditInputs& in, const AuditAssertion& a, std::size_t contest, const TestOptions& options) {
  const auto& tally = in.plan.contests[contest].reported.tally;
  const double eta = *options.eta;
  const double u = options.upper;
  const auto log_factor = [&](double x) { return std::log(std::max(1e-12, (x * eta / 0.5 + (u - x) * (u - eta) / (u - 0.5)) / u)); };
  double growth = 0;
  double others = 1;
  for (std::uint32_t k = 0; k < tally.size(); ++k) {
    const records::CvrMark mark{
        k, static_cast<std::uint32_t>(in.plan.contests[contest].scored() ? in.plan.contests[contest].contest.max_score : 1)};
    const double share = static_cast<double>(tally[k]) / static_cast<double>(in.population.cards()) / mark.rank;
    growth += share * log_factor(risk::assort(a.assertion, std::span(&mark, 1)));
    others -= share;
  }
  return growth + std::max(0.0, others) * log_factor(0.5);
}

// Draws besides the `made` ones until the limit is met, if they bring no error.
Result<std::optional<std::uint64_t>> more_draws(const AuditInputs& in, std::size_t contest, const AuditAssertion& a, NonnegMean test) {
  const std::uint64_t made = test.draws();
  if (in.plan.method == Method::ballot_polling) {
    const TestOptions options = test_options(in, a, contest);
    const double growth = polling_growth(in, a, contest, options);
    if (growth <= 0) return std::optional<std::uint64_t>();
    // From the product as it stands, not from its best.
    const double wanted = std::log(1 / in.plan.limit()) + std::log(std::max(test.p_now(), 1e-300));
    const double more = std::ceil(kPollingSpare * std::max(wanted, 0.0) / growth);
    if (!(more < static_cast<double>(kMaxDraws))) return std::optional<std::uint64_t>();
    return std::optional(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(more)));
  }
  const risk::OverstatementAssorter overstatement{a.assertion.upper, a.margin};
  while (!surely_met(test.log_p(), in.plan.limit(), test.draws())) {
    if (test.draws() >= in.population.cards() || test.draws() - made >= kMaxDraws) return std::optional<std::uint64_t>();
    ENTENTE_CHECK(test.add(overstatement.value(1, 1)));
  }
  return std::optional(test.draws() - made);
}

// Takes an assertion's risk after a draw into the contest's path.
void note_step(ContestRisk& out, std::size_t draw, double risk) {
  if (out.path.size() <= draw) out.path.push_back({draw + 1, 0});
  out.path[draw].risk = std::max(out.path[draw].risk, risk);
}

Result<AssertionRisk> mean_risk(const AuditInputs& in, std::size_t contest, const AuditAssertion& a, const AssertionValues& values,
                                const std::vector<DrawnVotes>& votes, ContestRisk& out) {
  ENTENTE_TRY(NonnegMean test, NonnegMean::make(test_options(in, a, contest)));
  AssertionRisk result;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    ENTENTE_CHECK(test.add(drawn_value(in, a, values, votes[i])));
    if (test.log_p() < result.log_risk) {
      result.log_risk = test.log_p();
      result.best_draw = i + 1;
    }
    note_step(out, i, test.p());
  }
  result.met = surely_met(result.log_risk, in.plan.limit(), votes.size());
  if (!result.met) { ENTENTE_TRY(result.more, more_draws(in, contest, a, std::move(test))); }
  return result;
}

// 2, 1, 0, -1 or -2: votes by which the record makes the assertion look better than the paper does.
int vote_discrepancy(const AuditAssertion& a, const AssertionValues& values, const DrawnVotes& votes) {
  const double d = 2 * (values.record(votes.record) - values.paper(votes.paper)) / a.assertion.upper;
  if (std::abs(d) < 1e-9) return 0;
  return d > 0 ? (d > 1 + 1e-9 ? 2 : 1) : (d < -1 - 1e-9 ? -2 : -1);
}

void count_discrepancy(int d, std::uint64_t& over2, std::uint64_t& over1, std::uint64_t& under1, std::uint64_t& under2) {
  if (d == 2) ++over2;
  if (d == 1) ++over1;
  if (d == -1) ++under1;
  if (d == -2) ++under2;
}

Result<AssertionRisk> votes_risk(const AuditInputs& in, const AuditAssertion& a, const AssertionValues& values,
                                 const std::vector<DrawnVotes>& votes, ContestRisk& out) {
  risk::KaplanMarkov audit;
  audit.margin = static_cast<std::uint64_t>(*a.margin_votes);
  audit.cards = in.population.cards();
  risk::KaplanMarkov best = audit;
  AssertionRisk result;
  const double each = std::log1p(-static_cast<double>(audit.margin) / static_cast<double>(audit.cards) / (2 * kGamma));
  double log_now = 0;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    const int d = vote_discrepancy(a, values, votes[i]);
    count_discrepancy(d, audit.over2, audit.over1, audit.under1, audit.under2);
    ++audit.draws;
    log_now += each - std::log1p(-d / (2 * kGamma));
    if (log_now < result.log_risk) {
      result.log_risk = log_now;
      result.best_draw = i + 1;
      best = audit;
    }
    note_step(out, i, std::exp(result.log_risk));
  }
  ENTENTE_TRY(result.met, risk::kaplan_markov_meets(best, in.plan.limit_e8()));
  if (!result.met) {
    ENTENTE_TRY(const std::uint64_t size, risk::kaplan_markov_size(audit, in.plan.limit_e8()));
    if (size != 0 && size < kMaxDraws) result.more = size > audit.draws ? size - audit.draws : 1;
  }
  return result;
}

Json kaplan_markov_certificate(const AuditInputs& in, const AuditAssertion& a, const AssertionValues& values,
                               const std::vector<DrawnVotes>& votes, std::uint64_t draws) {
  risk::KaplanMarkov audit;
  audit.margin = static_cast<std::uint64_t>(*a.margin_votes);
  audit.cards = in.population.cards();
  audit.draws = draws;
  for (std::size_t i = 0; i < draws; ++i)
    count_discrepancy(vote_discrepancy(a, values, votes[i]), audit.over2, audit.over1, audit.under1, audit.under2);
  Json out{{"gamma", "1.03905"},   {"margin", audit.margin}, {"cards", audit.cards},   {"n", draws},
           {"over2", audit.over2}, {"over1", audit.over1},   {"under1", audit.under1}, {"under2", audit.under2}};
  if (const auto risk = risk::kaplan_markov_risk(audit)) {
    out["log_risk_low"] = risk->low;
    out["log_risk_high"] = risk->high;
  }
  return out;
}

// Of the assertion that decides: the one with the largest risk.
Json contest_certificate(const AuditInputs& in, std::size_t contest, std::size_t worst, const AssertionRisk& risk, std::uint64_t draws) {
  const AuditAssertion& a = in.contests[contest].assertions[worst];
  Json out{{"assertion", a.assertion.name},
           {"test", to_string(in.plan.test)},
           {"margin", a.margin},
           {"n", draws},
           {"best_draw", risk.best_draw}};
  if (std::isfinite(risk.log_risk)) out["log_risk"] = risk.log_risk;
  out["log_limit"] = std::log(in.plan.limit());
  out["log_error"] = kFactorError * static_cast<double>(draws + 8);
  return out;
}

std::string vote_words(const PlanContest& contest, const risk::VotePatterns& patterns, std::uint32_t pattern) {
  if (pattern == VotePatterns::kAbsent) return "contest not on the card";
  if (pattern == VotePatterns::kPhantom) return "nothing";
  std::string out;
  for (const auto& mark : patterns.marks(pattern)) {
    out += (out.empty() ? "" : contest.ranked() ? ", then " : ", ") + contest.contest.choices[mark.choice];
    if (contest.scored()) out += fmt::format(" {}", mark.rank);
  }
  return out.empty() ? "no valid vote" : out;
}

std::string draw_note(const AuditInputs& in, std::size_t contest, const DrawnVotes& votes, bool found) {
  const auto& patterns = in.patterns[contest];
  if (!found) return "not found: counted against the winner";
  const std::string paper = vote_words(in.plan.contests[contest], patterns, votes.paper);
  if (in.plan.method == Method::ballot_polling) return paper;
  if (votes.record == votes.paper) return "matches: " + paper;
  return fmt::format("the record says {}, the paper {}", vote_words(in.plan.contests[contest], patterns, votes.record), paper);
}

Result<std::vector<DrawnVotes>> drawn_votes(const AuditInputs& in, std::size_t contest, const std::vector<Unit>& draws,
                                            const Interpretations& read, std::vector<std::string>* notes) {
  const std::size_t n = in.plan.contests.size();
  std::vector<DrawnVotes> out;
  out.reserve(draws.size());
  for (const Unit unit : draws) {
    const auto row = read.row.find(unit);
    if (row == read.row.end())
      return fail(fmt::format("the card \"{}\" was drawn and has no interpretation", printable(unit_name(in, unit), 100)));
    DrawnVotes votes;
    votes.paper = read.cards.votes[row->second * n + contest];
    if (in.records) votes.record = in.records->vote(unit, contest, n);
    out.push_back(votes);
    if (notes != nullptr) notes->push_back(draw_note(in, contest, votes, read.cards.found[row->second]));
  }
  return out;
}

// MACRO (Stark 2009), with the bounds of make_assertions(): T = Π (1 - e/u) / (1 - 1/U), the risk 1/T. Errors in the winner's disfavour
// count as none.
Result<AssertionRisk> batch_contest_risk(const AuditInputs& in, std::size_t contest, const std::vector<Unit>& draws,
                                         const Interpretations& read, ContestRisk& out) {
  double total = 0;
  for (const std::uint64_t w : in.weights) total += static_cast<double>(w) * 1e-9;
  const double each = std::log1p(-1 / total);
  AssertionRisk result;
  double log_now = 0;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const auto row = read.row.find(draws[i]);
    if (row == read.row.end())
      return fail(fmt::format("the batch \"{}\" was drawn and has no count", printable(unit_name(in, draws[i]), 100)));
    const auto& reported = in.tallies->votes[draws[i]][contest];
    const auto& counted = read.batches.votes[row->second][contest];
    const auto lead = [](const auto& votes, const risk::Assertion& a) {
      return votes ? static_cast<double>((*votes)[a.winner]) - static_cast<double>((*votes)[a.loser]) : 0.0;
    };
    double error = 0;
    std::int64_t most = 0;
    for (const auto& a : in.contests[contest].assertions) {
      const double d = lead(reported, a.assertion) - lead(counted, a.assertion);
      error = std::max(error, d / static_cast<double>(*a.margin_votes));
      most = std::max(most, static_cast<std::int64_t>(d));
    }
    const double taint = error / (static_cast<double>(in.weights[draws[i]]) * 1e-9);
    log_now = taint >= 1 ? std::numeric_limits<double>::infinity() : log_now + each - std::log1p(-taint);
    if (most > 0) ++out.over1;
    out.notes.push_back(most > 0 ? fmt::format("the tally favours the winner by {} more than the count", most)
                                 : "no error in the winner's favour");
    if (log_now < result.log_risk) {
      result.log_risk = log_now;
      result.best_draw = i + 1;
    }
    note_step(out, i, std::exp(result.log_risk));
  }
  result.met = surely_met(result.log_risk, in.plan.limit(), draws.size());
  if (!result.met && std::isfinite(log_now)) {
    const double more = std::ceil((std::log(in.plan.limit()) - log_now) / each) + 1;
    if (more < static_cast<double>(kMaxDraws)) result.more = static_cast<std::uint64_t>(std::max(more, 1.0));
  }
  return result;
}

void decide(const AuditInputs& in, std::size_t contest, std::uint64_t draws, ContestRisk& out) {
  out.log_risk = -std::numeric_limits<double>::infinity();
  bool met = true;
  bool hopeless = false;
  for (const auto& a : out.assertions) {
    out.log_risk = std::max(out.log_risk, a.log_risk);
    met = met && a.met;
    if (!a.met && !a.more) hopeless = true;
    if (!a.met && a.more) out.more = std::max(out.more, *a.more);
  }
  if (in.contests[contest].tied) {
    out.log_risk = 0;
    met = false;
    hopeless = true;
  }
  out.risk = std::exp(out.log_risk);
  const bool without_replacement = sampler_of(in.plan.test) == Sampler::cryptorandom;
  if (without_replacement && !met && draws + out.more > in.population.cards()) hopeless = true;
  out.decision = met ? Decision::confirmed : hopeless ? Decision::full_count : Decision::another_round;
  if (out.decision != Decision::another_round) out.more = 0;
}

Result<ContestRisk> measure_contest(const AuditInputs& in, std::size_t contest, const std::vector<Unit>& draws,
                                    const Interpretations& read) {
  ContestRisk out;
  const auto& contest_assertions = in.contests[contest];
  if (contest_assertions.tied) {
    decide(in, contest, draws.size(), out);
    out.certificate = Json{{"margin", 0}};
    return out;
  }
  if (in.plan.method == Method::batch_comparison) {
    ENTENTE_TRY(AssertionRisk risk, batch_contest_risk(in, contest, draws, read, out));
    out.assertions.push_back(risk);
    decide(in, contest, draws.size(), out);
    out.certificate = contest_certificate(in, contest, 0, risk, draws.size());
    return out;
  }
  ENTENTE_TRY(const auto votes, drawn_votes(in, contest, draws, read, &out.notes));
  std::vector<int> worst_discrepancy(votes.size(), -2);
  std::size_t worst = 0;
  std::vector<AssertionValues> all;
  for (std::size_t k = 0; k < contest_assertions.assertions.size(); ++k) {
    const AuditAssertion& a = contest_assertions.assertions[k];
    all.push_back({risk::assort_patterns(a.assertion, in.patterns[contest])});
    Result<AssertionRisk> risk =
        in.plan.test == Test::kaplan_markov ? votes_risk(in, a, all.back(), votes, out) : mean_risk(in, contest, a, all.back(), votes, out);
    if (!risk) return fail(std::move(risk).error());
    out.assertions.push_back(*risk);
    if (risk->log_risk > out.assertions[worst].log_risk) worst = k;
    if (in.records)
      for (std::size_t i = 0; i < votes.size(); ++i)
        worst_discrepancy[i] = std::max(worst_discrepancy[i], vote_discrepancy(a, all.back(), votes[i]));
  }
  if (in.records)
    for (const int d : worst_discrepancy) count_discrepancy(d, out.over2, out.over1, out.under1, out.under2);
  decide(in, contest, draws.size(), out);
  out.certificate = contest_certificate(in, contest, worst, out.assertions[worst], draws.size());
  if (in.plan.test == Test::kaplan_markov)
    out.certificate["kaplan_markov"] =
        kaplan_markov_certificate(in, contest_assertions.assertions[worst], all[worst], votes, out.assertions[worst].best_draw);
  return out;
}

}  // namespace

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::confirmed: return "confirmed";
    case Decision::another_round: return "another round";
    case Decision::full_count: return "full count";
  }
  return "";
}

Result<std::vector<ContestRisk>> measure_contests(const AuditInputs& inputs, const std::vector<Unit>& draws,
                                                  const Interpretations& interpretations) {
  std::vector<ContestRisk> out;
  for (std::size_t c = 0; c < inputs.plan.contests.size(); ++c) {
    ENTENTE_TRY(ContestRisk contest, measure_contest(inputs, c, draws, interpretations));
    out.push_back(std::move(contest));
  }
  return out;
}

Result<std::vector<std::optional<std::uint64_t>>> estimate_draws(const AuditInputs& inputs) {
  ENTENTE_TRY(const auto nothing_drawn, measure_contests(inputs, {}, {}));
  std::vector<std::optional<std::uint64_t>> out;
  for (const auto& contest : nothing_drawn)
    out.push_back(contest.decision == Decision::another_round ? std::optional(contest.more) : std::nullopt);
  return out;
}

}  // namespace entente::measures::p3_elections::audit
