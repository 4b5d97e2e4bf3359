// Open addressing with linear steps over a table that is at most half full; a slot holds the number of an entry, and an entry its whole
// hash, so texts are compared only where 64 bits agree.
#include "core/text_table.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "core/same_text.h"

namespace entente {
namespace {

struct TextHashKey {
  std::uint64_t a, b;
};

const TextHashKey& text_hash_key() {
  static const TextHashKey key = [] {
    std::random_device device;
    const auto draw = [&device] { return static_cast<std::uint64_t>(device()) << 32 | device(); };
    return TextHashKey{draw(), draw()};
  }();
  return key;
}

__extension__ using Product128 = unsigned __int128;

std::uint64_t fold_product(std::uint64_t x, std::uint64_t y) {
  const Product128 product = static_cast<Product128>(x) * y;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <class Word>
std::uint64_t load_word(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

constexpr std::size_t kFirstSlots = 32;

}  // namespace

std::uint64_t text_hash(std::string_view text) {
  const TextHashKey& key = text_hash_key();
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t h = key.a;
  for (; left > 16; at += 16, left -= 16) h = fold_product(load_word<std::uint64_t>(at) ^ key.b, load_word<std::uint64_t>(at + 8) ^ h);
  std::uint64_t x = 0, y = 0;
  if (left >= 8) {
    x = load_word<std::uint64_t>(at);
    y = load_word<std::uint64_t>(at + left - 8);
  } else if (left >= 4) {
    x = load_word<std::uint32_t>(at);
    y = load_word<std::uint32_t>(at + left - 4);
  } else if (left > 0) {
    const auto byte = [at](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])); };
    x = byte(0) << 16 | byte(left / 2) << 8 | byte(left - 1);
  }
  return fold_product(key.a ^ text.size(), fold_product(x ^ key.b, y ^ h) ^ key.b);
}

std::size_t TextTable::slot_of(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    if (slots_[slot] == 0) return slot;
    const Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && same_text(entry.text, text)) return slot;
  }
}

void TextTable::grow(std::size_t slots) {
  slots_.assign(slots, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    std::size_t slot = entries_[number].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = number + 1;
  }
}

TextTable::Added TextTable::add(std::string_view text) {
  if (entries_.size() * 2 >= slots_.size()) grow(std::max(kFirstSlots, slots_.size() * 2));
  const std::uint64_t hash = text_hash(text);
  const std::size_t slot = slot_of(text, hash);
  if (slots_[slot] != 0) return {slots_[slot] - 1, false};
  entries_.push_back({text, hash});
  slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  return {slots_[slot] - 1, true};
}

void TextTable::reserve(std::size_t texts) {
  std::size_t slots = std::max(kFirstSlots, slots_.size());
  while (texts * 2 > slots) slots *= 2;
  if (slots == slots_.size()) return;
  entries_.reserve(slots / 2);
  grow(slots);
}

std::optional<std::uint32_t> TextTable::find(std::string_view text) const {
  if (slots_.empty()) return std::nullopt;
  const std::uint32_t found = slots_[slot_of(text, text_hash(text))];
  return found == 0 ? std::nullopt : std::optional(found - 1);
}

void TextTable::clear() {
  entries_.clear();
  std::fill(slots_.begin(), slots_.end(), 0);
}

}  // namespace entente
