// Three committing threads follow each other through three stages: staging (taking requests off the queue and laying them out), writing
// (entries to the disk) and sealing (the commit record). Each stage has a lock; a thread takes the next one before it gives the last one
// back, so batches keep their order, and the disk can sync one batch's record and the next one's entries at once. With little queued a
// thread waits for its turn to write before it looks into the queue: what arrives meanwhile still joins the batch. With much queued it lays
// the batch out while another is being written, so that hashing and disk work at once. A lone caller that waits for each answer would have
// two threads woken one after the other for each entry; so the thread that waits for it is woken together with the caller, and looks out
// for the next entry for a moment without sleeping. One more thread signs and publishes.
#include "ledger/appender.h"

#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "ledger/state.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kFull = "the log's queue is full";
using Clock = std::chrono::steady_clock;

constexpr std::size_t kEarly = 256 << 10;  // bytes queued from which a batch is laid out while the one before is being committed
// How long a lone caller's next entry is looked out for: a few times what waking a thread takes, well below a disk's sync.
constexpr std::chrono::microseconds kLookOut{200};

struct Request {
  std::vector<std::string> entries;
  std::size_t bytes = 0;
  Appender::Wait wait = Appender::Wait::integrated;
  Appender::Done done;
};

// A request whose entries are in the tree, waiting for a checkpoint.
struct Waiting {
  Appender::Added added;
  Appender::Done done;
  Clock::time_point since = Clock::now();
};

Error stopped() { return {.what = "the log is not taking entries any more: it was stopped", .where = {}, .hint = {}}; }

}  // namespace

bool is_full(const Error& error) { return error.what == kFull; }

struct Appender::Impl {
  Impl(std::unique_ptr<Writer> w, std::shared_ptr<const keys::SigningKey> k, Options o, Cosign c)
      : writer(std::move(w)), key(std::move(k)), options(o), cosign(std::move(c)) {}

  void commit_loop();
  void learn();
  void wait_for_any(std::unique_lock<std::mutex>& lock);  // on `mutex`, as the next
  std::vector<Request> take();                            // requests for one batch, off the queue; the caller holds `mutex`
  void look_out_for_lone_caller(const std::vector<Request>& batch);
  void commit(std::vector<Request> batch, std::unique_lock<std::mutex> staging_lock, std::unique_lock<std::mutex> writing_lock);
  void answer(std::vector<Request>& batch, const Staged& staged);
  void fail_with(const Error& error, std::vector<Request> batch);
  void reserve_loop();
  void publish_loop();
  Result<void> publish_once();
  void answer_published(merkle::TreeSize size, const std::string& note);
  void answer_without_checkpoint();  // those who have waited long enough
  void fail_waiting(const Error& error);

  std::unique_ptr<Writer> writer;
  const std::shared_ptr<const keys::SigningKey> key;
  const Options options;
  const Cosign cosign;

  std::mutex staging, writing, sealing;  // in this order, all before `mutex`
  bool learned = false;                  // all of the log's hashes; under `staging`
  mutable std::mutex mutex;
  std::condition_variable queued, to_publish, to_reserve;
  bool lone_caller = false;                // the last commit was one caller's, and the queue is empty: look out for the next
  std::atomic<std::uint64_t> arrivals{0};  // calls of add() that came into the queue
  std::deque<Request> queue;
  std::size_t pending_bytes = 0;
  std::deque<Waiting> waiting;
  std::optional<Error> failure;
  std::optional<Error> cosign_error;  // of the last turn
  bool stopping = false;
  bool reserve_wanted = false;
  bool commits_over = false;  // the committing threads have ended
  std::vector<std::thread> committers;
  std::thread publisher, reserver;
  std::once_flag stop_once;
  Result<void> stop_result;
  merkle::TreeSize last_integrated = 0, last_published = 0;  // once stopped
};

