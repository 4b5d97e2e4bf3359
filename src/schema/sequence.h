// Patterns without alternatives or groups, such as "^CVE-[0-9]{4}-[0-9]{4,}$": a sequence of sets of characters, each so and so often,
// anchored at the beginning. Where each repetition ends is decided by the next character alone, so a text is matched in one pass without
// an automaton. RE2 stays the reference: what is not of this form, and texts beyond ASCII, are its.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entente::schema {

class Sequence {
 public:
  enum class Answer : std::uint8_t { yes, no, unknown };  // unknown: a character beyond ASCII had to be judged
  // nullopt: not of the form. `pattern` is in ECMA-262's syntax and has been accepted by compile_regex().
  [[nodiscard]] static std::optional<Sequence> of(std::string_view pattern);
  [[nodiscard]] Answer matches(std::string_view text) const;

  // ASCII characters as bits.
  struct Set {
    std::array<std::uint64_t, 2> bits{};
    [[nodiscard]] bool has(unsigned char c) const { return (bits[c >> 6] >> (c & 63) & 1) != 0; }
    void add(unsigned char c) { bits[c >> 6] |= std::uint64_t{1} << (c & 63); }
    void add(const Set& other) { bits[0] |= other.bits[0], bits[1] |= other.bits[1]; }
    void invert() { bits[0] = ~bits[0], bits[1] = ~bits[1]; }
    [[nodiscard]] bool meets(const Set& other) const { return ((bits[0] & other.bits[0]) | (bits[1] & other.bits[1])) != 0; }
  };

 private:
  static constexpr std::uint32_t kAnyNumber = std::numeric_limits<std::uint32_t>::max();
  struct Step {
    Set set;
    std::uint32_t least = 1, most = 1;
  };
  struct Reader;
  [[nodiscard]] bool is_decided_by_next() const;

  void take_prefix();

  std::string prefix_;       // what every match begins with
  std::vector<Step> steps_;  // behind it
  bool to_end_ = false;      // ends with "$"
};

}  // namespace entente::schema
