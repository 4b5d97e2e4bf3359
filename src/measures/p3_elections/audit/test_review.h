// A made-up review with something of everything a report shows. "Example State" does not exist.
#pragma once

#include <cmath>
#include <string>

#include "core/digest.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::audit {

inline review::ContestReview example_contest() {
  review::ContestReview c;
  c.name = "Mayor of Example Town";
  c.reason = "targeted by the county";
  c.method = "ballot-level comparison, Kaplan-Markov";
  c.winners = {"Ada Example"};
  c.losers = {"Bob Sample", "Cyd Specimen"};
  c.margin_votes = 1'234;
  c.cards = 41'003;
  c.diluted_margin = 1'234.0 / 41'003;
  c.risk_limit = 0.05;
  c.published_risk_text = "0.0301";
  c.published_risk = 0.0301;
  c.over1 = 1;
  const double u = 2 * 1.03905 / c.diluted_margin;
  double risk = 1;
  for (std::uint64_t i = 1; i <= 260; ++i) {
    risk *= 1 - 1 / u;
    if (i == 90) risk /= 1 - 1 / (2 * 1.03905);
    c.path.push_back({i, std::min(1.0, risk)});
    std::string note = "matches";
    if (i == 90) note = "one vote in the winner's favour: the record says Ada Example, the paper is blank";
    c.drawn.push_back(
        {i, "Example County, scanner 3, batch " + std::to_string(i % 40 + 1) + ", card " + std::to_string(i * 7 % 100 + 1), note});
  }
  c.recomputed_risk = c.path.back().risk;
  c.draws = 260;
  c.distinct = 258;
  c.certificate = Json{{"gamma", "1.03905"}, {"margin", 1'234}, {"n", 260}, {"upper", "0.0521"}};
  c.outcome = review::ContestReview::Outcome::confirmed;
  return c;
}

inline review::Review example_review() {
  review::Review r;
  r.kind = "corla";
  r.title = "Example State, general election";
  r.seed = "06712345678901234567";
  r.files = {{"manifests/example.csv", 12'345, sha256("a"), "manifest"}, {"seed.txt", 21, sha256("b"), "seed"}};
  r.checks = {{"risks recomputed", 3, 3}, {"draws that land on a card looked at", 259, 260}, {"batches counted alike", 0, 0}};
  r.contests.push_back(example_contest());
  review::ContestReview wide = example_contest();
  wide.name = "Treasurer";
  wide.path.resize(50);
  wide.drawn.resize(50);
  wide.draws = wide.distinct = 50;
  wide.over1 = 0;
  wide.recomputed_risk = wide.path.back().risk;
  wide.outcome = review::ContestReview::Outcome::not_confirmed;
  r.contests.push_back(wide);
  review::ContestReview other;
  other.name =
      "Water District <b>\"4\"</b> & more \xE2\x80\xAE"
      "drawkcab";
  other.winners = {"Yes"};
  other.losers = {"No"};
  other.outcome = review::ContestReview::Outcome::not_audited;
  r.contests.push_back(other);
  review::ReviewFinding f{std::string(review::kDrawMismatch),
                          review::Severity::failure,
                          "Mayor of Example Town",
                          "1 of 260 redrawn cards is not among those looked at",
                          {}};
  for (int i = 0; i < 7; ++i)
    f.rows.push_back({"audited.csv", static_cast<std::uint64_t>(17 + i), "Example 3-7-14: drawn, not among the audited"});
  r.findings.push_back(f);
  r.findings.push_back({std::string(review::kNoCommitment),
                        review::Severity::warning,
                        "",
                        "no commitment to the 2 files was found",
                        {{"manifests/example.csv", 0, ""}}});
  r.not_checked = {"The paper itself: only what the audit board wrote down was read."};
  return r;
}

}  // namespace entente::measures::p3_elections::audit
