// Progress for work that takes more than a second: one line on standard error, redrawn in place, only if that is a
// terminal and the user did not ask for --quiet. Silent otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace entente {

// Thread-safe. `total` 0 means unknown. Nothing is drawn in the first second of a step.
class Progress {
 public:
  enum class Mode { automatic, silent };
  explicit Progress(Mode mode = Mode::automatic);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(std::string label, std::uint64_t total = 0);  // starts a step, ends the one before
  void advance(std::uint64_t by = 1);
  void done();  // clears the line

 private:
  void draw();
  const bool visible_;
  std::mutex mutex_;
  std::string label_;
  std::uint64_t total_ = 0;
  std::atomic<std::uint64_t> count_{0};
  std::chrono::steady_clock::time_point started_;
  std::atomic<std::int64_t> next_draw_ns_{0};
  bool drawn_ = false;
};

}  // namespace entente
