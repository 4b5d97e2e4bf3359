// A walk over the lines of a text, for the room's line-based formats. Private to the room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::merkle {

// Gives out the lines of a text one after another.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  // nullopt at the end, and for a rest without a newline.
  std::optional<std::string_view> next() {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text_.substr(at_, end - at_);
    last_ = at_;
    at_ = end + 1;
    ++number_;
    return line;
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::size_t offset() const { return at_; }
  // Of the line given out last; of the end where there was none.
  [[nodiscard]] Where where() const { return {.line = std::max<std::uint64_t>(number_, 1), .offset = last_}; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t last_ = 0;
  std::uint64_t number_ = 0;
};

// The error of a part that begins where `lines` stands, with its place in the whole.
[[nodiscard]] inline Error further_down(std::string_view part, Error error, const Lines& lines) {
  error.what.insert(0, std::string(part) + ": ");
  if (error.where.line) *error.where.line += lines.number();
  if (error.where.offset) *error.where.offset += lines.offset();
  return error;
}

}  // namespace entente::merkle
