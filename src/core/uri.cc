// Plain transcription of the two specifications.
#include "core/uri.h"

#include <fmt/format.h>

#include "core/ascii.h"
#include "core/bytes.h"

namespace entente {

std::string uri_of_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '/')
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string uri_of_digest(const Digest& digest) {
  std::string text = to_base64(digest.view(), Base64Alphabet::url);
  text.erase(text.find_last_not_of('=') + 1);
  return "ni:///sha-256;" + text;
}

}  // namespace entente
