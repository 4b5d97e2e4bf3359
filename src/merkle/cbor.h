// The part of CBOR (RFC 8949) that COSE receipts need. Writing is deterministic (section 4.2.1: shortest heads, definite lengths; the
// caller gives map keys in order). Reading takes shortest heads and definite lengths only. Pure; private to the room and its tests.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/bytes.h"
#include "core/error.h"

namespace entente::merkle {

class CborWriter {
 public:
  void unsigned_integer(std::uint64_t value) { head(0, value); }
  void integer(std::int64_t value);
  void bytes(ByteView value);
  void text(std::string_view value);
  void array(std::uint64_t items) { head(4, items); }
  void map(std::uint64_t pairs) { head(5, pairs); }
  void tag(std::uint64_t number) { head(6, number); }
  void null() { out_.push_back(0xf6); }
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  void head(std::uint8_t major, std::uint64_t argument);
  Bytes out_;
};

// Reads one item after another; errors carry the offset. Views are into the input.
class CborReader {
 public:
  explicit CborReader(ByteView input) : input_(input) {}

  [[nodiscard]] Result<std::uint64_t> unsigned_integer();
  [[nodiscard]] Result<std::int64_t> integer();
  [[nodiscard]] Result<ByteView> bytes();
  [[nodiscard]] Result<std::string_view> text();
  [[nodiscard]] Result<std::uint64_t> array(std::uint64_t max_items);
  [[nodiscard]] Result<std::uint64_t> map(std::uint64_t max_pairs);
  [[nodiscard]] Result<void> tag(std::uint64_t number);
  [[nodiscard]] Result<void> null();
  // Any one item with all it contains, at most `depth` levels deep.
  [[nodiscard]] Result<void> skip(unsigned depth = 16);
  [[nodiscard]] bool at_end() const { return at_ == input_.size(); }
  [[nodiscard]] bool next_is_integer() const { return at_ < input_.size() && input_[at_] >> 5 <= 1; }
  [[nodiscard]] Result<void> end() const;  // an error if anything is left

 private:
  struct Head {
    std::uint8_t major = 0;
    std::uint64_t argument = 0;
  };
  [[nodiscard]] Result<Head> head();
  [[nodiscard]] Result<std::uint64_t> head_of(std::uint8_t major, std::string_view what);
  [[nodiscard]] Result<ByteView> content(std::uint64_t length);
  [[nodiscard]] tl::unexpected<Error> wrong(std::string what) const;
  ByteView input_;
  std::size_t at_ = 0;
};

}  // namespace entente::merkle
