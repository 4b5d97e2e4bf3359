// URLs cut apart by hand at their delimiters. Dot segments are removed with a stack of segments (RFC 3986, section 5.2.4), so that a
// reference can be compared as text afterwards.
#include "csaf/web_url.h"

#include <algorithm>
#include <vector>

#include "core/ascii.h"

namespace entente::csaf {
namespace {

bool is_plain_url_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '\\'; });
}

std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool folder = false;  // the path ends with a slash
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = path.substr(at + 1, end - at - 1);
    folder = segment.empty() || segment == "." || segment == "..";
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != "." && !(segment.empty() && end == path.size())) {
      kept.push_back(segment);
      folder = false;
    }
    at = end;
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (folder || out.empty()) out += '/';
  return out;
}

void take_path_and_query(std::string_view text, WebUrl& url) {
  text = text.substr(0, text.find('#'));
  const std::size_t question = std::min(text.find('?'), text.size());
  url.path = without_dot_segments(text.substr(0, question));
  url.query = std::string(text.substr(question));
}

bool take_authority(std::string_view text, WebUrl& url) {
  std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    colon = text.size() > bracket + 1 && text[bracket + 1] == ':' ? bracket + 1 : std::string_view::npos;
    if (colon == std::string_view::npos && bracket + 1 != text.size()) return false;
  }
  url.host = lower(text.substr(0, colon));
  url.port = colon == std::string_view::npos ? std::string() : std::string(text.substr(colon + 1));
  if (url.port == (url.scheme == "https" ? "443" : "80")) url.port.clear();
  // An IPv6 address stands in brackets and is the only host with colons.
  const bool bracketed = url.host.starts_with('[');
  const std::string_view name = bracketed ? std::string_view(url.host).substr(1, url.host.size() - 2) : std::string_view(url.host);
  const bool host_ok = !name.empty() && name.size() <= 253 && std::ranges::all_of(name, [&](char c) {
    return bracketed ? is_hex_digit(c) || c == ':' || c == '.' : is_alnum(c) || c == '-' || c == '.' || c == '_';
  });
  return host_ok && url.port.size() <= 5 && std::ranges::all_of(url.port, is_digit);
}

}  // namespace

std::string WebUrl::origin() const { return scheme + "://" + host + (port.empty() ? "" : ":" + port); }
std::string WebUrl::str() const { return origin() + path + query; }

std::optional<WebUrl> parse_web_url(std::string_view text) {
  if (text.size() > kMaxUrlBytes || !is_plain_url_text(text)) return std::nullopt;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  WebUrl url{.scheme = lower(text.substr(0, colon))};
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  if (!take_authority(text.substr(0, end), url)) return std::nullopt;
  const std::string_view rest = text.substr(end);
  take_path_and_query(rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest), url);
  return url;
}

std::optional<WebUrl> resolve_url(const WebUrl& base, std::string_view reference) {
  std::string text;
  for (const char c : reference) text += c == ' ' ? "%20" : std::string(1, c);
  if (text.size() > kMaxUrlBytes || !is_plain_url_text(text)) return std::nullopt;
  if (text.find("://") != std::string::npos && is_uri(text)) return parse_web_url(text);
  if (text.starts_with("//")) return parse_web_url(base.scheme + ":" + text);
  WebUrl url = base;
  if (text.starts_with('/'))
    take_path_and_query(text, url);
  else
    take_path_and_query(base.path.substr(0, base.path.rfind('/') + 1) + text, url);
  return url.str().size() > kMaxUrlBytes ? std::nullopt : std::optional(url);
}

std::string_view last_segment(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t slash = url.rfind('/');
  return slash == std::string_view::npos ? url : url.substr(slash + 1);
}

std::string folder_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t slash = url.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(url.substr(0, slash + 1));
}

bool is_loopback(const WebUrl& url) {
  const bool v4 = url.host.starts_with("127.") && url.host.find_first_not_of("0123456789.") == std::string::npos;
  return v4 || url.host == "localhost" || url.host == "[::1]";
}

bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size() || !is_alpha(text.front())) return false;
  return std::ranges::all_of(text.substr(0, colon), [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; }) &&
         is_plain_url_text(text);
}

}  // namespace entente::csaf
