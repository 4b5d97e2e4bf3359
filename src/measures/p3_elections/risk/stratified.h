// Risk of an audit whose cards are in strata that are sampled independently, by whatever method suits each: the union–intersection test.
// The outcome is wrong only if the strata have assorter means whose weighted mean is at most 1/2; so every split of 1/2 over the strata
// must be rejected, each by its own tests combined. Sources: Ottoboni, Stark, Lindeman and McBurnett (2018), "Risk-limiting audits by
// stratified union-intersection tests of elections (SUITE)"; Stark (2020), section 5; Spertus and Stark (2022), "Sweeter than SUITE";
// Spertus, Sridhar and Stark (2024), "Sequential stratified inference for the mean". Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/risk/nonneg_mean.h"

namespace entente::measures::p3_elections::risk {

struct Stratum {
  std::string name;
  std::uint64_t cards = 0;  // weight
  double upper_a = 1;       // the assorter's largest value: the stratum's mean is in [0, upper_a]
  // The test and its values in the order drawn. Its null mean is offset + slope·theta where the stratum's assorter mean is theta: 0 and 1
  // for polling. For a comparison with the reported mean R: values (u_A - overstatement)/(2·u_A), offset (u_A - R)/(2·u_A), slope
  // 1/(2·u_A).
  double offset = 0, slope = 1;
  TestOptions test;
  std::vector<double> values;
};

// product: of the strata's M, an e-value (Spertus and Stark). fisher: of the strata's p-values (SUITE).
enum class Combination { product, fisher };

struct StratifiedRisk {
  double p = 1;                     // never below the true maximum over all splits: safe to compare with the limit
  double p_found = 1;               // at the worst split looked at; p / p_found shows how close the search came
  std::vector<double> worst_means;  // by stratum: that split
  std::uint64_t splits = 0;         // boxes of splits examined
};

struct StratifiedLimits {
  double log_gap = 1e-3;              // the search ends where ln p is known this well …
  std::uint64_t max_boxes = 200'000;  // … or after so many boxes, with what is known by then
};

// The search is by branch and bound: M falls, and p rises, as the null mean rises, so that the corners of a box of splits bound all of it.
// That holds for fixed bets and Kaplan's tests, and for nothing that guesses from the null mean: those are refused. Errors: no strata or
// more than 8, a stratum without cards, a test refused, values outside their range.
[[nodiscard]] Result<StratifiedRisk> stratified_risk(std::span<const Stratum> strata, Combination combination,
                                                     const StratifiedLimits& limits = {});

}  // namespace entente::measures::p3_elections::risk
