// From plan and records to assertions. Totals are counted anew from the records; what does not agree with the plan stops the audit before
// it begins, because a sample cannot mend it. Ranked contests get the assertions RAIRE finds, and these are checked to rule out every other
// winner by the checker of irv/cover.h, which does not know how they were found.
#include "measures/p3_elections/audit/assertions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/utf8.h"
#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/irv/raire.h"
#include "measures/p3_elections/risk/kaplan_markov.h"

namespace entente::measures::p3_elections::audit {

using risk::ChoiceFunction;
using risk::VotePatterns;

namespace {

constexpr std::uint64_t kWeightUnit = 1'000'000'000;

std::vector<std::uint64_t> pattern_counts(const AuditInputs& in, std::size_t contest) {
  std::vector<std::uint64_t> counts(in.patterns[contest].size(), 0);
  const std::size_t n = in.plan.contests.size();
  for (std::size_t r = 0; r < in.records->votes.rows(); ++r) ++counts[in.records->votes.votes[r * n + contest]];
  counts[VotePatterns::kPhantom] += in.population.cards() - in.records->votes.rows();
  return counts;
}

// Votes (points) by choice from the patterns.
std::vector<std::uint64_t> counted_tally(const AuditInputs& in, std::size_t contest, const std::vector<std::uint64_t>& counts) {
  const PlanContest& c = in.plan.contests[contest];
  std::vector<std::uint64_t> tally(c.contest.choices.size(), 0);
  for (std::uint32_t p = 0; p < counts.size(); ++p) {
    const auto marks = in.patterns[contest].marks(p);
    for (const auto& mark : marks) tally[mark.choice] += counts[p] * (c.scored() ? mark.rank : 1);
  }
  return tally;
}

Result<void> compare_tally(const AuditInputs& in, std::size_t contest, const std::vector<std::uint64_t>& counted, std::string_view source) {
  const PlanContest& c = in.plan.contests[contest];
  for (std::size_t k = 0; k < counted.size(); ++k)
    if (counted[k] != c.reported.tally[k])
      return fail(fmt::format("\"{}\" in \"{}\": reported {} votes, the {} have {}", printable(c.contest.choices[k], 100),
                              printable(c.contest.name, 100), c.reported.tally[k], source, counted[k]),
                  {.file = "audit.json", .pointer = fmt::format("/contests/{}/choices/{}/votes", contest, k)},
                  "reported totals and records must agree before an audit begins: find out why they do not");
  return {};
}

Result<std::vector<risk::Assertion>> irv_assertions(const AuditInputs& in, std::size_t contest, const std::vector<std::uint64_t>& counts) {
  const PlanContest& c = in.plan.contests[contest];
  const auto candidates = static_cast<unsigned>(c.contest.choices.size());
  const auto winner = static_cast<irv::Candidate>(c.reported.winners[0]);
  irv::RankingGrouper grouper(candidates);
  std::vector<irv::Candidate> ranking;
  for (std::uint32_t p = 0; p < counts.size(); ++p) {
    const auto marks = in.patterns[contest].marks(p);
    if (counts[p] == 0 || marks.empty()) continue;
    ranking.clear();
    for (const auto& mark : marks) ranking.push_back(static_cast<irv::Candidate>(mark.choice));
    grouper.add(ranking, counts[p]);
  }
  irv::RaireOptions options;
  options.difficulty.risk_limit = in.plan.limit();
  options.difficulty.gamma = static_cast<double>(risk::kCorlaGammaE8) / static_cast<double>(risk::kE8);
  options.difficulty.cards = in.population.cards();
  ENTENTE_TRY(const auto found, irv::find_assertions(grouper.rankings(), winner, options));
  const Where where{.file = "audit.json", .pointer = fmt::format("/contests/{}", contest)};
  if (found.outcome == irv::RaireResult::Outcome::wrong_winner)
    return fail(fmt::format("by the records \"{}\" is not won by \"{}\"", printable(c.contest.name, 100),
                            printable(c.contest.choices[winner], 100)),
                where, "only a full count can say who won");
  std::vector<risk::Assertion> out;
  if (found.outcome == irv::RaireResult::Outcome::tie) return out;
  std::vector<irv::Assertion> plain;
  for (const auto& rated : found.assertions) plain.push_back(rated.assertion);
  ENTENTE_TRY(const auto cover, irv::check_cover(candidates, winner, plain));
  if (!cover.complete || cover.contradictory)
    return fail(fmt::format("the assertions found for \"{}\" do not imply its winner", printable(c.contest.name, 100)), where);
  for (const auto& a : plain) {
    if (a.kind == irv::AssertionKind::not_eliminated_before) {
      out.push_back(risk::winner_only(c.contest, a.winner, a.loser));
      continue;
    }
    std::vector<std::uint32_t> gone;
    for (unsigned k = 0; k < candidates; ++k)
      if (!irv::contains(a.continuing, static_cast<irv::Candidate>(k))) gone.push_back(k);
    out.push_back(risk::irv_elimination(c.contest, a.winner, a.loser, std::move(gone)));
  }
  return out;
}

bool counts_votes(const risk::Assertion& a) {
  return a.kind == risk::AssorterKind::pairwise || a.kind == risk::AssorterKind::winner_only ||
         a.kind == risk::AssorterKind::irv_elimination;
}

AuditAssertion from_records(const AuditInputs& in, std::size_t contest, risk::Assertion assertion,
                            const std::vector<std::uint64_t>& counts) {
  const std::vector<double> values = risk::assort_patterns(assertion, in.patterns[contest]);
  AuditAssertion out;
  out.margin = risk::assorter_mean(values, counts, risk::CardStyle::unused).margin;
  if (counts_votes(assertion)) {
    std::int64_t votes = 0;
    for (std::size_t p = 0; p < values.size(); ++p) votes += static_cast<std::int64_t>(counts[p]) * std::llround(2 * values[p] - 1);
    out.margin_votes = votes;
    out.margin = static_cast<double>(votes) / static_cast<double>(in.population.cards());
  }
  out.assertion = std::move(assertion);
  return out;
}

Result<void> check_margins(const AuditInputs& in, std::size_t contest, ContestAssertions& out) {
  for (const auto& a : out.assertions) {
    const bool zero = a.margin_votes ? *a.margin_votes == 0 : std::abs(a.margin) < 1e-12;
    if (zero) out.tied = true;
    if (!zero && a.margin < 0)
      return fail(fmt::format("by what is reported \"{}\" does not hold in \"{}\"", printable(a.assertion.name, 200),
                              printable(in.plan.contests[contest].contest.name, 100)),
                  {.file = "audit.json", .pointer = fmt::format("/contests/{}/winners", contest)},
                  "the reported winner did not win by these numbers");
  }
  return {};
}

Result<ContestAssertions> contest_assertions(const AuditInputs& in, std::size_t contest) {
  const PlanContest& c = in.plan.contests[contest];
  ContestAssertions out;
  if (in.records) {
    const auto counts = pattern_counts(in, contest);
    if (!c.reported.tally.empty()) ENTENTE_CHECK(compare_tally(in, contest, counted_tally(in, contest, counts), "records"));
    std::vector<risk::Assertion> made;
    if (c.contest.function == ChoiceFunction::irv) {
      ENTENTE_TRY(made, irv_assertions(in, contest, counts));
      out.tied = made.empty() && c.contest.choices.size() > 1;
    } else {
      ENTENTE_TRY(made, risk::assertions_for(c.contest, c.reported));
    }
    for (auto& a : made) out.assertions.push_back(from_records(in, contest, std::move(a), counts));
  } else {
    ENTENTE_TRY(auto made, risk::assertions_for(c.contest, c.reported));
    for (auto& a : made) {
      AuditAssertion assertion;
      ENTENTE_TRY(assertion.margin, risk::margin_from_tally(a, c.reported.tally, in.population.cards()));
      if (a.kind == risk::AssorterKind::pairwise)
        assertion.margin_votes =
            static_cast<std::int64_t>(c.reported.tally[a.winner]) - static_cast<std::int64_t>(c.reported.tally[a.loser]);
      assertion.assertion = std::move(a);
      out.assertions.push_back(std::move(assertion));
    }
  }
  if (out.assertions.empty() && !out.tied)
    return fail(fmt::format("nobody lost in \"{}\": there is nothing to audit", printable(c.contest.name, 100)),
                {.file = "audit.json", .pointer = fmt::format("/contests/{}", contest)}, "leave the contest out of the plan");
  ENTENTE_CHECK(check_margins(in, contest, out));
  return out;
}

// MACRO's bound of a batch, the largest over contests and pairs of (votes for the winner - votes for the loser + cards) / margin, in
// billionths and rounded up: a larger bound is a bound still, and whole numbers can be drawn from exactly.
Result<void> batch_weights(AuditInputs& in) {
  in.weights.assign(in.population.batches().size(), 0);
  unsigned __int128 total = 0;
  for (std::size_t b = 0; b < in.weights.size(); ++b) {
    const auto cards = static_cast<std::int64_t>(in.population.batches()[b].cards);
    if (cards == 0) continue;
    for (std::size_t c = 0; c < in.contests.size(); ++c) {
      if (in.contests[c].tied) continue;
      const auto& votes = in.tallies->votes[b][c];
      for (const auto& a : in.contests[c].assertions) {
        const std::int64_t lead =
            votes ? static_cast<std::int64_t>((*votes)[a.assertion.winner]) - static_cast<std::int64_t>((*votes)[a.assertion.loser]) : 0;
        const auto numerator = static_cast<unsigned __int128>(std::max<std::int64_t>(lead + cards, 0)) * kWeightUnit;
        const auto margin = static_cast<unsigned __int128>(*a.margin_votes);
        in.weights[b] = std::max(in.weights[b], static_cast<std::uint64_t>((numerator + margin - 1) / margin));
      }
    }
    total += in.weights[b];
  }
  if (total >> 62 != 0)
    return fail("margins too small for the number of cards: a batch comparison would draw every batch", {.file = "audit.json"});
  return {};
}

Result<void> check_batches(const AuditInputs& in) {
  std::vector<bool> there(in.population.batches().size(), false);
  for (const std::size_t b : in.tallies->batches) there[b] = true;
  for (std::size_t b = 0; b < there.size(); ++b)
    if (!there[b] && in.population.batches()[b].cards != 0)
      return fail(fmt::format("the batch \"{}\" has no tally", printable(in.population.batches()[b].name, 100)),
                  {.file = in.plan.records[0]});
  for (std::size_t c = 0; c < in.plan.contests.size(); ++c) {
    std::vector<std::uint64_t> sum(in.plan.contests[c].contest.choices.size(), 0);
    for (const auto& row : in.tallies->votes)
      if (row[c])
        for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += (*row[c])[k];
    ENTENTE_CHECK(compare_tally(in, c, sum, "batches"));
  }
  return {};
}

// Rows in the order of the population's batches, so that a batch's number finds its tally.
void order_batches(AuditInputs& in) {
  std::vector<std::vector<std::optional<std::vector<std::uint64_t>>>> votes(
      in.population.batches().size(), std::vector<std::optional<std::vector<std::uint64_t>>>(in.plan.contests.size()));
  for (std::size_t r = 0; r < in.tallies->batches.size(); ++r) votes[in.tallies->batches[r]] = std::move(in.tallies->votes[r]);
  in.tallies->votes = std::move(votes);
  in.tallies->batches.resize(in.population.batches().size());
  for (std::size_t b = 0; b < in.tallies->batches.size(); ++b) in.tallies->batches[b] = b;
}

}  // namespace

double ContestAssertions::smallest_margin() const {
  double out = 1;
  for (const auto& a : assertions) out = std::min(out, a.margin);
  return tied ? 0 : out;
}

std::uint64_t ContestAssertions::smallest_margin_votes() const {
  std::optional<std::int64_t> out;
  for (const auto& a : assertions)
    if (a.margin_votes && (!out || *a.margin_votes < *out)) out = a.margin_votes;
  return tied || !out ? 0 : static_cast<std::uint64_t>(std::max<std::int64_t>(*out, 0));
}

Result<void> make_assertions(AuditInputs& inputs) {
  inputs.contests.clear();
  if (inputs.tallies) {
    ENTENTE_CHECK(check_batches(inputs));
    order_batches(inputs);
  }
  for (std::size_t c = 0; c < inputs.plan.contests.size(); ++c) {
    ENTENTE_TRY(ContestAssertions made, contest_assertions(inputs, c));
    inputs.contests.push_back(std::move(made));
  }
  if (inputs.tallies) ENTENTE_CHECK(batch_weights(inputs));
  return {};
}

Json assertions_json(const AuditInputs& inputs) {
  Json contests = Json::array();
  for (std::size_t c = 0; c < inputs.contests.size(); ++c) {
    const auto& names = inputs.plan.contests[c].contest.choices;
    Json list = Json::array();
    for (const auto& a : inputs.contests[c].assertions) {
      Json eliminated = Json::array();
      for (const auto e : a.assertion.eliminated) eliminated.push_back(names[e]);
      static constexpr std::string_view kKindNames[] = {"pairwise",    "above_share", "below_share",     "score",   "borda",
                                                        "more_points", "winner_only", "irv_elimination", "averages"};
      Json entry{{"kind", kKindNames[static_cast<std::size_t>(a.assertion.kind)]}};
      if (a.assertion.kind != risk::AssorterKind::below_share) entry["winner"] = names[a.assertion.winner];
      if (a.assertion.kind != risk::AssorterKind::above_share) entry["loser"] = names[a.assertion.loser];
      if (a.assertion.kind == risk::AssorterKind::irv_elimination) entry["eliminated"] = std::move(eliminated);
      if (a.margin_votes) entry["margin_votes"] = *a.margin_votes;
      entry["margin"] = a.margin;
      entry["upper"] = a.assertion.upper;
      list.push_back(std::move(entry));
    }
    contests.push_back(
        Json{{"name", inputs.plan.contests[c].contest.name}, {"tied", inputs.contests[c].tied}, {"assertions", std::move(list)}});
  }
  Json out{{"format", "entente election assertions/1"}, {"cards", inputs.population.cards()}, {"contests", std::move(contests)}};
  if (!inputs.weights.empty()) {
    Json bounds = Json::array();
    for (std::size_t b = 0; b < inputs.weights.size(); ++b)
      bounds.push_back(Json{{"batch", inputs.population.batches()[b].name}, {"bound", inputs.weights[b]}});
    out["batch_bounds"] = std::move(bounds);
  }
  return out;
}

}  // namespace entente::measures::p3_elections::audit
