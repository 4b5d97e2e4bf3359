// Group commit: many callers add entries, few commits make them durable. Owns the writing Ledger.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace entente::ledger {

// A consistency proof between two sizes of the log, up to the one just signed.
using ConsistencyReader = std::function<Result<merkle::Proof>(merkle::TreeSize from, merkle::TreeSize to)>;

// Thread-safe. A commit takes what is queued when the one before has returned (no timer), up to a cap; while a large one is written and
// synced, the next is hashed and laid out. Checkpoints are signed and published beside that. After an error of the storage everything
// queued and everything added later fails with it, and nothing more is signed: stop, open the log again, start anew.
class Appender {
 public:
  struct Options {
    std::size_t max_batch_bytes = 4 << 20;
    std::size_t max_batch_entries = 16384;
    std::size_t max_pending_bytes = 64 << 20;  // queued, not yet in a commit; more is refused (is_full)
    std::size_t large_batch_bytes = 1 << 20;   // with batches from this size on, room for so many more is kept written ahead:
    std::size_t reserve_bytes = 32 << 20;
    std::chrono::milliseconds publish_patience{20'000};  // Wait::published is answered without a checkpoint after so long
    std::chrono::milliseconds publish_every{200};        // at most so often a checkpoint is published; never without new entries
  };
  enum class Wait {
    integrated,  // durable and in the tree
    published,   // a published checkpoint covers it
  };
  struct Added {
    std::vector<merkle::LeafIndex> indices;  // of each entry given; the same bytes have the same index
    merkle::TreeSize size = 0;               // the tree's, when the entries were in it
    std::string checkpoint;                  // the signed note; for Wait::published, and empty if none came within publish_patience
  };
  using Done = std::function<void(Result<Added>)>;  // called once, on an appender thread (or add()'s, if refused); must not block
  // Called between signing a checkpoint and publishing it, on the publishing thread; gives the note with cosignatures added. An error: the
  // checkpoint is not published, and a (perhaps larger) one is tried at the next turn.
  using Cosign = std::function<Result<std::string>(const std::string& note, merkle::TreeSize previous_published, const ConsistencyReader&)>;

  // `log` must be open for writing. What a crash left unsigned is published at once.
  [[nodiscard]] static Result<std::unique_ptr<Appender>> start(Ledger log, std::shared_ptr<const keys::SigningKey> key, Options options,
                                                               Cosign cosign = {});
  ~Appender();  // stop()
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  // Entries of one call are integrated together or not at all, in order. One above kMaxEntryBytes, or more bytes than may be pending
  // at all, fails this call only.
  void add(std::vector<std::string> entries, Wait wait, Done done);
  // Commits and publishes what is queued, then releases the log. The error is of the first thing that failed; with a Cosign that still
  // refuses, callers that wait for a publication get its error. Safe to call twice; not from a callback.
  Result<void> stop();

  [[nodiscard]] merkle::TreeSize integrated() const;
  [[nodiscard]] merkle::TreeSize published() const;
  // Why nothing more is taken; nullopt while all is well. A published checkpoint stands whatever this says.
  [[nodiscard]] std::optional<Error> failure() const;
  // Why the latest checkpoint could not be published (a Cosign that refused); it is tried again. nullopt while all is well.
  [[nodiscard]] std::optional<Error> publication_problem() const;

 private:
  struct Impl;
  explicit Appender(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The queue was full: try again later.
[[nodiscard]] bool is_full(const Error& error);

}  // namespace entente::ledger
