// Collecting cosignatures. Each witness has a thread and remembers the size it last cosigned. A round hands the checkpoint to all idle
// threads and waits until the quorum is reached (then briefly for the rest), all have answered, or the deadline. A 409 answer names the
// size to prove from; a size beyond the log's own is the alarm.
#include "ledger/cosign.h"

#include <fmt/format.h>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "core/utf8.h"
#include "ledger/witness.h"
#include "merkle/checkpoint.h"
#include "merkle/witness_protocol.h"

namespace entente::ledger {
namespace {

constexpr int kAttempts = 3;  // one, one more after a 409, and one for a race with another request

// One checkpoint on its way to all witnesses.
struct Submission {
  enum class Purpose { cosign, start };
  Purpose purpose = Purpose::cosign;
  std::string note, text;
  merkle::Checkpoint checkpoint;
  merkle::TreeSize previous = 0;

  std::mutex reader_mutex;
  const ConsistencyReader* reader = nullptr;  // guarded by reader_mutex; null once the round is over

  Result<merkle::Proof> proof(merkle::TreeSize from) {
    if (from == 0 || from == checkpoint.size) return merkle::Proof{};
    const std::scoped_lock guard(reader_mutex);
    if (reader == nullptr) return fail("the answer came too late");
    return (*reader)(from, checkpoint.size);
  }
  void close() {
    const std::scoped_lock guard(reader_mutex);
    reader = nullptr;
  }
};

// What a witness's thread brings back.
struct Outcome {
  bool done = false;
  bool knows = false;          // it said what it knows of the log
  std::string line;            // its cosignature; empty: none
  std::string problem;         // why not
  std::optional<Error> alarm;  // nothing may be published
};

struct Worker {
  std::string name;
  std::string url;  // without a final slash
  keys::VerifierKey key;
  std::optional<merkle::TreeSize> known;  // its size, as far as we know; only the worker's thread uses it
  std::shared_ptr<Submission> job;        // guarded by State::mutex; null: idle
  Outcome outcome;                        // of the current round; guarded by State::mutex
  std::jthread thread;
};

std::string short_text(const Answer& answer) {
  const std::string_view body(answer.body);
  return fmt::format("status {}: {}", answer.status, printable(body.substr(0, body.find('\n')), 200));
}

bool has_media_type(const Answer& answer, std::string_view type) {
  return std::string_view(answer.content_type).substr(0, answer.content_type.find_first_of("; ")) == type;
}

}  // namespace

struct Cosigner::State {
  merkle::Policy policy;
  std::optional<keys::VerifierKey> log;
  Post post;
  Get get;
  CosignerOptions options;
  std::mutex warn_mutex;

  std::mutex mutex;
  std::condition_variable work, answers;
  bool stopping = false;                // guarded by mutex
  std::shared_ptr<Submission> current;  // guarded by mutex: an answer to an earlier one is thrown away
  std::vector<std::unique_ptr<Worker>> workers;

