// zlib's deflate with a gzip wrapper. Larger bundles are compressed at the fastest level: they would hold up their I/O thread.
#include "ledger/gzip.h"

#include <zlib.h>

namespace entente::ledger {
namespace {

constexpr std::size_t kFastFrom = 1 << 20;
constexpr int kGzipWindow = 15 + 16;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_gzip(std::string_view coding) {
  constexpr std::string_view kName = "gzip";
  if (coding.starts_with("x-")) coding.remove_prefix(2);
  if (coding.size() != kName.size()) return false;
  for (std::size_t i = 0; i < kName.size(); ++i)
    if ((coding[i] | 0x20) != kName[i]) return false;
  return true;
}

// ";q=0", ";q=0.000": not acceptable. Anything else is.
bool is_zero_weight(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return false;
  const std::string_view value = trimmed(parameters.substr(at + 2));
  return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> gzip(std::string_view bytes) {
  z_stream stream{};
  if (bytes.size() > (std::size_t{1} << 30)) return std::nullopt;
  const int level = bytes.size() >= kFastFrom ? Z_BEST_SPEED : Z_DEFAULT_COMPRESSION;
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return std::nullopt;
  std::string out(bytes.size(), '\0');                                         // room for what is smaller, and no more
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int end = deflate(&stream, Z_FINISH);
  const std::size_t size = stream.total_out;
  deflateEnd(&stream);
  if (end != Z_STREAM_END) return std::nullopt;
  out.resize(size);
  return out;
}

bool accepts_gzip(std::string_view field) {
  bool any = false;
  while (!field.empty()) {
    const std::string_view item = field.substr(0, field.find(','));
    field.remove_prefix(std::min(field.size(), item.size() + 1));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view coding = trimmed(item.substr(0, semicolon));
    const bool allowed = !is_zero_weight(item.substr(semicolon));
    if (is_gzip(coding)) return allowed;
    if (coding == "*") any = allowed;
  }
  return any;
}

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