std::vector<Request> Appender::Impl::take() {
  std::vector<Request> batch;
  std::size_t bytes = 0;
  std::size_t entries = 0;
  while (!queue.empty()) {
    Request& next = queue.front();
    if (!batch.empty() && (bytes + next.bytes > options.max_batch_bytes || entries + next.entries.size() > options.max_batch_entries))
      break;
    bytes += next.bytes;
    entries += next.entries.size();
    batch.push_back(std::move(next));
    queue.pop_front();
  }
  pending_bytes -= bytes;
  return batch;
}

void Appender::Impl::commit_loop() {
  while (true) {
    std::unique_lock staging_lock(staging);
    learn();
    std::unique_lock writing_lock(writing, std::defer_lock);
    std::unique_lock lock(mutex);
    wait_for_any(lock);
    if (queue.empty()) return;
    if (pending_bytes < kEarly) {
      lock.unlock();
      writing_lock.lock();
      lock.lock();
    }
    std::vector<Request> batch = take();
    lock.unlock();
    commit(std::move(batch), std::move(staging_lock), std::move(writing_lock));
  }
}

// The table of duplicates is read in as soon as the log is open, not when the first entry comes.
void Appender::Impl::learn() {
  const auto stopped = [&] {
    const std::scoped_lock lock(mutex);
    return stopping;
  };
  while (!learned && !stopped()) learned = !writer->learn_some();
}

void Appender::Impl::wait_for_any(std::unique_lock<std::mutex>& lock) {
  while (queue.empty() && !stopping) {
    queued.wait(lock, [&] { return !queue.empty() || stopping || lone_caller; });
    if (!std::exchange(lone_caller, false)) continue;
    const std::uint64_t before = arrivals;
    lock.unlock();
    for (const auto until = Clock::now() + kLookOut; arrivals == before && Clock::now() < until;) std::this_thread::yield();
    lock.lock();
  }
}

void Appender::Impl::look_out_for_lone_caller(const std::vector<Request>& batch) {
  if (batch.size() != 1 || std::thread::hardware_concurrency() < 2) return;
  {
    const std::scoped_lock lock(mutex);
    lone_caller = queue.empty();
  }
  queued.notify_one();
}

void Appender::Impl::commit(std::vector<Request> batch, std::unique_lock<std::mutex> staging_lock,
                            std::unique_lock<std::mutex> writing_lock) {
  std::vector<ByteView> views;
  for (const Request& r : batch)
    for (const std::string& e : r.entries) views.push_back(as_bytes(e));
  const auto staged = writer->stage(views);
  if (!writing_lock.owns_lock()) writing_lock.lock();
  staging_lock.unlock();
  if (!staged) return fail_with(staged.error(), std::move(batch));
  if (const auto done = writer->write(*staged); !done) return fail_with(done.error(), std::move(batch));
  if (staged->batch.segment.size() >= options.large_batch_bytes) {
    const std::scoped_lock lock(mutex);
    reserve_wanted = true;
    to_reserve.notify_one();
  }
  std::unique_lock sealing_lock(sealing);
  writing_lock.unlock();
  if (const auto done = writer->seal(*staged); !done) return fail_with(done.error(), std::move(batch));
  sealing_lock.unlock();
  look_out_for_lone_caller(batch);
  answer(batch, *staged);
}

void Appender::Impl::answer(std::vector<Request>& batch, const Staged& staged) {
  auto index = staged.indices.begin();
  const merkle::TreeSize size = staged.batch.after.size;
  bool wanted = false;
  for (Request& r : batch) {
    Added added{.indices = {index, index + static_cast<std::ptrdiff_t>(r.entries.size())}, .size = size, .checkpoint = {}};
    index += static_cast<std::ptrdiff_t>(r.entries.size());
    if (r.wait == Wait::integrated) {
      r.done(std::move(added));
      continue;
    }
    const std::scoped_lock lock(mutex);
    waiting.push_back({.added = std::move(added), .done = std::move(r.done)});
    wanted = true;
  }
  if (!wanted && staged.batch.empty()) return;
  { const std::scoped_lock lock(mutex); }  // the publisher is either waiting by now or will see the commit
  to_publish.notify_one();
}

