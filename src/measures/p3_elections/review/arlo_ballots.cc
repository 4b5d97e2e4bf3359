// Ballot polling and ballot comparison: cards drawn again by consistent_sampler's tickets over the manifests, round after round; the risk
// by BRAVO from the votes audited, or by SuperSimple from what the records and the boards say of every card drawn. Versions of Arlo hash a
// card under one of two identifiers, (('Adams', 'B 1'), 7) or (('Adams', tabulator or None, 'B 1'), 7): the one that gives the report's
// tickets is taken.
#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <set>

#include "measures/p3_elections/review/arlo_ballot_draw.h"
#include "measures/p3_elections/risk/bravo.h"
#include "measures/p3_elections/risk/macro.h"
#include "measures/p3_elections/risk/minerva.h"
#include "measures/p3_elections/risk/providence.h"
#include "measures/p3_elections/risk/supersimple.h"

namespace entente::measures::p3_elections::review {

namespace {

std::uint64_t arlo_times(const ArloBallotContest& contest, int up_to, int from = 1) {
  std::uint64_t out = 0;
  for (const ArloTickets& t : contest.tickets)
    if (t.round >= from && t.round <= up_to) out += t.tickets.size();
  return out;
}

class ArloBallotReview {
 public:
  ArloBallotReview(const ArloRecord& record, const ArloOptions& options, Review& review)
      : record_(record), options_(options), review_(review) {}

  void contest(std::size_t index) {
    const ArloContest& c = record_.report.contests[index];
    const auto outcome = risk::Contest::make(arlo_totals(c));
    if (!outcome) return;
    ContestReview out = arlo_contest_review(c, record_.report, *outcome);
    out.method = comparison() ? "ballot comparison, Kaplan-Markov (SuperSimple)" : "ballot polling, " + record_.report.math_type;
    if (c.targeted && !record_.report.ballots.empty()) targeted(index, *outcome, out);
    review_.contests.push_back(std::move(out));
  }
  void finish() {
    if (!missing_.empty())
      arlo_add(review_,
               {kPhantom, Severity::warning, "",
                "Cards were drawn that no vote record or no paper answers to; they count as two votes overstated.", std::move(missing_)});
    if (!unaudited_.empty())
      arlo_add(review_, {kSampleShort, Severity::failure, "",
                         fmt::format("{} drawn {} not audited.", arlo_counted(unaudited_.size(), "card", "cards"),
                                     unaudited_.size() == 1 ? "was" : "were"),
                         std::move(unaudited_)});
    review_.checks.push_back(std::move(risks_));
    if (sums_.of > 0) review_.checks.push_back(std::move(sums_));
    if (discrepancies_.of > 0) review_.checks.push_back(std::move(discrepancies_));
  }

 private:
  [[nodiscard]] bool comparison() const { return record_.report.audit_type == "BALLOT_COMPARISON"; }
  [[nodiscard]] std::vector<const ArloRound*> rounds(const ArloContest& c) const {
    std::vector<const ArloRound*> out;
    for (const ArloRound& r : record_.report.rounds)
      if (r.contest == c.name) out.push_back(&r);
    std::ranges::stable_sort(out, {}, [](const ArloRound* r) { return r->number; });
    return out;
  }

  void targeted(std::size_t index, const risk::Contest& outcome, ContestReview& out) {
    const ArloContest& c = record_.report.contests[index];
    ArloBallotDraw draw(record_, index);
    const auto all = rounds(c);
    draws(draw, c, all, out);
    unaudited(index);
    if (comparison())
      comparison_risk(index, outcome, all, out);
    else
      polling_risk(index, outcome, all, out);
    arlo_thin_path(out.path, options_.path_steps);
    for (std::size_t i = 0; i < draw.draws.size(); ++i) {
      const auto place = draw.universe().place(draw.draws[i].object);
      const auto row = draw.row_of(place);
      const std::string result = row ? record_.report.ballots[*row].contests[index].audit_result : "not in the report";
      out.drawn.push_back({i + 1, place.str(), fmt::format("ticket {}{}{}", draw.draws[i].ticket, result.empty() ? "" : ": ", result)});
    }
  }

