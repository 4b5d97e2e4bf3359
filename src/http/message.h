// What the HTTP server hands to a handler and gets back: plain values, no connection behind them. RFC 9110, RFC 9112.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entente::http {

enum class Method { get, head, post, options, other };
[[nodiscard]] std::string_view method_text(Method method);  // "GET" …; "?" for others

// Field names compare without regard to ASCII case.
using Headers = std::vector<std::pair<std::string, std::string>>;
// The value of the first field of this name; empty if there is none. The view lives as long as `headers`.
[[nodiscard]] std::string_view find_header(const Headers& headers, std::string_view name);

struct Request {
  Method method = Method::get;
  std::string path;   // begins with '/', as sent: nothing is percent-decoded and no dot segments are removed. "*" for OPTIONS *
  std::string query;  // what follows the first '?'; empty if there is none
  std::string body;   // whole, chunks joined
  std::string peer;   // the address the connection came from, without port: "192.0.2.7", "2001:db8::1"
  Headers headers;    // in the order received, names as sent, values without surrounding white space

  [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
  // A field that is a list (RFC 9110 section 5.3): all of its lines, in their order, with ", " between them.
  [[nodiscard]] std::string list_header(std::string_view name) const;
  // The value of the first "name=value" of the query, not decoded; nullopt if absent.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

// Content-Length, Date and Connection are the server's; a field whose name or value could break the message (control characters) is
// dropped. For HEAD the server sends the length and keeps the body. 204 and 304 go out without body and length.
struct Response {
  unsigned status = 200;
  std::string content_type;  // empty: none is sent
  std::string body;
  Headers headers;
  std::shared_ptr<const std::string> shared_body;  // sent in place of `body` if set: a cached answer need not be copied
  // If set, called on the connection's I/O thread, and what it returns is sent in place of this. For a handler whose answer is completed by
  // a thread that must not be held up (a log's publishing thread), but still needs some work.
  std::function<Response()> later;
};

// Answers one request, from any thread, once: a second call is ignored. If every copy is destroyed uncalled, the client gets a 500.
using Reply = std::function<void(Response)>;
// Called on an I/O thread; must not block for long (other connections of that thread wait). May keep `Reply` and return. What it throws
// becomes a 500.
using Handler = std::function<void(Request, Reply)>;

// text/plain with a final newline: how Entente's servers word errors.
[[nodiscard]] Response plain(unsigned status, std::string_view text);

}  // namespace entente::http
