// Replays calls of Arlo's SUITE.
#pragma once

#include "bravo.h"
#include "measures/p3_elections/risk/suite.h"

namespace arlo_calls {

inline std::vector<std::int64_t> signed_votes(const std::vector<std::uint64_t>& votes) { return {votes.begin(), votes.end()}; }
inline risk::PollingStratum polling_stratum(const risk::Contest& c, const Json& j) {
  return {j["num_ballots"].get<std::int64_t>(), signed_votes(sample_votes(c, j["vote_totals"])), signed_votes(cumulative(c, j["sample"])),
          j["sample_size"].get<std::int64_t>()};
}
inline risk::ComparisonStratum comparison_stratum(const risk::Contest& c, const Json& j) {
  risk::ComparisonStratum out{
      j["num_ballots"].get<std::int64_t>(), signed_votes(sample_votes(c, j["vote_totals"])), {}, j["sample_size"].get<std::int64_t>()};
  out.misstatements.resize(c.pairs().size());
  for (const Json& entry : j["misstatements"]["__map__"]) {
    const std::size_t i = risk::pair_index(c, {choice(c, entry[0][0].get<std::string>()), choice(c, entry[0][1].get<std::string>())});
    const Json& m = entry[1];
    const auto n = [&](const char* name) { return m[name].get<std::int64_t>(); };
    if (i < out.misstatements.size()) out.misstatements[i] = {n("o1"), n("o2"), n("u1"), n("u2")};
  }
  return out;
}

inline double& worst_suite_difference() {
  static double worst = 0;
  return worst;
}
inline std::string same_p(double got, double want) {
  if (want != 0) worst_suite_difference() = std::max(worst_suite_difference(), std::fabs(got - want) / want);
  return same(got, want, 1e-12);
}

inline std::string replay_suite(const Call& call) {
  const std::string f = call.function.substr(call.function.find('.') + 1);
  const risk::Contest c = contest(call.args[1]);
  const risk::PollingStratum polling = polling_stratum(c, call.args[2]);
  const risk::ComparisonStratum comparison = comparison_stratum(c, call.args[3]);
  if (f == "maximize_fisher_combined_pvalue") {
    const risk::Pair pair{choice(c, call.args[4].get<std::string>()), choice(c, call.args[5].get<std::string>())};
    const double step = call.args.size() > 6 ? number(call.args[6]) : 0.05;
    const auto got =
        risk::fisher_maximum(number(call.args[0]), c, polling, comparison, pair, comparison.misstatements[risk::pair_index(c, pair)], step);
    return got ? same_p(*got, number(call.result)) : "error: " + got.error().what;
  }
  const double limit = number(call.args[0]) / 100;
  if (f == "get_sample_size") {
    const auto got = risk::hybrid_sample_size(limit, c, polling, comparison);
    if (!got) return call.raised() && call.raises[1] == got.error().what ? "" : "error: " + got.error().what;
    if (call.raised()) return "no error";
    const std::string one = same(got->polling, call.result["non_cvr"].get<std::int64_t>());
    return one.empty() ? same(got->comparison, call.result["cvr"].get<std::int64_t>()) : one;
  }
  const auto got = risk::hybrid_risk(limit, c, polling, comparison);
  if (!got)
    return call.raised() && call.raises[1].get<std::string>().find(got.error().what) != std::string::npos ? ""
                                                                                                          : "error: " + got.error().what;
  if (call.raised()) return "no error";
  if (got->confirmed != truth(call.result[1])) return "stops differently";
  return same_p(got->risk, number(call.result[0]));
}

}  // namespace arlo_calls
