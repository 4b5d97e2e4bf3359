// Replays calls of Arlo's sampler: draws of cards and of batches. Each function gives "" where value or error agree, else what differs.
#pragma once

#include "call.h"
#include "macro.h"
#include "measures/p3_elections/risk/macro.h"
#include "measures/p3_elections/sampling/consistent_sampler.h"
#include "measures/p3_elections/sampling/ppeb.h"
#include "measures/p3_elections/sampling/python_repr.h"

namespace arlo_calls {

namespace sampling = entente::measures::p3_elections::sampling;

inline std::string replay_draw_sample(const Call& call) {
  std::vector<sampling::NumberedObjects> groups;
  std::vector<std::string> names;
  for (const auto& [name, positions] : items(call.arg(1, "manifest"))) {
    names.push_back(name);
    groups.push_back({"(" + sampling::python_repr(name).value() + ", ", ")", 1, positions->size()});
  }
  const auto earlier = call.args.size() > 3 ? call.args[3].get<std::uint64_t>() : call.keywords.value("num_sampled", std::uint64_t{0});
  const auto drawn = sampling::consistent_sample(call.arg(0, "seed").get<std::string>(), groups,
                                                 {.take = call.arg(2, "sample_size").get<std::uint64_t>() + earlier, .drop = earlier});
  if (drawn.size() != call.result.size()) return "another number of draws";
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    std::size_t group = 0;
    std::uint64_t object = drawn[i].object;
    while (object >= groups[group].count) object -= groups[group++].count;
    const Json& want = call.result[i];
    if (want[0] != drawn[i].ticket || want[1][0] != names[group] || want[1][1] != object + 1 || want[2] != drawn[i].generation)
      return "draw " + std::to_string(i + 1) + " differs: " + drawn[i].ticket;
  }
  return {};
}

inline sampling::BatchKey batch_key(const Json& key) { return {key[0].get<std::string>(), key[1].get<std::string>()}; }

inline std::string replay_draw_ppeb(const Call& call) {
  const risk::Contest c = contest(call.arg(1, "contest"));
  std::vector<sampling::BatchKey> keys, previous;
  std::vector<risk::BatchTally> tallies;
  for (const Json& entry : call.arg(4, "batch_results")["__map__"]) {
    keys.push_back(batch_key(entry[0]));
    tallies.push_back(tally(c, entry[1]));
  }
  for (const Json& key : call.arg(3, "previously_sampled_batch_keys")) previous.push_back(batch_key(key));
  const risk::Decimal total = risk::total_error_bound(c, tallies);
  std::vector<sampling::PpebDraw> drawn;
  if (!total.is_zero()) {
    std::vector<double> weights;
    const std::int64_t unauditable = risk::unauditable_ballots(c, tallies);
    for (const risk::BatchTally& t : tallies) weights.push_back((risk::batch_error_bound(c, t, unauditable) / total).to_double());
    auto sample = sampling::ppeb_sample(call.arg(0, "seed").get<std::string>(), keys, weights,
                                        call.arg(2, "sample_size").get<std::uint64_t>(), previous);
    if (!sample) return sample.error().what;
    drawn = std::move(*sample);
  }
  if (drawn.size() != call.result.size()) return "another number of draws";
  for (std::size_t i = 0; i < drawn.size(); ++i)
    if (call.result[i][0] != drawn[i].ticket || batch_key(call.result[i][1]) != keys[drawn[i].batch])
      return "draw " + std::to_string(i + 1) + " differs: " + drawn[i].ticket;
  return {};
}

inline std::string replay_sampler(const Call& call) {
  if (call.function == "sampler.draw_sample") return replay_draw_sample(call);
  if (call.function == "sampler.draw_ppeb_sample") return replay_draw_ppeb(call);
  return "not replayed";
}

}  // namespace arlo_calls
