// Segments are compared one by one; a few dozen routes need no tree.
#include "server/router.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::server {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> out;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return out;
  while (true) {
    const std::size_t slash = path.find('/');
    out.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view method_name(http::Method method) {
  switch (method) {
    case http::Method::get: return "GET";
    case http::Method::head: return "HEAD";
    case http::Method::post: return "POST";
    case http::Method::options: return "OPTIONS";
    case http::Method::other: break;
  }
  return "?";
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
    out += c;
  }
  if (!is_valid_utf8(out)) return std::nullopt;
  return out;
}

std::vector<std::string> parameters(const http::Request& request, std::string_view name) {
  std::vector<std::string> out;
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    std::string value(pair.substr(equals + 1));
    std::ranges::replace(value, '+', ' ');
    if (auto decoded = percent_decode(value)) out.push_back(std::move(*decoded));
  }
  return out;
}

void Router::add(http::Method method, std::string_view pattern, Answer answer) {
  Route route{.method = method, .pattern = std::string(pattern), .segments = {}, .answer = std::move(answer)};
  for (const std::string_view segment : split_path(pattern)) route.segments.emplace_back(segment);
  routes_.push_back(std::move(route));
}

Router::Match Router::find(http::Method method, std::string_view path) const {
  Match match;
  const std::vector<std::string_view> segments = split_path(path);
  const http::Method wanted = method == http::Method::head ? http::Method::get : method;
  for (const Route& route : routes_) {
    if (route.segments.size() != segments.size()) continue;
    std::vector<std::string> values;
    const bool fits = std::ranges::equal(route.segments, segments, [&](const std::string& pattern, std::string_view segment) {
      if (!pattern.starts_with('{')) return pattern == segment;
      const std::string_view ending = std::string_view(pattern).substr(pattern.find('}') + 1);
      if (!segment.ends_with(ending)) return false;
      auto value = percent_decode(segment.substr(0, segment.size() - ending.size()));
      if (!value || value->empty() || value->find('/') != std::string::npos || *value == "." || *value == "..") return false;
      values.push_back(std::move(*value));
      return true;
    });
    if (!fits) continue;
    match.methods.push_back(route.method);
    if (route.method != wanted || match.answer != nullptr) continue;
    match.answer = &route.answer;
    match.values = std::move(values);
    match.pattern = route.pattern;
  }
  return match;
}

std::vector<std::string> Router::routes() const {
  std::vector<std::string> out;
  for (const Route& route : routes_) out.push_back(fmt::format("{} {}", method_name(route.method), route.pattern));
  return out;
}

}  // namespace entente::server
