// One other program, run to its end without a shell. Private to the room.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::server {

struct ChildRun {
  std::filesystem::path program;       // absolute
  std::vector<std::string> arguments;  // without the program's own name
  // Its whole environment ("LANG=C.UTF-8"): nothing is inherited. Of the file descriptors it gets three: /dev/null and two pipes.
  std::vector<std::string> environment;
  std::chrono::seconds patience{600};                  // without a byte from it; then it is killed
  std::function<void(std::string_view line)> on_line;  // of its standard output, without the newline, cut at 4 KiB; may be unset
};
struct ChildEnd {
  int code = 0;        // its exit code, or 128 + the signal that ended it
  std::string errors;  // the last 8 KiB of its standard error
};
// Errors: it cannot be started, or is silent for too long. It is killed if this program is interrupted (core/interrupt.h) meanwhile. For
// one thread at a time.
[[nodiscard]] Result<ChildEnd> run_child(const ChildRun& run);

}  // namespace entente::server
