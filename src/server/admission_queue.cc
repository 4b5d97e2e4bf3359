// A batch is what came in while the one before was appended. Its entries change the State as they are admitted, so that the next is judged
// by them; should the append fail, State and ledger differ, and nothing more is taken until a new start replays the ledger. The tables may
// lack the latest statements when the process dies: the next start replays them too.
#include "server/admission_queue.h"

#include <fmt/format.h>
#include <algorithm>
#include <future>

namespace entente::server {
namespace {

constexpr std::size_t kMostInABatch = 512;
constexpr std::uint64_t kMostUnwritten = 4'096;           // statements
constexpr std::chrono::milliseconds kWritePatience{100};  // nobody waits for the tables

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

void AdmissionQueue::catch_up() {
  const std::uint64_t wanted = answered_;
  if (in_tables_ >= wanted) return;
  std::unique_lock lock(mutex_);
  ++readers_;
  arrived_.notify_one();
  written_.wait(lock, [&] { return in_tables_ >= wanted || failure_.has_value(); });
  --readers_;
}

void AdmissionQueue::submit(std::string entry, ledger::Appender::Wait wait, Done done) {
  const registry::State& state = parts_.projection->state();
  registry::Submission submission = state.read(entry);
  {
    const std::shared_lock lock(*parts_.lock);
    state.find_keys(submission);
  }
  submission.try_signatures();
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
      queue_.push_back({.entry = std::move(entry), .submission = std::move(submission), .wait = wait, .done = std::move(done)});
  }
  if (refused) return done(tl::unexpected(*refused));  // NOLINT(bugprone-use-after-move): moved only where nothing is refused
  arrived_.notify_one();
}

bool AdmissionQueue::must_write(Clock::time_point time) const {
  if (failure_ || in_tables_ == answered_) return false;
  return readers_ > 0 || stopping_ || answered_ - in_tables_ >= kMostUnwritten || time >= unwritten_since_ + kWritePatience;
}

std::deque<AdmissionQueue::Request> AdmissionQueue::next_batch() {
  std::unique_lock lock(mutex_);
  const auto awaited = [&] { return stopping_ || !queue_.empty() || must_write(Clock::now()); };
  while (!awaited()) {
    if (in_tables_ == answered_ || failure_)
      arrived_.wait(lock);
    else
      arrived_.wait_until(lock, unwritten_since_ + kWritePatience);
  }
  std::deque<Request> batch;
  if (must_write(Clock::now())) return batch;
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMostInABatch));
  std::move(queue_.begin(), end, std::back_inserter(batch));
  queue_.erase(queue_.begin(), end);
  return batch;
}

void AdmissionQueue::loop() {
  while (true) {
    std::deque<Request> batch = next_batch();
    if (batch.empty()) {
      const std::unique_lock lock(mutex_);
      const bool unwritten = in_tables_ < answered_ && !failure_;
      if (!unwritten && stopping_ && queue_.empty()) return;
    }
    if (const auto failed = failure()) {
      for (Request& r : batch) r.done(tl::unexpected(*failed));
      continue;
    }
    if (batch.empty()) {
      write_tables();
      continue;
    }
    auto admitted = judge(std::move(batch));
    if (!admitted.empty()) finish(std::move(admitted));
  }
}

std::vector<AdmissionQueue::Admitted> AdmissionQueue::judge(std::deque<Request> batch) {
  std::vector<Admitted> admitted;
  std::vector<std::pair<Done, registry::Rejection>> rejected;
  const Instant time = parts_.clock();
  {
    const std::unique_lock lock(*parts_.lock);
    for (Request& r : batch) {
      Accepted accepted{.leaf = parts_.projection->state().next_leaf()};
      const auto applied = parts_.projection->admit(r.submission, time);
      if (!applied) {
        rejected.emplace_back(std::move(r.done), applied.error());
        continue;
      }
      accepted.disposition = applied->disposition;
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
  if (!added) return fail_all(added.error(), admitted);
  {
    const std::scoped_lock lock(mutex_);
    if (in_tables_ == answered_) unwritten_since_ = Clock::now();
    answered_ += admitted.size();
  }
  for (Admitted& a : admitted) answer(std::move(a));
}

void AdmissionQueue::write_tables() {
  // This thread alone changes the State, so it may read it without the lock.
  const registry::StoreChanges changes = parts_.projection->gather();
  Result<void> written;
  {
    const std::scoped_lock lock(*parts_.store_mutex);
    written = parts_.projection->write(changes);
  }
  if (written) {
    const std::unique_lock lock(*parts_.lock);
    parts_.changed(changes);
  }
  const std::scoped_lock lock(mutex_);
  if (written)
    in_tables_ = answered_.load();
  else
    failure_ = written.error();  // what was answered is in the ledger: the tables heal at the next start
  written_.notify_all();
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

void AdmissionQueue::fail_all(const Error& error, const std::vector<Admitted>& admitted) {
  {
    const std::scoped_lock lock(mutex_);
    failure_ = error;
    written_.notify_all();
  }
  for (const Admitted& a : admitted) a.request.done(tl::unexpected(error));
}

}  // namespace entente::server
