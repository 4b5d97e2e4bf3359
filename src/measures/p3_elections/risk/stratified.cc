// Branch and bound over the splits of 1/2. A box gives each stratum but the last a range of means; what is left is the last one's. The
// evidence of a box is at least that of each stratum at the upper end of its range, so a box that is rejected there is rejected everywhere;
// the box with the least evidence is split along its longest side until bound and found agree.
#include "measures/p3_elections/risk/stratified.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>

namespace entente::measures::p3_elections::risk {
namespace {

constexpr double kStratumInfinity = std::numeric_limits<double>::infinity();

Result<void> stratum_check(std::span<const Stratum> strata) {
  if (strata.empty() || strata.size() > 8) return fail("a stratified audit has between 1 and 8 strata");
  for (const Stratum& s : strata) {
    const Where where{.file = {}, .pointer = s.name};
    if (s.cards == 0) return fail("a stratum has no cards", where);
    if (!(s.upper_a > 0) || !(s.slope > 0) || !std::isfinite(s.offset)) return fail("a stratum's bound and slope must be positive", where);
    const RiskFunction f = s.test.function;
    const bool monotone = (f == RiskFunction::betting && s.test.bet == Bet::fixed) || f == RiskFunction::kaplan_markov ||
                          f == RiskFunction::kaplan_wald || f == RiskFunction::kaplan_kolmogorov;
    if (!monotone)
      return fail("a stratum's test must be a fixed bet or one of Kaplan's", where,
                  "guesses that hang on the null mean cannot be bounded over splits");
    if (s.test.population && *s.test.population < s.values.size()) return fail("a stratum has more draws than cards", where);
  }
  return {};
}

// ln of the evidence of one stratum (M, or 1/p) where its assorter mean is theta; remembered, since boxes share corners.
class StratumEvidence {
 public:
  StratumEvidence(const Stratum& stratum, Combination combination) : stratum_(&stratum), combination_(combination) {}

  Result<double> at(double theta) {
    const auto known = known_.find(theta);
    if (known != known_.end()) return known->second;
    ENTENTE_TRY(const double value, compute(stratum_->offset + stratum_->slope * theta));
    known_.emplace(theta, value);
    return value;
  }

 private:
  Result<double> compute(double null_mean) const {
    // At the top nothing can speak against the null; the limit from below keeps the evidence falling throughout, which the bounds rest on.
    null_mean = std::min(null_mean, std::nextafter(stratum_->test.upper, 0.0));
    double total = 0;
    for (double x : stratum_->values) total += x;
    if (null_mean <= 0) return null_mean < 0 || total > 0 ? kStratumInfinity : 0.0;
    TestOptions options = stratum_->test;
    options.null_mean = null_mean;
    options.eta.reset();
    options.lambda = std::min(options.lambda, 1 / null_mean);
    ENTENTE_TRY(auto test, NonnegMean::make(options));
    for (double x : stratum_->values) ENTENTE_CHECK(test.add(x));
    return combination_ == Combination::product ? test.log_m() : -test.log_p();
  }

  const Stratum* stratum_;
  Combination combination_;
  std::map<double, double> known_;
};

struct StratumBox {
  std::vector<double> low, high;                                                 // of all strata but the last
  double bound = 0;                                                              // ln evidence, at least
  bool operator<(const StratumBox& other) const { return bound > other.bound; }  // the least evidence on top
};

class StratumSearch {
 public:
  StratumSearch(std::span<const Stratum> strata, Combination combination) : strata_(strata) {
    double cards = 0;
    for (const Stratum& s : strata) cards += static_cast<double>(s.cards);
    for (const Stratum& s : strata) {
      weights_.push_back(static_cast<double>(s.cards) / cards);
      evidence_.emplace_back(s, combination);
    }
  }

