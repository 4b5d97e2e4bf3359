// The server against a bare socket: keep-alive, pipelining, limits, slow and broken clients, answers from other threads, stopping.
#include "http/server.h"

#include <gmock/gmock.h>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "raw_client.h"
#include "test_support.h"

namespace entente::http {
namespace {

using entente::test::RawClient;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Says what was asked. "/later" waits in a queue until the test answers; "/throw" and "/forget" misbehave; "/big" is 8 MiB.
class Echo {
 public:
  Handler handler() {
    return [this](Request request, Reply reply) {
      ++requests;
      if (request.path == "/throw") throw std::runtime_error("thrown by the test");
      if (request.path == "/forget") return;
      if (request.path == "/twice") reply({.status = 201});
      if (request.path == "/later") {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(std::move(reply));
        arrived_.notify_all();
        return;
      }
      if (request.path == "/big") return reply({.body = std::string(8 << 20, 'b')});
      if (request.path == "/empty") return reply({.status = 204});
      if (request.path == "/shared") return reply({.shared_body = shared});
      if (request.path == "/split") return reply({.headers = {{"X-A", "b\r\nX-Injected: c"}, {"X Y", "z"}, {"X-Good", "d"}}});
      if (request.path == "/made-later") return reply({.later = [] { return plain(200, "made on the I/O thread"); }});
      reply({.content_type = "text/plain", .body = request.path + "|" + request.query + "|" + request.body + "|" + request.peer});
    };
  }
  // Waits for `n` requests of "/later" and takes their replies.
  std::vector<Reply> take(std::size_t n) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(arrived_.wait_for(lock, 10s, [&] { return waiting_.size() >= n; }));
    std::vector<Reply> out(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    return out;
  }

