// One client's conversation as a state machine: reading → handling → writing → reading … Reading stops while a request is being answered,
// so pipelined requests wait in the socket. Answers are first written without waiting; only what the socket does not take at once goes
// through the event loop. After an answer that ends the conversation the connection lingers: its sending side is shut, and what the client
// still sends is read away, because closing with unread bytes would reset the connection and could destroy the answer on its way.
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cmath>

#include "http/address.h"
#include "http/loop.h"
#include "http/request_parser.h"
#include "http/response_head.h"

namespace entente::http {
namespace {

constexpr std::size_t kReadBytes = 16 << 10;
constexpr std::size_t kMaxLingerBytes = 1 << 20;
constexpr std::chrono::milliseconds kLingerTimeout{2'000};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
using ErrorCode = boost::system::error_code;

// The path of "GET /signup?lang=fr&name=aaa…", whatever follows it; empty where there is none of a sensible length.
std::string path_in_line(std::string_view line) {
  constexpr std::size_t kLongestMethod = 16, kLongestPath = 200;
  const std::size_t space = line.substr(0, kLongestMethod).find(' ');
  if (space == std::string_view::npos) return {};
  line.remove_prefix(space + 1);
  const std::string_view path = line.substr(0, std::min(line.find_first_of("? \r\n"), line.size()));
  const bool sensible = path.starts_with('/') && path.size() <= kLongestPath &&
                        std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return sensible ? std::string(path) : std::string();
}

}  // namespace

// A request on its way through the handler. Its destruction without an answer is answered too.
class Connection::Exchange {
 public:
  explicit Exchange(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    try {
      answer(plain(500, "the server did not answer this request"));
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
      // No memory for the answer: the connection ends with the server's drain.
    }
  }
  void answer(Response response) {
    if (answered_.exchange(true)) return;
    if (std::this_thread::get_id() == thread_ && connection_->in_handler_)
      connection_->at_once_ = std::move(response);
    else
      connection_->loop_->deliver(std::move(connection_), std::move(response));
  }

