// Beast's incremental parser with callbacks that fill a Request directly. Stricter than Beast where leniency lets two readers of one stream
// disagree on where a request ends (request smuggling): any Transfer-Encoding but `chunked` alone is refused, so is a second Content-Length
// or Host, a message of HTTP/1.1 without Host, and Transfer-Encoding in HTTP/1.0. Beast bounds only the field it is reading; the whole head
// and the number of fields are counted here.
#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

namespace entente::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using BeastError = beast::http::error;

constexpr std::size_t kMaxFields = 128;
constexpr std::string_view kBodyTooLarge = "the body is larger than allowed here";
constexpr std::size_t kMaxBodyReserve = 1 << 20;  // a claimed Content-Length makes us reserve no more than this

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get: return Method::get;
    case beast::http::verb::head: return Method::head;
    case beast::http::verb::post: return Method::post;
    case beast::http::verb::options: return Method::options;
    default: return Method::other;
  }
}

struct Refusal {
  unsigned status = 400;
  std::string_view reason;
};

class Filler final : public beast::http::basic_parser<true> {
 public:
  explicit Filler(std::size_t max_header_bytes) {
    header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(max_header_bytes, 1 << 30)));
    body_limit(boost::none);  // counted here
  }

  Request request;
  std::optional<Refusal> refusal;
  std::size_t max_body = 0;
  std::size_t head_bytes = 0;
  bool head_told = false;
  bool http_1_0 = false;
  bool expects_continue = false;

  error_code refuse(unsigned status, std::string_view reason) {
    refusal = {status, reason};
    return make_error_code(BeastError::bad_value);
  }

 private:
  [[nodiscard]] bool has(std::string_view name) const {
    return std::ranges::any_of(request.headers, [&](const auto& f) { return beast::iequals(f.first, name); });
  }

  void on_request_impl(beast::http::verb verb, beast::string_view, beast::string_view target, int version, error_code& ec) override {
    http_1_0 = version == 10;
    request.method = method_of(verb);
    std::string_view rest = view(target);
    // The absolute form (sent to proxies; a server must take it): what follows the authority.
    if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos && !rest.starts_with('/')) {
      const std::size_t path = rest.find_first_of("/?", scheme + 3);
      rest = path == std::string_view::npos ? std::string_view("/") : rest.substr(path);
    }
    const std::size_t question = rest.find('?');
    request.path = rest.substr(0, question);
    if (question != std::string_view::npos) request.query = rest.substr(question + 1);
    if (request.path != "*" && !request.path.starts_with('/')) ec = refuse(400, "the request target is not a path");
  }

  void on_field_impl(beast::http::field known, beast::string_view name, beast::string_view value, error_code& ec) override {
    if (head_told) return;  // trailers: nothing we serve needs them
    if (request.headers.size() >= kMaxFields) {
      ec = refuse(431, "too many header fields");
      return;
    }
    using beast::http::field;
    if (known == field::transfer_encoding && (http_1_0 || !beast::iequals(value, "chunked")))
      ec = refuse(501, "only the transfer coding \"chunked\" is understood");
    else if ((known == field::content_length && has("Content-Length")) || (known == field::host && has("Host")))
      ec = refuse(400, "Content-Length or Host is given twice");
    else if (known == field::expect)
      expects_continue = beast::iequals(value, "100-continue");
    if (!ec) request.headers.emplace_back(view(name), view(value));
  }

  void on_header_impl(error_code& ec) override {
    if (!http_1_0 && !has("Host")) ec = refuse(400, "a request of HTTP/1.1 needs a Host field");
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override {
    if (!length) return;
    if (*length > max_body) {
      ec = refuse(413, kBodyTooLarge);
      return;
    }
    request.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, kMaxBodyReserve)));
  }

  std::size_t on_body_impl(beast::string_view bytes, error_code& ec) override {
    if (bytes.size() > max_body - request.body.size()) {
      ec = refuse(413, kBodyTooLarge);
      return 0;
    }
    request.body.append(view(bytes));
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view, error_code& ec) override {
    if (size > max_body - request.body.size()) ec = refuse(413, kBodyTooLarge);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code& ec) override { return on_body_impl(bytes, ec); }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_finish_impl(error_code&) override {}
};

