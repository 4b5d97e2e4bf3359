// Look-ups in fields and queries: linear scans, since a message has few of either.
#include "http/message.h"

#include <algorithm>

#include "core/ascii.h"

namespace entente::http {

std::string_view method_text(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::options: return "OPTIONS";
    case Method::other: break;
  }
  return "?";
}

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (same_name(key, name)) return value;
  return {};
}

std::string Request::list_header(std::string_view name) const {
  std::string out;
  for (const auto& [key, value] : headers)
    if (same_name(key, name)) out += (out.empty() ? "" : ", ") + value;
  return out;
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (std::string_view rest = query; !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name) return equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
  }
  return std::nullopt;
}

Response plain(unsigned status, std::string_view text) {
  Response out{.status = status, .content_type = "text/plain; charset=utf-8", .body = std::string(text)};
  out.body += '\n';
  return out;
}

}  // namespace entente::http