// The storage failed or the tree is damaged: what is staged behind this batch cannot be committed either.
void Appender::Impl::fail_with(const Error& error, std::vector<Request> batch) {
  Error first;
  {
    const std::scoped_lock lock(mutex);
    if (!failure) failure = error;
    first = *failure;
    for (Request& r : queue) batch.push_back(std::move(r));
    queue.clear();
    pending_bytes = 0;
  }
  for (Request& r : batch) r.done(fail(first));
  to_publish.notify_one();
}

void Appender::Impl::answer_published(merkle::TreeSize size, const std::string& note) {
  std::vector<Waiting> ready;
  {
    const std::scoped_lock lock(mutex);
    // In no order of size: two commits may have been answered by two threads.
    std::erase_if(waiting, [&](Waiting& w) {
      if (w.added.size > size) return false;
      ready.push_back(std::move(w));
      return true;
    });
  }
  for (Waiting& w : ready) {
    w.added.checkpoint = note;
    w.done(std::move(w.added));
  }
}

void Appender::Impl::answer_without_checkpoint() {
  std::vector<Waiting> late;
  {
    const std::scoped_lock lock(mutex);
    const auto since = Clock::now() - options.publish_patience;
    std::erase_if(waiting, [&](Waiting& w) {
      if (w.since > since) return false;
      late.push_back(std::move(w));
      return true;
    });
  }
  for (Waiting& w : late) w.done(std::move(w.added));
}

void Appender::Impl::fail_waiting(const Error& error) {
  std::deque<Waiting> all;
  {
    const std::scoped_lock lock(mutex);
    all.swap(waiting);
  }
  for (Waiting& w : all) w.done(fail(error));
}

Result<void> Appender::Impl::publish_once() {
  const Head before = writer->head();
  if (before.journal.commit.size == before.checkpoint.size) {  // duplicates only: what covers them is published already
    answer_published(before.checkpoint.size, before.note);
    return {};
  }
  auto signed_note = writer->sign(*key);
  if (!signed_note) {
    const std::scoped_lock lock(mutex);
    if (!failure) failure = signed_note.error();
    return fail(signed_note.error());
  }
  if (cosign) {
    const ConsistencyReader proofs = [this](merkle::TreeSize from, merkle::TreeSize to) {
      return merkle::consistency_proof(from, to, writer->storage().node_reader());
    };
    auto note = cosign(signed_note->note, before.checkpoint.size, proofs);
    const std::scoped_lock lock(mutex);
    cosign_error = note ? std::nullopt : std::optional(note.error());
    if (!note) return fail(note.error());
    signed_note->note = std::move(*note);
  }
  if (const auto done = writer->publish(*signed_note); !done) {
    const std::scoped_lock lock(mutex);
    if (!failure) failure = done.error();
    return done;
  }
  answer_published(signed_note->checkpoint.size, signed_note->note);
  return {};
}

void Appender::Impl::reserve_loop() {
  std::unique_lock lock(mutex);
  while (true) {
    to_reserve.wait(lock, [&] { return reserve_wanted || stopping; });
    if (stopping) return;
    reserve_wanted = false;
    lock.unlock();
    const auto done = writer->reserve_ahead(options.reserve_bytes);
    lock.lock();
    if (!done && !failure) failure = done.error();
  }
}

void Appender::Impl::publish_loop() {
  auto next = Clock::now();
  while (true) {
    std::unique_lock lock(mutex);
    const auto wanted = [&] { return commits_over || failure || !waiting.empty() || writer->committed().size != writer->published().size; };
    to_publish.wait(lock, wanted);
    if (!commits_over && !failure) to_publish.wait_until(lock, next, [&] { return commits_over || failure.has_value(); });
    const bool last = commits_over;
    const std::optional<Error> broken = failure;
    lock.unlock();
    if (broken) {
      fail_waiting(*broken);
      if (last) return;
      lock.lock();
      to_publish.wait(lock, [&] { return commits_over || !waiting.empty(); });
      continue;
    }
    const auto done = publish_once();
    next = Clock::now() + options.publish_every;
    if (!done) answer_without_checkpoint();
    if (!last) continue;
    fail_waiting(done ? stopped() : done.error());
    return;
  }
}

