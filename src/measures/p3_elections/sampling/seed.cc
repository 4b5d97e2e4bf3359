// Rules for seeds. Nothing here converts a seed to a number.
#include "measures/p3_elections/sampling/seed.h"

#include <algorithm>

#include "core/ascii.h"

namespace entente::measures::p3_elections::sampling {

namespace {

bool seed_is_pattern(std::string_view digits) {
  if (digits.size() < 2) return true;
  for (const int step : {0, 1, 9}) {
    bool all = true;
    for (std::size_t i = 1; all && i < digits.size(); ++i) all = (digits[i - 1] - '0' + step) % 10 == digits[i] - '0';
    if (all) return true;
  }
  return false;
}

}  // namespace

SeedReport examine_seed(std::string_view seed) {
  SeedReport out;
  out.digits = static_cast<std::size_t>(std::ranges::count_if(seed, [](char c) { return is_digit(c); }));
  out.only_digits = !seed.empty() && out.digits == seed.size();
  out.leading_zero = seed.starts_with('0');
  out.long_enough = out.digits >= kSeedDigits;
  out.pattern = out.only_digits && seed_is_pattern(seed);
  return out;
}

std::optional<std::string> seed_damage(std::string_view seed) {
  if (seed.empty()) return "it is empty";
  constexpr std::string_view blanks = " \t\r\n";
  if (blanks.find(seed.front()) != blanks.npos || blanks.find(seed.back()) != blanks.npos) return "there are blanks around it";
  const auto power = seed.find_first_of("eE");
  if (power != seed.npos && power > 0 && power + 1 < seed.size() && (seed[power + 1] == '+' || is_digit(seed[power + 1])) &&
      std::ranges::all_of(seed.substr(0, power), [](char c) { return is_digit(c) || c == '.' || c == ','; }))
    return "a spreadsheet has written it as a power of ten and lost digits";
  if (seed.find(',') != seed.npos && std::ranges::all_of(seed, [](char c) { return is_digit(c) || c == ','; }))
    return "it has thousands commas: a spreadsheet has taken it for a number";
  return std::nullopt;
}

Result<std::string> accept_seed(std::string_view seed) {
  if (seed.size() > kMaxSeedBytes) return fail("the seed is longer than 1,024 characters");
  if (const auto damage = seed_damage(seed)) return fail("this is no seed: " + *damage, {}, "write the digits as they were rolled");
  const SeedReport report = examine_seed(seed);
  if (!report.only_digits) return fail("a seed is decimal digits and nothing else", {}, "write the digits as they were rolled");
  if (!report.long_enough)
    return fail("the seed has " + std::to_string(report.digits) + " digits, fewer than " + std::to_string(kSeedDigits), {},
                "roll a ten-sided die twenty times in public");
  if (report.pattern) return fail("the seed is one digit throughout or counts through the digits: nobody rolled that");
  return std::string(seed);
}

std::vector<std::size_t> reused_seeds(const std::vector<std::string>& by_round) {
  std::vector<std::size_t> out;
  for (std::size_t i = 1; i < by_round.size(); ++i) {
    const auto end = by_round.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(by_round.begin(), end, by_round[i]) != end) out.push_back(i);
  }
  return out;
}

}  // namespace entente::measures::p3_elections::sampling
