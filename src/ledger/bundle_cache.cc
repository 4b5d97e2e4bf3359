// A list in the order of use, and a table from a bundle's number to its place in it: what was not asked for longest goes first.
#include "ledger/bundle_cache.h"

namespace entente::ledger {

std::optional<BundleCache::Item> BundleCache::find(std::uint64_t n) {
  const std::scoped_lock lock(mutex_);
  const auto it = by_number_.find(n);
  if (it == by_number_.end()) return std::nullopt;
  items_.splice(items_.begin(), items_, it->second);
  return it->second->second;
}

void BundleCache::add(std::uint64_t n, Item item) {
  const std::scoped_lock lock(mutex_);
  if (by_number_.contains(n) || item.body->size() > max_bytes_) return;
  bytes_ += item.body->size();
  items_.emplace_front(n, std::move(item));
  by_number_[n] = items_.begin();
  while (bytes_ > max_bytes_) {
    bytes_ -= items_.back().second.body->size();
    by_number_.erase(items_.back().first);
    items_.pop_back();
  }
}

}  // namespace entente::ledger
