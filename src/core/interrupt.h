// What must be put right if the user ends the program with Ctrl-C: temporary folders go, the terminal gets its echo back. A thread of its
// own does it, so that cleaning up may take its time while the rest stands still or runs on. Thread-safe.
#pragma once

#include <filesystem>
#include <functional>

namespace entente {

// Starts that thread for SIGINT, SIGTERM and SIGHUP, as far as these were not ignored when the program started; after cleaning up the
// program ends by the signal. Called once, by main(). A command that installs handlers of its own (a server) overrides this while it runs.
void clean_up_on_interrupt();

// A folder or file that an interrupted program must not leave behind. Removed with all it holds at an interrupt during this object's life;
// nothing happens otherwise.
class CleanedOnInterrupt {
 public:
  explicit CleanedOnInterrupt(std::filesystem::path path);
  ~CleanedOnInterrupt();
  CleanedOnInterrupt(const CleanedOnInterrupt&) = delete;
  CleanedOnInterrupt& operator=(const CleanedOnInterrupt&) = delete;

 private:
  std::size_t id_;
};

// Runs `step`, which an interrupt waits for: for the few lines that must happen whole. What it registers or forgets counts afterwards.
void uninterrupted(const std::function<void()>& step);

// Called at an interrupt, for one action such as giving the terminal its echo back; an empty function takes it away. It must not call into
// this header.
void at_interrupt(std::function<void()> action);

}  // namespace entente
