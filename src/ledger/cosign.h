// The log's side of the witness protocol (https://c2sp.org/tlog-witness): collects the cosignatures a policy asks for, and listens when a
// witness knows a later checkpoint than the log does, which means that the log's disk was put back, or that its key signs elsewhere.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/appender.h"
#include "ledger/web.h"
#include "merkle/policy.h"
#include "merkle/tree.h"

namespace entente::ledger {

struct CosignerOptions {
  std::chrono::milliseconds deadline{10'000};    // for reaching the quorum
  std::chrono::milliseconds grace{100};          // after that, for the witnesses that have not answered yet
  std::function<void(const std::string&)> warn;  // told what an operator should know; from any thread, one call at a time
};

// What the witnesses said when the log was started.
struct StartAnswers {
  std::size_t asked = 0;
  std::size_t answered = 0;  // with what they know of this log
};

// Holds one thread a witness, so that a slow one never holds up the others. cosign() and ask_at_start() from one thread at a time.
class Cosigner {
 public:
  // Witnesses without a URL, and with keys Entente does not know, are not asked; if the others cannot reach the quorum, that is an error.
  [[nodiscard]] static Result<std::unique_ptr<Cosigner>> start(merkle::Policy policy, keys::VerifierKey log, Post post, Get get,
                                                               CosignerOptions options = {});
  ~Cosigner();  // waits for requests under way, which `post` bounds

  // Appender's Cosign hook. `note`: a checkpoint signed by the log, not published yet; `previous`: the size published last, which witnesses
  // are taken to know until they say otherwise (409). `consistency` is called under a lock and not after this returns. Gives the note with
  // the cosignatures added, in the policy's order. Errors: the quorum was not reached in time, with what each witness said; or a witness
  // showed a checkpoint signed by the log's key that this log does not contain: then nothing may be published. A witness that only claims
  // to know a larger size, without showing it, is warned about and does not count.
  [[nodiscard]] Result<std::string> cosign(const std::string& note, merkle::TreeSize previous, const ConsistencyReader& consistency);

  // Asks every witness, before anything new is signed, whether it knows a later checkpoint than `note`, the log's latest. Errors: one does,
  // or claims to; or one knows another tree of this size. Witnesses that cannot be reached are warned about: how many must answer is the
  // caller's decision.
  [[nodiscard]] Result<StartAnswers> ask_at_start(const std::string& note);

 private:
  struct State;
  explicit Cosigner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente::ledger
