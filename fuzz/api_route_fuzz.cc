// A request's target as the API's router reads it: any bytes. A value is decoded UTF-8 without control characters, of a path one segment
// that is no dot segment; encoding it again and asking again gives the same route and value.
#include <fmt/format.h>
#include <cstdlib>

#include "core/utf8.h"
#include "server/router.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

entente::server::Router make_router() {
  entente::server::Router router;
  for (const char* pattern :
       {"/supporters", "/supporters/{id}", "/supporters/{id}/badge.svg", "/statements/{leaf}", "/statements/by-digest/{sha256}"})
    router.add(entente::http::Method::get, pattern, [](const auto&, const auto&) {});
  return router;
}

bool harmless(const std::string& value) {
  for (const char c : value)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  return entente::is_valid_utf8(value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  static const server::Router router = make_router();
  const std::string target(reinterpret_cast<const char*>(data), size);
  http::Request request;
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  for (const char* name : {"q", "limit", ""})
    for (const std::string& value : server::parameters(request, name)) require(harmless(value));
  const auto match = router.find(http::Method::head, request.path);
  require(match.answer == nullptr || !match.methods.empty());
  require(router.find(http::Method::post, request.path).answer == nullptr);
  for (const std::string& value : match.values) {
    require(harmless(value) && !value.empty() && value != "." && value != ".." && value.find('/') == std::string::npos);
    std::string encoded;
    for (const char c : value) encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    const auto again = router.find(http::Method::get, "/supporters/" + encoded);
    require(again.answer != nullptr && again.values.size() == 1 && again.values[0] == value);
  }
  return 0;
}
