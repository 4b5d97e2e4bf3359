// The table's texts: each distinct one once, in blocks that never move, found again through an open-addressed hash table of 8 bytes a slot
// (a statewide export has millions of imprinted ids; a node for each would cost more time than all the rest of reading). The hash is
// seeded anew in each process, so that nobody can prepare ids that collide.
#include "measures/p3_elections/records/cvr.h"

#include <cstring>
#include <random>

namespace entente::measures::p3_elections::records {

namespace {

std::uint64_t text_hash_seed() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32 | device()) | 1;
  }();
  return seed;
}

std::uint64_t mix_words(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Folded 64×64-bit products over 16 bytes a step.
std::uint64_t text_hash(std::string_view text) {
  static const std::uint64_t seed = text_hash_seed();
  const auto load = [](const char* p, std::size_t n) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, n);
    return word;
  };
  const char* p = text.data();
  std::size_t n = text.size();
  std::uint64_t h = seed ^ mix_words(n ^ 0x9E3779B97F4A7C15U, seed);
  for (; n > 16; n -= 16, p += 16) h = mix_words(load(p, 8) ^ 0xA0761D6478BD642FU ^ h, load(p + 8, 8) ^ seed);
  std::uint64_t a = 0, b = 0;
  if (n >= 8) {
    a = load(p, 8);
    b = load(p + n - 8, 8);
  } else if (n >= 4) {
    a = load(p, 4);
    b = load(p + n - 4, 4);
  } else if (n > 0) {
    a = static_cast<unsigned char>(p[0]) | std::uint64_t{static_cast<unsigned char>(p[n / 2])} << 8 |
        std::uint64_t{static_cast<unsigned char>(p[n - 1])} << 16;
  }
  return mix_words(mix_words(a ^ 0xE7037ED1A0B428DBU ^ h, b ^ seed), 0x8EBC6AF09C88C6E3U);
}

}  // namespace

struct CvrTable::Texts {
  struct Slot {
    std::uint32_t hash = 0;  // its upper half
    std::uint32_t text = 0;  // 0: free
  };
  std::vector<Slot> slots = std::vector<Slot>(1024);
  std::size_t used = 0;
  std::vector<std::unique_ptr<char[]>> blocks;
  std::shared_ptr<Texts> before;  // of a table this one was copied from: keeps its texts alive
  std::size_t left = 0;
  char* at = nullptr;

  std::string_view keep(std::string_view text) {
    constexpr std::size_t kBlock = std::size_t{256} << 10;
    if (text.size() > kBlock / 4) {
      blocks.push_back(std::make_unique_for_overwrite<char[]>(text.size()));
      std::memcpy(blocks.back().get(), text.data(), text.size());
      return {blocks.back().get(), text.size()};
    }
    if (text.size() > left) {
      blocks.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
      at = blocks.back().get();
      left = kBlock;
    }
    std::memcpy(at, text.data(), text.size());
    const std::string_view kept(at, text.size());
    at += text.size();
    left -= text.size();
    return kept;
  }

  void grow(const std::vector<std::string_view>& texts, std::size_t size) {
    std::vector<Slot> larger(size);
    for (const Slot& slot : slots) {
      if (slot.text == 0) continue;
      std::size_t i = text_hash(texts[slot.text]) & (larger.size() - 1);
      while (larger[i].text != 0) i = (i + 1) & (larger.size() - 1);
      larger[i] = slot;
    }
    slots = std::move(larger);
  }
};

std::uint32_t CvrTable::intern(std::string_view text) {
  if (text.empty()) return 0;
  if (pool_ == nullptr) pool_ = std::make_shared<Texts>();
  if (pool_.use_count() > 1) unshare();
  Texts& pool = *pool_;
  const std::uint64_t hash = text_hash(text);
  const auto upper = static_cast<std::uint32_t>(hash >> 32);
  std::size_t i = hash & (pool.slots.size() - 1);
  for (; pool.slots[i].text != 0; i = (i + 1) & (pool.slots.size() - 1))
    if (pool.slots[i].hash == upper && texts_[pool.slots[i].text] == text) return pool.slots[i].text;
  const auto index = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(pool.keep(text));
  pool.slots[i] = {upper, index};
  if (++pool.used * 2 > pool.slots.size()) pool.grow(texts_, pool.slots.size() * 2);
  return index;
}

// A copied table shares its texts with the other until one of the two gets a new one.
void CvrTable::unshare() {
  auto own = std::make_shared<Texts>();
  std::size_t size = own->slots.size();
  while (size < texts_.size() * 2) size *= 2;
  own->slots.assign(size, {});
  for (std::uint32_t i = 1; i < texts_.size(); ++i) {
    const std::uint64_t hash = text_hash(texts_[i]);
    std::size_t at = hash & (size - 1);
    while (own->slots[at].text != 0) at = (at + 1) & (size - 1);
    own->slots[at] = {static_cast<std::uint32_t>(hash >> 32), i};
  }
  own->used = texts_.size() - 1;
  own->before = std::move(pool_);
  pool_ = std::move(own);
}

void CvrTable::expect(std::string_view text) const {
  if (pool_ != nullptr) __builtin_prefetch(&pool_->slots[text_hash(text) & (pool_->slots.size() - 1)]);
}

void CvrTable::reserve_texts(std::size_t count) {
  if (pool_ == nullptr) pool_ = std::make_shared<Texts>();
  if (pool_.use_count() > 1) unshare();
  texts_.reserve(texts_.size() + count);
  std::size_t size = pool_->slots.size();
  while (size < (texts_.size() + count) * 2) size *= 2;
  if (size > pool_->slots.size()) pool_->grow(texts_, size);
}

std::uint32_t CvrTable::contest_index(std::string_view name) const {
  for (std::size_t i = 0; i < contests.size(); ++i)
    if (contests[i].name == name) return static_cast<std::uint32_t>(i);
  return static_cast<std::uint32_t>(contests.size());
}

}  // namespace entente::measures::p3_elections::records
