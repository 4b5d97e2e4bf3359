// CBOR heads: three bits of type, then the argument in the shortest of five widths.
#include "merkle/cbor.h"

#include <fmt/format.h>
#include <limits>

namespace entente::merkle {
namespace {

constexpr std::uint8_t kSimple = 7;
constexpr std::uint8_t kNull = 0xf6;

}  // namespace

void CborWriter::head(std::uint8_t major, std::uint64_t argument) {
  const auto type = static_cast<std::uint8_t>(major << 5);
  if (argument < 24) {
    out_.push_back(static_cast<std::uint8_t>(type | argument));
    return;
  }
  const unsigned width = argument <= 0xff ? 0 : argument <= 0xffff ? 1 : argument <= 0xffff'ffff ? 2 : 3;  // 2^width bytes
  out_.push_back(static_cast<std::uint8_t>(type | (24 + width)));
  for (int shift = 8 * ((1 << width) - 1); shift >= 0; shift -= 8) out_.push_back(static_cast<std::uint8_t>(argument >> shift));
}

void CborWriter::integer(std::int64_t value) {
  if (value >= 0)
    head(0, static_cast<std::uint64_t>(value));
  else
    head(1, ~static_cast<std::uint64_t>(value));  // −1 − n
}

void CborWriter::bytes(ByteView value) {
  head(2, value.size());
  out_.insert(out_.end(), value.begin(), value.end());
}

void CborWriter::text(std::string_view value) {
  head(3, value.size());
  out_.insert(out_.end(), value.begin(), value.end());
}

tl::unexpected<Error> CborReader::wrong(std::string what) const { return fail("CBOR: " + std::move(what), {.offset = at_}); }

Result<CborReader::Head> CborReader::head() {
  if (at_ == input_.size()) return wrong("an item is expected here");
  const std::uint8_t first = input_[at_];
  Head out{.major = static_cast<std::uint8_t>(first >> 5), .argument = static_cast<std::uint64_t>(first & 0x1f)};
  std::size_t used = 1;
  if (out.argument >= 24) {
    if (out.argument > 27) return wrong("an indefinite length or reserved head");
    const unsigned width = 1U << (out.argument - 24);
    if (input_.size() - at_ < 1 + std::size_t{width}) return wrong("the input ends inside a head");
    out.argument = 0;
    for (unsigned i = 0; i < width; ++i) out.argument = out.argument << 8 | input_[at_ + 1 + i];
    const std::uint64_t smallest = width == 1 ? 24 : std::uint64_t{1} << (4 * width);
    if (out.major != kSimple && out.argument < smallest) return wrong("a head that is longer than needed");
    used += width;
  }
  at_ += used;
  return out;
}

Result<std::uint64_t> CborReader::head_of(std::uint8_t major, std::string_view what) {
  const std::size_t start = at_;
  ENTENTE_TRY(const Head found, head());
  if (found.major == major) return found.argument;
  at_ = start;
  return wrong(fmt::format("{} is expected here", what));
}

Result<ByteView> CborReader::content(std::uint64_t length) {
  if (length > input_.size() - at_) return wrong("the input ends inside a string");
  const ByteView out = input_.subspan(at_, static_cast<std::size_t>(length));
  at_ += out.size();
  return out;
}

Result<std::uint64_t> CborReader::unsigned_integer() { return head_of(0, "an unsigned integer"); }

Result<std::int64_t> CborReader::integer() {
  const bool negative = at_ < input_.size() && input_[at_] >> 5 == 1;
  ENTENTE_TRY(const std::uint64_t argument, head_of(negative ? 1 : 0, "an integer"));
  if (argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return wrong("an integer beyond 64 bits");
  return negative ? -1 - static_cast<std::int64_t>(argument) : static_cast<std::int64_t>(argument);
}

Result<ByteView> CborReader::bytes() {
  ENTENTE_TRY(const std::uint64_t length, head_of(2, "a byte string"));
  return content(length);
}

Result<std::string_view> CborReader::text() {
  ENTENTE_TRY(const std::uint64_t length, head_of(3, "a text string"));
  ENTENTE_TRY(const ByteView found, content(length));
  return as_text(found);
}

Result<std::uint64_t> CborReader::array(std::uint64_t max_items) {
  ENTENTE_TRY(const std::uint64_t items, head_of(4, "an array"));
  if (items > max_items) return wrong(fmt::format("an array of {} items, at most {} are read", items, max_items));
  return items;
}

Result<std::uint64_t> CborReader::map(std::uint64_t max_pairs) {
  ENTENTE_TRY(const std::uint64_t pairs, head_of(5, "a map"));
  if (pairs > max_pairs) return wrong(fmt::format("a map of {} pairs, at most {} are read", pairs, max_pairs));
  return pairs;
}

Result<void> CborReader::tag(std::uint64_t number) {
  ENTENTE_TRY(const std::uint64_t found, head_of(6, fmt::format("tag {}", number)));
  if (found != number) return wrong(fmt::format("tag {} where {} is expected", found, number));
  return {};
}

Result<void> CborReader::null() {
  if (at_ == input_.size() || input_[at_] != kNull) return wrong("null is expected here");
  ++at_;
  return {};
}

Result<void> CborReader::skip(unsigned depth) {
  if (depth == 0) return wrong("nested too deeply");
  ENTENTE_TRY(const Head found, head());
  if (found.major == 2 || found.major == 3) {
    ENTENTE_CHECK(content(found.argument));
    return {};
  }
  if (found.major < 4 || found.major == kSimple) return {};
  // Each item takes a byte at least, so the loop ends with the input at the latest.
  const std::uint64_t items = found.major == 4 ? found.argument : found.major == 5 ? 2 * found.argument : 1;
  if (found.argument > input_.size()) return wrong("more items than the input can hold");
  for (std::uint64_t i = 0; i < items; ++i) ENTENTE_CHECK(skip(depth - 1));
  return {};
}

Result<void> CborReader::end() const {
  if (!at_end()) return wrong(fmt::format("{} bytes are left over", input_.size() - at_));
  return {};
}

}  // namespace entente::merkle
