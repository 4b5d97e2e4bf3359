// Numbers of cards are sorted by their first 64 bits: a scatter into buckets by the leading bits (they are uniform, so that buckets are
// alike), then each bucket by itself, on all threads. Two cards with the same 64 bits are put in order by their whole numbers, computed
// again. The walk over the order keeps the contests that still want cards as a bit mask, so that most cards cost one AND a word.
#include "measures/p3_elections/sampling/consistent_cards.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "core/parallel.h"
#include "measures/p3_elections/sampling/cryptorandom.h"

namespace entente::measures::p3_elections::sampling {

namespace {

constexpr std::uint64_t kCardChunk = 1 << 16;

struct CardKey {
  std::uint64_t number;  // the first 64 bits
  std::uint32_t card;
};

std::uint64_t card_first_bits(const Sha256State& s) { return std::uint64_t{s.h[0]} << 32 | s.h[1]; }

std::string_view card_counter(std::uint64_t i, std::array<char, 20>& digits) {
  return {digits.data(), static_cast<std::size_t>(std::to_chars(digits.data(), digits.data() + digits.size(), i + 1).ptr - digits.data())};
}

// Numbers of cards [first, first + out.size()).
void card_counter_numbers(const Sha256Prefix& prefix, std::uint64_t first, std::span<std::uint64_t> out) {
  std::array<char, 20> a, b;
  Sha256State of_a, of_b;
  std::size_t i = 0;
  for (; i + 1 < out.size(); i += 2) {
    prefix.states_of(card_counter(first + i, a), card_counter(first + i + 1, b), of_a, of_b);
    out[i] = card_first_bits(of_a);
    out[i + 1] = card_first_bits(of_b);
  }
  if (i < out.size()) out[i] = card_first_bits(prefix.state_of(card_counter(first + i, a)));
}

void card_crypto_numbers(CryptoRandom random, std::span<std::uint64_t> out) {
  std::array<Sha256State, 256> states;
  for (std::size_t i = 0; i < out.size();) {
    const std::size_t take = std::min(states.size(), out.size() - i);
    random.fill(std::span(states).first(take));
    for (std::size_t k = 0; k < take; ++k) out[i++] = card_first_bits(states[k]);
  }
}

std::vector<std::uint64_t> card_numbers(std::string_view seed, std::uint64_t cards, CardNumbers numbers) {
  std::vector<std::uint64_t> out(cards);
  const std::size_t chunks = (cards + kCardChunk - 1) / kCardChunk;
  const auto chunk = [&](std::size_t c) {
    const std::uint64_t first = c * kCardChunk;
    return std::span(out).subspan(first, std::min(kCardChunk, cards - first));
  };
  if (numbers == CardNumbers::counter) {
    const Sha256Prefix prefix(std::string(seed) + ",");
    parallel_for(chunks, [&](std::size_t c) { card_counter_numbers(prefix, c * kCardChunk, chunk(c)); });
    return out;
  }
  std::vector<CryptoRandom> starts;  // a block of zeros every 64 cards is all that the way there costs
  CryptoRandom random(seed);
  for (std::size_t c = 0; c < chunks; ++c) {
    starts.push_back(random);
    random.skip(kCardChunk);
  }
  parallel_for(chunks, [&](std::size_t c) { card_crypto_numbers(starts[c], chunk(c)); });
  return out;
}

Digest card_number(std::string_view seed, CardNumbers numbers, std::uint64_t card) {
  if (numbers == CardNumbers::counter) return sha256(fmt::format("{},{}", seed, card + 1));
  CryptoRandom random(seed);
  random.skip(card);
  return random.next();
}

}  // namespace

Result<CardOrder> CardOrder::make(std::string_view seed, std::uint64_t cards, CardNumbers numbers) {
  if (cards >= std::uint64_t{1} << 32) return fail("more than 2^32 - 1 cards");
  CardOrder out;
  out.seed_ = seed;
  out.numbers_ = numbers;
  out.order_.resize(cards);
  if (cards == 0) return out;
  const std::vector<std::uint64_t> values = card_numbers(seed, cards, numbers);
  const int bits = std::clamp(static_cast<int>(std::bit_width(cards / 64)), 1, 16);  // some 64 cards a bucket
  const auto bucket = [&](std::uint64_t number) { return static_cast<std::size_t>(number >> (64 - bits)); };
  std::vector<std::uint32_t> ends((std::size_t{1} << bits) + 1);
  for (const std::uint64_t number : values) ++ends[bucket(number) + 1];
  for (std::size_t b = 1; b < ends.size(); ++b) ends[b] += ends[b - 1];
  std::vector<std::uint32_t> next(ends.begin(), ends.end() - 1);
  for (std::uint32_t card = 0; card < cards; ++card) out.order_[next[bucket(values[card])]++] = card;
  const auto before = [&](const CardKey& a, const CardKey& b) {
    if (a.number != b.number) return a.number < b.number;
    return a.card != b.card && card_number(seed, numbers, a.card) < card_number(seed, numbers, b.card);
  };
  parallel_for(
      ends.size() - 1,
      [&](std::size_t b) {
        std::vector<CardKey> keys;
        keys.reserve(ends[b + 1] - ends[b]);
        for (std::uint32_t i = ends[b]; i < ends[b + 1]; ++i) keys.push_back({values[out.order_[i]], out.order_[i]});
        std::sort(keys.begin(), keys.end(), before);
        for (std::size_t i = 0; i < keys.size(); ++i) out.order_[ends[b] + i] = keys[i].card;
      },
      256);
  return out;
}

Digest CardOrder::number(std::uint32_t card) const { return card_number(seed_, numbers_, card); }

StyleContests::StyleContests(std::size_t styles, std::size_t contests)
    : contests_(contests), words_((contests + 63) / 64), bits_(styles * ((contests + 63) / 64)) {}

void StyleContests::add(std::size_t style, std::size_t contest) {
  bits_[style * words_ + contest / 64] |= std::uint64_t{1} << contest % 64;
}

Result<ConsistentCards> consistent_cards(const CardOrder& order, std::span<const std::uint32_t> style_of, const StyleContests& styles,
                                         std::span<const std::uint64_t> wanted) {
  if (style_of.size() != order.order().size()) return fail("as many styles as cards are needed");
  if (wanted.size() != styles.contests() || wanted.size() > 4'096)
    return fail("as many sample sizes as contests are needed, at most 4,096");
  for (const std::uint32_t style : style_of)
    if (style >= styles.styles()) return fail("a card has a style that there is not");
  ConsistentCards out;
  out.contests.resize(wanted.size());
  std::vector<std::uint64_t> wanting((wanted.size() + 63) / 64);
  std::size_t open = 0;
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    out.contests[c].wanted = wanted[c];
    if (wanted[c] > 0) wanting[c / 64] |= std::uint64_t{1} << c % 64, ++open;
  }
  for (std::size_t position = 0; position < style_of.size() && open > 0; ++position) {
    const std::uint32_t card = order.order()[position];
    const auto on = styles.of(style_of[card]);
    bool taken = false;
    for (std::size_t w = 0; w < wanting.size(); ++w)
      for (std::uint64_t both = on[w] & wanting[w]; both != 0; both &= both - 1) {
        const std::size_t c = 64 * w + static_cast<std::size_t>(std::countr_zero(both));
        taken = true;
        out.contests[c].last_position = position;
        if (++out.contests[c].drawn == wanted[c]) wanting[w] &= ~(std::uint64_t{1} << c % 64), --open;
      }
    if (taken) out.cards.push_back(card);
  }
  return out;
}

}  // namespace entente::measures::p3_elections::sampling
