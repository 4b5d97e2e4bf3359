// Statements in the order they came in: judged one after the other against a State that has seen those before, given to the ledger, and
// answered when they are durable. What costs most of a judgement (reading, the schema, Ed25519) is done by the threads that submit; the
// rest by one thread of the queue's, which does not wait for the disk: the next are judged while those before are made durable. What the
// tables lack is gathered when somebody waits to read them, else now and then, so that a record that many statements change in a row is
// written once; and written by a thread of its own.
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
  // `submission`: the entry as State::read() gave it.
  void submit(std::string entry, registry::Submission submission, ledger::Appender::Wait wait, Done done);
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
  struct Turn {
    enum class Work { judge, refuse, gather, stop } work = Work::stop;
    std::deque<Request> batch;  // to judge or refuse
  };
  using Clock = std::chrono::steady_clock;
  void loop();
  Turn next_turn();
  [[nodiscard]] std::optional<Turn::Work> work(Clock::time_point time) const;  // mutex_ held
  [[nodiscard]] bool must_gather(Clock::time_point time) const;                // mutex_ held
  [[nodiscard]] std::vector<Admitted> judge(std::deque<Request> batch);
  void append(std::vector<Admitted> admitted);
  void finish(std::vector<Admitted> admitted, Result<ledger::Appender::Added> added);
  void answer(Admitted admitted);
  void gather();
  void write_loop();
  void write_tables(const registry::StoreChanges& changes, std::uint64_t covered);
  void fail(const Error& error);

  const Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;  // of anything the queue's thread may have to do
  std::condition_variable gathered_changes_, written_;
  std::deque<Request> queue_;
  std::size_t in_flight_ = 0;                                // batches judged, given to the ledger, not answered
  std::atomic<std::uint64_t> answered_ = 0, in_tables_ = 0;  // statements; written under mutex_
  std::uint64_t gathered_ = 0;                               // statements; between the two
  std::optional<registry::StoreChanges> to_write_;           // the tables' thread is at it, or about to be
  std::size_t readers_ = 0;                                  // that wait for the tables
  Clock::time_point unwritten_since_;
  std::optional<Error> failure_;
  bool stopping_ = false, over_ = false;  // over_: the queue's thread has ended
  std::thread writer_, thread_;
};

}  // namespace entente::server
