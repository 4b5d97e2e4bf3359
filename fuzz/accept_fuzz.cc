// Accept-Encoding and Accept-Language: any bytes. What is chosen is one of what there is; what a list refuses by name is not chosen where
// it accepts another; and blanks, case and empty items change nothing.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/ascii.h"
#include "http/accept.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

// The same list, spelt otherwise.
std::string respelt(const std::string& field) {
  std::string out = ", ,";
  for (const char c : field) {
    if (c == ',' || c == ';') out += "\t ";
    out += entente::is_lower(c) ? static_cast<char>(c - 32) : c;
    if (c == ',' || c == ';') out += ' ';
  }
  return out + " ,";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::http;
  using enum ContentCoding;
  const std::string field(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 16 << 10));
  const std::array both{brotli, gzip};
  const std::array one{gzip};
  const ContentCoding chosen = choose_coding(field, both), single = choose_coding(field, one);
  require(single == identity || single == gzip);
  if (chosen == gzip) require(single == gzip);
  require(choose_coding(field, {}) == identity);
  require(choose_coding("gzip;q=0, br;q=0, " + field, both) == identity);
  require(choose_coding(respelt(field), both) == chosen);
  const std::vector<std::string> languages{"en", "fr", "pt-BR"};
  const std::string& language = choose_language(field, languages);
  require(&language >= languages.data() && &language < languages.data() + languages.size());
  require(choose_language(respelt(field), languages) == language);
  return 0;
}
