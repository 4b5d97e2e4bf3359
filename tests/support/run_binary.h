// Runs the real entente binary as a user would, with its output captured.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "core/file.h"

namespace entente::test {

struct RunResult {
  int code = -1;  // exit code, or 128 + signal
  std::string out;
  std::string err;
};

inline std::string shell_quote(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

// `environment` is put before the command: "NO_COLOR=1".
inline RunResult run_program(const std::string& program, const std::vector<std::string>& arguments, const std::string& environment = {},
                             const std::string& input = "/dev/null") {
  const auto folder = TemporaryFolder::make("run");
  const std::string out = (folder->path() / "out").string(), err = (folder->path() / "err").string();
  std::string command = environment + " " + shell_quote(program);
  for (const std::string& a : arguments) command += " " + shell_quote(a);
  command += " <" + shell_quote(input) + " >" + shell_quote(out) + " 2>" + shell_quote(err);
  const int status = std::system(command.c_str());
  RunResult result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_file(out).value_or("");
  result.err = read_file(err).value_or("");
  return result;
}
inline RunResult run_entente(const std::vector<std::string>& arguments, const std::string& environment = {},
                             const std::string& input = "/dev/null") {
  return run_program(ENTENTE_BINARY, arguments, environment, input);
}

}  // namespace entente::test
