// An HTTP client on libcurl for https:// and http:// URLs that may come from strangers: bodies capped, time limited, redirects only if
// asked for, certificates always checked, and no connection to private, loopback or link-local addresses unless allowed. The address is
// judged when the socket is opened, so a name that resolves differently the second time does not help.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "http/message.h"
#include "http/route.h"

namespace entente::http {

enum class PrivateAddresses { refuse, allow };

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{60'000};  // of one request, redirects included
  std::size_t max_body = 64 << 20;                  // of a response, after decompression; more is an error
  unsigned max_redirects = 0;                       // 0: a redirect is returned as the response it is
  PrivateAddresses private_addresses = PrivateAddresses::refuse;
  std::string user_agent;  // empty: "entente/<version>"
  // Numeric addresses to connect to for the URL's host, in place of asking the system; still judged by private_addresses. Empty: ask.
  std::vector<std::string> addresses;
  std::filesystem::path ca_file;  // PEM certificates to trust in place of the system's; empty: the system's
  // PEM text of certificates to trust beside the system's (read_certificates()); not used where there is a `ca_file`.
  std::string extra_certificates;
  // Where to connect for certain hosts and ports. The address a route names for the URL asked may be private: whoever named it meant it.
  std::vector<Route> routes;
};

struct ClientResponse {
  unsigned status = 0;
  std::string content_type;  // as sent; empty if absent
  std::string body;          // decompressed
  Headers headers;           // of the last response (after redirects)

  [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

// Keeps connections alive between requests. One thread at a time; several objects may be used at once. Any status is a response; an error
// is what kept one from arriving, and its `where.file` is the URL. Proxies of the environment are not used.
class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  [[nodiscard]] Result<ClientResponse> get(const std::string& url, const Headers& headers = {});
  [[nodiscard]] Result<ClientResponse> post(const std::string& url, std::string_view content_type, std::string_view body,
                                            const Headers& headers = {});
  // The status of the last response, if it was no result because its body was larger than max_body; else 0.
  [[nodiscard]] unsigned oversized() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace entente::http