Appender::Appender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Appender::~Appender() { (void)stop(); }

Result<std::unique_ptr<Appender>> Appender::start(Ledger log, std::shared_ptr<const keys::SigningKey> key, Options options, Cosign cosign) {
  if (!log.state_->writer) return fail("the log is open for reading only");
  if (!key || key->verifier() != log.state_->key) return fail("this key is not the log's", {}, "give the key the log was made with");
  auto impl = std::make_unique<Impl>(std::move(log.state_->writer), std::move(key), options, std::move(cosign));
  Impl& i = *impl;
  for (int t = 0; t < 3; ++t) i.committers.emplace_back([&i] { i.commit_loop(); });
  i.publisher = std::thread([&i] { i.publish_loop(); });
  i.reserver = std::thread([&i] { i.reserve_loop(); });
  return std::unique_ptr<Appender>(new Appender(std::move(impl)));
}

void Appender::add(std::vector<std::string> entries, Wait wait, Done done) {
  Request request{.entries = std::move(entries), .wait = wait, .done = std::move(done)};
  for (const std::string& entry : request.entries) {
    if (entry.size() > kMaxEntryBytes)
      return request.done(
          fail(fmt::format("an entry has {} bytes; a log takes at most {}", entry.size(), kMaxEntryBytes), {}, "log its digest instead"));
    request.bytes += entry.size() + 2;
  }
  Impl& i = *impl_;
  if (request.bytes > i.options.max_pending_bytes)
    return request.done(
        fail(fmt::format("{} bytes are more than the log takes at once", request.bytes), {}, "send fewer entries at a time"));
  std::optional<Error> refused;
  {
    const std::scoped_lock lock(i.mutex);
    if (i.failure) {
      refused = *i.failure;
    } else if (i.stopping) {
      refused = stopped();
    } else if (i.pending_bytes + request.bytes > i.options.max_pending_bytes) {
      refused = Error{.what = std::string(kFull), .where = {}, .hint = "nothing of this was added; try again in a moment"};
    } else {
      i.pending_bytes += request.bytes;
      i.queue.push_back(std::move(request));
      ++i.arrivals;
    }
  }
  if (refused) return request.done(fail(*refused));  // NOLINT(bugprone-use-after-move): moved only where nothing is refused
  i.queued.notify_one();
}

Result<void> Appender::stop() {
  Impl& i = *impl_;
  std::call_once(i.stop_once, [&] {
    {
      const std::scoped_lock lock(i.mutex);
      i.stopping = true;
    }
    i.queued.notify_all();
    i.to_reserve.notify_all();
    i.reserver.join();
    for (std::thread& t : i.committers) t.join();
    {
      const std::scoped_lock lock(i.mutex);
      i.commits_over = true;
    }
    i.to_publish.notify_one();
    i.publisher.join();
    if (i.failure)
      i.stop_result = fail(*i.failure);
    else if (i.cosign_error)
      i.stop_result = fail(*i.cosign_error);
    const std::scoped_lock lock(i.mutex);
    i.last_integrated = i.writer->committed().size;
    i.last_published = i.writer->published().size;
    i.writer.reset();  // releases the lock
  });
  return i.stop_result;
}

merkle::TreeSize Appender::integrated() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->writer ? impl_->writer->committed().size : impl_->last_integrated;
}

merkle::TreeSize Appender::published() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->writer ? impl_->writer->published().size : impl_->last_published;
}

std::optional<Error> Appender::failure() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->failure;
}

std::optional<Error> Appender::publication_problem() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->cosign_error;
}

}  // namespace entente::ledger
