// A number for each of millions of cards, and the sample they give. SHANGRLA's consistent sampling (Stark, Glazer, Spertus: card-style
// data): every card gets a pseudo-random number; cards are taken in ascending order of their numbers, a card if any contest on it still
// wants cards; a contest counts a card only while it wants some, and its threshold is the number of the last card it counted. One card
// serves all its contests, and a larger sample of a contest contains the smaller.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/sampling/sha256_blocks.h"

namespace entente::measures::p3_elections::sampling {

// How cards get their numbers. `cryptorandom`: card i (from 0) the i-th value of the generator (SHANGRLA). `counter`: card i is
// SHA-256(seed "," i+1), the numbering of Colorado's draws.
enum class CardNumbers { cryptorandom, counter };

// Cards in ascending order of their 256-bit numbers. Thread-safe to read.
class CardOrder {
 public:
  // At most 2^32 - 1 cards. Uses all threads; 12 bytes a card while it works, 4 after.
  [[nodiscard]] static Result<CardOrder> make(std::string_view seed, std::uint64_t cards, CardNumbers numbers);

  [[nodiscard]] std::span<const std::uint32_t> order() const { return order_; }
  // The whole number of one card, computed anew.
  [[nodiscard]] Digest number(std::uint32_t card) const;

 private:
  std::string seed_;
  CardNumbers numbers_ = CardNumbers::cryptorandom;
  std::vector<std::uint32_t> order_;
};

// Which contests stand on the cards of a style, one bit a contest. At most 4,096 contests.
class StyleContests {
 public:
  StyleContests(std::size_t styles, std::size_t contests);
  void add(std::size_t style, std::size_t contest);
  [[nodiscard]] std::span<const std::uint64_t> of(std::size_t style) const { return std::span(bits_).subspan(style * words_, words_); }
  [[nodiscard]] std::size_t styles() const { return words_ == 0 ? 0 : bits_.size() / words_; }
  [[nodiscard]] std::size_t contests() const { return contests_; }

 private:
  std::size_t contests_, words_;
  std::vector<std::uint64_t> bits_;
};

struct ConsistentCards {
  std::vector<std::uint32_t> cards;  // of the sample, in the order of the draw
  struct Contest {
    std::uint64_t drawn = 0;  // cards of the sample that count for it
    std::uint64_t wanted = 0;
    std::uint64_t last_position = 0;  // in CardOrder: the last card that counts; cards up to it count, later ones do not
  };
  std::vector<Contest> contests;
};

// `style_of` has a style for each card; `wanted` how many cards each contest asks for. Where fewer cards have the contest than are wanted,
// all are drawn, and `drawn` is below `wanted`: the full count of that contest. Errors: sizes that do not fit, a style there is not.
[[nodiscard]] Result<ConsistentCards> consistent_cards(const CardOrder& order, std::span<const std::uint32_t> style_of,
                                                       const StyleContests& styles, std::span<const std::uint64_t> wanted);

}  // namespace entente::measures::p3_elections::sampling