  std::atomic<int> requests{0};
  const std::shared_ptr<const std::string> shared = std::make_shared<const std::string>("shared body");

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Reply> waiting_;
};

std::unique_ptr<Server> must_start(ServerOptions options, Handler handler) {
  auto server = Server::start(std::move(options), std::move(handler));
  if (!server) throw std::runtime_error(server.error().str());
  return std::move(*server);
}

std::string get(std::string_view path, std::string_view fields = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n";
}

class HttpServer : public testing::Test {
 protected:
  void start(Limits limits = {}, unsigned threads = 2) {
    server = must_start({.threads = threads, .limits = limits, .problem = keep()}, echo.handler());
  }
  std::function<void(const Error&)> keep() {
    return [this](const Error& e) {
      const std::scoped_lock lock(problems_mutex);
      problems.push_back(e.what);
    };
  }
  Echo echo;
  std::mutex problems_mutex;
  std::vector<std::string> problems;
  std::unique_ptr<Server> server;
};

TEST_F(HttpServer, KeepsTheConnection) {
  start();
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    const std::string answer = client.ask(get("/a?b=" + std::to_string(i)));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain\r\n"));
    EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n/a|b=" + std::to_string(i) + "||127.0.0.1"));
    EXPECT_THAT(answer, Not(HasSubstr("Connection:")));
  }
  EXPECT_EQ(server->url(), "http://127.0.0.1:" + std::to_string(server->port()));
}

TEST_F(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  start();
  RawClient client(server->port());
  std::string all;
  for (int i = 0; i < 100; ++i) all += get("/" + std::to_string(i));
  ASSERT_TRUE(client.send(all));
  for (int i = 0; i < 100; ++i) EXPECT_THAT(client.response(), testing::EndsWith("\r\n\r\n/" + std::to_string(i) + "|||127.0.0.1"));
}

TEST_F(HttpServer, PipelinedBehindAnAnswerFromAnotherThread) {
  start();
  RawClient client(server->port());
  ASSERT_TRUE(client.send(get("/later") + get("/second")));
  auto replies = echo.take(1);
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(echo.requests, 1);  // the second waits for the first
  std::thread([&] { replies.front()(plain(200, "first")); }).join();
  EXPECT_THAT(client.response(), HasSubstr("\r\n\r\nfirst\n"));
  EXPECT_THAT(client.response(), HasSubstr("\r\n\r\n/second|"));
}

TEST_F(HttpServer, HeadHasTheLengthAndNoBody) {
  start();
  RawClient client(server->port());
  ASSERT_TRUE(client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_THAT(client.response(RawClient::Body::none), HasSubstr("\r\nContent-Length: 16\r\n"));
  EXPECT_THAT(client.ask(get("/empty")), testing::AllOf(StartsWith("HTTP/1.1 204 No Content\r\n"), Not(HasSubstr("Content-Length"))));
  EXPECT_THAT(client.ask(get("/shared")), testing::EndsWith("shared body"));
  EXPECT_THAT(client.ask(get("/made-later")), testing::EndsWith("made on the I/O thread\n"));
}

TEST_F(HttpServer, BodiesArriveWholeWhateverTheirPieces) {
  start();
  RawClient client(server->port());
  const std::string body(100'000, 'x');
  EXPECT_THAT(client.ask("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + body), HasSubstr("/p||" + body + "|"));
  ASSERT_TRUE(client.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (const char* piece : {"5", "\r\nhel", "lo\r\n", "3\r\n, y\r\n", "0\r", "\n\r\n"}) ASSERT_TRUE(client.send(piece));
  EXPECT_THAT(client.response(), HasSubstr("/p||hello, y|"));
}

TEST_F(HttpServer, ExpectContinue) {
  start();
  RawClient client(server->port());
  EXPECT_EQ(client.ask("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"),
            "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(client.ask("ok"), HasSubstr("/p||ok|"));
  EXPECT_THAT(client.ask("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\nExpect: 100-continue\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServer, AnswersLargeBodiesToSlowReaders) {
  start();
  RawClient client(server->port());
  ASSERT_TRUE(client.send(get("/big") + get("/after")));
  std::this_thread::sleep_for(50ms);  // the socket fills
  const std::string big = client.response();
  EXPECT_EQ(big.size() - big.find("\r\n\r\n") - 4, std::size_t{8 << 20});
  EXPECT_THAT(client.response(), HasSubstr("/after|"));
}

TEST_F(HttpServer, RefusesAndCloses) {
  start({.max_header_bytes = 1024, .max_body_bytes = 1000});
  const auto refused = [&](const std::string& bytes) {
    RawClient client(server->port());
    client.send(bytes);
    const std::string answer = client.rest();
    EXPECT_TRUE(client.closed());
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    return answer.substr(0, 12);
  };
  EXPECT_EQ(refused("nonsense\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(refused("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\n"), "HTTP/1.1 431");
  EXPECT_EQ(refused("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x')), "HTTP/1.1 413");
  EXPECT_EQ(refused("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0;" + std::string(60'000, 'e')), "HTTP/1.1 400");
  EXPECT_EQ(echo.requests, 0);
  RawClient fine(server->port());
  EXPECT_THAT(fine.ask(get("/still")), HasSubstr("/still|"));
}

TEST_F(HttpServer, BodyLimitByPath) {
  server = must_start({.threads = 1, .body_limit = [](const Request& r) { return r.path == "/small" ? 4 : 1000; }}, echo.handler());
  RawClient client(server->port());
  EXPECT_THAT(client.ask("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345"), HasSubstr("/large||12345|"));
  EXPECT_THAT(client.ask("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345"), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServer, RefusalsAreWordedByThePathThatWasAskedFor) {
  ServerOptions options{.threads = 1, .limits = {.max_header_bytes = 1024, .max_body_bytes = 10}};
  options.refusal = [](unsigned status, std::string_view reason, const Request& seen) {
    return Response{.status = status, .content_type = "application/x-test", .body = seen.path + "|" + std::string(reason)};
  };
  server = must_start(std::move(options), echo.handler());
  const auto refused = [&](const std::string& bytes) {
    RawClient client(server->port());
    client.send(bytes);
    return client.rest();
  };
  EXPECT_THAT(refused("POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n12345678901"),
              testing::AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("application/x-test"), HasSubstr("\r\n\r\n/here|")));
  EXPECT_THAT(refused(get("/there", "a: " + std::string(2000, 'a') + "\r\n")),
              testing::AllOf(StartsWith("HTTP/1.1 431 "), HasSubstr("\r\n\r\n/there|")));
  EXPECT_THAT(refused("GET /long?" + std::string(5000, 'a') + " HTTP/1.1\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 431 "), HasSubstr("\r\n\r\n/long|")));
  EXPECT_THAT(refused("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 431 "), HasSubstr("\r\n\r\n|")));
  EXPECT_THAT(refused("nonsense\r\n\r\n"), testing::AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("\r\n\r\n|")));
  EXPECT_EQ(echo.requests, 0);
}

TEST(HttpMessage, AListInSeveralLinesIsOneList) {
  const Request request{.headers = {{"If-None-Match", "\"a\", \"b\""}, {"Other", "x"}, {"if-none-match", "W/\"c\""}}};
  EXPECT_EQ(request.list_header("If-None-Match"), "\"a\", \"b\", W/\"c\"");
  EXPECT_EQ(request.list_header("If-Match"), "");
}

TEST_F(HttpServer, ClosesOnRequestAndForOldClients) {
  start();
  RawClient one(server->port());
  one.send(get("/a", "Connection: close\r\n"));
  EXPECT_THAT(one.rest(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(one.closed());
  RawClient old(server->port());
  old.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.rest(), testing::EndsWith("/a|||127.0.0.1"));
  EXPECT_TRUE(old.closed());
  RawClient older(server->port());
  EXPECT_THAT(older.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(older.ask("GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HasSubstr("/b|"));
}

TEST_F(HttpServer, SlowClientsAreCutOff) {
  start({.header_timeout = 100ms, .body_timeout = 100ms, .idle_timeout = 100ms});
  RawClient half(server->port()), body(server->port()), idle(server->port()), busy(server->port());
  half.send("GET / HTTP/1.1\r\nHost: ");
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
  busy.send(get("/later"));
  auto replies = echo.take(1);
  EXPECT_THAT(half.rest(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(body.rest(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(idle.rest(), "");
  EXPECT_TRUE(half.closed() && body.closed() && idle.closed());
  replies.front()({.body = "no deadline while the server works"});
  EXPECT_THAT(busy.response(), HasSubstr("no deadline"));
}

// One byte at a time within the idle time does not prolong the deadline.
TEST_F(HttpServer, TricklersAreCutOff) {
  start({.header_timeout = 200ms});
  RawClient client(server->port());
  bool cut = false;
  for (int i = 0; i < 1000 && !cut; ++i) {
    cut = !client.send("G");
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_TRUE(cut);
}

TEST_F(HttpServer, ReadersThatNeverReadAreCutOff) {
  start({.write_timeout = 100ms});
  RawClient client(server->port());
  client.send(get("/big"));
  std::this_thread::sleep_for(400ms);
  const std::string got = client.rest();
  EXPECT_TRUE(client.closed());
  EXPECT_LT(got.size(), std::size_t{8 << 20});
}

TEST_F(HttpServer, ConnectionsAreLimited) {
  start({.max_connections = 2});
  RawClient one(server->port()), two(server->port());
  EXPECT_THAT(one.ask(get("/1")), HasSubstr("/1|"));
  EXPECT_THAT(two.ask(get("/2")), HasSubstr("/2|"));
  RawClient three(server->port());
  EXPECT_THAT(three.rest(), StartsWith("HTTP/1.1 503 "));
  two.shut_sending();
  two.rest();
  std::string answer;
  for (int i = 0; i < 100 && answer.find("200 OK") == std::string::npos; ++i) answer = RawClient(server->port()).ask(get("/4"));
  EXPECT_THAT(answer, HasSubstr("/4|"));
}

TEST_F(HttpServer, RateLimit) {
  start({.rate_per_second = 0.001, .rate_burst = 3});
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) EXPECT_THAT(client.ask(get("/")), StartsWith("HTTP/1.1 200 "));
  const std::string slow = client.ask(get("/"));
  EXPECT_THAT(slow, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(slow, HasSubstr("\r\nRetry-After: 1000\r\n"));
  EXPECT_EQ(echo.requests, 3);
}

TEST_F(HttpServer, BodiesTogetherAreLimited) {
  start({.max_pending_body_bytes = 1000});
  RawClient one(server->port()), two(server->port());
  ASSERT_TRUE(one.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n" + std::string(800, 'x')));
  RawClient settle(server->port());
  settle.ask(get("/"));
  std::string refused;
  for (int i = 0; i < 100 && refused.find("503") == std::string::npos; ++i)  // the first body may still be on its way
    refused = RawClient(server->port()).ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n" + std::string(800, 'x'));
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refused, HasSubstr("Retry-After"));
  EXPECT_THAT(one.ask(std::string(100, 'x')), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(two.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n" + std::string(900, 'x')), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServer, FaultsOfHandlersBecome500) {
  start();
  RawClient client(server->port());
  EXPECT_THAT(client.ask(get("/throw")), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(client.ask(get("/forget")), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(client.ask(get("/twice")), StartsWith("HTTP/1.1 201 "));
  EXPECT_THAT(client.ask(get("/fine")), HasSubstr("/fine|"));
  const std::scoped_lock lock(problems_mutex);
  EXPECT_THAT(problems, testing::ElementsAre(HasSubstr("thrown by the test")));
}

TEST_F(HttpServer, FieldsCannotBreakTheMessage) {
  start();
  RawClient client(server->port());
  const std::string answer = client.ask(get("/split"));
  EXPECT_THAT(answer, HasSubstr("X-Good: d"));
  EXPECT_THAT(answer, Not(HasSubstr("Injected")));
  EXPECT_THAT(answer, Not(HasSubstr("X Y")));
}

TEST_F(HttpServer, HalfRequestsAndVanishingClients) {
  start();
  for (int i = 0; i < 50; ++i) {
    RawClient gone(server->port());
    gone.send(i % 2 == 0 ? "GET /later HTTP/1.1\r\nHost: x\r\n\r\n" : "POST / HTTP/1.1\r\nHo");
  }
  auto replies = echo.take(25);
  for (Reply& reply : replies) reply(plain(200, "to nobody"));
  RawClient client(server->port());
  EXPECT_THAT(client.ask(get("/alive")), HasSubstr("/alive|"));
}

TEST_F(HttpServer, StopFinishesWhatIsBeingAnswered) {
  start();
  RawClient busy(server->port()), idle(server->port());
  EXPECT_THAT(idle.ask(get("/")), StartsWith("HTTP/1.1 200 "));
  busy.send(get("/later"));
  auto replies = echo.take(1);
  std::thread stopper([&] { server->stop(); });
  EXPECT_EQ(idle.rest(), "");  // closed while the other is still being answered
  EXPECT_TRUE(idle.closed());
  replies.front()({.body = "finished"});
  const std::string answer = busy.rest();
  EXPECT_THAT(answer, testing::EndsWith("finished"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  stopper.join();
  EXPECT_FALSE(RawClient(server->port()).connected());
}

TEST_F(HttpServer, StopDoesNotWaitForEver) {
  start({.drain_timeout = 50ms});
  RawClient client(server->port());
  client.send(get("/later"));
  auto replies = echo.take(1);
  server->stop();
  EXPECT_EQ(client.rest(), "");
  replies.front()({.body = "too late, and harmless"});
  server.reset();
  replies.clear();
}

TEST_F(HttpServer, ManyThreadsAnswerWhileClientsComeAndGo) {
  start({}, 3);
  std::atomic<bool> done{false};
  std::thread answerer([&] {
    while (!done) {
      for (Reply& reply : [&] {
             std::this_thread::sleep_for(1ms);
             return echo.take(0);
           }())
        reply({.body = "x"});
    }
  });
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int t = 0; t < 8; ++t)
    clients.emplace_back([&, t] {
      for (int c = 0; c < 5; ++c) {
        RawClient client(server->port());
        for (int i = 0; i < 20; ++i)
          if (client.ask(get(i % 2 == t % 2 ? "/later" : "/now")).starts_with("HTTP/1.1 200 ")) ++good;
      }
    });
  for (auto& client : clients) client.join();
  done = true;
  answerer.join();
  EXPECT_EQ(good, 8 * 5 * 20);
  server->stop();
}

TEST(HttpServerStart, SaysWhatIsWrong) {
  const Handler handler = [](Request, Reply reply) { reply({}); };
  const auto no_address = Server::start({.address = "localhost"}, handler);
  ASSERT_FALSE(no_address);
  EXPECT_THAT(no_address.error().what, HasSubstr("is not an IP address"));
  const auto first = must_start({}, handler);
  const auto taken = Server::start({.port = first->port()}, handler);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().what, HasSubstr("cannot listen at 127.0.0.1 port " + std::to_string(first->port())));
}

}  // namespace
}  // namespace entente::http
