// A log for machines: one line of JSON for each request answered and each problem, in the order they end. Addresses are cut to their
// network (IPv4 /24, IPv6 /48) and queries are left out: who searched for whom is nobody's business. docs/running-a-registry.md, "Logs".
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "http/message.h"

namespace entente::server {

// Thread-safe. A line is one write to a file opened for appending, so several processes may share it, and logrotate may copy and truncate.
class RequestLog {
 public:
  // "-": standard error. Error: the file cannot be opened.
  [[nodiscard]] static Result<std::shared_ptr<RequestLog>> open(const std::string& path);
  ~RequestLog();
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  struct Answered {
    Instant at;  // when it came
    http::Method method = http::Method::get;
    std::string_view path, peer;
    unsigned status = 0;
    std::size_t bytes = 0;  // of the body
    std::chrono::microseconds took{0};
  };
  void answered(const Answered& what);
  void problem(Instant at, const Error& error);

 private:
  explicit RequestLog(int file) : file_(file) {}
  void write(std::string line) const;
  int file_;
};

// "192.0.2.77" → "192.0.2.0", "2001:db8:1:2::3" → "2001:db8:1::"; what is no address → "".
[[nodiscard]] std::string network_of(std::string_view address);

}  // namespace entente::server
