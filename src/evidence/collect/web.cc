// A client for each thread, so that connections stay open between its requests.
#include "evidence/collect/web.h"

#include <memory>

#include "http/client.h"

namespace entente::evidence {

WebGetMaker web_client(WebOptions given) {
  return [given = std::move(given)]() -> WebGet {
    http::ClientOptions options;
    options.total_timeout = given.timeout;
    options.private_addresses = given.loopback == Loopback::allow ? http::PrivateAddresses::allow : http::PrivateAddresses::refuse;
    options.ca_file = given.ca_file;
    options.extra_certificates = given.extra_certificates;
    options.routes = given.routes;
    const auto client = std::make_shared<http::Client>(std::move(options));
    return [client](const std::string& url) -> Result<WebAnswer> {
      auto got = client->get(url);
      if (!got && client->oversized() != 0) return WebAnswer{.status = client->oversized(), .dropped = http::ClientOptions{}.max_body};
      ENTENTE_TRY(http::ClientResponse response, std::move(got));
      const std::string location(response.header("Location"));
      return WebAnswer{response.status, std::move(response.content_type), location, std::move(response.body)};
    };
  };
}

}  // namespace entente::evidence
