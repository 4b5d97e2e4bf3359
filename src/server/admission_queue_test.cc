// The admission queue through its service: order, a full queue, stopping, and a ledger that cannot be written.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <condition_variable>

#include "server/test_service.h"
#include "test_support.h"

namespace entente::server {
namespace {

using fixture::TestService;
using ::testing::HasSubstr;
using Answer = Result<RegistryService::Outcome>;

std::future<Answer> submit(TestService& s, const std::string& entry) {
  auto answered = std::make_shared<std::promise<Answer>>();
  auto answer = answered->get_future();
  s.service->submit(entry, ledger::Appender::Wait::integrated, [answered](Answer a) { answered->set_value(std::move(a)); });
  return answer;
}

// A gate in the service's clock: the queue's thread waits there until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reached_; });
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false, open_ = false;
};

TEST(AdmissionQueue, JudgesInTheOrderOfArrival) {
  TestService s;
  const std::uint64_t first = s.world.log.size();
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 60; ++i) answers.push_back(submit(s, s.world.pledge("org-" + std::to_string(i))));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Answer answer = answers[i].get();
    ASSERT_TRUE(answer.has_value() && answer->has_value()) << i;
    EXPECT_EQ((**answer).leaf, first + i);
  }
  // Of the same statement sent twice at once the second is a replay, though the first was not durable yet when it came.
  auto one = submit(s, s.world.pledge("twice")), two = submit(s, s.world.pledge("twice"));
  EXPECT_TRUE(one.get()->has_value());
  const Answer again = two.get();
  ASSERT_TRUE(again.has_value() && !again->has_value());
  EXPECT_EQ(again->error().code, registry::Code::replay);
}

TEST(AdmissionQueue, FullIsSaidAndStoppingAnswersWhatWaits) {
  Gate gate;
  TestService s(TestService::Mode::read_only);
  s.on_clock = [&] { gate.pass(); };
  s.start(TestService::Mode::writable, 2);
  auto held = submit(s, s.world.pledge("a"));
  gate.wait_reached();
  auto second = submit(s, s.world.pledge("b")), third = submit(s, s.world.pledge("c"));
  const Answer refused = submit(s, s.world.pledge("d")).get();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().what, HasSubstr("too many"));
  gate.open();
  EXPECT_OK(s.service->stop());
  for (auto* waited : {&held, &second, &third}) {
    const Answer answer = waited->get();
    EXPECT_TRUE(answer.has_value() && answer->has_value());
  }
  const Answer late = submit(s, s.world.pledge("e")).get();
  ASSERT_FALSE(late.has_value());
  EXPECT_THAT(late.error().what, HasSubstr("stopping"));
}

// The kernel refuses every write while it lives (EFBIG), whoever we run as: a folder without write permission does not stop root.
class NoWrites {
 public:
  NoWrites() {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoWrites() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  NoWrites(const NoWrites&) = delete;
  NoWrites& operator=(const NoWrites&) = delete;

 private:
  rlimit before_{};
};

TEST(AdmissionQueue, AFailedLedgerTakesNothingMoreAndHealsByANewStart) {
  TestService s;
  const std::string pledge = s.world.pledge("fresh");
  bool failed = false;
  http::Response answer;
  {
    const NoWrites none;
    failed = !submit(s, pledge).get().has_value();
  }
  ASSERT_TRUE(failed) << "a statement that is not durable must not be called taken";
  answer = s.ask(http::Method::post, "/api/v1/statements", s.world.pledge("later"));
  EXPECT_EQ(answer.status, 503u) << "though it could be written now: State and ledger may differ";
  EXPECT_EQ(Json::parse(answer.body)["code"], "unavailable");
  EXPECT_EQ(s.get("/healthz").status, 503u);
  EXPECT_EQ(s.api("/counters").status, 200u) << "reading goes on";
  (void)s.service->stop();
  s.service.reset();
  s.start(TestService::Mode::writable);
  EXPECT_EQ(s.get("/healthz").status, 200u);
  // What was not acknowledged may be in the ledger or not; sending it again settles it.
  const http::Response again = s.ask(http::Method::post, "/api/v1/statements", pledge);
  EXPECT_TRUE(again.status == 201 || (again.status == 409 && Json::parse(again.body)["code"] == "replay")) << again.body;
  EXPECT_EQ(s.api("/supporters/fresh").status, 200u);
}

}  // namespace
}  // namespace entente::server
