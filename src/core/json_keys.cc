// One pass over simdjson's tape (its doc/tape.md describes it: a word a value, the type in the upper eight bits; strings lie in a buffer of
// their own, each behind its length). For every open object a list of its keys is kept, each with a signature of its length and first
// bytes; when the object closes, few keys are compared with one another by signature, many are hashed into an open-addressed table.
#include "core/json_keys.h"

#include <cstring>
#include <functional>
#include <string_view>
#include <vector>

namespace entente {
namespace {

struct TapeKey {
  std::uint64_t signature = 0;
  const char* text = nullptr;
  std::size_t size = 0;

  [[nodiscard]] std::string_view view() const { return {text, size}; }
};

// Equal keys have equal signatures. For keys of up to seven bytes the reverse holds too.
TapeKey tape_key(const std::uint8_t* strings, std::uint64_t offset) {
  std::uint32_t size = 0;
  std::memcpy(&size, strings + offset, sizeof size);
  const char* text = reinterpret_cast<const char*>(strings + offset + sizeof size);
  static_assert(simdjson::SIMDJSON_PADDING >= 8, "a word can be read behind any string of the buffer");
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  if (size < 8) word &= (std::uint64_t{1} << 8 * size) - 1;
  // The upper byte of a long key gives way to its length.
  return {word ^ std::uint64_t{size} << 56, text, size};
}

// The keys of the objects that are open, those of the innermost last.
class OpenKeys {
 public:
  OpenKeys() : keys_(64) {}

  [[nodiscard]] std::size_t size() const { return used_; }
  void push(const TapeKey& key) {
    if (used_ == keys_.size()) keys_.resize(keys_.size() * 2);
    keys_[used_++] = key;
  }
  // Drops the keys from `first` on; true if two of them are the same.
  bool close(std::size_t first) {
    constexpr std::size_t kFew = 16;
    const TapeKey* keys = keys_.data() + first;
    const std::size_t count = used_ - first;
    used_ = first;
    if (count > kFew) return hashed(keys, count);
    for (std::size_t i = 1; i < count; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (keys[i].signature == keys[j].signature && keys[i].view() == keys[j].view()) return true;
    return false;
  }

 private:
  struct Slot {
    std::string_view key;
    std::uint64_t generation = 0;
  };
  // The table is used again and again, and cleared by a generation number.
  bool hashed(const TapeKey* keys, std::size_t count) {
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
      std::size_t at = std::hash<std::string_view>{}(key)&mask;
      for (; slots_[at].generation == generation_; at = (at + 1) & mask)
        if (slots_[at].key == key) return true;
      slots_[at] = {key, generation_};
    }
    return false;
  }

  std::vector<TapeKey> keys_;
  std::size_t used_ = 0;
  std::vector<Slot> slots_;
  std::uint64_t generation_ = 0;
};

enum class Container : std::uint8_t { top, array, object };
struct OpenContainer {
  Container kind = Container::top;
  std::size_t first_key = 0;
};

}  // namespace

TapeFault check_tape(const simdjson::dom::document& document, std::uint32_t max_depth) {
  constexpr std::uint64_t kPayload = (std::uint64_t{1} << 56) - 1;
  const std::uint64_t* tape = document.tape.get();
  const std::uint8_t* strings = document.string_buf.get();
  OpenKeys keys;
  std::vector<OpenContainer> outer;
  OpenContainer open;
  bool key_next = false;
  for (std::size_t i = 1;;) {  // from behind the root's word to its twin at the end
    const std::uint64_t word = tape[i++];
    const char type = static_cast<char>(word >> 56);
    if (type == 'r') return TapeFault::none;
    if (key_next && type == '"') {
      keys.push(tape_key(strings, word & kPayload));
      key_next = false;
      continue;
    }
    if (type == '{' || type == '[') {
      if (outer.size() == max_depth) return TapeFault::too_deep;
      outer.push_back(open);
      open = {type == '{' ? Container::object : Container::array, keys.size()};
    } else if (type == '}' || type == ']') {
      if (type == '}' && keys.close(open.first_key)) return TapeFault::duplicate_key;
      open = outer.back();
      outer.pop_back();
    } else if (type == 'l' || type == 'u' || type == 'd') {
      ++i;  // the number itself
    }
    key_next = open.kind == Container::object;
  }
}

}  // namespace entente
