// The tag is the beginning of the bytes' SHA-256. The field is a list of tags with commas between them; ours hold none.
#include "http/etag.h"

#include <algorithm>

#include "core/digest.h"

namespace entente::http {

std::string etag_of(std::string_view bytes) { return "\"" + sha256(bytes).hex().substr(0, 32) + "\""; }

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view item = if_none_match.substr(0, if_none_match.find(','));
    if_none_match.remove_prefix(std::min(if_none_match.size(), item.size() + 1));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == etag || item == "*") return true;
  }
  return false;
}

}  // namespace entente::http
