// The signal handler only writes a byte into a pipe; a thread that waits at its other end does the cleaning up and then ends the program by
// the same signal, so that a shell sees what happened. A second signal while that goes on ends the program at once.
#include "core/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <mutex>
#include <thread>

namespace entente {
namespace {

struct Registry {
  std::recursive_mutex mutex;  // uninterrupted() holds it while its step registers and forgets
  std::map<std::size_t, std::filesystem::path> paths;
  std::size_t next = 0;
  std::function<void()> action;
};

Registry& registry() {
  static auto* const kept = new Registry;  // never destroyed: the thread may outlive main()
  return *kept;
}

int pipe_ends[2] = {-1, -1};

void on_signal(int number) {
  const auto byte = static_cast<unsigned char>(number);
  (void)!::write(pipe_ends[1], &byte, 1);
}

// The waiting thread takes no signals itself: a server waits for them with all of its threads blocking them, and this one must not be the
// only one left to get them.
void block_signals(int how) {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(how, &all, nullptr);
}

void wait_and_clean() {
  block_signals(SIG_BLOCK);
  unsigned char byte = 0;
  while (::read(pipe_ends[0], &byte, 1) != 1) continue;
  const int number = byte;
  std::signal(number, SIG_DFL);  // a second one does not wait
  Registry& r = registry();
  {
    const std::scoped_lock lock(r.mutex);
    if (r.action) r.action();
    // What else runs may put something new into a folder meanwhile, until the folder is gone: again, for two seconds at most.
    for (const auto& [id, path] : r.paths) {
      std::error_code ec;
      for (int round = 0; round < 200; ++round) {
        std::filesystem::remove_all(path, ec);
        if (!std::filesystem::exists(std::filesystem::symlink_status(path, ec))) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    block_signals(SIG_UNBLOCK);
    std::raise(number);
  }
}

}  // namespace

void clean_up_on_interrupt() {
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before{};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;
    struct sigaction action{};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    ::sigaction(number, &action, nullptr);
  }
  std::thread(wait_and_clean).detach();
}

CleanedOnInterrupt::CleanedOnInterrupt(std::filesystem::path path) {
  std::error_code ec;
  std::filesystem::path whole = std::filesystem::absolute(path, ec);
  Registry& r = registry();
  const std::scoped_lock lock(r.mutex);
  id_ = r.next++;
  r.paths.emplace(id_, ec ? std::move(path) : std::move(whole));
}

CleanedOnInterrupt::~CleanedOnInterrupt() {
  Registry& r = registry();
  const std::scoped_lock lock(r.mutex);
  r.paths.erase(id_);
}

void uninterrupted(const std::function<void()>& step) {
  const std::scoped_lock lock(registry().mutex);
  step();
}

void at_interrupt(std::function<void()> action) {
  Registry& r = registry();
  const std::scoped_lock lock(r.mutex);
  r.action = std::move(action);
}

}  // namespace entente