  void warn(const std::string& message) {
    const std::scoped_lock guard(warn_mutex);
    if (options.warn) options.warn(message);
  }
  void run(Worker& worker);
  Outcome ask(Worker& worker, Submission& submission);
  Outcome larger_size(Worker& worker, Submission& submission, merkle::TreeSize claimed);
  std::optional<Error> shown_contradiction(const Worker& worker, Submission& submission);
  std::shared_ptr<Submission> submit(Submission::Purpose purpose, const std::string& note, const merkle::Checkpoint& checkpoint,
                                     merkle::TreeSize previous, const ConsistencyReader* reader);
  bool quorum_reached() const;
  void wait(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Submission>& submission, Submission::Purpose purpose);
};

Cosigner::Cosigner(std::unique_ptr<State> state) : state_(std::move(state)) {}

Cosigner::~Cosigner() {
  {
    const std::scoped_lock guard(state_->mutex);
    state_->stopping = true;
  }
  state_->work.notify_all();
  state_->workers.clear();  // joins
}

Result<std::unique_ptr<Cosigner>> Cosigner::start(merkle::Policy policy, keys::VerifierKey log, Post post, Get get,
                                                  CosignerOptions options) {
  auto state = std::make_unique<State>();
  std::vector<keys::VerifierKey> reachable;
  for (const merkle::Policy::Witness& witness : policy.witnesses) {
    if (!witness.key.key || witness.url.empty()) continue;
    std::string url = witness.url;
    while (url.ends_with('/')) url.pop_back();
    reachable.push_back(*witness.key.key);
    state->workers.push_back(std::make_unique<Worker>(Worker{.name = printable(witness.name, 100),
                                                             .url = std::move(url),
                                                             .key = *witness.key.key,
                                                             .known = {},
                                                             .job = {},
                                                             .outcome = {},
                                                             .thread = {}}));
  }
  if (!policy.satisfied_by(reachable))
    return fail(fmt::format("the policy's quorum ({}) cannot be reached: {} of its {} witnesses have a URL and a key type Entente knows",
                            policy.quorum_text(), reachable.size(), policy.witnesses.size()),
                {}, "add the witnesses' submission prefixes to their lines");
  state->policy = std::move(policy);
  state->log = std::move(log);
  state->post = std::move(post);
  state->get = std::move(get);
  state->options = std::move(options);
  for (const auto& worker : state->workers) worker->thread = std::jthread([s = state.get(), w = worker.get()] { s->run(*w); });
  return std::unique_ptr<Cosigner>(new Cosigner(std::move(state)));
}

void Cosigner::State::run(Worker& worker) {
  std::unique_lock lock(mutex);
  for (;;) {
    work.wait(lock, [&] { return stopping || worker.job; });
    if (stopping) return;
    const std::shared_ptr<Submission> job = worker.job;
    lock.unlock();
    Outcome outcome = ask(worker, *job);
    outcome.done = true;
    lock.lock();
    if (current == job) worker.outcome = std::move(outcome);
    worker.job = nullptr;
    answers.notify_all();
  }
}

Outcome Cosigner::State::ask(Worker& worker, Submission& submission) {
  const auto problem = [&](std::string what) { return Outcome{.problem = std::move(what)}; };
  const bool start = submission.purpose == Submission::Purpose::start;
  merkle::TreeSize old_size = start ? submission.checkpoint.size : worker.known.value_or(submission.previous);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (old_size > submission.checkpoint.size) return larger_size(worker, submission, old_size);
    auto proof = submission.proof(old_size);
    if (!proof) return problem(proof.error().what);
    const merkle::AddCheckpoint request{.old_size = old_size, .proof = std::move(*proof), .note = submission.note};
    const auto answer = post(worker.url + "/add-checkpoint", request.str());
    if (!answer) return problem(answer.error().what);
    if (answer->status == 200) {
      auto cosignature = merkle::read_cosignature(submission.text, answer->body, worker.key);
      if (!cosignature) return problem(cosignature.error().what);
      worker.known = submission.checkpoint.size;
      return {.knows = true, .line = std::move(cosignature->line)};
    }
    if (answer->status == 422) {
      if (auto alarm = shown_contradiction(worker, submission)) return {.knows = true, .problem = alarm->what, .alarm = std::move(alarm)};
      return problem(short_text(*answer));
    }
    const auto size = merkle::parse_size_answer(answer->body);
    if (answer->status != 409 || !has_media_type(*answer, merkle::kSizeMediaType) || !size) return problem(short_text(*answer));
    if (*size > submission.checkpoint.size) return larger_size(worker, submission, *size);
    worker.known = *size;
    if (start) return {.knows = true};
    if (*size == old_size) return problem("it refuses the very size it says it has");
    old_size = *size;
  }
  return problem("it names another size at every attempt");
}

// The witness says it has cosigned a larger tree. It can only have done so if our key signed one.
Outcome Cosigner::State::larger_size(Worker& worker, Submission& submission, merkle::TreeSize claimed) {
  worker.known.reset();
  if (auto alarm = shown_contradiction(worker, submission)) return {.knows = true, .problem = alarm->what, .alarm = std::move(alarm)};
  Error claim{.what = fmt::format("witness {} claims to have cosigned {} entries of this log, which has {}, but shows no checkpoint of it",
                                  worker.name, claimed, submission.checkpoint.size),
              .where = {},
              .hint =
                  "if the log's disk was put back to an older state, restore the later one from a mirror; if the witness lies, take it out "
                  "of the policy"};
  warn(claim.what);
  if (submission.purpose == Submission::Purpose::start) return {.knows = true, .problem = claim.what, .alarm = std::move(claim)};
  return {.problem = claim.what};
}

// What the witness serves to monitors, if our own key signed it and it is not a part of the submitted tree.
std::optional<Error> Cosigner::State::shown_contradiction(const Worker& worker, Submission& submission) {
  const auto answer = get(fmt::format("{}/{}/checkpoint", worker.url, origin_hash(log->name())));
  if (!answer || answer->status != 200) return std::nullopt;
  const auto verified = merkle::verify_checkpoint(answer->body, *log);
  if (!verified) return std::nullopt;
  const merkle::Checkpoint& theirs = verified->checkpoint;
  const merkle::Checkpoint& ours = submission.checkpoint;
  if (theirs.size > ours.size)
    return Error{
        .what = fmt::format("witness {} shows a checkpoint of {} entries signed by this log's key; this log has {}", worker.name,
                            theirs.size, ours.size),
        .where = {},
        .hint =
            "the log's disk was put back to an older state, or the key signs elsewhere: sign nothing, restore the later state from a "
            "mirror or backup"};
  const auto proof = submission.proof(theirs.size);
  if (!proof || merkle::verify_consistency(theirs.size, ours.size, theirs.root, ours.root, *proof)) return std::nullopt;
  return Error{
      .what = fmt::format("witness {} shows a checkpoint of {} entries signed by this log's key, and they are not the first {} of this log",
                          worker.name, theirs.size, theirs.size),
      .where = {},
      .hint = "two histories were signed with this key (a fork): sign nothing, and find out who else has the key or an old copy"};
}

