// Requests answered, for /metrics. Private to the room.
#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace entente::server {

// By class of status. Thread-safe.
class RequestCounts {
 public:
  void count(unsigned status) { ++counts_[std::min<unsigned>(status / 100, counts_.size() - 1)]; }
  [[nodiscard]] std::string text() const {
    std::string out =
        "# HELP entente_http_requests_total Requests answered, by class of status.\n# TYPE entente_http_requests_total counter\n";
    for (std::size_t c = 1; c < counts_.size(); ++c)
      out += fmt::format("entente_http_requests_total{{class=\"{}xx\"}} {}\n", c, counts_[c].load());
    return out;
  }

 private:
  std::array<std::atomic<std::uint64_t>, 6> counts_{};
};

}  // namespace entente::server
