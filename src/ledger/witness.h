// A witness (https://c2sp.org/tlog-witness): remembers the latest checkpoint of each log it knows, and cosigns a later one only with proof
// that the log merely grew. HTTP is not here: a server hands in bodies and paths and sends the answers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "keys/keys.h"
#include "ledger/io.h"
#include "ledger/web.h"
#include "merkle/tree.h"

namespace entente::ledger {

// One folder, one process (a lock is held), one key. For each origin a file <hex sha256(origin)>.checkpoint holds the checkpoint last
// cosigned with the log's and the witness's signature: the state and what monitors are given are the same bytes. add_checkpoint() and get()
// may be called from several threads at once.
class Witness {
 public:
  // Told when a log was caught: "…". Called on the thread that serves the request.
  using Alarm = std::function<void(const std::string& message)>;

  // `key` must be of type cosignature_v1, the logs' of type ed25519; several keys of one name belong to one log (key rotation). Makes the
  // folder if absent. A state file that no key of its origin signed is an error: the witness must not forget what it cosigned.
  [[nodiscard]] static Result<std::unique_ptr<Witness>> open(std::shared_ptr<Io> io, keys::SigningKey key,
                                                             const std::vector<keys::VerifierKey>& logs, Alarm alarm = {});
  ~Witness();

  // POST <prefix>/add-checkpoint. `now` is the cosignature's time. Status by the specification: 400 malformed or old size beyond the
  // checkpoint's; 404 unknown origin; 403 no signature of the log, or one that fails; 409 with the known size; 422 proof that does not
  // hold, or a second root for one size; 200 with the cosignature line. Besides: 503 if the clock went back behind the last cosignature,
  // 500 if the state could not be made durable (then that origin is served no more until the folder is opened again). The new state is on
  // the disk before the answer is returned. A log caught with two contradicting checkpoints is kept as a fork proof file.
  [[nodiscard]] Answer add_checkpoint(std::string_view body, Instant now);
  // GET <prefix>/<hex sha256(origin)>/checkpoint, the path from the prefix on, with its leading slash.
  [[nodiscard]] Answer get(std::string_view path) const;

  [[nodiscard]] const keys::VerifierKey& verifier() const;
  // The size last cosigned for this origin; 0 if none.
  [[nodiscard]] merkle::TreeSize size(std::string_view origin) const;

 private:
  struct State;
  explicit Witness(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The name under which a witness serves an origin: lower-case hex SHA-256.
[[nodiscard]] std::string origin_hash(std::string_view origin);

}  // namespace entente::ledger
