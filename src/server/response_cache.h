// Answers kept until the next write. Thread-safe.
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
  std::shared_ptr<const std::string> body;
  std::string content_type;
  std::string etag;  // of the body, quoted
};

class ResponseCache {
 public:
  explicit ResponseCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  // The answer kept under `key`, or what `make` gives, which is kept if nothing was written meanwhile. Errors are not kept.
  struct Made {
    std::string body, content_type;
  };
  [[nodiscard]] Result<CachedAnswer> get(const std::string& key, const std::function<Result<Made>()>& make);
  void clear();

 private:
  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, CachedAnswer> answers_;
};

}  // namespace entente::server
