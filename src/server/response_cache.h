// Answers kept until the next write, beside them the same in gzip once somebody asked for that. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/error.h"

namespace entente::server {

struct CachedAnswer {
  // The body in gzip, made at most once; shared by all copies of the answer.
  struct Gzipped {
    std::once_flag once;
    std::shared_ptr<const std::string> body;  // empty: not smaller
  };
  std::shared_ptr<const std::string> body;
  std::string content_type;
  std::string etag;                  // of the body, quoted
  std::shared_ptr<Gzipped> gzipped;  // empty: too short for it to be worth anything
};

// Bodies of so many bytes may be answered compressed.
inline constexpr std::size_t kLeastCompressed = 1'024;

class ResponseCache {
 public:
  explicit ResponseCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  // The answer kept under `key`, or what `make` gives, which is kept if nothing was written meanwhile. Errors are not kept.
  struct Made {
    std::string body, content_type;
  };
  [[nodiscard]] Result<CachedAnswer> get(const std::string& key, const std::function<Result<Made>()>& make);
  // The answer's body in gzip; empty where that is not smaller, or the answer too short. The first to ask compresses it, others wait for
  // that; it counts into the bytes kept.
  [[nodiscard]] std::shared_ptr<const std::string> gzipped(const std::string& key, const CachedAnswer& answer);
  void clear();

 private:
  void make_room(std::size_t size);
  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, CachedAnswer> answers_;
};

}  // namespace entente::server
