// A few threads for what takes seconds (asking name servers and web servers), with a bounded queue. Private to the room.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace entente::server {

// Thread-safe.
class ProofWorkers {
 public:
  ProofWorkers(std::size_t threads, std::size_t most_waiting);
  ~ProofWorkers();  // stop()
  ProofWorkers(const ProofWorkers&) = delete;
  ProofWorkers& operator=(const ProofWorkers&) = delete;

  // False, and nothing is kept, where the queue is full or the workers are stopping.
  [[nodiscard]] bool take(std::function<void()> work);
  // What waits is dropped, what runs is finished.
  void stop();

 private:
  void loop();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace entente::server
