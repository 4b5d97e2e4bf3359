// Lines are put together in memory and written whole. What cannot be written is dropped: a full disk must not stop the registry.
#include "server/request_log.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/json.h"

namespace entente::server {
namespace {

constexpr std::size_t kMostPathBytes = 1'000;

Json log_line(Instant at, std::string_view level) { return Json{{"time", format_time(at)}, {"level", level}}; }

}  // namespace

std::string network_of(std::string_view address) {
  const std::string text(address);
  std::array<std::uint8_t, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  const bool four = ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1;
  if (!four && ::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
  std::fill(bytes.begin() + (four ? 3 : 6), bytes.end(), 0);
  return ::inet_ntop(four ? AF_INET : AF_INET6, bytes.data(), out.data(), out.size()) == nullptr ? "" : out.data();
}

Result<std::shared_ptr<RequestLog>> RequestLog::open(const std::string& path) {
  const int file = path == "-" ? ::dup(STDERR_FILENO) : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (file < 0) return fail(fmt::format("cannot open the log: {}", std::strerror(errno)), {.file = path});
  return std::shared_ptr<RequestLog>(new RequestLog(file));
}

RequestLog::~RequestLog() { ::close(file_); }

void RequestLog::write(std::string line) const {
  line += '\n';
  (void)!::write(file_, line.data(), line.size());
}

void RequestLog::answered(const Answered& what) {
  Json line = log_line(what.at, what.status >= 500 ? "error" : "info");
  line["event"] = "request";
  line["method"] = http::method_text(what.method);
  line["path"] = what.path.substr(0, kMostPathBytes);
  line["status"] = what.status;
  line["bytes"] = what.bytes;
  line["us"] = what.took.count();
  line["network"] = network_of(what.peer);
  write(json_compact(line));
}

void RequestLog::problem(Instant at, const Error& error) {
  Json line = log_line(at, "error");
  line["event"] = "problem";
  line["what"] = error.what;
  if (const std::string place = error.where.str(); !place.empty()) line["where"] = place;
  if (!error.hint.empty()) line["hint"] = error.hint;
  write(json_compact(line));
}

}  // namespace entente::server
