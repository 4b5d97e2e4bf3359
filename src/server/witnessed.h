// Puts a checkpoint that witnesses cosigned into the ledger, as a witnessed-checkpoint statement signed with the server's verifier key, so
// that a replay can tell which pledges they have seen (P0-02, docs/index-and-scoreboard.md). Private to the room.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "keys/keys.h"
#include "server/api.h"

namespace entente::server {

// One thread of its own, from construction to stop().
class Witnessed {
 public:
  struct Parts {
    std::shared_ptr<const ApiContext> api;
    std::shared_ptr<const keys::SigningKey> key;
    std::function<Result<std::string>()> checkpoint;  // the latest published, with its cosignatures
    std::function<Instant()> clock;
    std::chrono::milliseconds pause{60'000};  // between two statements, and after a failure
  };
  explicit Witnessed(Parts parts);
  ~Witnessed();  // stop()
  void stop();   // before the admission queue stops

 private:
  void run(const std::stop_token& stop);
  // A pledge's leaf that no witnessed checkpoint covers. Nothing: there is none, or the rules name no witness who could.
  [[nodiscard]] std::optional<registry::Leaf> uncovered() const;
  // Nothing: there is none yet over `leaf`.
  [[nodiscard]] Result<std::optional<std::string>> make(registry::Leaf leaf) const;
  [[nodiscard]] Result<void> send(std::string statement) const;

  const Parts parts_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the above
};

}  // namespace entente::server
