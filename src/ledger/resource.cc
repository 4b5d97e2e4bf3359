// Parsing by a cursor over the text; whatever is accepted is written again by path(), which the fuzz target asserts.
#include "ledger/resource.h"

#include <fmt/format.h>
#include <charconv>
#include <optional>

#include "core/ascii.h"
#include "ledger/format.h"

namespace entente::ledger {
namespace {

constexpr std::uint64_t kMaxN = (std::uint64_t{1} << 55) - 1;
constexpr unsigned kMaxLevel = 63;

// A decimal without leading zeros in [min, max].
std::optional<unsigned> small_decimal(std::string_view text, unsigned min, unsigned max) {
  unsigned value = 0;
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value < min || value > max) return std::nullopt;
  return value;
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool skip(std::string_view prefix) {
    if (!text_.substr(at_).starts_with(prefix)) return false;
    at_ += prefix.size();
    return true;
  }
  // Up to the next `end`, or to the end of the text.
  std::string_view until(char end) {
    const std::size_t to = std::min(text_.find(end, at_), text_.size());
    const std::string_view out = text_.substr(at_, to - at_);
    at_ = to;
    return out;
  }
  std::optional<unsigned> three_digits() {
    if (text_.size() - at_ < 3) return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      if (!is_digit(text_[at_ + i])) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(text_[at_ + i] - '0');
    }
    at_ += 3;
    return value;
  }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] tl::unexpected<Error> wrong(std::string what) const {
    return fail(std::move(what), {.offset = at_}, "paths are those of c2sp.org/tlog-tiles");
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// x001/x234/067: groups of three digits, all but the last after an x, the first not x000.
Result<std::uint64_t> parse_index(Cursor& cursor) {
  std::uint64_t n = 0;
  for (bool first = true;; first = false) {
    const bool more = cursor.skip("x");
    const auto group = cursor.three_digits();
    if (!group) return cursor.wrong("a group of three digits is missing");
    if (first && more && *group == 0) return cursor.wrong("the number has a needless group of zeros");
    if (n > (kMaxN - *group) / 1000) return cursor.wrong("the number is too large");
    n = n * 1000 + *group;
    if (!more) return n;
    if (!cursor.skip("/")) return cursor.wrong("a group after an x must be followed by another");
  }
}

}  // namespace

std::string Resource::path() const { return kind == Kind::tile ? tile_path(level, n, width) : bundle_path(n, width); }

Result<Resource> parse_resource(std::string_view path) {
  Cursor cursor(path);
  Resource out;
  if (!cursor.skip("tile/")) return cursor.wrong("not a tile");
  if (cursor.skip("entries/")) {
    out.kind = Resource::Kind::entries;
  } else {
    const auto level = small_decimal(cursor.until('/'), 0, kMaxLevel);
    if (!level || !cursor.skip("/")) return cursor.wrong("the level must be a number from 0 to 63");
    out.level = *level;
  }
  ENTENTE_TRY(out.n, parse_index(cursor));
  if (cursor.done()) return out;
  if (!cursor.skip(".p/")) return cursor.wrong("unexpected characters after the number");
  const auto width = small_decimal(cursor.until('\0'), 1, kTileWidth - 1);
  if (!width || !cursor.done()) return cursor.wrong("the width must be a number from 1 to 255");
  out.width = *width;
  return out;
}

}  // namespace entente::ledger
