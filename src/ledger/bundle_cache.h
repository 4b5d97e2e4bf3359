// A bounded store of compressed entry bundles. Private to the room.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace entente::ledger {

// Least recently used full bundles, compressed. Thread-safe.
class BundleCache {
 public:
  struct Item {
    std::shared_ptr<const std::string> body;
    std::string etag;
  };
  explicit BundleCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  [[nodiscard]] std::optional<Item> find(std::uint64_t n);
  void add(std::uint64_t n, Item item);

 private:
  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<std::pair<std::uint64_t, Item>> items_;  // the most recently used first
  std::unordered_map<std::uint64_t, std::list<std::pair<std::uint64_t, Item>>::iterator> by_number_;
};

}  // namespace entente::ledger
