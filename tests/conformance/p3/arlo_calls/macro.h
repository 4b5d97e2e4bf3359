// Replays calls of Arlo's batch comparison. Each function gives "" where value or error agree, else what differs.
#pragma once

#include "call.h"
#include "measures/p3_elections/risk/macro.h"

namespace arlo_calls {

inline risk::BatchTally tally(const risk::Contest& c, const Json& batch) {
  risk::BatchTally out;
  const Json* votes = find(batch, c.totals().name);
  out.has_contest = votes != nullptr;
  if (votes == nullptr) return out;
  for (const risk::Choice& choice : c.totals().choices) {
    const Json* of = find(*votes, choice.name);
    out.votes.push_back(of == nullptr ? 0 : number(*of));
  }
  if (const Json* ballots = find(*votes, "ballots")) out.ballots = number(*ballots);
  return out;
}

struct Batches {
  std::vector<std::string> names;
  std::vector<risk::BatchTally> tallies;
  [[nodiscard]] std::uint32_t index(const std::string& name) const {
    return static_cast<std::uint32_t>(std::find(names.begin(), names.end(), name) - names.begin());
  }
};
inline Batches batches(const risk::Contest& c, const Json& j) {
  Batches out;
  for (const auto& [name, batch] : items(j)) {
    out.names.push_back(name);
    out.tallies.push_back(tally(c, *batch));
  }
  return out;
}
inline std::string text_or_json(const Json& j) { return j.is_string() ? j.get<std::string>() : j.dump(); }
inline risk::BatchSample batch_sample(const risk::Contest& c, const Batches& reported, const Json& sampled, const Json& tickets,
                                      const Json& combined) {
  risk::BatchSample out;
  for (const auto& [name, batch] : items(sampled)) out.audited.push_back({reported.index(name), tally(c, *batch)});
  for (const auto& [ticket, name] : items(tickets)) out.draws.push_back({ticket, reported.index(text_or_json(*name))});
  for (const Json& group : combined) {
    out.combined.emplace_back();
    for (const Json& name : group["__set__"]) out.combined.back().push_back(reported.index(text_or_json(name)));
  }
  return out;
}

inline std::string replay_macro(const Call& call) {
  const std::string f = call.function.substr(call.function.find('.') + 1);
  if (f == "compute_unauditable_ballots" || f == "compute_U") {
    const risk::Contest c = contest(call.args[1]);
    const Batches reported = batches(c, call.args[0]);
    if (f == "compute_U") return same(risk::total_error_bound(c, reported.tallies), call.result);
    return same(risk::unauditable_ballots(c, reported.tallies), call.result.get<std::int64_t>());
  }
  if (f == "compute_max_error") {
    const risk::Contest c = contest(call.args[1]);
    const std::int64_t unauditable =
        call.args.size() > 2 ? call.args[2].get<std::int64_t>() : call.keywords["unauditable_ballots"].get<std::int64_t>();
    return same(risk::batch_error_bound(c, tally(c, call.args[0]), unauditable), call.result);
  }
  if (f == "compute_error") {
    const risk::Contest c = contest(call.args[2]);
    const auto error = risk::batch_error(c, tally(c, call.args[0]), tally(c, call.args[1]), call.args[3].get<std::int64_t>());
    if (error.has_value() == call.result.is_null()) return "an error where none is, or the reverse";
    if (!error) return {};
    const std::string votes = same(error->votes, number(call.result["counted_as"]));
    return votes.empty() ? same(error->relative, call.result["weighted_error"]) : votes;
  }
  const risk::Decimal limit = risk::percent_limit(call.args[0].get<std::int64_t>());
  const risk::Contest c = contest(call.args[1]);
  const Batches reported = batches(c, call.args[2]);
  const risk::BatchSample sample = batch_sample(c, reported, call.args[3], call.args[4], call.args[5]);
  if (f == "get_sample_sizes") {
    const auto size = risk::batch_sample_size(limit, c, reported.tallies, sample);
    if (!size) return call.raised() && call.raises[1] == size.error().what ? "" : "error: " + size.error().what;
    return call.raised() ? "no error" : same(*size, call.result.get<std::int64_t>());
  }
  if (f == "compute_risk") {
    const auto got = risk::batch_risk(limit, c, reported.tallies, sample);
    if (!got) return "error: " + got.error().what;
    if (got->confirmed != truth(call.result[1])) return "stops differently";
    return same(got->risk, number(call.result[0]));
  }
  return "unknown function";
}

}  // namespace arlo_calls
