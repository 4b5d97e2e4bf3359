// Replays calls of Arlo's BRAVO.
#pragma once

#include "call.h"
#include "measures/p3_elections/risk/bravo.h"
#include "measures/p3_elections/risk/macro.h"

namespace arlo_calls {

inline std::vector<std::uint64_t> sample_votes(const risk::Contest& c, const Json& sample) {
  std::vector<std::uint64_t> out(c.totals().choices.size());
  for (const auto& [name, votes] : items(sample)) {
    const std::uint32_t i = choice(c, name);
    if (i >= out.size())
      out.push_back(static_cast<std::uint64_t>(number(*votes)));  // of nobody in the contest
    else
      out[i] += static_cast<std::uint64_t>(number(*votes));
  }
  return out;
}
// All rounds together.
inline std::vector<std::uint64_t> cumulative(const risk::Contest& c, const Json& rounds) {
  std::vector<std::uint64_t> out(c.totals().choices.size());
  for (const auto& [name, round] : items(rounds)) {
    const auto one = sample_votes(c, *round);
    out.resize(std::max(out.size(), one.size()));
    for (std::size_t i = 0; i < one.size(); ++i) out[i] += one[i];
  }
  return out;
}
inline std::string same(const risk::SampleSize& got, const Json& want) {
  if (got.size != want["size"].get<std::int64_t>()) return got.kind + ": " + same(got.size, want["size"].get<std::int64_t>());
  const Json& p = want["prob"];
  if (got.probability.has_value() == p.is_null()) return got.kind + ": probability";
  return p.is_null() ? "" : same(*got.probability, number(p));
}
inline std::string same(const std::vector<risk::SampleSize>& got, const Json& want) {
  if (got.size() != want.size()) return "other sizes are offered";
  for (const risk::SampleSize& size : got) {
    if (!want.contains(size.kind)) return size.kind + " is not recorded";
    if (std::string one = same(size, want[size.kind]); !one.empty()) return one;
  }
  return {};
}
template <class T>
std::string same_or_raised(const entente::Result<T>& got, const Call& call) {
  if (!got) return call.raised() && call.raises[1] == got.error().what ? "" : "error: " + got.error().what;
  return call.raised() ? "no error" : same(*got, call.result);
}

inline std::string replay_bravo(const Call& call) {
  const std::string f = call.function.substr(call.function.find('.') + 1);
  if (f == "get_test_statistics") {
    const Json& winners = call.args[0]["winners"];
    for (const auto& [pair, want] : [&] {
           std::vector<std::pair<const Json*, const Json*>> out;
           for (const Json& entry : call.result["__map__"]) out.emplace_back(&entry[0], &entry[1]);
           return out;
         }()) {
      const auto w = (*pair)[0].get<std::string>(), l = (*pair)[1].get<std::string>();
      const auto votes = [&](const std::string& name) {
        const Json* v = find(call.args[1], name);
        return v == nullptr ? 0 : static_cast<std::uint64_t>(number(*v));
      };
      const risk::Decimal got = l.empty() ? risk::Decimal(1) : risk::bravo_statistic(number(winners[w]["swl"][l]), votes(w), votes(l));
      if (std::string one = same(got, *want); !one.empty()) return w + " over " + l + ": " + one;
    }
    return {};
  }
  const auto integer = [&](std::size_t n, const char* name) { return static_cast<std::uint64_t>(number(call.arg(n, name))); };
  if (f == "expected_prob") {
    const double got =
        risk::bravo_probability(decimal(call.arg(0, "alpha")), decimal(call.arg(1, "p_w")), decimal(call.arg(2, "p_r")),
                                integer(3, "sample_w"), integer(4, "sample_r"), static_cast<std::int64_t>(integer(5, "asn")));
    return same(got, number(call.result));
  }
  if (f == "bravo_sample_sizes") {
    const std::int64_t got = risk::bravo_quantile_size(
        decimal(call.arg(0, "alpha")), decimal(call.arg(1, "p_w")), decimal(call.arg(2, "p_r")), integer(3, "sample_w"),
        integer(4, "sample_r"), number(call.arg(5, "p_completion")), static_cast<std::int64_t>(integer(6, "total_ballots")));
    return same(got, call.result.get<std::int64_t>());
  }
  const risk::Contest c = contest(call.args[1]);
  if (std::string shares = same_shares(c, call.args[1]); !shares.empty()) return shares;
  if (f == "get_expected_sample_size")
    return same_or_raised(risk::bravo_expected_size(decimal(call.args[0]), c, sample_votes(c, call.args[2])), call);
  const risk::Decimal limit = risk::percent_limit(call.args[0].get<std::int64_t>());
  if (f == "get_sample_size") {
    std::int64_t sampled = 0;
    for (const auto& [round, info] : items(call.args[3])) sampled += (*info)["round_size"].get<std::int64_t>();
    return same_or_raised(risk::bravo_sample_sizes(limit, c, cumulative(c, call.args[2]), sampled), call);
  }
  const risk::PollingRisk got = risk::bravo_risk(limit, c, cumulative(c, call.args[2]));
  if (got.confirmed != truth(call.result[1])) return "stops differently";
  for (const Json& entry : call.result[0]["__map__"]) {
    const std::uint32_t w = choice(c, entry[0][0].get<std::string>()), l = choice(c, entry[0][1].get<std::string>());
    if (got.pairs.empty()) {
      if (std::string one = same(got.risk(), number(entry[1])); !one.empty()) return one;
      continue;
    }
    const auto it = std::find_if(got.pairs.begin(), got.pairs.end(), [&](const risk::PairRisk& p) { return p.pair == risk::Pair{w, l}; });
    if (it == got.pairs.end()) return "a pair is missing";
    if (std::string one = same(it->risk, number(entry[1])); !one.empty()) return one;
  }
  return {};
}

}  // namespace arlo_calls
