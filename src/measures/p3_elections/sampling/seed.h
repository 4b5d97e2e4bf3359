// The seed of an audit: a text of decimal digits that nobody could know beforehand. It stays a text: "0671…" and 671… draw differently.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::sampling {

// Twenty rolls of a ten-sided die, the number public audits roll: 66 bits, more than anybody searches.
inline constexpr std::size_t kSeedDigits = 20;
inline constexpr std::size_t kMaxSeedBytes = 1'024;

struct SeedReport {
  std::size_t digits = 0;     // decimal digits in it
  bool only_digits = false;   // and nothing else
  bool leading_zero = false;  // lost where a spreadsheet takes it for a number
  bool long_enough = false;   // at least kSeedDigits digits
  bool pattern = false;       // one digit throughout, or digits counting up or down: nobody rolled that
  [[nodiscard]] bool good() const { return only_digits && long_enough && !pattern; }
};
[[nodiscard]] SeedReport examine_seed(std::string_view seed);

// For our own audits: the seed as given if it is good. Errors name the rule it breaks. Blanks around it are an error, not removed.
[[nodiscard]] Result<std::string> accept_seed(std::string_view seed);

// Where spreadsheets have been at it: "6.71222E+18" and "12,345" are no seeds any more. What happened, or nothing.
[[nodiscard]] std::optional<std::string> seed_damage(std::string_view seed);

// Rounds whose seed is one that an earlier round had, by position from 0. Tests whose round sizes are not fixed beforehand (Minerva,
// Providence) are limited in risk only if each round has a fresh one.
[[nodiscard]] std::vector<std::size_t> reused_seeds(const std::vector<std::string>& by_round);

}  // namespace entente::measures::p3_elections::sampling
