// Assertions as tools and election offices publish them, in JSON:
//  * RAIRE's and SHANGRLA's: {"audits":[{"contest":"339","winner":"15","eliminated":["16",…],"Expected Polls (#)":"35","assertions":[
//    {"winner":"15","loser":"18","already_eliminated":["16","17"],"assertion_type":"IRV_ELIMINATION"},
//    {"winner":"15","loser":"45","already_eliminated":"","assertion_type":"WINNER_ONLY"}]}]}
//  * SHANGRLA's log of an audit: {"contests":{"339":{"candidates":[…],"reported_winners":["15"],"assertion_json":[as above]}}}
//  * audit-irv-cp's older: {"Expected Polls":"97","Assertions":[{"Winner":"4","Loser":"3","Already-Eliminated":"","Winner-Only":"true"}]}
//  * raire-rs' and raire-service's: {"metadata":{"candidates":["Alice",…]},"solution":{"Ok":{"assertions":[{"assertion":{"type":"NEN",
//    "winner":0,"loser":2,"continuing":[0,1,2]},"difficulty":9}],"winner":0,"num_candidates":4}}} or "solution":{"Err":…}
// Nothing is believed: check_cover() says whether they prove the winner. Pure, thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/irv/assertion.h"

namespace entente::measures::p3_elections::irv {

struct PublishedAssertions {
  std::string contest;                  // "339"; empty in the formats of one contest
  std::vector<std::string> candidates;  // indexes of the assertions refer to them
  // The candidates were given by the caller or declared by the document; else they are all that it mentions, and one it never mentions is
  // missing.
  bool candidates_complete = false;
  std::optional<Candidate> winner;
  std::vector<Assertion> assertions;
  std::vector<std::optional<double>> difficulties;  // by assertion, as published
  std::optional<double> expected_polls;             // or the greatest difficulty, as published
  std::string refusal;                              // raire-rs' "Err" as JSON: there are no assertions
};

// The candidates of a contest (its id; "" in the formats of one contest), empty where they are not known.
using CandidatesOf = std::function<std::vector<std::string>(std::string_view contest)>;

// Errors (with their place): none of the formats, a candidate that is not among the contest's, more than 64, an assertion without its
// parts, an elimination assertion whose winner or loser is already eliminated.
[[nodiscard]] Result<std::vector<PublishedAssertions>> read_assertions(std::string_view text, std::string name,
                                                                       const CandidatesOf& candidates = {});

// Our own: raire-rs' format, which names all there is. Two-space indented.
[[nodiscard]] std::string write_assertions(const GroupedRankings& rankings, Candidate winner, std::span<const RatedAssertion> assertions,
                                           double difficulty);

}  // namespace entente::measures::p3_elections::irv