  void draws(ArloBallotDraw& draw, const ArloContest& c, const std::vector<const ArloRound*>& all, ContestReview& out) {
    if (!draw.twice().empty()) {
      std::vector<Row> rows;
      for (const std::size_t r : draw.twice())
        rows.push_back({record_.report_file, record_.report.ballots[r].line, draw.name(r) + ": twice in the sample"});
      arlo_add(review_, {kManifest, Severity::failure, c.name, "The sample lists cards twice.", std::move(rows)});
    }
    if (draw.universe().all == 0 || draw.universe().all > options_.max_cards) {
      review_.not_checked.push_back("The draws of " + c.name +
                                    (draw.universe().all == 0 ? ": there is no manifest." : ": the manifests list too many cards."));
      return;
    }
    if (draw.universe().all != static_cast<std::uint64_t>(c.ballots))
      arlo_add(review_, {kReconcile,
                         draw.universe().all > static_cast<std::uint64_t>(c.ballots) ? Severity::failure : Severity::warning,
                         c.name,
                         fmt::format("The manifests list {} cards, the report {}.", draw.universe().all, c.ballots),
                         {{record_.report_file, c.line, fmt::format("Total Ballots Cast {}", c.ballots)}}});
    std::vector<std::uint64_t> sizes;
    for (const ArloRound* r : all) sizes.push_back(std::min<std::uint64_t>(r->sample_size.value_or(0), options_.max_cards));
    if (const auto drawn = draw.draw(sizes); !drawn) {
      review_.not_checked.push_back("The draws of " + c.name + ": " + drawn.error().what + ".");
      return;
    }
    Check redrawn{"cards redrawn: " + c.name}, tickets{"tickets as printed: " + c.name};
    std::vector<Row> differences;
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      draw.compare(all[i]->number, first, sizes[i], redrawn, tickets, differences);
      first += sizes[i];
    }
    if (!differences.empty())
      arlo_add(review_, {kDrawMismatch, Severity::failure, c.name,
                         fmt::format("{} of the sample {} not what the seed and the manifests draw.",
                                     arlo_counted(differences.size(), "row", "rows"), differences.size() == 1 ? "is" : "are"),
                         std::move(differences)});
    review_.checks.push_back(std::move(redrawn));
    review_.checks.push_back(std::move(tickets));
    std::set<std::uint64_t> distinct;
    for (const sampling::TicketDraw& d : draw.draws) distinct.insert(d.object);
    out.draws = draw.draws.size();
    out.distinct = distinct.size();
  }

  void unaudited(std::size_t index) {
    for (const ArloBallotRow& row : record_.report.ballots) {
      if (row.contests[index].tickets.empty() || row.audited.empty() || row.audited == "AUDITED" || row.audited == "Yes") continue;
      const Row at{record_.report_file, row.line,
                   fmt::format("{}, {}, card {}: {}", row.jurisdiction, row.batch, row.position, row.audited)};
      (row.audited == "NOT_FOUND" || row.audited == "Not found" ? missing_ : unaudited_).push_back(at);
    }
  }

  struct Polled {
    double risk = 1;
    bool confirmed = false, full = false;
  };
  // After the rounds so far, by the audit's test; Arlo has three.
  [[nodiscard]] Result<std::optional<Polled>> polled(const risk::Contest& outcome, const std::vector<risk::PolledRound>& rounds) const {
    const std::int64_t percent = record_.report.risk_percent;
    if (record_.report.math_type == "BRAVO") {
      std::vector<std::uint64_t> sample(outcome.totals().choices.size());
      for (const risk::PolledRound& r : rounds)
        for (std::size_t v = 0; v < sample.size(); ++v) sample[v] += r.votes[v];
      const risk::PollingRisk risk = risk::bravo_risk(risk::percent_limit(percent), outcome, sample);
      return std::optional(Polled{risk.risk(), risk.confirmed, risk.full_count});
    }
    const double limit = static_cast<double>(percent) / 100;
    if (record_.report.math_type == "MINERVA") {
      ENTENTE_TRY(const risk::RoundRisk risk, risk::minerva_risk({.test = risk::RoundTest::minerva, .limit = limit}, outcome, rounds));
      return std::optional(Polled{risk.p, risk.p <= limit, false});
    }
    if (record_.report.math_type == "PROVIDENCE") {
      ENTENTE_TRY(const risk::ProvidenceRisk risk, risk::providence_risk(limit, outcome, rounds));
      return std::optional(Polled{risk.risk, risk.confirmed, false});
    }
    return std::optional<Polled>();
  }
  [[nodiscard]] std::string polling_rule() const {
    if (record_.report.math_type == "BRAVO")
      return "1/T for each winner over each loser, T = product over the votes of share/(1/2); confirmed if every 1/T <= limit";
    return "tail of the winner's votes in a tie over the tail as reported, round by round; confirmed if <= limit";
  }

