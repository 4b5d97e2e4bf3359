// A name's address given by the user in place of the one the system would find, as curl's options --resolve and --connect-to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::http {

// Who connects to `host` and `port` connects to `address` and `to_port`. Host and certificate stay those of the URL.
struct Route {
  std::string host;  // lower case; an IPv6 address keeps its brackets
  std::uint16_t port = 0;
  std::string address;  // numeric, without brackets
  std::uint16_t to_port = 0;

  [[nodiscard]] std::string str() const;  // "vendor.example:443:192.0.2.7:443"
};

// "HOST:PORT:ADDRESS" or "HOST:PORT:ADDRESS:PORT"; an IPv6 address stands in brackets. Any other text is an error.
[[nodiscard]] Result<Route> parse_route(std::string_view text);

}  // namespace entente::http
