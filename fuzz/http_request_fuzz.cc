// Bytes as a server's connection would feed them: parsing in one piece and in pieces of the first byte's size must give the same requests;
// no head larger than the limit and no body larger than its own is ever handed on.
// no head larger than the limit and no body larger than its own is ever handed on.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "http/request_parser.h"

namespace {

using entente::http::Request;
using entente::http::RequestParser;

constexpr std::size_t kMaxHeader = 2048, kMaxBody = 256;

struct Outcome {
  std::vector<Request> requests;
  unsigned refused = 0;
  bool waiting = false;  // for the rest of a request
};

Outcome parse(std::string_view bytes, std::size_t step) {
  RequestParser parser(kMaxHeader);
  Outcome out;
  std::size_t begin = 0, end = 0;
  while (end < bytes.size()) {
    end += std::min(step, bytes.size() - end);
    while (begin < end) {
      const auto [consumed, event] = parser.feed(bytes.substr(begin, end - begin));
      if (consumed > end - begin) std::abort();
      begin += consumed;
      if (event == RequestParser::Event::refused) {
        out.refused = parser.status();
        if (out.refused < 400 || out.refused > 505 || parser.reason().empty()) std::abort();
        return out;
      }
      if (event == RequestParser::Event::head && !parser.set_body_limit(kMaxBody)) {
        out.refused = parser.status();
        return out;
      }
      if (event == RequestParser::Event::complete) out.requests.push_back(parser.take());
      if (event == RequestParser::Event::need_more) break;
    }
  }
  out.waiting = parser.started();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = parse(bytes, bytes.size() + 1);
  const Outcome pieces = parse(bytes, std::size_t{data[0]} + 1);
  if (whole.requests.size() != pieces.requests.size()) std::abort();
  // A faulty head that arrives in pieces is judged only once its end is there (or a limit is met), so one may still be waiting where the
  // other has refused; but never may one go on.
  if (whole.refused == 0 && pieces.refused != 0 && !whole.waiting) std::abort();
  if (pieces.refused == 0 && whole.refused != 0 && !pieces.waiting) std::abort();
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    const Request& a = whole.requests[i];
    const Request& b = pieces.requests[i];
    if (a.method != b.method || a.path != b.path || a.query != b.query || a.body != b.body || a.headers != b.headers) std::abort();
    if (a.body.size() > kMaxBody || (a.path != "*" && !a.path.starts_with('/'))) std::abort();
    std::size_t head = a.path.size() + a.query.size();
    for (const auto& [name, value] : a.headers) head += name.size() + value.size();
    if (head > kMaxHeader) std::abort();
  }
  return 0;
}
