// Batch comparison: the totals by batch joined with the manifests, summed up and compared with the report; the batches drawn again by PPEB;
// the risk by MACRO. A batch counted together with others has the row of the combined batch: its tickets are those of all parts, its votes
// are compared with the sum of what its parts reported.
#include <fmt/format.h>
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "measures/p3_elections/review/arlo_batches.h"

namespace entente::measures::p3_elections::review {

namespace {

// The cells of a contest: "US Senate - Ada Example", or "Ada Example" where there is one contest only.
std::vector<std::optional<std::size_t>> arlo_choice_columns(const ArloJurisdiction& j, const ArloContest& contest, bool alone) {
  std::vector<std::optional<std::size_t>> out;
  for (const risk::Choice& choice : contest.votes) {
    std::optional<std::size_t> at;
    for (std::size_t i = 0; i < j.columns.size(); ++i)
      if (j.columns[i] == contest.name + " - " + choice.name || (alone && j.columns[i] == choice.name)) at = i;
    out.push_back(at);
  }
  return out;
}

// Names told apart in "A, B": names may hold ", " themselves. `steps` bounds the search, as names may overlap in many ways.
bool arlo_split_combined(std::string_view text, const std::map<std::string, std::uint32_t, std::less<>>& names, std::size_t& steps,
                         std::vector<std::uint32_t>& out) {
  if (out.size() > 2'000) return false;
  for (std::size_t end = text.find(", "); steps > 0; end = text.find(", ", end + 1)) {
    --steps;
    const std::string_view name = text.substr(0, std::min(end, text.size()));
    if (const auto it = names.find(name); it != names.end()) {
      out.push_back(it->second);
      if (end == text.npos || arlo_split_combined(text.substr(end + 2), names, steps, out)) return true;
      out.pop_back();
    }
    if (end == text.npos) return false;
  }
  return false;
}

class ArloBatchReader {
 public:
  ArloBatchReader(const ArloRecord& record, Review& review) : record_(record), review_(review) {}
  ArloBatches read() {
    for (const ArloJurisdiction& j : record_.jurisdictions) jurisdiction(j);
    if (!missing_.empty())
      arlo_add(review_,
               {kMissingFile, Severity::failure, "", "Jurisdictions without a manifest or without totals by batch.", std::move(missing_)});
    if (!odd_.empty())
      arlo_add(review_, {kManifest, Severity::failure, "", "Manifests and totals by batch do not name the same batches.", std::move(odd_)});
    review_.checks.push_back({"batches in both manifest and totals", out_.batches.size(), all_});
    rows();
    return std::move(out_);
  }

 private:
  void jurisdiction(const ArloJurisdiction& j) {
    if (j.manifest_file.empty()) missing_.push_back({record_.report_file, 0, j.name + ": no manifest"});
    if (j.totals_file.empty()) missing_.push_back({record_.report_file, 0, j.name + ": no totals by batch"});
    std::map<std::string_view, const ArloManifestRow*> cards;
    for (const ArloManifestRow& row : j.manifest)
      if (!cards.emplace(row.batch, &row).second)
        odd_.push_back({j.manifest_file, row.line, j.name + ", " + row.batch + ": twice in the manifest"});
    std::vector<std::vector<std::optional<std::size_t>>> columns;
    for (const ArloContest& c : record_.report.contests) columns.push_back(arlo_choice_columns(j, c, record_.report.contests.size() == 1));
    std::set<std::string_view> counted;
    for (const ArloTallyRow& row : j.totals) {
      ++all_;
      if (!counted.insert(row.batch).second) {
        odd_.push_back({j.totals_file, row.line, j.name + ", " + row.batch + ": twice in the totals"});
        continue;
      }
      const auto found = cards.find(row.batch);
      if (found == cards.end()) {
        odd_.push_back({j.totals_file, row.line, j.name + ", " + row.batch + ": in the totals, not in the manifest"});
        continue;
      }
      batch(j, row, *found->second, columns);
    }
    if (!j.totals_file.empty())
      for (const ArloManifestRow& row : j.manifest)
        if (!counted.contains(row.batch))
          ++all_, odd_.push_back({j.manifest_file, row.line, j.name + ", " + row.batch + ": in the manifest, not in the totals"});
    for (const ArloManifestRow& row : j.manifest) out_.cards[j.name] += row.cards;
  }

  void batch(const ArloJurisdiction& j, const ArloTallyRow& row, const ArloManifestRow& manifest,
             const std::vector<std::vector<std::optional<std::size_t>>>& columns) {
    ArloBatch b{.key = {j.name, row.batch}, .cards = manifest.cards, .file = j.totals_file, .line = row.line, .tallies = {}};
    for (const auto& contest : columns) {
      risk::BatchTally tally{.has_contest = true, .votes = {}, .ballots = static_cast<double>(manifest.cards)};
      for (const auto& column : contest) {
        const bool there = column && *column < row.votes.size() && row.votes[*column];
        tally.has_contest = tally.has_contest && there;
        tally.votes.push_back(there ? static_cast<double>(*row.votes[*column]) : 0);
      }
      b.tallies.push_back(std::move(tally));
    }
    out_.by_key[j.name].emplace(row.batch, static_cast<std::uint32_t>(out_.batches.size()));
    out_.batches.push_back(std::move(b));
  }

  // Which batches each row of the sample stands for.
  void rows() {
    out_.row_of.assign(out_.batches.size(), std::nullopt);
    std::vector<Row> unknown;
    const auto& sampled = record_.report.batches;
    for (std::size_t r = 0; r < sampled.size(); ++r) {
      const ArloBatchRow& row = sampled[r];
      std::vector<std::uint32_t> parts;
      const auto names = out_.by_key.find(row.jurisdiction);
      if (names != out_.by_key.end()) {
        if (std::size_t steps = 100'000; !row.combines.empty())
          arlo_split_combined(row.combines, names->second, steps, parts);
        else if (const auto it = names->second.find(row.batch); it != names->second.end())
          parts.push_back(it->second);
      }
      if (parts.empty())
        unknown.push_back({record_.report_file, row.line, row.jurisdiction + ", " + row.batch + ": in no manifest and totals"});
      for (const std::uint32_t part : parts) {
        if (out_.row_of[part])
          unknown.push_back(
              {record_.report_file, row.line, row.jurisdiction + ", " + out_.batches[part].key.batch + ": in two rows of the sample"});
        out_.row_of[part] = r;
      }
      out_.parts.push_back(std::move(parts));
    }
    if (!unknown.empty())
      arlo_add(review_, {kManifest, Severity::failure, "", "Rows of the sample name batches that there are not, or name them twice.",
                         std::move(unknown)});
  }

  const ArloRecord& record_;
  Review& review_;
  ArloBatches out_;
  std::vector<Row> missing_, odd_;
  std::uint64_t all_ = 0;
};

// Tickets as the report has them: (contest, round, row) → sorted tickets.
std::vector<std::string> arlo_published_tickets(const ArloBatchRow& row, std::size_t contest, int round) {
  std::vector<std::string> out;
  for (const ArloTickets& t : row.contests[contest].tickets)
    if (t.round == round) out.insert(out.end(), t.tickets.begin(), t.tickets.end());
  std::ranges::sort(out);
  return out;
}

std::string arlo_join(const std::vector<std::string>& texts) {
  return texts.empty() ? "nothing" : fmt::format("{}", fmt::join(texts, ", "));
}

// The draws of one contest round after round, compared with the rows of the sample.
class ArloBatchDraw {
 public:
  ArloBatchDraw(const ArloRecord& record, const ArloBatches& batches, std::size_t index, const risk::Contest& contest)
      : record_(record), batches_(batches), index_(index), contest_(contest) {
    for (const ArloBatch& b : batches.batches) {
      keys_.push_back(b.key);
      reported_.push_back(b.tallies[index]);
    }
  }
  [[nodiscard]] Result<void> weights() {
    total_ = risk::total_error_bound(contest_, reported_);
    if (total_.is_infinite() || total_.is_zero()) return fail("the margin leaves no bound on the errors: every batch has to be counted");
    const std::int64_t unauditable = risk::unauditable_ballots(contest_, reported_);
    for (const risk::BatchTally& t : reported_)
      weights_.push_back((risk::batch_error_bound(contest_, t, unauditable) / total_).to_double());
    return {};
  }
  // Draws `size` more; adds rows that differ to `differences`.
  [[nodiscard]] Result<void> round(int number, std::uint64_t size, Check& redrawn, Check& tickets, std::vector<Row>& differences) {
    ENTENTE_TRY(const auto drawn, sampling::ppeb_sample(record_.report.seed, keys_, weights_, size, previous_));
    std::map<std::size_t, std::vector<std::string>> by_row;
    std::set<std::uint64_t> distinct;
    for (const sampling::PpebDraw& d : drawn) {
      distinct.insert(d.batch);
      previous_.push_back(keys_[d.batch]);
      draws.push_back({d.ticket, static_cast<std::uint32_t>(d.batch)});
      ++tickets.of;
      if (const auto& row = batches_.row_of[d.batch])
        by_row[*row].push_back(d.ticket);
      else
        differences.push_back(
            {record_.report_file, 0,
             fmt::format("{}, {}: drawn with ticket {}, not in the report", keys_[d.batch].jurisdiction, keys_[d.batch].batch, d.ticket)});
    }
    std::set<std::size_t> good;
    for (std::size_t r = 0; r < record_.report.batches.size(); ++r) compare(r, number, by_row[r], good, tickets, differences);
    for (const std::uint64_t b : distinct) {
      ++redrawn.of;
      if (batches_.row_of[b] && good.contains(*batches_.row_of[b])) ++redrawn.good;
    }
    return {};
  }
  [[nodiscard]] Result<risk::BatchRisk> risk(std::vector<double>* path) const {
    risk::BatchSample sample;
    std::set<std::uint32_t> seen;
    for (const risk::BatchDraw& d : draws) {
      if (!seen.insert(d.batch).second) continue;
      const auto counted = count_of(d.batch);
      if (!counted)
        return fail(keys_[d.batch].jurisdiction + ", " + keys_[d.batch].batch + " was drawn but no count of it is in the report");
      sample.audited.push_back({d.batch, *counted});
    }
    for (const auto& parts : batches_.parts)
      if (parts.size() > 1) sample.combined.push_back(parts);
    sample.draws = draws;
    return risk::batch_risk(risk::percent_limit(record_.report.risk_percent), contest_, reported_, sample, path);
  }
  [[nodiscard]] std::optional<risk::BatchTally> count_of(std::uint32_t batch) const {
    const auto& row = batches_.row_of[batch];
    if (!row || !record_.report.batches[*row].audited) return std::nullopt;
    const auto votes = arlo_in_order(record_.report.contests[index_], record_.report.batches[*row].contests[index_].audited);
    if (!votes) return std::nullopt;
    return risk::BatchTally{.has_contest = reported_[batch].has_contest, .votes = {votes->begin(), votes->end()}, .ballots = 0};
  }
  [[nodiscard]] const risk::Decimal& total() const { return total_; }
  [[nodiscard]] const std::vector<risk::BatchTally>& reported() const { return reported_; }
  std::vector<risk::BatchDraw> draws;  // of all rounds so far

 private:
  void compare(std::size_t r, int number, std::vector<std::string>& expected, std::set<std::size_t>& good, Check& tickets,
               std::vector<Row>& differences) {
    const ArloBatchRow& row = record_.report.batches[r];
    std::vector<std::string> published = arlo_published_tickets(row, index_, number);
    std::ranges::sort(expected);
    std::vector<std::string> both;
    std::ranges::set_intersection(expected, published, std::back_inserter(both));
    tickets.good += both.size();
    if (expected == published) {
      good.insert(r);
      return;
    }
    differences.push_back(
        {record_.report_file, row.line,
         fmt::format("{}, {}: printed {}; the draw gives {}", row.jurisdiction, row.batch, arlo_join(published), arlo_join(expected))});
  }

  const ArloRecord& record_;
  const ArloBatches& batches_;
  std::size_t index_;
  const risk::Contest& contest_;
  std::vector<sampling::BatchKey> keys_, previous_;
  std::vector<risk::BatchTally> reported_;
  std::vector<double> weights_;
  risk::Decimal total_;
};

// What a citizen can look for: the batches in the order drawn, with what the count of each found.
void arlo_list_draws(const ArloBatches& batches, const ArloBatchDraw& draw, const risk::Contest& contest, ContestReview& out) {
  const std::int64_t unauditable = risk::unauditable_ballots(contest, draw.reported());
  for (std::size_t i = 0; i < draw.draws.size(); ++i) {
    const std::uint32_t b = draw.draws[i].batch;
    std::string note = "not counted";
    if (const auto counted = draw.count_of(b)) {
      risk::BatchTally reported = draw.reported()[b];
      const auto& parts = batches.parts[*batches.row_of[b]];
      for (const std::uint32_t part : parts)
        if (part != b)
          for (std::size_t v = 0; v < reported.votes.size(); ++v) reported.votes[v] += draw.reported()[part].votes[v];
      const auto error = risk::batch_error(contest, reported, *counted, unauditable);
      note =
          !error ? "matches" : fmt::format("the margin was {}stated by {:g}", error->votes > 0 ? "over" : "under", std::abs(error->votes));
      if (parts.size() > 1)
        note += fmt::format("; counted together with {}", arlo_counted(parts.size() - 1, "other batch", "other batches"));
    }
    out.drawn.push_back(
        {i + 1, batches.batches[b].key.jurisdiction + ", " + batches.batches[b].key.batch, "ticket " + draw.draws[i].ticket + ": " + note});
  }
}

void arlo_batch_certificate(const ArloBatchDraw& draw, const risk::BatchRisk& risk, const ArloReport& report, ContestReview& out) {
  out.certificate = Json::object();
  out.certificate["rule"] = "p = product over the draws of (1 - 1/U) / (1 - taint); confirmed if p <= limit";
  out.certificate["arithmetic"] = "decimal, 28 digits, half to even";
  out.certificate["marginVotes"] = out.margin_votes;
  out.certificate["batches"] = draw.reported().size();
  out.certificate["draws"] = draw.draws.size();
  out.certificate["U"] = draw.total().str();
  out.certificate["p"] = risk.p.str();
  out.certificate["limit"] = risk::percent_limit(report.risk_percent).str();
}

}  // namespace

ArloBatches read_arlo_batches(const ArloRecord& record, Review& review) { return ArloBatchReader(record, review).read(); }

namespace {

// The batches of the jurisdictions that have the contest: the universe of its draw.
ArloBatches arlo_of_contest(const ArloBatches& all, std::size_t contest) {
  ArloBatches out;
  std::vector<std::optional<std::uint32_t>> place(all.batches.size());
  for (std::size_t i = 0; i < all.batches.size(); ++i) {
    if (!all.batches[i].tallies[contest].has_contest) continue;
    place[i] = static_cast<std::uint32_t>(out.batches.size());
    out.batches.push_back(all.batches[i]);
    out.row_of.push_back(all.row_of[i]);
  }
  for (const auto& parts : all.parts) {
    std::vector<std::uint32_t>& mine = out.parts.emplace_back();
    for (const std::uint32_t part : parts)
      if (place[part]) mine.push_back(*place[part]);
  }
  return out;
}

void arlo_review_contest(const ArloRecord& record, const ArloBatches& all, std::size_t index, const ArloOptions& options, Check& risks,
                         Review& review) {
  const ArloContest& c = record.report.contests[index];
  const ArloBatches batches = arlo_of_contest(all, index);
  const auto contest = risk::Contest::make(arlo_totals(c));
  if (!contest) return;  // named already
  ContestReview out = arlo_contest_review(c, record.report, *contest);
  out.method = "batch comparison, Kaplan-Markov (MACRO); batches drawn by their error bounds (PPEB)";
  const auto done = [&] { review.contests.push_back(std::move(out)); };
  if (!c.targeted || batches.batches.empty()) return done();
  ArloBatchDraw draw(record, batches, index, *contest);
  if (const auto ready = draw.weights(); !ready) {
    review.not_checked.push_back("The draws of " + c.name + ": " + ready.error().what + ".");
    return done();
  }
  Check redrawn{"batches redrawn: " + c.name}, tickets{"tickets as printed: " + c.name};
  std::vector<Row> differences;
  risk::BatchRisk last;
  for (const ArloRound& r : record.report.rounds) {
    if (r.contest != c.name || !r.sample_size) continue;
    auto drawn = draw.round(r.number, *r.sample_size, redrawn, tickets, differences);
    std::vector<double> path;
    auto risk = drawn ? draw.risk(&path) : Result<risk::BatchRisk>(tl::unexpected<Error>(drawn.error()));
    if (!risk) {
      arlo_add(review, {kRiskMismatch,
                        Severity::failure,
                        c.name,
                        fmt::format("Round {}: the risk cannot be recomputed.", r.number),
                        {{record.report_file, r.line, risk.error().what}}});
      ++risks.of;
      continue;
    }
    last = *risk;
    arlo_compare_risk(record, r, last.risk, last.confirmed, risks, out, review);
    out.path.clear();
    for (std::size_t i = 0; i < path.size(); ++i) out.path.push_back({i + 1, path[i]});
  }
  if (!differences.empty())
    arlo_add(review, {kDrawMismatch, Severity::failure, c.name,
                      fmt::format("{} of the sample {} not what the seed and the totals draw.",
                                  arlo_counted(differences.size(), "row", "rows"), differences.size() == 1 ? "is" : "are"),
                      std::move(differences)});
  review.checks.push_back(std::move(redrawn));
  review.checks.push_back(std::move(tickets));
  std::set<std::uint32_t> distinct;
  for (const risk::BatchDraw& d : draw.draws) distinct.insert(d.batch);
  out.draws = draw.draws.size();
  out.distinct = distinct.size();
  arlo_list_draws(batches, draw, *contest, out);
  arlo_batch_certificate(draw, last, record.report, out);
  arlo_thin_path(out.path, options.path_steps);
  if (out.recomputed_risk) {
    out.outcome = distinct.size() == batches.batches.size() ? ContestReview::Outcome::full_count
                  : last.confirmed                          ? ContestReview::Outcome::confirmed
                                                            : ContestReview::Outcome::not_confirmed;
    if (out.outcome == ContestReview::Outcome::not_confirmed)
      arlo_add(review, {kLimitNotMet,
                        Severity::failure,
                        c.name,
                        fmt::format("The risk measured is {:.6f}, above the limit {:g}, and the record shows no full count.", last.risk,
                                    out.risk_limit),
                        {{record.report_file, c.line, c.name}}});
  }
  done();
}

}  // namespace

void review_arlo_batches(const ArloRecord& record, const ArloOptions& options, Review& review) {
  const ArloBatches batches = read_arlo_batches(record, review);
  if (record.jurisdictions.empty())
    arlo_add(
        review,
        {kMissingFile, Severity::failure, "", "The record holds no manifests and no totals by batch.", {{record.report_file, 0, "alone"}}});
  reconcile_arlo_batches(record, batches, review);
  Check risks{"risks recomputed to the printed digit"};
  for (std::size_t i = 0; i < record.report.contests.size(); ++i) arlo_review_contest(record, batches, i, options, risks, review);
  review.checks.push_back(std::move(risks));
}

}  // namespace entente::measures::p3_elections::review
