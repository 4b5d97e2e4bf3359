// Replays calls of Arlo's ballot comparison, plurality and IRV.
#pragma once

#include "call.h"
#include "measures/p3_elections/risk/irv_comparison.h"
#include "measures/p3_elections/risk/macro.h"
#include "measures/p3_elections/risk/supersimple.h"

namespace arlo_calls {

inline risk::CardReading reading(const risk::Contest& c, const Json* card) {
  risk::CardReading out;
  if (card == nullptr || card->is_null()) return out.found = false, out;
  const Json* votes = find(*card, c.totals().name);
  out.has_contest = votes != nullptr;
  if (votes == nullptr) return out;
  for (const auto& [name, value] : items(*votes)) {
    if (*value == "o") out.special = risk::CardReading::Special::overvote;
    if (*value == "u" && out.special == risk::CardReading::Special::none) out.special = risk::CardReading::Special::undervote;
  }
  for (const risk::Choice& choice : c.totals().choices) {
    const Json* value = find(*votes, choice.name);
    out.votes.push_back(value == nullptr || *value == "o" || *value == "u" ? 0 : static_cast<int>(number(*value)));
  }
  return out;
}
inline std::string same(const std::optional<risk::Discrepancy>& got, const Json* want) {
  const bool none = want == nullptr || want->is_null();
  if (got.has_value() == none) return none ? "a discrepancy where none is recorded" : "no discrepancy where one is recorded";
  if (none) return {};
  const std::string votes = same(static_cast<std::int64_t>(got->votes), (*want)["counted_as"].get<std::int64_t>());
  return votes.empty() ? same(got->relative, (*want)["weighted_error"]) : votes;
}
inline risk::DiscrepancyCounts counts(const Json& j) {
  risk::DiscrepancyCounts out;
  for (const auto& [name, value] : items(j)) {
    const auto n = static_cast<std::int64_t>(value->is_object() ? decimal(*value).to_double() : number(*value));
    if (name == "sample_size") out.sampled = n;
    if (name == "1-over") out.over1 = n;
    if (name == "2-over") out.over2 = n;
    if (name == "1-under") out.under1 = n;
    if (name == "2-under") out.under2 = n;
  }
  return out;
}

inline std::string replay_supersimple(const Call& call) {
  const std::string f = call.function.substr(call.function.find('.') + 1);
  const bool first = f == "discrepancy" || f == "compute_discrepancies";
  const risk::Contest c = contest(call.args[first ? 0 : 1]);
  if (std::string shares = same_shares(c, call.args[first ? 0 : 1]); !shares.empty()) return shares;
  if (f == "discrepancy") {
    const risk::Pair pair{choice(c, call.args[1].get<std::string>()), choice(c, call.args[2].get<std::string>())};
    return same(risk::pair_discrepancy(c, pair, reading(c, &call.args[3]), reading(c, &call.args[4])), &call.result);
  }
  if (f == "compute_discrepancies") {
    for (const auto& [name, card] : items(call.args[2])) {
      const std::string one =
          same(risk::card_discrepancy(c, reading(c, find(call.args[1], name)), reading(c, &(*card)["cvr"])), find(call.result, name));
      if (!one.empty()) return name + ": " + one;
    }
    return {};
  }
  if (f == "nMin") {
    const auto d = [&](std::size_t i) { return decimal(call.args[i]); };
    return same(risk::minimum_sample(d(0), risk::ComparisonMargin::of(c), d(2), d(3), d(4), d(5)), call.result);
  }
  const risk::Decimal limit = risk::percent_limit(call.args[0].get<std::int64_t>());
  if (f == "get_sample_sizes") return same(risk::comparison_sample_size(limit, c, counts(call.args[2])), call.result.get<std::int64_t>());
  std::vector<risk::ComparedCard> cards;
  for (const auto& [name, card] : items(call.args[3]))
    cards.push_back({reading(c, find(call.args[2], name)), reading(c, &(*card)["cvr"]), (*card)["times_sampled"].get<std::uint64_t>()});
  const risk::ComparisonRisk got = risk::comparison_risk(limit, c, cards);
  if (got.confirmed != truth(call.result[1])) return "stops differently";
  return same(got.risk, number(call.result[0]));
}

struct IrvCase {
  std::string contest;
  std::vector<std::string> names;
  risk::IrvAssertion assertion;
};
inline IrvCase irv_case(const Json& j) {
  IrvCase out;
  out.contest = j["contest"].get<std::string>();
  const auto index = [&](const std::string& name) {
    for (std::uint32_t i = 0; i < out.names.size(); ++i)
      if (out.names[i] == name) return i;
    out.names.push_back(name);
    return static_cast<std::uint32_t>(out.names.size() - 1);
  };
  if (j["__obj__"] == "NENAssertion") out.assertion.kind = risk::IrvAssertion::Kind::not_eliminated_next;
  out.assertion.winner = index(j["winner"].get<std::string>());
  out.assertion.loser = index(j["loser"].get<std::string>());
  const Json& gone = j["eliminated"].is_object() ? j["eliminated"]["__set__"] : j["eliminated"];
  for (const Json& name : gone) {
    const std::uint32_t i = index(name.get<std::string>());
    if (i >= out.assertion.eliminated.size()) out.assertion.eliminated.resize(i + 1);
    out.assertion.eliminated[i] = true;
  }
  return out;
}
inline std::optional<risk::Ranks> ranks(IrvCase& c, const Json* card) {
  if (card == nullptr || card->is_null()) return std::nullopt;
  risk::Ranks out(c.names.size());
  const Json* votes = find(*card, c.contest);
  if (votes == nullptr) return out;
  for (const auto& [name, rank] : items(*votes)) {
    std::size_t i = 0;
    while (i < c.names.size() && c.names[i] != name) ++i;
    if (i == c.names.size()) c.names.push_back(name);
    if (i >= out.size()) out.resize(i + 1);
    out[i] = static_cast<int>(number(*rank));
  }
  return out;
}
inline std::int64_t margin(IrvCase& c, const Json& cvrs) {
  std::vector<risk::Ranks> all;
  for (const auto& [name, card] : items(cvrs))
    if (const auto r = ranks(c, card)) all.push_back(*r);
  return risk::irv_margin(c.assertion, all);
}

inline std::string replay_supersimple_raire(const Call& call) {
  const std::string f = call.function.substr(call.function.find('.') + 1);
  if (f == "discrepancy") {
    IrvCase c = irv_case(call.args[2]);
    const auto reported = ranks(c, &call.args[0]), audited = ranks(c, &call.args[1]);
    return same(risk::irv_discrepancy(c.assertion, reported, audited, decimal(call.args[3]).floor()), &call.result);
  }
  if (f == "compute_discrepancies") {
    IrvCase c = irv_case(call.args[2]);
    const std::int64_t votes = margin(c, call.args[0]);
    for (const auto& [name, card] : items(call.args[1])) {
      const auto reported = ranks(c, find(call.args[0], name)), audited = ranks(c, &(*card)["cvr"]);
      const std::string one = same(risk::irv_discrepancy(c.assertion, reported, audited, votes), find(call.result, name));
      if (!one.empty()) return name + ": " + one;
    }
    return {};
  }
  const risk::Decimal limit = risk::percent_limit(call.args[0].get<std::int64_t>());
  const std::int64_t ballots = call.args[1]["ballots"].get<std::int64_t>();
  if (f == "get_sample_sizes") {
    std::int64_t size = 0;
    for (const Json& a : call.args[4]) {
      IrvCase c = irv_case(a);
      size = std::max(size, risk::irv_sample_size(limit, risk::ComparisonMargin::exact(margin(c, call.args[2]), ballots)));
    }
    return same(size, call.result.get<std::int64_t>());
  }
  risk::ComparisonRisk worst{0, 0, false};
  for (const Json& a : call.args[4]) {
    IrvCase c = irv_case(a);
    const std::int64_t votes = margin(c, call.args[2]);
    std::vector<risk::ComparedError> errors;
    for (const auto& [name, card] : items(call.args[3])) {
      const auto found = risk::irv_discrepancy(c.assertion, ranks(c, find(call.args[2], name)), ranks(c, &(*card)["cvr"]), votes);
      errors.push_back({found ? found->relative : risk::Decimal(), (*card)["times_sampled"].get<std::uint64_t>()});
    }
    const risk::ComparisonRisk one = risk::comparison_risk(limit, risk::ComparisonMargin::exact(votes, ballots), errors);
    if (one.p > worst.p || errors.empty()) worst = one;
    if (one.risk == 0) worst = one;
  }
  if (worst.confirmed != truth(call.result[1])) return "stops differently";
  return same(worst.risk, number(call.result[0]));
}

}  // namespace arlo_calls
