// The scores of each family of versions. Private to the room.
#pragma once

#include <initializer_list>

#include "cvss/cvss.h"

namespace entente::cvss {

[[nodiscard]] Scores score_2(const Vector& v);
[[nodiscard]] Scores score_3(const Vector& v);  // 3.0 and 3.1
[[nodiscard]] Scores score_4(const Vector& v);

// The weight of a metric's value, in the order of its letters; `absent` where it is not named or not defined.
[[nodiscard]] inline double weigh(const Vector& v, std::size_t metric, std::initializer_list<double> weights, double absent = 1) {
  const int chosen = v.chosen[metric];
  return chosen < 0 || static_cast<std::size_t>(chosen) >= weights.size() ? absent : weights.begin()[chosen];
}

}  // namespace entente::cvss