  void polling_risk(std::size_t index, const risk::Contest& outcome, const std::vector<const ArloRound*>& all, ContestReview& out) {
    const ArloContest& c = record_.report.contests[index];
    const bool online =
        std::ranges::any_of(record_.report.ballots, [&](const ArloBallotRow& r) { return !r.contests[index].audit_result.empty(); });
    std::vector<risk::PolledRound> rounds;
    std::int64_t draws = 0;
    Json votes = Json::array();
    for (const ArloRound* r : all) {
      const auto audited = arlo_in_order(c, r->audited);
      if (!audited) return no_risk(c, *r, "the audited votes are not there");
      if (online) polling_sum(index, *r, *audited);
      rounds.push_back({static_cast<std::int64_t>(r->sample_size.value_or(0)), {audited->begin(), audited->end()}});
      votes.push_back(*audited);
      draws += rounds.back().ballots;
      const auto risk = polled(outcome, rounds);
      if (!risk) return no_risk(c, *r, risk.error().what);
      if (!*risk) {
        review_.not_checked.push_back("The risk of " + c.name + " by " + record_.report.math_type + ".");
        break;
      }
      arlo_compare_risk(record_, *r, (*risk)->risk, (*risk)->confirmed, risks_, out, review_);
      out.path.push_back({static_cast<std::uint64_t>(draws), std::min((*risk)->risk, 1.0)});
      conclude((*risk)->risk, (*risk)->confirmed, (*risk)->full, r == all.back(), out);
    }
    out.certificate = Json::object();
    out.certificate["rule"] = polling_rule();
    out.certificate["marginVotes"] = out.margin_votes;
    out.certificate["draws"] = draws;
    out.certificate["votesByRound"] = std::move(votes);
  }

  void no_risk(const ArloContest& c, const ArloRound& r, const std::string& why) {
    ++risks_.of;
    arlo_add(review_, {kRiskMismatch,
                       Severity::failure,
                       c.name,
                       fmt::format("Round {}: the risk cannot be recomputed.", r.number),
                       {{record_.report_file, r.line, why}}});
  }

  // The cards' results, each as often as it was drawn in the round, against the round's audited votes.
  void polling_sum(std::size_t index, const ArloRound& r, const std::vector<std::int64_t>& audited) {
    const ArloContest& c = record_.report.contests[index];
    std::vector<std::int64_t> sums(c.votes.size());
    for (const ArloBallotRow& row : record_.report.ballots) {
      const ArloMarks marks = arlo_marks(row.contests[index].audit_result, c);
      if (marks.overvote) continue;
      for (const std::size_t v : marks.choices) sums[v] += static_cast<std::int64_t>(arlo_times(row.contests[index], r.number, r.number));
    }
    ++sums_.of;
    if (sums == audited)
      ++sums_.good;
    else
      arlo_add(review_, {kReconcile,
                         Severity::failure,
                         c.name,
                         fmt::format("Round {}: the audited votes are not the sum of the cards' results.", r.number),
                         {{record_.report_file, r.line,
                           fmt::format("printed {}; the cards add up to {}", arlo_votes_text(c, audited), arlo_votes_text(c, sums))}}});
  }

  [[nodiscard]] static risk::CardReading reading(const ArloMarks& marks, std::size_t choices) {
    risk::CardReading out;
    out.votes.assign(choices, 0);
    if (!marks.overvote)
      for (const std::size_t v : marks.choices) out.votes[v] = 1;
    return out;
  }

  // What counts for one card; nullopt: nothing. Compares it with what is printed.
  [[nodiscard]] std::optional<risk::Discrepancy> card(std::size_t index, const risk::Contest& outcome, const ArloBallotRow& row,
                                                      std::vector<Row>& wrong) {
    const ArloContest& c = record_.report.contests[index];
    const ArloBallotContest& cell = row.contests[index];
    risk::CardReading reported = reading(arlo_marks(cell.cvr_result, c), c.votes.size());
    risk::CardReading audited = reading(arlo_marks(cell.audit_result, c), c.votes.size());
    audited.found = row.audited != "NOT_FOUND" && row.audited != "Not found";
    auto counted = risk::card_discrepancy(outcome, reported, audited);
    const auto text = [](const std::optional<risk::Discrepancy>& d) { return d ? std::to_string(d->votes) : std::string(); };
    if (text(counted) != cell.discrepancy && cell.cvr_result.empty() && cell.discrepancy == "2") {
      reported.found = false;  // an empty cell is a blank contest or no record at all
      counted = risk::card_discrepancy(outcome, reported, audited);
      missing_.push_back(
          {record_.report_file, row.line, fmt::format("{}, {}, card {}: no vote record", row.jurisdiction, row.batch, row.position)});
    }
    ++discrepancies_.of;
    if (text(counted) == cell.discrepancy || (!counted && cell.discrepancy == "0"))
      ++discrepancies_.good;
    else
      wrong.push_back(
          {record_.report_file, row.line,
           fmt::format("{}, {}, card {}: discrepancy printed \"{}\"; record \"{}\" and board \"{}\" give \"{}\"", row.jurisdiction,
                       row.batch, row.position, cell.discrepancy, cell.cvr_result, cell.audit_result, text(counted))});
    return counted;
  }

