// How a collector asks the web: one function for one address, made anew for each thread. In the program it is http::Client, in tests a
// table.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "http/route.h"

namespace entente::evidence {

struct WebAnswer {
  unsigned status = 0;
  std::string content_type, location, body;
  std::uint64_t dropped = 0;  // bytes of a body that was larger than that, and not kept
};
// Follows no redirect. An error is what kept an answer from arriving.
using WebGet = std::function<Result<WebAnswer>(const std::string& url)>;
using WebGetMaker = std::function<WebGet()>;

// Plain http:// and loopback addresses are refused everywhere but in tests on one's own machine.
enum class Loopback { refuse, allow };

struct WebOptions {
  Loopback loopback = Loopback::refuse;
  std::chrono::seconds timeout{60};
  std::string ca_file;             // PEM file to trust in place of the system's certificates; empty: the system's
  std::string extra_certificates;  // PEM text to trust beside the system's
  std::vector<http::Route> routes;
};
// http::Client behind it: certificates checked, bodies capped, private addresses refused unless `loopback` or a route allows them.
[[nodiscard]] WebGetMaker web_client(WebOptions options);

}  // namespace entente::evidence
