// Opening the log anew whenever its checkpoint file was replaced, and showing the new state only if the old one is provably a prefix of it:
// whoever followed this server so far must not be shown a fork, even where the folder was swapped underneath it.
#include "ledger/served_log.h"

#include <fmt/format.h>

#include "merkle/checkpoint.h"
#include "merkle/signed_note.h"

namespace entente::ledger {
namespace {

Result<merkle::Checkpoint> checkpoint_of(const Ledger& log) {
  ENTENTE_TRY(const std::string text, log.checkpoint());
  ENTENTE_TRY(const merkle::Note note, merkle::Note::parse(text));
  return merkle::Checkpoint::parse(note.text);
}

}  // namespace

Result<std::unique_ptr<ServedLog>> ServedLog::open(std::filesystem::path folder, std::chrono::milliseconds refresh,
                                                   std::function<void(const Error&)> problem) {
  std::unique_ptr<ServedLog> out(new ServedLog(std::move(folder), refresh, std::move(problem)));
  if (const auto stamp = out->stamp(); stamp && stamp->is_conclusive()) out->stamp_ = *stamp;
  ENTENTE_TRY(Ledger log, Ledger::open_read(out->folder_));
  out->log_ = std::make_shared<const Ledger>(std::move(log));
  return out;
}

std::optional<ServedLog::Stamp> ServedLog::stamp() const {
  struct stat s{};
  if (::stat((folder_ / kCheckpointFile).c_str(), &s) != 0) return std::nullopt;
  return Stamp{.inode = s.st_ino, .time = s.st_mtim};
}

// File times have the granularity of the kernel's tick, and inodes are used again: another checkpoint within the same tick looks the same.
bool ServedLog::Stamp::is_conclusive() const {
  ::timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  constexpr long kMillion = 1'000'000;
  return (now.tv_sec - time.tv_sec) * 1000 + (now.tv_nsec - time.tv_nsec) / kMillion > 100;
}

std::shared_ptr<const Ledger> ServedLog::shown() const {
  const std::scoped_lock lock(mutex_);
  return log_;
}

std::optional<Error> ServedLog::problem() const {
  const std::scoped_lock lock(mutex_);
  return problem_;
}

std::shared_ptr<const Ledger> ServedLog::current() {
  const Clock::rep now = Clock::now().time_since_epoch().count();
  if (now >= next_look_.load(std::memory_order_relaxed)) {
    if (const std::unique_lock lock(looking_, std::try_to_lock); lock) look();
  }
  return shown();
}

std::shared_ptr<const Ledger> ServedLog::of_size(merkle::TreeSize size) {
  if (auto log = shown(); log->size() >= size) return log;
  const std::scoped_lock lock(looking_);
  if (auto log = shown(); log->size() >= size) return log;
  look();
  return shown();
}

void ServedLog::look() {
  const auto before = stamp();
  if (!before || !before->same_as(stamp_)) {
    auto next = newer(*shown());
    const std::scoped_lock lock(mutex_);
    if (next) {
      log_ = std::move(*next);
      problem_.reset();
      stamp_ = before && before->is_conclusive() ? *before : Stamp{};
    } else {
      if (tell_ && (!problem_ || problem_->what != next.error().what)) tell_(next.error());
      problem_ = std::move(next).error();
    }
  }
  next_look_.store((Clock::now() + refresh_).time_since_epoch().count(), std::memory_order_relaxed);
}

Result<std::shared_ptr<const Ledger>> ServedLog::newer(const Ledger& before) const {
  ENTENTE_TRY(Ledger log, Ledger::open_read(folder_));
  if (log.verifier() != before.verifier())
    return fail("the log has another key than when this server started", {.file = folder_.string()}, "start the server again");
  ENTENTE_TRY(const merkle::Checkpoint old, checkpoint_of(before));
  ENTENTE_TRY(const merkle::Checkpoint now, checkpoint_of(log));
  const auto forked = [&](const std::string& why) {
    return fail(fmt::format("the log of {} entries is no continuation of the {} served so far: {}", now.size, old.size, why),
                {.file = folder_.string()},
                "its folder was put back or exchanged; the state served so far is kept. See docs/operating-a-ledger.md");
  };
  if (now.size < old.size) return forked("it went back");
  ENTENTE_TRY(const merkle::Proof proof, log.consistency(old.size, now.size));
  if (const auto fits = merkle::verify_consistency(old.size, now.size, old.root, now.root, proof); !fits) return forked(fits.error().what);
  return std::make_shared<const Ledger>(std::move(log));
}

}  // namespace entente::ledger
