// A thread of the server. Answers from other threads go into a queue under a mutex; the thread is woken only if it is not taking answers
// already, so that a commit which answers sixty clients costs one wake-up for each I/O thread. Deadlines are instants kept by the
// connections and looked at by one timer a few times a second: setting one costs a clock reading, no timer operation.
#include "http/loop.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "http/response_head.h"

namespace entente::http {
namespace {

// How often deadlines are looked at: an eighth of the shortest, between 10 and 250 ms.
std::chrono::milliseconds sweep_interval(const Limits& limits) {
  const auto shortest =
      std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout, limits.drain_timeout});
  return std::clamp(shortest / 8, std::chrono::milliseconds(10), std::chrono::milliseconds(250));
}

}  // namespace

void Shared::tell(std::string what, std::string hint) const {
  if (options.problem) options.problem(Error{std::move(what), {}, std::move(hint)});
}

void Loop::start() {
  sweep();
  thread_ = std::thread([this] { run(); });
}

void Loop::run() {
  while (true) {
    try {
      io_.run();
      break;
    } catch (const std::exception& e) {  // out of memory between two connections: drop the event, go on
      shared_->tell(std::string("an event was lost: ") + e.what());
    }
  }
  std::vector<Answer> late;
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  late.swap(answers_);
}

void Loop::adopt(tcp::socket socket) {
  asio::post(io_, [this, socket = std::move(socket)]() mutable {
    boost::system::error_code ec;
    const auto remote = socket.remote_endpoint(ec);
    if (ec || drain_until_) {
      --shared_->connections;
      return;
    }
    auto address = remote.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    socket.set_option(tcp::no_delay(true), ec);
    socket.non_blocking(true, ec);
    const auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket), address.to_string());
    connections_.insert(connection);
    connection->start();
  });
}

void Loop::deliver(std::shared_ptr<Connection> connection, Response response) {
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    if (ended_) return;
    wake = !std::exchange(taking_, true);
    answers_.push_back({std::move(connection), std::move(response)});
  }
  if (wake) asio::post(io_, [this] { take_answers(); });
}

void Loop::take_answers() {
  std::vector<Answer> answers;
  while (true) {
    answers.clear();
    {
      const std::scoped_lock lock(mutex_);
      taking_ = !answers_.empty();
      if (!taking_) return;
      answers.swap(answers_);
    }
    for (Answer& a : answers) a.connection->answer(std::move(a.response));
  }
}

void Loop::drain(Clock::time_point until) {
  asio::post(io_, [this, until] {
    drain_until_ = until;
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) connection->close_if_idle();
    sweep_timer_.cancel();  // looks again at once
  });
}

void Loop::sweep() {
  const Clock::time_point now = Clock::now();
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) {
    if (drain_until_ && now >= *drain_until_)
      connection->close();
    else
      connection->check_deadline(now);
  }
  if (drain_until_ && connections_.empty()) return;  // no work left: the loop ends
  auto next = sweep_interval(shared_->limits());
  if (drain_until_) next = std::min(next, std::chrono::milliseconds(10));
  sweep_timer_.expires_after(next);
  sweep_timer_.async_wait([this](const boost::system::error_code&) { sweep(); });
}

std::string_view Loop::date() {
  const Clock::time_point now = Clock::now();
  if (date_.empty() || now >= date_until_) {
    date_ = http_date(entente::now());
    date_until_ = now + std::chrono::milliseconds(500);
  }
  return date_;
}

void Loop::forget(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) > 0) --shared_->connections;
}

}  // namespace entente::http
