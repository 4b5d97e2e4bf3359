// posix_spawn(3) with an argument vector. Both pipes are read as they fill, so that neither stops the child; of what it writes only a
// bounded part is kept.
#include "server/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/interrupt.h"

namespace entente::server {
namespace {

constexpr std::size_t kMostErrors = 8 << 10, kMostLine = 4 << 10;

class PipeEnd {
 public:
  explicit PipeEnd(int fd = -1) : fd_(fd) {}
  ~PipeEnd() { close(); }
  PipeEnd(PipeEnd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  PipeEnd& operator=(PipeEnd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct Pipe {
  PipeEnd read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  return Pipe{PipeEnd(ends[0]), PipeEnd(ends[1])};
}

// Signals as a new program expects them, whatever this one blocks and handles.
class SpawnSetup {
 public:
  SpawnSetup(int out, int err) {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes);
    sigset_t none, handled;
    ::sigemptyset(&none);
    ::sigemptyset(&handled);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::sigaddset(&handled, number);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &handled);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

// Kills the child if it is still there: at the end of this object's life, or at an interrupt.
class ChildGuard {
 public:
  explicit ChildGuard(pid_t pid) : pid_(pid) {
    at_interrupt([pid] { ::kill(pid, SIGKILL); });
  }
  ChildGuard(const ChildGuard&) = delete;
  ChildGuard& operator=(const ChildGuard&) = delete;
  ~ChildGuard() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    (void)wait();
  }
  // Its exit code, or 128 + the signal.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
    at_interrupt({});
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

// Hands on whole lines; what is longer than a line may be is cut, not kept.
class LineReader {
 public:
  explicit LineReader(const std::function<void(std::string_view)>& take) : take_(take) {}
  void add(std::string_view bytes) {
    for (const char c : bytes) {
      if (c != '\n') {
        if (line_.size() < kMostLine) line_ += c;
        continue;
      }
      end();
    }
  }
  void end() {
    if (take_ && !line_.empty()) take_(line_);
    line_.clear();
  }

 private:
  const std::function<void(std::string_view)>& take_;
  std::string line_;
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));  // posix_spawn does not write there
  out.push_back(nullptr);
  return out;
}

// Until both pipes are at their end.
Result<void> read_child(const ChildRun& run, PipeEnd out, PipeEnd err, std::string& errors) {
  LineReader lines(run.on_line);
  std::array<char, 16 << 10> chunk{};
  while (out.get() >= 0 || err.get() >= 0) {
    std::array<pollfd, 2> waiting{{{.fd = out.get(), .events = POLLIN}, {.fd = err.get(), .events = POLLIN}}};
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(std::chrono::milliseconds(run.patience).count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0)
      return fail(fmt::format("{} said nothing for {} s and was stopped", run.program.filename().string(), run.patience.count()));
    for (PipeEnd* end : {&out, &err}) {
      const bool is_out = end == &out;
      if (waiting[is_out ? 0 : 1].revents == 0) continue;
      const ssize_t n = ::read(end->get(), chunk.data(), chunk.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        end->close();
        continue;
      }
      const std::string_view bytes(chunk.data(), static_cast<std::size_t>(n));
      if (is_out) {
        lines.add(bytes);
      } else {
        errors += bytes;
        if (errors.size() > kMostErrors) errors.erase(0, errors.size() - kMostErrors);
      }
    }
  }
  lines.end();
  return {};
}

}  // namespace

Result<ChildEnd> run_child(const ChildRun& run) {
  ENTENTE_TRY(Pipe out, make_pipe());
  ENTENTE_TRY(Pipe err, make_pipe());
  std::vector<std::string> words{run.program.string()};
  words.insert(words.end(), run.arguments.begin(), run.arguments.end());
  const SpawnSetup setup(out.write.get(), err.write.get());
  pid_t pid = -1;
  const int problem =
      ::posix_spawn(&pid, run.program.c_str(), &setup.actions, &setup.attributes, pointers(words).data(), pointers(run.environment).data());
  if (problem != 0) return fail(fmt::format("cannot start: {}", std::strerror(problem)), {.file = run.program.string()});
  ChildGuard guard(pid);
  out.write.close();
  err.write.close();
  ChildEnd end;
  ENTENTE_CHECK(read_child(run, std::move(out.read), std::move(err.read), end.errors));
  end.code = guard.wait();
  return end;
}

}  // namespace entente::server
