// The real entente binary running in the background: a server for end-to-end tests. Killed at the end of the object's life.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace entente::test {

class BackgroundBinary {
 public:
  // `error_file` gets its standard error. `program`: the binary, or a copy of it.
  explicit BackgroundBinary(const std::vector<std::string>& arguments, const std::string& error_file = "/dev/null",
                            const std::string& program = ENTENTE_BINARY) {
    int pipe_ends[2];
    if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      const int err = ::open(error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
      ::dup2(pipe_ends[1], STDOUT_FILENO);
      ::dup2(err, STDERR_FILENO);
      std::vector<char*> argv{const_cast<char*>(program.c_str())};
      for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
      argv.push_back(nullptr);
      ::execv(program.c_str(), argv.data());
      ::_exit(127);
    }
    ::close(pipe_ends[1]);
    out_ = pipe_ends[0];
  }
  BackgroundBinary(const BackgroundBinary&) = delete;
  BackgroundBinary& operator=(const BackgroundBinary&) = delete;
  ~BackgroundBinary() {
    if (pid_ > 0) signal(SIGKILL);
    if (pid_ > 0) exit_code();
    if (out_ >= 0) ::close(out_);
  }

  // The next line of its standard output without the newline; empty if it ends or says nothing for thirty seconds.
  std::string line() {
    std::string out;
    while (true) {
      pollfd p{.fd = out_, .events = POLLIN, .revents = 0};
      char c = 0;
      if (::poll(&p, 1, 30'000) != 1 || ::read(out_, &c, 1) != 1) return {};
      if (c == '\n') return out;
      out += c;
    }
  }
  void signal(int number) const { ::kill(pid_, number); }
  // Waits for its end: the exit code, or 128 + signal.
  int exit_code() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace entente::test
