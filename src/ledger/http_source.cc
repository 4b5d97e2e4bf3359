// Clients are kept in a pool: a request takes an idle one (with its open connection) or makes one, so that several threads may ask at once.
#include "ledger/http_source.h"

#include <fmt/format.h>
#include <mutex>
#include <vector>

#include "core/utf8.h"
#include "ledger/format.h"

namespace entente::ledger {
namespace {

class Clients {
 public:
  explicit Clients(http::ClientOptions options) : options_(std::move(options)) {}

  template <class Request>
  Result<http::ClientResponse> with(const Request& request) {
    auto client = take();
    auto response = request(*client);
    const std::scoped_lock guard(mutex_);
    idle_.push_back(std::move(client));
    return response;
  }

 private:
  std::unique_ptr<http::Client> take() {
    const std::scoped_lock guard(mutex_);
    if (idle_.empty()) return std::make_unique<http::Client>(options_);
    auto client = std::move(idle_.back());
    idle_.pop_back();
    return client;
  }
  http::ClientOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<http::Client>> idle_;
};

Answer to_answer(http::ClientResponse response) {
  return {.status = response.status, .content_type = std::move(response.content_type), .body = std::move(response.body)};
}

}  // namespace

bool is_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

Result<Fetch> url_source(std::string base_url, http::ClientOptions options) {
  if (!is_url(base_url)) return fail(fmt::format("\"{}\" is no http:// or https:// URL", printable(base_url, 200)));
  while (base_url.ends_with('/')) base_url.pop_back();
  options.max_body = std::max(kMaxBundleBytes, merkle::kMaxNoteBytes);
  const auto client = std::make_shared<http::Client>(std::move(options));
  return [client, base_url = std::move(base_url)](std::string_view path, std::size_t max_bytes) -> Result<std::optional<std::string>> {
    const std::string url = fmt::format("{}/{}", base_url, path);
    ENTENTE_TRY(auto response, client->get(url));
    if (response.status == 404 || response.status == 410) return std::nullopt;
    if (response.status != 200)
      return fail(fmt::format("status {} instead of 200", response.status), {.file = url},
                  response.status == 429 || response.status >= 500 ? "the server is busy or broken: try again later" : "");
    if (response.body.size() > max_bytes)
      return fail(fmt::format("{} bytes, at most {} are read", response.body.size(), max_bytes), {.file = url});
    return std::optional(std::move(response.body));
  };
}

Result<Fetch> open_source(const std::string& url_or_folder, http::ClientOptions options) {
  return is_url(url_or_folder) ? url_source(url_or_folder, std::move(options)) : folder_source(url_or_folder);
}

Post web_post(http::ClientOptions options) {
  return [clients = std::make_shared<Clients>(std::move(options))](const std::string& url, const std::string& body) -> Result<Answer> {
    ENTENTE_TRY(auto response, clients->with([&](http::Client& client) { return client.post(url, "text/plain; charset=utf-8", body); }));
    return to_answer(std::move(response));
  };
}

Get web_get(http::ClientOptions options) {
  return [clients = std::make_shared<Clients>(std::move(options))](const std::string& url) -> Result<Answer> {
    ENTENTE_TRY(auto response, clients->with([&](http::Client& client) { return client.get(url); }));
    return to_answer(std::move(response));
  };
}

}  // namespace entente::ledger
