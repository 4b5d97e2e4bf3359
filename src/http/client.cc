// The client: one libcurl easy handle, reused, so that its connections stay open. libcurl asks us for each socket it wants to connect
// (CURLOPT_OPENSOCKETFUNCTION) and tells the address: there the private ones are refused. Callbacks run inside C code, so nothing may be
// thrown through them; what they find is noted in the transfer and turned into an Error afterwards.
#include "http/client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>

#include "core/ascii.h"
#include "core/file.h"
#include "core/version.h"
#include "http/address.h"
#include "http/client_errors.h"

namespace entente::http {
namespace {

constexpr std::size_t kMaxResponseHeaderBytes = 64 << 10;

struct Transfer {
  const ClientOptions* options = nullptr;
  ClientResponse response;
  std::size_t header_bytes = 0;
  std::optional<Address> routed;  // the address the user named for this URL
  std::uint16_t routed_port = 0;
  std::optional<Address> refused;  // an address that is not public
  bool body_too_large = false;
  bool headers_too_large = false;
  bool out_of_memory = false;
};

std::uint16_t port_of(const curl_sockaddr& socket) {
  // Both families have it at the same place.
  sockaddr_in four{};
  std::memcpy(&four, &socket.addr, sizeof four);
  return ntohs(four.sin_port);
}

std::optional<Address> address_of(const curl_sockaddr& socket) {
  Address out{};
  if (socket.family == AF_INET6 && socket.addrlen >= sizeof(sockaddr_in6)) {
    sockaddr_in6 six{};
    std::memcpy(&six, &socket.addr, sizeof six);
    std::memcpy(out.data(), &six.sin6_addr, 16);
    return out;
  }
  if (socket.family == AF_INET && socket.addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in four{};
    std::memcpy(&four, &socket.addr, sizeof four);
    out[10] = out[11] = 0xff;
    std::memcpy(out.data() + 12, &four.sin_addr, 4);
    return out;
  }
  return std::nullopt;
}

extern "C" curl_socket_t entente_open_socket(void* user, curlsocktype, curl_sockaddr* socket) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto address = address_of(*socket);
  if (!address) return CURL_SOCKET_BAD;
  const bool named = transfer.routed == address && transfer.routed_port == port_of(*socket);
  if (transfer.options->private_addresses == PrivateAddresses::refuse && !named && !is_public(*address)) {
    transfer.refused = address;
    return CURL_SOCKET_BAD;
  }
  return ::socket(socket->family, socket->socktype | SOCK_CLOEXEC, socket->protocol);
}

extern "C" std::size_t entente_take_body(char* bytes, std::size_t, std::size_t n, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (n > transfer.options->max_body - transfer.response.body.size()) {
    transfer.body_too_large = true;
    return 0;
  }
  try {
    transfer.response.body.append(bytes, n);
  } catch (const std::bad_alloc&) {
    transfer.out_of_memory = true;
    return 0;
  }
  return n;
}

extern "C" std::size_t entente_take_header(char* bytes, std::size_t, std::size_t n, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.header_bytes += n;
  if (transfer.header_bytes > kMaxResponseHeaderBytes) {
    transfer.headers_too_large = true;
    return 0;
  }
  std::string_view line(bytes, n);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  try {
    if (line.starts_with("HTTP/")) {  // another response begins (100 Continue, a redirect)
      transfer.response.headers.clear();
      transfer.response.body.clear();
      return n;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return n;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    transfer.response.headers.emplace_back(line.substr(0, colon), value);
  } catch (const std::bad_alloc&) {
    transfer.out_of_memory = true;
    return 0;
  }
  return n;
}

class FieldList {
 public:
  FieldList() = default;
  FieldList(const FieldList&) = delete;
  FieldList& operator=(const FieldList&) = delete;
  ~FieldList() { curl_slist_free_all(list_); }
  void add(const std::string& line) {
    if (curl_slist* next = curl_slist_append(list_, line.c_str()); next != nullptr) list_ = next;
  }
  [[nodiscard]] curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// The URL's "host:port", as libcurl reads it; empty if the URL is none (then the request fails by itself).
std::string host_and_port(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), &curl_url_cleanup);
  char* host = nullptr;
  char* port = nullptr;
  std::string out;
  if (parts && curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parts.get(), CURLUPART_HOST, &host, 0) == CURLUE_OK &&
      curl_url_get(parts.get(), CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
    out = fmt::format("{}:{}", host, port);
  curl_free(host);
  curl_free(port);
  return out;
}

// "host:port:address,address …" for CURLOPT_RESOLVE; empty if the URL is none.
std::string pinned_addresses(const std::string& url, const std::vector<std::string>& addresses) {
  std::string out = host_and_port(url);
  if (out.empty()) return out;
  out += ':';
  for (const std::string& address : addresses)
    out += (out.ends_with(':') ? "" : ",") + (address.find(':') != std::string::npos ? "[" + address + "]" : address);
  return out;
}

const Route* route_of(const std::string& url, const std::vector<Route>& routes) {
  if (routes.empty()) return nullptr;
  const std::string asked = lower(host_and_port(url));
  const auto at = std::ranges::find_if(routes, [&](const Route& r) { return asked == fmt::format("{}:{}", r.host, r.port); });
  return at == routes.end() ? nullptr : &*at;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string reason_of(CURLcode code, const std::array<char, CURL_ERROR_SIZE>& detail) {
  std::string out = detail[0] != '\0' ? detail.data() : curl_easy_strerror(code);
  while (!out.empty() && (out.back() == '.' || out.back() == '\n')) out.pop_back();
  return out;
}

Error error_of(CURLcode code, const Transfer& transfer, const std::string& url, const std::array<char, CURL_ERROR_SIZE>& detail) {
  const Where where{.file = url};
  if (transfer.refused)
    return {fmt::format("{} {}; nothing was sent to it", to_string(*transfer.refused), kNotPublicAddress), where,
            "if this server is yours, allow private addresses (on the command line: --allow-private)"};
  if (transfer.body_too_large)
    return {fmt::format("the response is larger than {} bytes", transfer.options->max_body), where, "this is not what was asked for"};
  if (transfer.headers_too_large) return {"the response's header is too large", where, {}};
  if (transfer.out_of_memory) return {"out of memory while receiving", where, {}};
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT: return {"this is not an http:// or https:// URL: " + reason_of(code, detail), where, {}};
    case CURLE_COULDNT_RESOLVE_HOST: return {reason_of(code, detail), where, "check the name, and that this machine can ask for names"};
    case CURLE_COULDNT_CONNECT: return {reason_of(code, detail), where, "is the server running, and reachable from here?"};
    case CURLE_OPERATION_TIMEDOUT: return {reason_of(code, detail), where, "try again later"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {fmt::format("{}: {}", kCertificateDoesNotHold, reason_of(code, detail)), where, "do not trust this server; ask its operator"};
    case CURLE_TOO_MANY_REDIRECTS: return {"the server redirects too often", where, {}};
    default: return {"no response: " + reason_of(code, detail), where, {}};
  }
}

// The file libcurl was built to trust, as text, since a blob given to it takes the file's place. (A folder of certificates does not lose
// its place: libcurl looks there too.)
std::string system_certificates(CURL* handle) {
  const char* file = nullptr;
  if (curl_easy_getinfo(handle, CURLINFO_CAINFO, &file) != CURLE_OK || file == nullptr) return {};
  auto text = read_file(file);
  if (!text || text->empty()) return {};
  return std::move(*text) + "\n";
}

// libcurl's global state is made once and kept to the end of the process.
bool curl_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

}  // namespace

struct Client::State {
  explicit State(ClientOptions o) : options(std::move(o)), handle(curl_ready() ? curl_easy_init() : nullptr) {
    if (options.user_agent.empty()) options.user_agent = "entente/" + std::string(version());
    if (handle != nullptr && options.ca_file.empty() && !options.extra_certificates.empty())
      certificates = system_certificates(handle) + options.extra_certificates;
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { curl_easy_cleanup(handle); }

  void prepare(Transfer& transfer, const std::string& url, std::array<char, CURL_ERROR_SIZE>& detail) const {
    curl_easy_reset(handle);  // keeps connections
    const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http,https");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_ACCEPT_ENCODING, "gzip, identity");
    set(CURLOPT_USERAGENT, options.user_agent.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
    if (!options.ca_file.empty()) {
      set(CURLOPT_CAINFO, options.ca_file.c_str());
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    } else if (!certificates.empty()) {
      curl_blob blob{.data = const_cast<char*>(certificates.data()), .len = certificates.size(), .flags = CURL_BLOB_NOCOPY};
      set(CURLOPT_CAINFO_BLOB, &blob);
    }
    set(CURLOPT_FOLLOWLOCATION, options.max_redirects > 0 ? 1L : 0L);
    set(CURLOPT_MAXREDIRS, static_cast<long>(options.max_redirects));
    set(CURLOPT_OPENSOCKETFUNCTION, entente_open_socket);
    set(CURLOPT_OPENSOCKETDATA, &transfer);
    set(CURLOPT_WRITEFUNCTION, entente_take_body);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_HEADERFUNCTION, entente_take_header);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_ERRORBUFFER, detail.data());
  }

  ClientOptions options;
  long oversized = 0;
  CURL* handle;
  std::string certificates;  // the system's with the extra ones behind them; empty: there are no extra ones

  Result<ClientResponse> perform(const std::string& url, const Headers& headers, const std::string_view* body) {
    oversized = 0;
    if (handle == nullptr) return fail("libcurl could not be started", {.file = url});
    if (url.find('\0') != std::string::npos) return fail("the URL holds a NUL byte");
    Transfer transfer{.options = &options};
    std::array<char, CURL_ERROR_SIZE> detail{};
    prepare(transfer, url, detail);
    FieldList fields;
    for (const auto& [name, value] : headers) {
      if (has_control_characters(name) || has_control_characters(value))
        return fail("a header field holds control characters", {.file = url});
      fields.add(value.empty() ? name + ";" : name + ": " + value);
    }
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, fields.get());
    FieldList pinned;  // lives until the transfer is over
    if (!options.addresses.empty()) pinned.add(pinned_addresses(url, options.addresses));
    curl_easy_setopt(handle, CURLOPT_RESOLVE, pinned.get());
    FieldList connect_to;
    if (const Route* route = route_of(url, options.routes); route != nullptr) {
      connect_to.add(route->str());
      transfer.routed = parse_address(route->address);
      transfer.routed_port = route->to_port;
    }
    curl_easy_setopt(handle, CURLOPT_CONNECT_TO, connect_to.get());
    if (body != nullptr) {
      curl_easy_setopt(handle, CURLOPT_POST, 1L);
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body->data() != nullptr ? body->data() : "");
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    }
    const CURLcode code = curl_easy_perform(handle);
    if (transfer.body_too_large) curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &oversized);
    if (code != CURLE_OK) return fail(error_of(code, transfer, url, detail));
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<unsigned>(status);
    transfer.response.content_type = transfer.response.header("Content-Type");
    return std::move(transfer.response);
  }
};

Client::Client(ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
unsigned Client::oversized() const { return static_cast<unsigned>(state_->oversized); }

Result<ClientResponse> Client::get(const std::string& url, const Headers& headers) { return state_->perform(url, headers, nullptr); }

Result<ClientResponse> Client::post(const std::string& url, std::string_view content_type, std::string_view body, const Headers& headers) {
  Headers all = headers;
  all.emplace_back("Content-Type", content_type);
  return state_->perform(url, all, &body);
}

}  // namespace entente::http
