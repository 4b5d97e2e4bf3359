// When full it begins anew: what is asked for often is back at once, and there is no order to keep.
#include "server/response_cache.h"

#include "http/etag.h"
#include "http/gzip.h"

namespace entente::server {

Result<CachedAnswer> ResponseCache::get(const std::string& key, const std::function<Result<Made>()>& make) {
  std::uint64_t before = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto it = answers_.find(key); it != answers_.end()) return it->second;
    before = generation_;
  }
  ENTENTE_TRY(Made made, make());
  CachedAnswer answer{.content_type = std::move(made.content_type), .etag = http::etag_of(made.body)};
  answer.body = std::make_shared<const std::string>(std::move(made.body));
  if (answer.body->size() >= kLeastCompressed) answer.gzipped = std::make_shared<CachedAnswer::Gzipped>();
  const std::size_t size = key.size() + answer.body->size() + 200;
  const std::scoped_lock lock(mutex_);
  if (generation_ != before || size > most_bytes_ / 4) return answer;
  make_room(size);
  if (answers_.emplace(key, answer).second) bytes_ += size;
  return answer;
}

std::shared_ptr<const std::string> ResponseCache::gzipped(const std::string& key, const CachedAnswer& answer) {
  if (!answer.gzipped) return {};
  bool mine = false;
  std::call_once(answer.gzipped->once, [&] {
    if (auto smaller = http::gzip(*answer.body)) answer.gzipped->body = std::make_shared<const std::string>(std::move(*smaller));
    mine = true;
  });
  if (mine && answer.gzipped->body) {
    const std::size_t size = answer.gzipped->body->size();
    const std::scoped_lock lock(mutex_);
    make_room(size);
    if (const auto it = answers_.find(key); it != answers_.end() && it->second.gzipped == answer.gzipped) bytes_ += size;
  }
  return answer.gzipped->body;
}

// Under the mutex.
void ResponseCache::make_room(std::size_t size) {
  if (bytes_ + size <= most_bytes_) return;
  answers_.clear();
  bytes_ = 0;
}

void ResponseCache::clear() {
  const std::scoped_lock lock(mutex_);
  ++generation_;
  answers_.clear();
  bytes_ = 0;
}

}  // namespace entente::server
