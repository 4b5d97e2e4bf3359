// Replays calls of Arlo's Minerva and Providence.
#pragma once

#include "bravo.h"
#include "measures/p3_elections/risk/minerva.h"
#include "measures/p3_elections/risk/providence.h"

namespace arlo_calls {

// Rounds that have both a size and a sample, in order.
inline std::vector<risk::PolledRound> polled_rounds(const risk::Contest& c, const Json& sizes, const Json& samples) {
  std::vector<risk::PolledRound> out;
  if (sizes.is_array()) {
    const auto all = items(samples);
    for (std::size_t i = 0; i < std::min(sizes.size(), all.size()); ++i)
      out.push_back({sizes[i].get<std::int64_t>(), sample_votes(c, *all[i].second)});
    return out;
  }
  for (const auto& [number, info] : items(sizes))
    if (const Json* sample = find(samples, (*info)["round_id"].get<std::string>()))
      out.push_back({(*info)["round_size"].get<std::int64_t>(), sample_votes(c, *sample)});
  return out;
}

inline std::string replay_minerva(const Call& call) {
  const std::string f = call.function.substr(call.function.find('.') + 1);
  const risk::Contest c = contest(call.args[1]);
  if (f == "get_sample_size") {
    const risk::RoundRule rule{risk::RoundTest::minerva, number(call.args[0]) / 100};
    if (call.args[2].is_null()) return same(risk::minerva_first_sizes(rule, c), call.result);
    const auto sizes = items(call.args[3]);
    const std::int64_t next =
        risk::arlo_minerva_round((*sizes.front().second)["round_size"].get<std::int64_t>(), static_cast<int>(sizes.size()));
    return same(std::vector<risk::SampleSize>{{"0.9", next, 0.9}}, call.result);
  }
  const bool collect = f == "collect_risks";
  const risk::RoundRule rule{risk::RoundTest::minerva, collect ? number(call.args[0]) : number(call.args[0]) / 100};
  const auto got =
      risk::minerva_risk(rule, c, collect ? polled_rounds(c, call.args[2], call.args[3]) : polled_rounds(c, call.args[3], call.args[2]));
  if (!got) return call.raised() && call.raises[1] == got.error().what ? "" : "error: " + got.error().what;
  if (call.raised()) return "no error";
  if (!collect && (got->p <= rule.limit) != truth(call.result[1])) return "stops differently";
  return same(got->p, number((collect ? call.result : call.result[0])["__map__"][0][1]), 1e-12);
}

inline std::string replay_providence(const Call& call) {
  const std::string f = call.function.substr(call.function.find('.') + 1);
  const risk::Contest c = contest(call.args[1]);
  const double limit = number(call.args[0]) / 100;
  const auto rounds = polled_rounds(c, call.args[3].is_array() ? Json::object() : call.args[3], call.args[2]);
  if (f == "get_sample_size") return same_or_raised(risk::providence_sizes(limit, c, rounds), call);
  const auto got = risk::providence_risk(limit, c, rounds);
  if (!got) return call.raised() && call.raises[1] == got.error().what ? "" : "error: " + got.error().what;
  if (call.raised()) return "no error";
  if (got->confirmed != truth(call.result[1])) return "stops differently";
  return same(got->risk, number(call.result[0]["__map__"][0][1]), 1e-12);
}

}  // namespace arlo_calls
