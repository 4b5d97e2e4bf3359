// At most so many times an hour for one name. In memory: a restart forgets. Private to the room.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/time.h"

namespace entente::server {

// Thread-safe.
class HourlyLimit {
 public:
  explicit HourlyLimit(std::size_t most) : most_(most) {}
  // Counts one more; or, where the limit is reached, counts nothing and says in how many seconds one more is allowed.
  [[nodiscard]] std::optional<std::int64_t> take(const std::string& name, Instant at) {
    const Instant hour_ago = at - std::chrono::hours(1);
    const std::scoped_lock lock(mutex_);
    if (taken_.size() > kMostNames)
      std::erase_if(taken_, [&](const auto& of) { return of.second.empty() || of.second.back() <= hour_ago; });
    std::deque<Instant>& past = taken_[name];
    while (!past.empty() && past.front() <= hour_ago) past.pop_front();
    if (past.size() >= most_) return past.empty() ? 3600 : std::chrono::ceil<std::chrono::seconds>(past.front() - hour_ago).count();
    past.push_back(at);
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kMostNames = 10'000;
  const std::size_t most_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::deque<Instant>> taken_;
};

}  // namespace entente::server