  void comparison_risk(std::size_t index, const risk::Contest& outcome, const std::vector<const ArloRound*>& all, ContestReview& out) {
    const ArloContest& c = record_.report.contests[index];
    std::vector<std::optional<risk::Discrepancy>> found;
    std::vector<Row> wrong;
    for (const ArloBallotRow& row : record_.report.ballots)
      found.push_back(row.contests[index].tickets.empty() ? std::nullopt : card(index, outcome, row, wrong));
    if (!wrong.empty())
      arlo_add(review_,
               {kRiskMismatch, Severity::failure, c.name, "Discrepancies printed are not those of records and boards.", std::move(wrong)});
    const risk::ComparisonMargin margin = risk::ComparisonMargin::of(outcome);
    for (const ArloRound* r : all) {
      std::vector<risk::ComparedError> errors;
      for (std::size_t i = 0; i < found.size(); ++i)
        if (const std::uint64_t times = arlo_times(record_.report.ballots[i].contests[index], r->number); times > 0)
          errors.push_back({found[i] ? found[i]->relative : risk::Decimal(), times});
      std::vector<double> path;
      const risk::ComparisonRisk risk = risk::comparison_risk(risk::percent_limit(record_.report.risk_percent), margin, errors, &path);
      arlo_compare_risk(record_, *r, risk.risk, risk.confirmed, risks_, out, review_);
      out.path.clear();
      std::uint64_t draws = 0;
      for (std::size_t i = 0; i < path.size(); ++i) out.path.push_back({draws += errors[i].times, std::min(path[i], 1.0)});
      conclude(risk.risk, risk.confirmed, draws >= static_cast<std::uint64_t>(c.ballots), r == all.back(), out);
      out.certificate = Json::object();
      out.certificate["rule"] =
          "p = product over the draws of (1 - 1/U) / (1 - e/(2 gamma / V)), U = 2 gamma / (diluted margin); confirmed if 0 < p < limit";
      out.certificate["gamma"] = 1.03905;
      out.certificate["marginVotes"] = out.margin_votes;
      out.certificate["draws"] = draws;
      out.certificate["p"] = risk.p.str();
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) continue;
      const std::uint64_t times = arlo_times(record_.report.ballots[i].contests[index], 1'000'000);
      switch (found[i]->votes) {
        case 2: out.over2 += times; break;
        case 1: out.over1 += times; break;
        case -1: out.under1 += times; break;
        case -2: out.under2 += times; break;
        default: break;
      }
    }
  }

  void conclude(double risk, bool confirmed, bool full, bool last, ContestReview& out) {
    if (!last) return;
    out.outcome = full        ? ContestReview::Outcome::full_count
                  : confirmed ? ContestReview::Outcome::confirmed
                              : ContestReview::Outcome::not_confirmed;
    if (out.outcome == ContestReview::Outcome::not_confirmed)
      arlo_add(review_,
               {kLimitNotMet,
                Severity::failure,
                out.name,
                fmt::format("The risk measured is {:.6f}, above the limit {:g}, and the record shows no full count.", risk, out.risk_limit),
                {{record_.report_file, 0, out.name}}});
  }

  const ArloRecord& record_;
  const ArloOptions& options_;
  Review& review_;
  Check risks_{"risks recomputed to the printed digit"}, sums_{"votes audited as the cards say"},
      discrepancies_{"discrepancies as printed"};
  std::vector<Row> missing_, unaudited_;
};

}  // namespace

void review_arlo_ballots(const ArloRecord& record, const ArloOptions& options, Review& review) {
  if (record.jurisdictions.empty())
    arlo_add(review, {kMissingFile, Severity::failure, "", "The record holds no manifests.", {{record.report_file, 0, "alone"}}});
  if (record.report.ballots.empty()) review.not_checked.emplace_back("The cards audited: the report lists none.");
  ArloBallotReview all(record, options, review);
  for (std::size_t i = 0; i < record.report.contests.size(); ++i) all.contest(i);
  all.finish();
}

}  // namespace entente::measures::p3_elections::review
