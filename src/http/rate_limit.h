// A token bucket for each client address. Private to the room.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace entente::http {

// Thread-safe. Memory is bounded: past kMaxAddresses, buckets that are full again are forgotten; if none is, all are.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMaxAddresses = 100'000;

  RateLimiter(double per_second, double burst) : per_second_(per_second), burst_(burst < 1 ? 1 : burst) {}
  [[nodiscard]] bool enabled() const { return per_second_ > 0; }
  // Takes a token of this client: zero if there was one, else how long until there will be.
  [[nodiscard]] std::chrono::milliseconds take(std::string_view client, Clock::time_point now);

 private:
  struct Bucket {
    double tokens = 0;
    Clock::time_point at;
  };
  void forget(Clock::time_point now);

  const double per_second_, burst_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace entente::http
