// Statements in the order they came in: judged one after the other against a State that has seen those before, appended together, and
// answered when they are durable. What costs most of a judgement (reading, the schema, Ed25519) is done by the threads that submit; the
// rest by one thread of the queue's. It also writes the tables: at once when somebody waits to read them, else now and then, so that a
// record that many statements change in a row is written once.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "registry/projection.h"
#include "server/registry_service.h"

namespace entente::server {

class AdmissionQueue {
 public:
  using Accepted = RegistryService::Accepted;
  using Outcome = RegistryService::Outcome;
  using Done = std::function<void(Result<Outcome>)>;
  // `lock` guards the projection's State: held shared by readers. `store_mutex` guards its Store. `changed` is called, under `lock`, with
  // what was written.
  struct Parts {
    ledger::Appender* appender = nullptr;
    registry::Projection* projection = nullptr;
    std::shared_mutex* lock = nullptr;
    std::mutex* store_mutex = nullptr;
    std::function<void(const registry::StoreChanges&)> changed;
    std::function<Instant()> clock;
    std::size_t max_queue = 0;
  };
  explicit AdmissionQueue(Parts parts);
  ~AdmissionQueue();  // stop()
  AdmissionQueue(const AdmissionQueue&) = delete;
  AdmissionQueue& operator=(const AdmissionQueue&) = delete;

  void submit(std::string entry, ledger::Appender::Wait wait, Done done);
  void stop();  // what is queued is answered first, and written
  // Returns when the tables hold every statement that was answered before the call (or cannot: failure()). Not under `lock`.
  void catch_up();
  // Why nothing is taken any more: the ledger or the tables failed. A new start heals that.
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Request {
    std::string entry;
    registry::Submission submission;
    ledger::Appender::Wait wait;
    Done done;
  };
  struct Admitted {
    Request request;
    Accepted accepted;
  };
  using Clock = std::chrono::steady_clock;
  void loop();
  // The next batch; empty: it is time to write the tables, or to stop.
  std::deque<Request> next_batch();
  [[nodiscard]] bool must_write(Clock::time_point time) const;  // mutex_ held
  std::vector<Admitted> judge(std::deque<Request> batch);
  Result<ledger::Appender::Added> append(const std::vector<Admitted>& admitted);
  void finish(std::vector<Admitted> admitted);
  void write_tables();
  void answer(Admitted admitted);
  void fail_all(const Error& error, const std::vector<Admitted>& admitted);

  const Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_, written_;
  std::deque<Request> queue_;
  std::atomic<std::uint64_t> answered_ = 0, in_tables_ = 0;  // statements; written under mutex_
  std::size_t readers_ = 0;                                  // that wait for the tables
  Clock::time_point unwritten_since_;
  std::optional<Error> failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace entente::server
