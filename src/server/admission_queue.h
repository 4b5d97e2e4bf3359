// Statements in the order they came in: judged one after the other against a State that has seen those before, appended together, then
// written to the tables. One thread; whoever submits is answered when the statement is durable.
#pragma once

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
  // `lock` guards the projection: held shared by readers. `changed` is called, under it, with what was written.
  struct Parts {
    ledger::Appender* appender = nullptr;
    registry::Projection* projection = nullptr;
    std::shared_mutex* lock = nullptr;
    std::function<void(const registry::StoreChanges&)> changed;
    std::function<Instant()> clock;
    std::size_t max_queue = 0;
  };
  explicit AdmissionQueue(Parts parts);
  ~AdmissionQueue();  // stop()
  AdmissionQueue(const AdmissionQueue&) = delete;
  AdmissionQueue& operator=(const AdmissionQueue&) = delete;

  void submit(std::string entry, ledger::Appender::Wait wait, Done done);
  void stop();  // what is queued is answered first
  // Why nothing is taken any more: the ledger or the tables failed. A new start heals that.
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Request {
    std::string entry;
    ledger::Appender::Wait wait;
    Done done;
  };
  struct Admitted {
    Request request;
    Accepted accepted;
  };
  void loop();
  std::vector<Admitted> judge(std::deque<Request> batch);
  Result<ledger::Appender::Added> append(const std::vector<Admitted>& admitted);
  void finish(std::vector<Admitted> admitted);
  void answer(Admitted admitted);
  void fail_all(const Error& error, std::vector<Admitted> admitted);

  const Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Request> queue_;
  std::optional<Error> failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace entente::server
