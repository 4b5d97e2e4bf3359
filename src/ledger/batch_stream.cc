// A walk over length prefixes, twice: once to check and count, so that nothing is copied from a stream that turns out to be cut short.
#include "ledger/batch_stream.h"

#include <fmt/format.h>

#include "ledger/format.h"

namespace entente::ledger {
namespace {

std::size_t length_at(std::string_view stream, std::size_t at) {
  return static_cast<std::size_t>(static_cast<unsigned char>(stream[at])) << 8 | static_cast<unsigned char>(stream[at + 1]);
}

}  // namespace

Result<std::vector<std::string>> parse_batch(std::string_view stream) {
  if (stream.empty()) return fail("the batch is empty", {}, "send each entry as a two-byte length and its bytes");
  std::size_t count = 0;
  for (std::size_t at = 0; at < stream.size(); ++count) {
    if (count == kMaxBatchEntries) return fail(fmt::format("the batch has more than {} entries", kMaxBatchEntries), {.offset = at});
    if (stream.size() - at < 2) return fail(fmt::format("the batch ends inside the length of its entry {}", count), {.offset = at});
    const std::size_t length = length_at(stream, at);
    if (stream.size() - at - 2 < length) return fail(fmt::format("the batch ends inside its entry {}", count), {.offset = at});
    at += 2 + length;
  }
  std::vector<std::string> entries;
  entries.reserve(count);
  for (std::size_t at = 0; at < stream.size(); at += 2 + length_at(stream, at))
    entries.emplace_back(stream.substr(at + 2, length_at(stream, at)));
  return entries;
}

std::string write_batch_stream(const std::vector<std::string>& entries) {
  std::string out;
  for (const std::string& entry : entries) append_to_bundle(out, as_bytes(entry));
  return out;
}

}  // namespace entente::ledger
