// Times, hex and base64 on arbitrary text: what is accepted survives a round trip.
#include <cstdlib>

#include "core/bytes.h"
#include "core/time.h"
#include "core/utf8.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto t = parse_time_or_date(text)) {
    // Offsets may push a time past year 9999 or before year 0, which RFC 3339 cannot write.
    const std::string written = format_time(*t);
    if (written.size() >= 20 && written[4] == '-' && parse_time(written) != *t) std::abort();
  }
  if (const auto b = from_base64(text); b && to_base64(*b) != text) std::abort();
  if (const auto b = from_base64(text, Base64Alphabet::url); b && to_base64(*b, Base64Alphabet::url) != text) std::abort();
  if (const auto h = from_hex(text); h && to_hex(*h) != text) std::abort();
  if (!is_valid_utf8(printable(text))) std::abort();
  return 0;
}