std::shared_ptr<Submission> Cosigner::State::submit(Submission::Purpose purpose, const std::string& note,
                                                    const merkle::Checkpoint& checkpoint, merkle::TreeSize previous,
                                                    const ConsistencyReader* reader) {
  auto submission = std::make_shared<Submission>();
  submission->purpose = purpose;
  submission->note = note;
  submission->text = checkpoint.str();
  submission->checkpoint = checkpoint;
  submission->previous = previous;
  submission->reader = reader;
  current = submission;
  for (const auto& worker : workers) {
    worker->outcome = {};
    if (worker->job)
      worker->outcome = {.done = true, .problem = "it has not answered an earlier request yet"};
    else
      worker->job = submission;
  }
  work.notify_all();
  return submission;
}

bool Cosigner::State::quorum_reached() const {
  std::vector<keys::VerifierKey> cosigners;
  for (const auto& worker : workers)
    if (worker->outcome.done && !worker->outcome.line.empty()) cosigners.push_back(worker->key);
  return policy.satisfied_by(cosigners);
}

void Cosigner::State::wait(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Submission>& submission, Submission::Purpose purpose) {
  using Steady = std::chrono::steady_clock;
  auto until = Steady::now() + options.deadline;
  bool reached = false;
  for (;;) {
    bool pending = false;
    for (const auto& worker : workers) {
      pending |= worker->job == submission;
      if (worker->outcome.alarm) return;
    }
    if (!pending) return;
    if (purpose == Submission::Purpose::cosign && !reached && quorum_reached()) {
      reached = true;
      until = std::min(until, Steady::now() + options.grace);
    }
    if (answers.wait_until(lock, until) == std::cv_status::timeout) return;
  }
}

Result<std::string> Cosigner::cosign(const std::string& note, merkle::TreeSize previous, const ConsistencyReader& consistency) {
  State& s = *state_;
  ENTENTE_TRY(const auto verified, merkle::verify_checkpoint(note, *s.log));
  std::unique_lock lock(s.mutex);
  const auto submission = s.submit(Submission::Purpose::cosign, note, verified.checkpoint, previous, &consistency);
  s.wait(lock, submission, Submission::Purpose::cosign);
  std::string out = note;
  std::string problems;
  std::optional<Error> alarm;
  for (const auto& worker : s.workers) {
    const Outcome& outcome = worker->outcome;
    if (outcome.alarm && !alarm) alarm = outcome.alarm;
    if (!outcome.line.empty() && note.find(outcome.line) == std::string::npos) out += outcome.line + "\n";
    if (outcome.line.empty())
      problems += fmt::format("{}{}: {}", problems.empty() ? "" : "; ", worker->name, outcome.done ? outcome.problem : "no answer in time");
  }
  const bool reached = s.quorum_reached();
  lock.unlock();
  submission->close();
  if (alarm) return fail(std::move(*alarm));
  if (!reached)
    return fail(fmt::format("the quorum ({}) was not reached: {}", s.policy.quorum_text(), problems), {},
                "the checkpoint is not published; it is tried again at the next turn");
  if (!problems.empty()) s.warn("not cosigned by " + problems);
  return out;
}

Result<StartAnswers> Cosigner::ask_at_start(const std::string& note) {
  State& s = *state_;
  ENTENTE_TRY(const auto verified, merkle::verify_checkpoint(note, *s.log));
  std::unique_lock lock(s.mutex);
  const auto submission = s.submit(Submission::Purpose::start, note, verified.checkpoint, verified.checkpoint.size, nullptr);
  s.wait(lock, submission, Submission::Purpose::start);
  StartAnswers answers{.asked = s.workers.size()};
  std::vector<std::string> silent;
  std::optional<Error> alarm;
  for (const auto& worker : s.workers) {
    const Outcome& outcome = worker->outcome;
    if (outcome.alarm && !alarm) alarm = outcome.alarm;
    answers.answered += outcome.knows ? 1 : 0;
    if (!outcome.knows) silent.push_back(fmt::format("{}: {}", worker->name, outcome.done ? outcome.problem : "no answer in time"));
  }
  lock.unlock();
  submission->close();
  if (alarm) return fail(std::move(*alarm));
  for (const std::string& message : silent) s.warn("witness " + message);
  return answers;
}

}  // namespace entente::ledger
