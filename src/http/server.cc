// Accepting and stopping. One acceptor gives connections to the threads in turn: with few and long-lived connections that spreads them
// evenly, which one listening socket a thread (SO_REUSEPORT, a hash of the ports) does not.
#include "http/server.h"

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "http/loop.h"

namespace entente::http {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // after running out of file descriptors
constexpr std::string_view kFull = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";
using ErrorCode = boost::system::error_code;

Result<tcp::endpoint> endpoint_of(const ServerOptions& options) {
  ErrorCode ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec)
    return fail(fmt::format("\"{}\" is not an IP address to listen at", options.address), {},
                "give a numeric one: 127.0.0.1, ::1, 0.0.0.0");
  return tcp::endpoint(address, options.port);
}

Result<void> listen(tcp::acceptor& acceptor, const tcp::endpoint& at) {
  ErrorCode ec;
  const auto failed = [&](std::string hint) {
    return fail(fmt::format("cannot listen at {} port {}: {}", at.address().to_string(), at.port(), ec.message()), {}, std::move(hint));
  };
  if (acceptor.open(at.protocol(), ec); ec) return failed("does this machine have such an address family?");
  acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (acceptor.bind(at, ec); ec) return failed("another program may use this port, or ports below 1024 need privileges");
  if (acceptor.listen(asio::socket_base::max_listen_connections, ec); ec) return failed({});
  return {};
}

}  // namespace

struct Server::State {
  explicit State(std::shared_ptr<Shared> s) : shared(std::move(s)) {}

  std::shared_ptr<Shared> shared;
  std::vector<std::shared_ptr<Loop>> loops;
  std::optional<tcp::acceptor> acceptor;           // on the first loop
  std::optional<asio::steady_timer> accept_timer;  // likewise
  tcp::endpoint local;
  std::size_t next = 0;
  std::mutex stop_mutex;
  bool stopped = false;

  void accept() {
    Loop& loop = *loops[next++ % loops.size()];
    acceptor->async_accept(loop.io(), [this, &loop](const ErrorCode& ec, tcp::socket socket) {
      if (ec == asio::error::operation_aborted || !acceptor->is_open()) return;
      if (ec && ec != asio::error::connection_aborted) return pause(ec);
      if (!ec) hand_over(loop, std::move(socket));
      accept();
    });
  }

  void hand_over(Loop& loop, tcp::socket socket) {
    if (shared->connections.fetch_add(1) < shared->limits().max_connections) return loop.adopt(std::move(socket));
    --shared->connections;
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kFull), ignored);
    socket.shutdown(tcp::socket::shutdown_both, ignored);
  }

  void pause(const ErrorCode& ec) {
    shared->tell("cannot accept connections: " + ec.message(), "raise the limit of open files (ulimit -n)");
    accept_timer->expires_after(kAcceptPause);
    accept_timer->async_wait([this](const ErrorCode& e) {
      if (!e && acceptor->is_open()) accept();
    });
  }
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(Options options, Handler handler) try {
  ENTENTE_TRY(const tcp::endpoint at, endpoint_of(options));
  unsigned threads = options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  threads = std::clamp(threads, 1U, 256U);
  auto state = std::make_unique<State>(std::make_shared<Shared>(std::move(options), std::move(handler)));
  for (unsigned i = 0; i < threads; ++i) state->loops.push_back(std::make_shared<Loop>(state->shared));
  state->acceptor.emplace(state->loops.front()->io());
  state->accept_timer.emplace(state->loops.front()->io());
  ENTENTE_CHECK(listen(*state->acceptor, at));
  ErrorCode ec;
  state->local = state->acceptor->local_endpoint(ec);
  if (ec) return fail("cannot listen: " + ec.message());
  state->accept();
  std::unique_ptr<Server> server(new Server(std::move(state)));
  for (const auto& loop : server->state_->loops) loop->start();
  return server;
} catch (const std::exception& e) { return fail(std::string("cannot start the server: ") + e.what()); }

std::uint16_t Server::port() const { return state_->local.port(); }

std::string Server::url() const {
  const auto address = state_->local.address();
  if (address.is_v6()) return fmt::format("http://[{}]:{}", address.to_string(), port());
  return fmt::format("http://{}:{}", address.to_string(), port());
}

void Server::stop() {
  State& s = *state_;
  const std::scoped_lock lock(s.stop_mutex);
  if (std::exchange(s.stopped, true)) return;
  s.shared->draining = true;
  asio::post(s.loops.front()->io(), [&s] {
    ErrorCode ignored;
    s.acceptor->close(ignored);
    s.accept_timer->cancel();
  });
  const auto until = Clock::now() + s.shared->limits().drain_timeout;
  for (const auto& loop : s.loops) loop->drain(until);
  for (const auto& loop : s.loops) loop->join();
}

}  // namespace entente::http
