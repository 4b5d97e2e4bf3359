// Numbers drawn from a seed, the same on every machine: the standard library's distributions are not. Not for secrets.
#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>

#include "core/digest.h"

namespace entente::example {

// SplitMix64 (Steele, Lea, Flood 2014). Each topic has a stream of its own, so that a change in one place moves nothing elsewhere.
class Chance {
 public:
  Chance(std::string_view seed, std::string_view topic) {
    const Digest digest = sha256_of({as_bytes(seed), as_bytes("\n"), as_bytes(topic)});
    for (int i = 0; i < 8; ++i) state_ = state_ << 8 | digest.view()[static_cast<std::size_t>(i)];
  }
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
  }
  // 0 … n - 1; n at least 1.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool percent(unsigned of_hundred) { return below(100) < of_hundred; }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // One of an array, vector or span that is not empty.
  template <class Range>
  decltype(auto) pick(const Range& from) {
    return from[static_cast<std::size_t>(below(std::size(from)))];
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace entente::example
