// Cut at the colons outside brackets; the address must be numeric, since a name would have to be asked for again.
#include "http/route.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/ascii.h"
#include "core/utf8.h"
#include "http/address.h"

namespace entente::http {
namespace {

constexpr std::size_t kMaxRouteBytes = 512;

std::vector<std::string_view> route_parts(std::string_view text) {
  std::vector<std::string_view> out;
  bool bracket = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') bracket = true;
    if (text[i] == ']') bracket = false;
    if (text[i] != ':' || bracket) continue;
    out.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  out.push_back(text.substr(begin));
  return out;
}

std::optional<std::uint16_t> route_port(std::string_view text) {
  std::uint16_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out == 0) return std::nullopt;
  return out;
}

std::string_view unbracketed(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' ? text.substr(1, text.size() - 2) : text;
}

bool is_route_host(std::string_view host) {
  if (host.starts_with('[')) return parse_address(unbracketed(host)).has_value();
  return !host.empty() && std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_'; });
}

}  // namespace

std::string Route::str() const {
  const bool six = address.find(':') != std::string::npos;
  return fmt::format("{}:{}:{}{}{}:{}", host, port, six ? "[" : "", address, six ? "]" : "", to_port);
}

Result<Route> parse_route(std::string_view text) {
  const auto bad = [&](std::string_view what) {
    return fail(fmt::format("\"{}\" {}", printable(text.substr(0, kMaxRouteBytes), 200), what), {},
                "HOST:PORT:ADDRESS or HOST:PORT:ADDRESS:PORT, for example vendor.example:443:192.0.2.7");
  };
  if (text.size() > kMaxRouteBytes) return bad("is too long");
  const auto parts = route_parts(text);
  if (parts.size() != 3 && parts.size() != 4) return bad("does not say where a host and port are to be found");
  const auto port = route_port(parts[1]), to_port = route_port(parts.back());
  const auto address = parse_address(unbracketed(parts[2]));
  if (!is_route_host(parts[0])) return bad("names no host");
  if (!port || (parts.size() == 4 && !to_port)) return bad("names a port that is none (1 to 65535)");
  if (!address) return bad("names no numeric address");
  return Route{lower(parts[0]), *port, to_string(*address), parts.size() == 4 ? *to_port : *port};
}

}  // namespace entente::http
