// One pass over simdjson's tape (its doc/tape.md describes it: a word a value, the type in the upper eight bits; strings lie in a buffer of
// their own, each behind its length). The keys of the open objects lie on one stack, each with a signature of its length and first bytes.
// A new key is compared with its neighbours only if a filter of 64 bits says that it may be among them; an object of many keys is looked at
// again when it closes, by hashing.
#include "core/json_keys.h"

#include <cstring>
#include <string_view>
#include <vector>

#include "core/text_table.h"

namespace entente {
namespace {

constexpr std::uint64_t kPayload = (std::uint64_t{1} << 56) - 1;

struct TapeKey {
  std::uint64_t signature = 0;
  const char* text = nullptr;

  [[nodiscard]] std::string_view view() const {
    std::uint32_t size = 0;
    std::memcpy(&size, text - sizeof size, sizeof size);
    return {text, size};
  }
  bool operator==(const TapeKey& other) const { return signature == other.signature && view() == other.view(); }
};

// Equal keys have equal signatures. For keys of up to seven bytes the reverse holds too.
TapeKey tape_key(const std::uint8_t* strings, std::uint64_t word) {
  static_assert(simdjson::SIMDJSON_PADDING >= 8, "a word can be read behind any string of the buffer");
  std::uint32_t size = 0;
  const std::uint8_t* at = strings + (word & kPayload);
  std::memcpy(&size, at, sizeof size);
  std::uint64_t first = 0;
  std::memcpy(&first, at + sizeof size, sizeof first);
  if (size < 8) first &= (std::uint64_t{1} << (8 * size)) - 1;
  // The upper byte of a long key gives way to its length.
  return {first ^ std::uint64_t{size} << 56, reinterpret_cast<const char*>(at + sizeof size)};
}

// Whether two of very many keys are the same. The table is used again and again, and cleared by a generation number.
class KeyTable {
 public:
  bool has_duplicate(const TapeKey* keys, std::size_t count) {
    std::size_t capacity = 64;
    while (capacity < count * 2) capacity *= 2;
    if (slots_.size() < capacity) {
      slots_.assign(capacity, {});
      generation_ = 0;
    }
    ++generation_;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view key = keys[i].view();
      std::size_t at = text_hash(key) & mask;  // keyed: no document can be made to collide
      for (; slots_[at].generation == generation_; at = (at + 1) & mask)
        if (slots_[at].key == key) return true;
      slots_[at] = {key, generation_};
    }
    return false;
  }

 private:
  struct Slot {
    std::string_view key;
    std::uint64_t generation = 0;
  };
  std::vector<Slot> slots_;
  std::uint64_t generation_ = 0;
};

struct OpenContainer {
  bool is_object = false;
  std::size_t first_key = 0;
  std::uint64_t filter = 0;  // a bit of it is set for each key
};

// The keys of the open objects, those of the innermost last.
class KeyStack {
 public:
  // False if the innermost object has the key already and not many others.
  bool add(const TapeKey& key, OpenContainer& open) {
    const std::uint64_t bit = std::uint64_t{1} << (key.signature * 0x9e3779b97f4a7c15 >> 58);
    if ((open.filter & bit) != 0 && used_ - open.first_key < kFew)
      for (std::size_t i = open.first_key; i < used_; ++i)
        if (keys_[i] == key) return false;
    open.filter |= bit;
    if (used_ == keys_.size()) keys_.resize(keys_.size() * 2);
    keys_[used_++] = key;
    return true;
  }
  // False if one of many keys of the innermost container stands there twice.
  bool close(const OpenContainer& open) {
    const std::size_t count = used_ - open.first_key;
    if (count > kFew && table_.has_duplicate(keys_.data() + open.first_key, count)) return false;
    used_ = open.first_key;
    return true;
  }
  [[nodiscard]] std::size_t size() const { return used_; }

 private:
  static constexpr std::size_t kFew = 16;
  std::vector<TapeKey> keys_ = std::vector<TapeKey>(64);
  std::size_t used_ = 0;
  KeyTable table_;
};

}  // namespace

TapeFault check_tape(const simdjson::dom::document& document, std::uint32_t max_depth) {
  const auto type_of = [](std::uint64_t word) { return static_cast<char>(word >> 56); };
  const std::uint8_t* const strings = document.string_buf.get();
  const std::uint64_t* at = document.tape.get() + 1;  // from behind the root's word to its twin at the end
  KeyStack keys;
  OpenContainer open;
  std::vector<OpenContainer> outer;
  outer.reserve(16);
  for (;;) {
    std::uint64_t word = *at++;
    if (open.is_object && type_of(word) == '"') {
      if (!keys.add(tape_key(strings, word), open)) return TapeFault::duplicate_key;
      word = *at++;
    }
    while (type_of(word) == '"' && !open.is_object) word = *at++;
    const char type = type_of(word);
    if (type == '"') continue;
    if (type == '{' || type == '[') {
      if (outer.size() == max_depth) return TapeFault::too_deep;
      outer.push_back(open);
      open = {type == '{', keys.size(), 0};
    } else if (type == '}' || type == ']') {
      if (!keys.close(open)) return TapeFault::duplicate_key;
      open = outer.back();
      outer.pop_back();
    } else if (type == 'l' || type == 'u' || type == 'd') {
      ++at;  // the number itself
    } else if (type == 'r') {
      return TapeFault::none;
    }
  }
}

}  // namespace entente
