// A monitor: looks at a log again and again, verifies that it only grows, reports what is new, and keeps proof when it was caught forking.
// It stores no entries: only the latest checkpoint it verified.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ledger/io.h"
#include "ledger/mirror.h"

namespace entente::ledger {

struct MonitorOptions {
  enum class Start { beginning, now };
  std::optional<merkle::Policy> policy;  // checkpoints that miss its quorum are errors
  Start start = Start::beginning;        // what the first look takes as new: all entries, or none
};

// One at a time on a folder (a lock is held). Not thread-safe.
class Monitor {
 public:
  using TakeEntry = std::function<Result<void>(merkle::LeafIndex index, ByteView entry)>;

  // `io`: the state folder, made if absent. A state of another log is an error.
  [[nodiscard]] static Result<Monitor> open(std::shared_ptr<Io> io, const keys::VerifierKey& log, MonitorOptions options = {});

  // One round: signature (and quorum), consistency with the checkpoint remembered, then every new entry, authenticated, in order to `take`.
  // The state moves on when all were taken: after an error the next round gives them again. A checkpoint older than the one remembered is
  // compared too, as far as the source still has the tiles for it.
  [[nodiscard]] Result<Round> look(const Fetch& fetch, const TakeEntry& take);

  // Compares a checkpoint from somewhere else (a witness, a mirror, a friend) with the one remembered; the tree is read from `fetch`. It
  // must be signed by the log. Nothing is remembered but a fork. Outcomes: unchanged (same tree), grown (it is later), behind (earlier),
  // forked.
  [[nodiscard]] Result<Round> compare(const std::string& note, const Fetch& fetch);

  // The checkpoint remembered; nullopt before the first look.
  [[nodiscard]] const std::optional<SignedCheckpoint>& last() const { return last_; }

 private:
  Monitor(std::shared_ptr<Io> io, keys::VerifierKey log, MonitorOptions options)
      : io_(std::move(io)), log_(std::move(log)), options_(std::move(options)) {}
  [[nodiscard]] Result<void> remember(SignedCheckpoint checkpoint);
  [[nodiscard]] Result<Round> against_last(const SignedCheckpoint& shown, const Fetch& fetch);

  std::shared_ptr<Io> io_;
  std::unique_ptr<WriterLock> lock_;
  keys::VerifierKey log_;
  MonitorOptions options_;
  std::optional<SignedCheckpoint> last_;
  std::size_t forks_ = 0;
};

}  // namespace entente::ledger
