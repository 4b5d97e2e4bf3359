// A batch is what came in while the one before was judged. Its entries change the State as they are admitted, so that the next is judged
// by them; should the ledger fail, it takes none of those behind it either, State and ledger differ, and nothing more is taken until a new
// start replays the ledger. The tables are never ahead of the ledger: what they lack is gathered when no batch is under way. They may lack
// the latest statements when the process dies: the next start replays them.
#include "server/admission_queue.h"

#include <fmt/format.h>
#include <algorithm>

namespace entente::server {
namespace {

constexpr std::size_t kMostInABatch = 512;
constexpr std::uint64_t kMostUnwritten = 16'384;            // statements from which the tables are written though nobody reads them,
constexpr std::chrono::milliseconds kWritePatience{1'000};  // and the time
constexpr std::uint64_t kMostBehind = 4 * kMostUnwritten;   // statements the tables may lack before judging waits for them

Error busy() { return {.what = "too many statements are waiting", .where = {}, .hint = "try again in a moment"}; }
Error stopped_error() { return {.what = "the registry is stopping", .where = {}, .hint = {}}; }

}  // namespace

AdmissionQueue::AdmissionQueue(Parts parts) : parts_(std::move(parts)), writer_([this] { write_loop(); }), thread_([this] { loop(); }) {}

AdmissionQueue::~AdmissionQueue() { stop(); }

void AdmissionQueue::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  gathered_changes_.notify_one();
  if (writer_.joinable()) writer_.join();
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
  registry::Submission submission = parts_.projection->state().read(entry);
  submit(std::move(entry), std::move(submission), wait, std::move(done));
}

void AdmissionQueue::submit(std::string entry, registry::Submission submission, ledger::Appender::Wait wait, Done done) {
  const registry::State& state = parts_.projection->state();
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

bool AdmissionQueue::must_gather(Clock::time_point time) const {
  if (to_write_ || gathered_ == answered_) return false;
  return readers_ > 0 || stopping_ || answered_ - gathered_ >= kMostUnwritten || time >= unwritten_since_ + kWritePatience;
}

// What there is to do now; nothing while what was begun must end first.
std::optional<AdmissionQueue::Turn::Work> AdmissionQueue::work(Clock::time_point time) const {
  using Work = Turn::Work;
  if (failure_) {
    if (!queue_.empty()) return Work::refuse;
    return stopping_ && in_flight_ == 0 ? std::optional(Work::stop) : std::nullopt;
  }
  if (must_gather(time)) return in_flight_ == 0 ? std::optional(Work::gather) : std::nullopt;
  if (!queue_.empty()) return answered_ - in_tables_ < kMostBehind ? std::optional(Work::judge) : std::nullopt;
  return stopping_ && in_flight_ == 0 && in_tables_ == answered_ ? std::optional(Work::stop) : std::nullopt;
}

AdmissionQueue::Turn AdmissionQueue::next_turn() {
  std::unique_lock lock(mutex_);
  std::optional<Turn::Work> now;
  while (!(now = work(Clock::now()))) {
    if (failure_ || to_write_ || in_flight_ > 0 || gathered_ == answered_)
      arrived_.wait(lock);
    else
      arrived_.wait_until(lock, unwritten_since_ + kWritePatience);
  }
  Turn turn{.work = *now, .batch = {}};
  if (turn.work == Turn::Work::judge || turn.work == Turn::Work::refuse) {
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMostInABatch));
    std::move(queue_.begin(), end, std::back_inserter(turn.batch));
    queue_.erase(queue_.begin(), end);
  }
  return turn;
}

void AdmissionQueue::loop() {
  while (true) {
    Turn turn = next_turn();
    switch (turn.work) {
      case Turn::Work::stop: return;
      case Turn::Work::refuse:
        for (Request& r : turn.batch) r.done(tl::unexpected(*failure()));
        break;
      case Turn::Work::gather: gather(); break;
      case Turn::Work::judge:
        if (auto admitted = judge(std::move(turn.batch)); !admitted.empty()) append(std::move(admitted));
        break;
    }
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

void AdmissionQueue::append(std::vector<Admitted> admitted) {
  std::vector<std::string> entries;
  entries.reserve(admitted.size());
  for (Admitted& a : admitted) {
    // Who waits for a checkpoint needs the bytes once more, see answer().
    if (a.request.wait == ledger::Appender::Wait::integrated)
      entries.push_back(std::move(a.request.entry));
    else
      entries.push_back(a.request.entry);
  }
  {
    const std::scoped_lock lock(mutex_);
    ++in_flight_;
  }
  auto batch = std::make_shared<std::vector<Admitted>>(std::move(admitted));
  parts_.appender->add(std::move(entries), ledger::Appender::Wait::integrated,
                       [this, batch](Result<ledger::Appender::Added> added) { finish(std::move(*batch), std::move(added)); });
}

// On a thread of the ledger's; two batches may end at once, in any order.
void AdmissionQueue::finish(std::vector<Admitted> admitted, Result<ledger::Appender::Added> added) {
  for (std::size_t i = 0; added && i < admitted.size(); ++i)
    if (added->indices[i] != admitted[i].accepted.leaf)
      added = entente::fail(fmt::format("the ledger put a statement at leaf {}, not {}: somebody else appends to it", added->indices[i],
                                        admitted[i].accepted.leaf));
  if (added) {
    const std::scoped_lock lock(mutex_);
    if (gathered_ == answered_) unwritten_since_ = Clock::now();
    answered_ += admitted.size();
  } else {
    fail(added.error());
  }
  for (Admitted& a : admitted) {
    if (added)
      answer(std::move(a));
    else
      a.request.done(tl::unexpected(added.error()));
  }
  const std::scoped_lock lock(mutex_);
  if (--in_flight_ == 0) arrived_.notify_one();
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

// No batch is under way, and this thread alone changes the State, so it may read it without the lock.
void AdmissionQueue::gather() {
  registry::StoreChanges changes = parts_.projection->take();
  {
    const std::scoped_lock lock(mutex_);
    to_write_ = std::move(changes);
    gathered_ = answered_;
  }
  gathered_changes_.notify_one();
}

void AdmissionQueue::write_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    gathered_changes_.wait(lock, [&] { return to_write_ || over_; });
    if (!to_write_) return;
    const registry::StoreChanges changes = std::move(*to_write_);
    const std::uint64_t covered = gathered_;
    lock.unlock();
    write_tables(changes, covered);
    lock.lock();
    to_write_.reset();
    arrived_.notify_one();
  }
}

void AdmissionQueue::write_tables(const registry::StoreChanges& changes, std::uint64_t covered) {
  Result<void> written;
  {
    const std::scoped_lock lock(*parts_.store_mutex);
    written = parts_.projection->write(changes);
  }
  if (!written) return fail(written.error());  // what was answered is in the ledger: the tables heal at the next start
  {
    const std::unique_lock lock(*parts_.lock);
    parts_.changed(changes);
  }
  const std::scoped_lock lock(mutex_);
  in_tables_ = covered;
  written_.notify_all();
}

void AdmissionQueue::fail(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (!failure_) failure_ = error;
  written_.notify_all();
  arrived_.notify_one();
}

}  // namespace entente::server
