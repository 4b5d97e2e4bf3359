// Reads the recorded calls of Arlo's audit_math: arguments and results in a JSON that keeps Python's types.
#pragma once

#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "measures/p3_elections/risk/contest.h"
#include "measures/p3_elections/risk/decimal.h"

namespace arlo_calls {

namespace risk = entente::measures::p3_elections::risk;
using entente::Json;

inline bool is_float(const Json& j) { return j.is_object() && j.contains("__f64__"); }
inline double number(const Json& j) {
  if (is_float(j)) {
    const auto& text = j["__f64__"].get_ref<const std::string&>();
    return std::strtod(text.c_str(), nullptr);
  }
  if (j.is_string()) return std::strtod(j.get_ref<const std::string&>().c_str(), nullptr);
  return j.get<double>();
}
inline risk::Decimal decimal(const Json& j) {
  if (j.is_object() && j.contains("__decimal__")) return risk::Decimal::parse(j["__decimal__"].get<std::string>()).value();
  if (is_float(j)) return risk::Decimal::from_double(number(j));
  return {j.get<std::int64_t>()};
}
inline bool truth(const Json& j) { return j.is_boolean() ? j.get<bool>() : j.is_object() && j["__repr__"] == "True"; }

// A dictionary, whatever its keys are; keys that are not texts as JSON.
inline std::vector<std::pair<std::string, const Json*>> items(const Json& j) {
  std::vector<std::pair<std::string, const Json*>> out;
  if (j.is_object() && j.contains("__map__")) {
    for (const Json& entry : j["__map__"])
      out.emplace_back(entry[0].is_string() ? entry[0].get<std::string>() : entry[0].dump(), &entry[1]);
  } else if (j.is_object()) {
    for (const auto& [key, value] : j.items()) out.emplace_back(key, &value);
  }
  return out;
}
inline const Json* find(const Json& j, const std::string& key) {
  for (const auto& [k, value] : items(j))
    if (k == key) return value;
  return nullptr;
}

inline risk::Contest contest(const Json& j) {
  risk::ContestTotals totals;
  totals.name = j["__contest__"].get<std::string>();
  totals.ballots = j["ballots"].get<std::int64_t>();
  totals.winners = j["num_winners"].get<int>();
  totals.votes_allowed = j["votes_allowed"].get<int>();
  totals.pending = j["pending"].is_null() ? 0 : j["pending"].get<std::int64_t>();
  totals.rule = truth(j["runoff"]) ? risk::WinRule::runoff : risk::WinRule::plurality;
  for (const auto& [name, votes] : j["candidates"].items()) totals.choices.push_back({name, votes.get<std::int64_t>()});
  return risk::Contest::make(std::move(totals)).value();
}
inline std::uint32_t choice(const risk::Contest& c, const std::string& name) {
  for (std::uint32_t i = 0; i < c.totals().choices.size(); ++i)
    if (c.totals().choices[i].name == name) return i;
  return static_cast<std::uint32_t>(c.totals().choices.size());
}

// The shares this room forms, against those recorded with the contest.
inline std::string same_shares(const risk::Contest& c, const Json& j) {
  if (c.winners().size() != j["winners"].size() || c.losers().size() != j["losers"].size()) return "winners differ";
  if (c.diluted_margin() != number(j["diluted_margin"])) return "diluted margin differs";
  for (const auto& [name, shares] : j["margins"]["winners"].items()) {
    const std::uint32_t w = choice(c, name);
    if (c.proportion(w) != number(shares["p_w"]) || c.vote_share(w) != number(shares["s_w"])) return "share of " + name + " differs";
    for (const auto& [loser, share] : shares["swl"].items())
      if (c.pair_share({w, choice(c, loser)}) != number(share)) return "share of " + name + " over " + loser + " differs";
  }
  return {};
}

// Bit for bit, or within `relative`.
inline std::string same(double got, double want, double relative = 0) {
  if (got == want || std::fabs(got - want) <= relative * std::fabs(want)) return {};
  char text[120];
  std::snprintf(text, sizeof text, "got %.17g, recorded %.17g", got, want);
  return text;
}
inline std::string same(const risk::Decimal& got, const Json& want) {
  return got.str() == want["__decimal__"].get<std::string>() ? ""
                                                             : "got " + got.str() + ", recorded " + want["__decimal__"].get<std::string>();
}
inline std::string same(std::int64_t got, std::int64_t want) {
  return got == want ? "" : "got " + std::to_string(got) + ", recorded " + std::to_string(want);
}

struct Call {
  std::string function;  // "macro.compute_U"
  Json args, result, raises;
  // The n-th argument, or the one of that name.
  [[nodiscard]] const Json& arg(std::size_t n, const char* name) const { return n < args.size() ? args[n] : keywords[name]; }
  Json keywords;
  [[nodiscard]] bool raised() const { return !raises.is_null(); }
};

}  // namespace arlo_calls
