// An entente command that runs until it is stopped: its first line of output (where it listens), its exit code.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace entente::test {

class Background {
 public:
  explicit Background(const std::vector<std::string>& arguments) {
    int out[2] = {-1, -1};
    if (::pipe2(out, O_CLOEXEC) != 0) return;
    std::vector<char*> argv{const_cast<char*>(ENTENTE_BINARY)};
    for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::execv(ENTENTE_BINARY, argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    out_ = out[0];
    char c = 0;
    while (::read(out_, &c, 1) == 1 && c != '\n') first_line_ += c;
  }
  ~Background() {
    stop(SIGKILL);
    if (out_ >= 0) ::close(out_);
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  [[nodiscard]] const std::string& first_line() const { return first_line_; }
  // "http://127.0.0.1:4711" at the end of the first line.
  [[nodiscard]] std::string url() const {
    const auto at = first_line_.find("http://");
    return at == std::string::npos ? "" : first_line_.substr(at, first_line_.find_first_of(" \"", at) - at);
  }
  // The exit code, or 128 + signal.
  int stop(int signal) {
    if (pid_ <= 0) return code_;
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return code_;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int code_ = -1;
  std::string first_line_;
};

}  // namespace entente::test
