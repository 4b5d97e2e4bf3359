// Token buckets, refilled lazily: a bucket stores its level and when that was; the level now follows from the time passed.
#include "http/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace entente::http {

std::chrono::milliseconds RateLimiter::take(std::string_view client, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  if (buckets_.size() >= kMaxAddresses) forget(now);
  const auto [it, fresh] = buckets_.try_emplace(std::string(client), Bucket{burst_, now});
  Bucket& bucket = it->second;
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(burst_, bucket.tokens + std::max(0.0, seconds) * per_second_);
  bucket.at = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::chrono::milliseconds(0);
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil((1 - bucket.tokens) / per_second_ * 1000)));
}

void RateLimiter::forget(Clock::time_point now) {
  std::erase_if(buckets_, [&](const auto& item) {
    const double seconds = std::chrono::duration<double>(now - item.second.at).count();
    return item.second.tokens + seconds * per_second_ >= burst_;
  });
  if (buckets_.size() >= kMaxAddresses) buckets_.clear();
}

}  // namespace entente::http
