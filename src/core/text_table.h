// A table that numbers texts in the order in which they first come: 0, 1, 2 … For texts of outside inputs: the hash is keyed by the process
// (drawn once), so an input cannot be made to collide, and nothing a caller sees depends on the key.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace entente {

// 64 bits under the process's key: two 64-bit products of the text's words with the key, as wyhash does it. Not cryptographic.
[[nodiscard]] std::uint64_t text_hash(std::string_view text);

// Holds views, which must live as long as the table; up to 2^31 texts. Not thread-safe while texts are added.
class TextTable {
 public:
  struct Added {
    std::uint32_t number;
    bool is_new;
  };
  Added add(std::string_view text);
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const;
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  [[nodiscard]] std::string_view text(std::uint32_t number) const { return entries_[number].text; }
  void reserve(std::size_t texts);  // room for so many without growing on the way
  void clear();                     // keeps the memory

 private:
  struct Entry {
    std::string_view text;
    std::uint64_t hash;
  };
  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint64_t hash) const;  // where it is, or the free place for it
  void grow(std::size_t slots);                                                        // a power of two
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // number + 1; 0: free
};

}  // namespace entente
