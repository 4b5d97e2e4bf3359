// zlib's deflate with a gzip wrapper. Larger bodies are compressed at the fastest level: they would hold up their I/O thread.
#include "http/gzip.h"

#include <zlib.h>

namespace entente::http {
namespace {

constexpr std::size_t kFastFrom = 1 << 20;
constexpr int kGzipWindow = 15 + 16;

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
  out.shrink_to_fit();
  return out;
}

}  // namespace entente::http
