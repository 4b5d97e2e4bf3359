// A mirror: follows a log through a source it does not trust and keeps a verified copy that can itself be served, read and checked as a
// log.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/progress.h"
#include "ledger/replica.h"
#include "ledger/source.h"
#include "merkle/fork_proof.h"
#include "merkle/policy.h"

namespace entente::ledger {

class RemoteTree;  // ledger/remote_tree.h

// What one look at a log showed. Shared by mirror and monitor.
struct Round {
  enum class Outcome {
    unchanged,  // the same checkpoint as before (or another one of the same size and root)
    grown,      // a later one, consistent with all before
    behind,     // an older one than before, consistent: a cache, or a log put back to an older state
    forked,     // one that contradicts an earlier one: the log signed two histories
  };
  Outcome outcome = Outcome::unchanged;
  merkle::TreeSize before = 0, now = 0;   // sizes; `now` is what the source shows
  std::optional<merkle::ForkProof> fork;  // if and only if forked
  std::string fork_file;                  // where it is kept
  std::string remark;                     // what else the reader should know, in a sentence; may be empty
};

// The source's checkpoint, verified with the key, and the policy if there is one.
struct SignedCheckpoint {
  std::string note;
  merkle::Checkpoint checkpoint;
};
[[nodiscard]] Result<SignedCheckpoint> fetch_checkpoint(const Fetch& fetch, const keys::VerifierKey& log,
                                                        const std::optional<merkle::Policy>& policy);

struct MirrorOptions {
  std::optional<merkle::Policy> policy;            // checkpoints that miss its quorum are errors
  std::size_t batch_bytes = std::size_t{4} << 20;  // entries committed at a time; what an interruption can lose
  // The mirror's own key, of type cosignature/v1: each installed checkpoint carries its cosignature, which states that the mirror holds
  // every entry durably (tlog-mirror).
  std::shared_ptr<const keys::SigningKey> key;
};

// One at a time on a folder. Not thread-safe.
class Mirror {
 public:
  // Opens or makes the folder (see Replica::open). `log`: the key whose checkpoints are followed, also if a policy names more logs.
  [[nodiscard]] static Result<Mirror> open(std::shared_ptr<Io> io, const keys::VerifierKey& log, MirrorOptions options = {});

  // Takes over what is new at the source: verifies the checkpoint's signature (and quorum), that it is consistent with the one held, and
  // every tile and entry of the new part up to its root; then commits batch by batch, and installs the checkpoint last. An error leaves a
  // valid mirror; what was committed by then is kept and not fetched again. A fork changes nothing but the fork proof file.
  [[nodiscard]] Result<Round> update(const Fetch& fetch, Progress& progress);

  [[nodiscard]] const Replica& replica() const { return replica_; }

 private:
  Mirror(Replica replica, MirrorOptions options) : replica_(std::move(replica)), options_(std::move(options)) {}
  [[nodiscard]] Result<Round> forked(Round round, merkle::ForkProof proof);
  // The checkpoint an interrupted update was working towards, if it is ahead of the installed one.
  [[nodiscard]] Result<std::optional<SignedCheckpoint>> pending() const;
  [[nodiscard]] Result<void> copy(RemoteTree& tree, Progress& progress);
  // The note with the mirror's cosignature, if it has a key and has not cosigned it.
  [[nodiscard]] Result<std::string> cosigned(std::string note) const;

  Replica replica_;
  MirrorOptions options_;
  std::size_t forks_ = 0;
};

}  // namespace entente::ledger