  Result<StratifiedRisk> run(const StratifiedLimits& limits) {
    StratumBox all;
    for (std::size_t k = 0; k + 1 < strata_.size(); ++k) {
      all.low.push_back(0);
      all.high.push_back(std::min(strata_[k].upper_a, 0.5 / weights_[k]));
    }
    ENTENTE_CHECK(push(std::move(all)));
    while (!boxes_.empty() && result_.splits < limits.max_boxes) {
      const StratumBox box = boxes_.top();
      if (best_ - box.bound <= limits.log_gap) break;
      boxes_.pop();
      std::size_t side = 0;
      for (std::size_t k = 1; k < box.low.size(); ++k)
        if (box.high[k] - box.low[k] > box.high[side] - box.low[side]) side = k;
      if (box.low.empty() || box.high[side] - box.low[side] < 1e-12) {
        floor_ = std::min(floor_, box.bound);  // as small as it gets
        continue;
      }
      const double middle = box.low[side] + (box.high[side] - box.low[side]) / 2;
      StratumBox left = box, right = box;
      left.high[side] = middle;
      right.low[side] = middle;
      ENTENTE_CHECK(push(std::move(left)));
      ENTENTE_CHECK(push(std::move(right)));
    }
    const double least = std::min({best_, floor_, boxes_.empty() ? kStratumInfinity : boxes_.top().bound});
    result_.p = p_of(least);
    result_.p_found = p_of(best_);
    return result_;
  }

  void fisher(bool on) { fisher_ = on; }

 private:
  // What is left of 1/2 for the last stratum.
  [[nodiscard]] double last(const std::vector<double>& means) const {
    double left = 0.5;
    for (std::size_t k = 0; k < means.size(); ++k) left -= weights_[k] * means[k];
    return left / weights_.back();
  }

  Result<void> push(StratumBox box) {
    ++result_.splits;
    const double most = last(box.low), least = last(box.high), upper = strata_.back().upper_a;
    if (most < 0 || least > upper) return {};  // no split of 1/2 is in it
    ENTENTE_TRY(box.bound, evidence_.back().at(std::min(most, upper)));
    for (std::size_t k = 0; k < box.high.size(); ++k) {
      ENTENTE_TRY(const double e, evidence_[k].at(box.high[k]));
      box.bound = e == kStratumInfinity || box.bound == kStratumInfinity ? kStratumInfinity : box.bound + e;
    }
    if (box.bound == kStratumInfinity) return {};
    // A split inside: on the way from the low to the high corner, where the last stratum's mean is possible.
    std::vector<double> point = box.low;
    double from = 0, to = 1;
    if (most > least) {
      from = std::clamp((most - upper) / (most - least), 0.0, 1.0);
      to = std::clamp(most / (most - least), 0.0, 1.0);
    }
    for (std::size_t k = 0; k < point.size(); ++k) point[k] += (box.high[k] - box.low[k]) * (from + to) / 2;
    ENTENTE_CHECK(try_split(std::move(point)));
    boxes_.push(std::move(box));
    return {};
  }

  Result<void> try_split(std::vector<double> means) {
    means.push_back(std::clamp(last(means), 0.0, strata_.back().upper_a));
    double sum = 0;
    for (std::size_t k = 0; k < means.size(); ++k) {
      ENTENTE_TRY(const double e, evidence_[k].at(means[k]));
      sum = e == kStratumInfinity || sum == kStratumInfinity ? kStratumInfinity : sum + e;
    }
    if (sum < best_) {
      best_ = sum;
      result_.worst_means = std::move(means);
    }
    return {};
  }

  // Fisher: -2 ln of the product of k p-values is chi-squared with 2k degrees of freedom, whose tail is a finite sum.
  [[nodiscard]] double p_of(double log_evidence) const {
    if (log_evidence == kStratumInfinity) return 0;
    if (!fisher_) return std::min(1.0, std::exp(-log_evidence));
    if (log_evidence <= 0) return 1;
    double term = 1, sum = 1;
    for (std::size_t i = 1; i < strata_.size(); ++i) {
      term *= log_evidence / static_cast<double>(i);
      sum += term;
    }
    return std::min(1.0, std::exp(-log_evidence) * sum);
  }

  std::span<const Stratum> strata_;
  std::vector<double> weights_;
  std::vector<StratumEvidence> evidence_;
  std::priority_queue<StratumBox> boxes_;
  double best_ = kStratumInfinity, floor_ = kStratumInfinity;
  bool fisher_ = false;
  StratifiedRisk result_;
};

}  // namespace

Result<StratifiedRisk> stratified_risk(std::span<const Stratum> strata, Combination combination, const StratifiedLimits& limits) {
  ENTENTE_CHECK(stratum_check(strata));
  StratumSearch search(strata, combination);
  search.fisher(combination == Combination::fisher);
  return search.run(limits);
}

}  // namespace entente::measures::p3_elections::risk
