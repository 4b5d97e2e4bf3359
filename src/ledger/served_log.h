// The log a service shows: an open Ledger, replaced by a newer one as checkpoints are published. Private to the room.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "ledger/ledger.h"

namespace entente::ledger {

// Thread-safe.
class ServedLog {
 public:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] static Result<std::unique_ptr<ServedLog>> open(std::filesystem::path folder, std::chrono::milliseconds refresh,
                                                               std::function<void(const Error&)> problem);
  // At most `refresh` old. What it returns does not change any more.
  [[nodiscard]] std::shared_ptr<const Ledger> current();
  // Looks now, if the present one has fewer than `size` entries.
  [[nodiscard]] std::shared_ptr<const Ledger> of_size(merkle::TreeSize size);
  // Why no newer checkpoint is shown; nullopt if all is well.
  [[nodiscard]] std::optional<Error> problem() const;

 private:
  ServedLog(std::filesystem::path folder, std::chrono::milliseconds refresh, std::function<void(const Error&)> problem)
      : folder_(std::move(folder)), refresh_(refresh), tell_(std::move(problem)) {}
  struct Stamp {  // of the checkpoint file
    ::ino_t inode = 0;
    ::timespec time{};
    [[nodiscard]] bool same_as(const Stamp& other) const {
      return inode == other.inode && time.tv_sec == other.time.tv_sec && time.tv_nsec == other.time.tv_nsec;
    }
    [[nodiscard]] bool is_conclusive() const;
  };
  [[nodiscard]] std::optional<Stamp> stamp() const;
  void look();
  [[nodiscard]] Result<std::shared_ptr<const Ledger>> newer(const Ledger& before) const;
  [[nodiscard]] std::shared_ptr<const Ledger> shown() const;

  const std::filesystem::path folder_;
  const std::chrono::milliseconds refresh_;
  const std::function<void(const Error&)> tell_;
  std::atomic<Clock::rep> next_look_{0};
  std::mutex looking_;  // guards stamp_, and that one thread looks at a time
  Stamp stamp_;
  mutable std::mutex mutex_;  // guards the rest; held for copies only
  std::shared_ptr<const Ledger> log_;
  std::optional<Error> problem_;
};

}  // namespace entente::ledger