 private:
  std::shared_ptr<Connection> connection_;
  const std::thread::id thread_ = std::this_thread::get_id();
  std::atomic<bool> answered_{false};
};

Connection::Connection(std::shared_ptr<Loop> loop, tcp::socket socket, std::string peer)
    : loop_(std::move(loop)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      parsing_(std::make_unique<RequestParser>(loop_->shared().limits().max_header_bytes)),
      buffer_(std::max(kReadBytes, loop_->shared().limits().max_header_bytes + 1)) {}
Connection::~Connection() = default;

void Connection::start() {
  set_deadline(loop_->shared().limits().idle_timeout);
  read();
}

void Connection::read() {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this()](const ErrorCode& ec, std::size_t bytes) {
                            if (ec) return self->close();
                            self->on_read(bytes);
                          });
}

void Connection::on_read(std::size_t bytes) {
  if (state_ == State::lingering) {
    lingered_ += bytes;
    if (lingered_ > kMaxLingerBytes) return close();
    return read();
  }
  if (state_ != State::reading) return;
  if (!parsing_->started()) set_deadline(loop_->shared().limits().header_timeout);
  end_ += bytes;
  resume();
}

void Connection::process() {
  while (state_ == State::reading) {
    if (unread() == 0) {
      begin_ = end_ = 0;
      return read();
    }
    const auto [consumed, event] = parsing_->feed({buffer_.data() + begin_, unread()});
    begin_ += consumed;
    hold_body(parsing_->body_bytes());
    switch (event) {
      case RequestParser::Event::need_more:
        if (unread() == buffer_.size()) return refuse(400, "a chunk header or trailer is too long");
        if (held_body_ > 0 && loop_->shared().pending_body_bytes > loop_->shared().limits().max_pending_body_bytes)
          return refuse(503, "too many requests are being received; try again in a while");
        return read();
      case RequestParser::Event::head:
        if (!on_head()) return;
        break;
      case RequestParser::Event::complete: dispatch(); break;
      case RequestParser::Event::refused: return refuse(parsing_->status(), parsing_->reason());
    }
  }
}

bool Connection::on_head() {
  const Shared& shared = loop_->shared();
  std::size_t limit = shared.limits().max_body_bytes;
  if (shared.options.body_limit) limit = std::min(limit, shared.options.body_limit(parsing_->request()));
  if (!parsing_->set_body_limit(limit)) {
    refuse(parsing_->status(), parsing_->reason());
    return false;
  }
  set_deadline(shared.limits().body_timeout);
  if (!parsing_->expects_continue() || unread() > 0) return true;
  ErrorCode ec;
  const std::size_t sent = socket_.write_some(asio::buffer(kContinue), ec);
  if (sent == kContinue.size()) return true;
  close();  // a client whose window has no room for 25 bytes
  return false;
}

void Connection::dispatch() {
  Shared& shared = loop_->shared();
  keep_alive_ = parsing_->keep_alive();
  http_1_0_ = parsing_->http_1_0();
  Request request = parsing_->take();
  request.peer = peer_;
  method_ = request.method;
  state_ = State::handling;
  deadline_.reset();
  if (shared.rate.enabled()) {
    if (const auto wait = shared.rate.take(client_key(peer_), Clock::now()); wait.count() > 0) {
      Response slow = shared.refusal(429, "too many requests from this address", request);
      slow.headers.emplace_back("Retry-After", std::to_string((wait.count() + 999) / 1000));
      return send(std::move(slow));
    }
  }
  const auto exchange = std::make_shared<Exchange>(shared_from_this());
  in_handler_ = true;
  try {
    shared.handler(std::move(request), [exchange](Response response) { exchange->answer(std::move(response)); });
  } catch (const std::exception& e) {
    shared.tell(std::string("a handler failed: ") + e.what(), "this is a fault of Entente; please report it");
    exchange->answer(plain(500, "the server failed at this request"));
  }
  in_handler_ = false;
  if (!at_once_) return;
  Response response = std::move(*at_once_);
  at_once_.reset();
  send(std::move(response));
}

void Connection::answer(Response response) {
  send(std::move(response));
  resume();
}

void Connection::resume() try { process(); } catch (const std::exception& e) {
  loop_->shared().tell(std::string("a request failed: ") + e.what());
  close();
}

void Connection::send(Response response) try {
  if (state_ != State::handling) return;
  while (response.later) {
    const auto later = std::move(response.later);
    response = later();
  }
  response_ = std::move(response);
  if (loop_->shared().draining) keep_alive_ = false;
  const std::string& body = response_.shared_body ? *response_.shared_body : response_.body;
  const bool with_body = has_body(response_.status) && method_ != Method::head;
  head_.clear();
  append_response_head(head_, response_, body.size(), loop_->date(),
                       !keep_alive_ ? Persistence::close
                       : http_1_0_  ? Persistence::keep_alive_1_0
                                    : Persistence::keep_alive);
  if (!with_body) {
    response_.body.clear();
    response_.shared_body.reset();
  }
  state_ = State::writing;
  set_deadline(loop_->shared().limits().write_timeout);
  write_rest(0);
} catch (const std::exception& e) {
  loop_->shared().tell(std::string("an answer failed: ") + e.what());
  close();
}

void Connection::write_rest(std::size_t sent) {
  const std::string& body = response_.shared_body ? *response_.shared_body : response_.body;
  const std::size_t total = head_.size() + body.size();
  while (sent < total) {
    const std::size_t from_head = std::min(sent, head_.size());
    const std::array<asio::const_buffer, 2> rest{asio::buffer(head_) + from_head, asio::buffer(body) + (sent - from_head)};
    ErrorCode ec;
    const std::size_t n = socket_.write_some(rest, ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) {
      socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this(), sent](const ErrorCode& e) {
        if (e || self->state_ != State::writing) return self->close();
        self->write_rest(sent);
        self->resume();
      });
      return;
    }
    if (ec) return close();
    sent += n;
    if (sent < total) set_deadline(loop_->shared().limits().write_timeout);
  }
  finish_send();
}

void Connection::finish_send() {
  hold_body(0);
  response_ = {};
  if (!keep_alive_) return linger();
  state_ = State::reading;
  set_deadline(unread() > 0 ? loop_->shared().limits().header_timeout : loop_->shared().limits().idle_timeout);
}

void Connection::refuse(unsigned status, std::string_view reason) {
  state_ = State::handling;
  keep_alive_ = false;
  method_ = Method::get;
  // Of a request line that is too long the path may be there all the same, and a refusal is worded by it.
  Request seen{.path = path_in_line({buffer_.data() + begin_, unread()})};
  if (seen.path.empty() || !parsing_->request().path.empty()) seen = parsing_->request();
  Response response = loop_->shared().refusal(status, reason, seen);
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  send(std::move(response));
}

void Connection::linger() {
  state_ = State::lingering;
  ErrorCode ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  set_deadline(kLingerTimeout);
  begin_ = end_ = 0;
  read();
}

void Connection::hold_body(std::size_t bytes) {
  if (bytes == held_body_) return;
  loop_->shared().pending_body_bytes += bytes - held_body_;  // wraps to a subtraction where it shrinks
  held_body_ = bytes;
}

void Connection::check_deadline(Clock::time_point now) {
  if (!deadline_ || now < *deadline_) return;
  if (state_ == State::reading && parsing_->started()) return refuse(408, "the request did not arrive in time");
  close();
}

void Connection::close_if_idle() {
  if (state_ == State::lingering) return close();
  if (state_ != State::reading || parsing_->started() || unread() > 0) return;
  ErrorCode ec;
  if (socket_.available(ec) > 0 && !ec) return;  // a request is there and will be read in a moment
  close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  hold_body(0);
  response_ = {};
  ErrorCode ec;
  socket_.close(ec);
  loop_->forget(shared_from_this());
}

}  // namespace entente::http
