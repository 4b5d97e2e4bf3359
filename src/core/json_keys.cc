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

class TapeCheck {
 public:
  TapeCheck(const simdjson::dom::document& document, std::uint32_t max_depth)
      : tape_(document.tape.get()), strings_(document.string_buf.get()), max_depth_(max_depth), keys_(64) {
    outer_.reserve(16);
  }
  TapeFault run();

 private:
  struct Container {
    bool is_object = false;
    std::size_t first_key = 0;
    std::uint64_t filter = 0;  // a bit of it is set for each key
  };
  static constexpr std::size_t kFew = 16;

  // False if the innermost object has the key already and not many others.
  bool add_key(std::uint64_t word) {
    const TapeKey key = tape_key(strings_, word);
    const std::uint64_t bit = std::uint64_t{1} << (key.signature * 0x9e3779b97f4a7c15 >> 58);
    if ((open_.filter & bit) != 0 && used_ - open_.first_key < kFew)
      for (std::size_t i = open_.first_key; i < used_; ++i)
        if (keys_[i] == key) return false;
    open_.filter |= bit;
    if (used_ == keys_.size()) keys_.resize(keys_.size() * 2);
    keys_[used_++] = key;
    return true;
  }
  bool close() {
    const std::size_t count = used_ - open_.first_key;
    if (count > kFew && table_.has_duplicate(keys_.data() + open_.first_key, count)) return false;
    used_ = open_.first_key;
    open_ = outer_.back();
    outer_.pop_back();
    return true;
  }

  const std::uint64_t* tape_;
  const std::uint8_t* strings_;
  std::uint32_t max_depth_;
  std::vector<TapeKey> keys_;  // those of the innermost object last
  std::size_t used_ = 0;
  Container open_;
  std::vector<Container> outer_;
  KeyTable table_;
};

TapeFault TapeCheck::run() {
  const auto type_of = [](std::uint64_t word) { return static_cast<char>(word >> 56); };
  const std::uint64_t* at = tape_ + 1;  // from behind the root's word to its twin at the end
  for (;;) {
    std::uint64_t word = *at++;
    if (open_.is_object && type_of(word) == '"') {
      if (!add_key(word)) return TapeFault::duplicate_key;
      word = *at++;
    }
    const char type = type_of(word);
    if (type == '"') continue;
    if (type == '{' || type == '[') {
      if (outer_.size() == max_depth_) return TapeFault::too_deep;
      outer_.push_back(open_);
      open_ = {type == '{', used_, 0};
    } else if (type == '}' || type == ']') {
      if (!close()) return TapeFault::duplicate_key;
    } else if (type == 'l' || type == 'u' || type == 'd') {
      ++at;  // the number itself
    } else if (type == 'r') {
      return TapeFault::none;
    }
  }
}

}  // namespace

TapeFault check_tape(const simdjson::dom::document& document, std::uint32_t max_depth) { return TapeCheck(document, max_depth).run(); }

}  // namespace entente
