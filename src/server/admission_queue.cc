// A batch is what came in while the one before was appended. Its entries change the State as they are admitted, so that the next is judged
// by them; should the append fail, State and ledger differ, and nothing more is taken until a new start replays the ledger.
#include "server/admission_queue.h"

#include <fmt/format.h>
#include <algorithm>
#include <future>

namespace entente::server {
namespace {

constexpr std::size_t kMostInABatch = 512;

Error busy() { return {.what = "too many statements are waiting", .where = {}, .hint = "try again in a moment"}; }
Error stopped_error() { return {.what = "the registry is stopping", .where = {}, .hint = {}}; }

}  // namespace

AdmissionQueue::AdmissionQueue(Parts parts) : parts_(std::move(parts)), thread_([this] { loop(); }) {}

AdmissionQueue::~AdmissionQueue() { stop(); }

void AdmissionQueue::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::optional<Error> AdmissionQueue::failure() const {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

std::size_t AdmissionQueue::waiting() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

void AdmissionQueue::submit(std::string entry, ledger::Appender::Wait wait, Done done) {
  std::optional<Error> refused;
  {
    const std::scoped_lock lock(mutex_);
    if (failure_)
      refused = failure_;
    else if (stopping_)
      refused = stopped_error();
    else if (queue_.size() >= parts_.max_queue)
      refused = busy();
    else
      queue_.push_back({.entry = std::move(entry), .wait = wait, .done = std::move(done)});
  }
  if (refused) return done(tl::unexpected(*refused));  // NOLINT(bugprone-use-after-move): moved only where nothing is refused
  arrived_.notify_one();
}

void AdmissionQueue::loop() {
  while (true) {
    std::deque<Request> batch;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      if (queue_.size() <= kMostInABatch) {
        batch.swap(queue_);
      } else {
        std::move(queue_.begin(), queue_.begin() + kMostInABatch, std::back_inserter(batch));
        queue_.erase(queue_.begin(), queue_.begin() + kMostInABatch);
      }
    }
    if (const auto failed = failure()) {
      for (Request& r : batch) r.done(tl::unexpected(*failed));
      continue;
    }
    auto admitted = judge(std::move(batch));
    if (!admitted.empty()) finish(std::move(admitted));
  }
}

std::vector<AdmissionQueue::Admitted> AdmissionQueue::judge(std::deque<Request> batch) {
  std::vector<Admitted> admitted;
  std::vector<std::pair<Done, registry::Rejection>> rejected;
  {
    const std::unique_lock lock(*parts_.lock);
    const registry::State& state = parts_.projection->state();
    for (Request& r : batch) {
      if (auto verdict = state.check(r.entry, parts_.clock()); !verdict) {
        rejected.emplace_back(std::move(r.done), std::move(verdict).error());
        continue;
      }
      Accepted accepted{.leaf = state.next_leaf()};
      accepted.disposition = parts_.projection->step(r.entry).disposition;
      admitted.push_back({.request = std::move(r), .accepted = std::move(accepted)});
    }
  }
  for (auto& [done, why] : rejected) done(Outcome(tl::unexpected(std::move(why))));
  return admitted;
}

Result<ledger::Appender::Added> AdmissionQueue::append(const std::vector<Admitted>& admitted) {
  std::vector<std::string> entries;
  entries.reserve(admitted.size());
  for (const Admitted& a : admitted) entries.push_back(a.request.entry);
  std::promise<Result<ledger::Appender::Added>> answered;
  auto answer = answered.get_future();
  parts_.appender->add(std::move(entries), ledger::Appender::Wait::integrated,
                       [&](Result<ledger::Appender::Added> added) { answered.set_value(std::move(added)); });
  ENTENTE_TRY(ledger::Appender::Added added, answer.get());
  for (std::size_t i = 0; i < admitted.size(); ++i)
    if (added.indices[i] != admitted[i].accepted.leaf)
      return fail(fmt::format("the ledger put a statement at leaf {}, not {}: somebody else appends to it", added.indices[i],
                              admitted[i].accepted.leaf));
  return added;
}

void AdmissionQueue::finish(std::vector<Admitted> admitted) {
  const auto added = append(admitted);
  if (!added) return fail_all(added.error(), std::move(admitted));
  {
    const std::unique_lock lock(*parts_.lock);
    const auto changes = parts_.projection->flush();
    if (!changes) {
      // The statements are in the ledger: they are answered, and the tables heal at the next start.
      const std::scoped_lock failing(mutex_);
      failure_ = changes.error();
    } else {
      parts_.changed(*changes);
    }
  }
  for (Admitted& a : admitted) answer(std::move(a));
}

void AdmissionQueue::answer(Admitted admitted) {
  if (admitted.request.wait == ledger::Appender::Wait::integrated) return admitted.request.done(Outcome(std::move(admitted.accepted)));
  // The log knows these bytes by now: it adds nothing, and answers when a checkpoint covers them.
  auto shared = std::make_shared<Admitted>(std::move(admitted));
  parts_.appender->add({shared->request.entry}, ledger::Appender::Wait::published, [shared](Result<ledger::Appender::Added> added) {
    if (added) shared->accepted.checkpoint = std::move(added->checkpoint);
    shared->request.done(Outcome(std::move(shared->accepted)));
  });
}

void AdmissionQueue::fail_all(const Error& error, std::vector<Admitted> admitted) {
  {
    const std::scoped_lock lock(mutex_);
    failure_ = error;
  }
  for (Admitted& a : admitted) a.request.done(tl::unexpected(error));
}

}  // namespace entente::server