// "METHOD target HTTP/2.0": a request of another version, and not a line that has no version in its place (a target with spaces in it).
bool is_other_version(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const std::string_view last = line.substr(line.rfind(' ') + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::ranges::count(line, ' ') == 2 && last.size() == 8 && last.starts_with("HTTP/") && digit(last[5]) && last[6] == '.' &&
         digit(last[7]);
}

Refusal refusal_of(const error_code& ec, std::string_view rest) {
  if (ec == BeastError::header_limit) return {431, "the request's head is too large"};
  if (ec == BeastError::bad_version && is_other_version(rest)) return {505, "only HTTP/1.1 and HTTP/1.0 are understood"};
  if (ec == BeastError::bad_transfer_encoding || ec == BeastError::bad_content_length || ec == BeastError::multiple_content_length)
    return {400, "the length of the body is given in ways that do not agree"};
  if (ec == BeastError::bad_chunk || ec == BeastError::bad_chunk_extension) return {400, "the chunked body is malformed"};
  return {400, "this is not a request of HTTP/1.1"};
}

}  // namespace

class RequestParser::Impl {
 public:
  explicit Impl(std::size_t max) : max_header_bytes(max) { filler.emplace(max); }
  std::size_t max_header_bytes;
  std::optional<Filler> filler;  // Beast's parsers serve one message each
  Refusal refusal;

  Step refuse(std::size_t consumed, Refusal why) {
    refusal = why;
    return {consumed, Event::refused};
  }
};

RequestParser::RequestParser(std::size_t max_header_bytes) : impl_(std::make_unique<Impl>(max_header_bytes)) {}
RequestParser::~RequestParser() = default;

RequestParser::Step RequestParser::feed(std::string_view bytes) {
  Filler& f = *impl_->filler;
  std::size_t consumed = 0;
  while (true) {
    const bool in_head = !f.is_header_done();
    error_code ec;
    const std::size_t n = f.put(boost::asio::const_buffer(bytes.data() + consumed, bytes.size() - consumed), ec);
    consumed += n;
    if (in_head) {
      f.head_bytes += n;
      const std::size_t waiting = f.is_header_done() ? 0 : bytes.size() - consumed;
      if (f.head_bytes + waiting > impl_->max_header_bytes) return impl_->refuse(consumed, {431, "the request's head is too large"});
    }
    if (f.refusal) return impl_->refuse(consumed, *f.refusal);
    if (ec == BeastError::need_more) return {consumed, Event::need_more};
    if (ec) return impl_->refuse(consumed, refusal_of(ec, bytes.substr(consumed)));
    if (f.is_done()) return {consumed, Event::complete};
    if (f.is_header_done() && !f.head_told) {
      f.head_told = true;
      return {consumed, Event::head};
    }
    if (consumed == bytes.size()) return {consumed, Event::need_more};
  }
}

bool RequestParser::started() const { return impl_->filler->got_some(); }
const Request& RequestParser::request() const { return impl_->filler->request; }
bool RequestParser::keep_alive() const { return impl_->filler->keep_alive(); }
bool RequestParser::http_1_0() const { return impl_->filler->http_1_0; }
bool RequestParser::expects_continue() const { return impl_->filler->expects_continue && !impl_->filler->http_1_0; }
bool RequestParser::set_body_limit(std::size_t bytes) {
  Filler& f = *impl_->filler;
  f.max_body = bytes;
  const auto length = f.content_length();
  if (!length || *length <= bytes) return true;
  impl_->refusal = {413, kBodyTooLarge};
  return false;
}
std::size_t RequestParser::body_bytes() const { return impl_->filler->request.body.size(); }
unsigned RequestParser::status() const { return impl_->refusal.status; }
std::string_view RequestParser::reason() const { return impl_->refusal.reason; }

Request RequestParser::take() {
  Request out = std::move(impl_->filler->request);
  impl_->filler.emplace(impl_->max_header_bytes);
  return out;
}

}  // namespace entente::http
