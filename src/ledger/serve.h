// A log's HTTP face: an http::Handler over a log's folder, to be mounted at any prefix. Reading is C2SP tlog-tiles
// (https://c2sp.org/tlog-tiles) plus entries and receipts one by one; writing goes through an AddSink. The resources are described in
// docs/http.md.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "http/message.h"
#include "ledger/appender.h"

namespace entente::ledger {

// Where entries go: an Appender's add(), or what stands in for it in a test. `done` may be called from any thread.
using AddSink = std::function<void(std::vector<std::string> entries, Appender::Wait wait, Appender::Done done)>;

struct ServeOptions {
  std::string prefix;  // "" or "/log": what the resources' paths begin with
  AddSink add;         // unset: read-only, POST is answered 405
  // For healthz: why `add` takes nothing more or nothing is published, an Appender's failure() or publication_problem().
  std::function<std::optional<Error>()> failure;
  std::size_t max_batch_bytes = 16 << 20;
  std::chrono::milliseconds refresh{100};  // how old the checkpoint served may be at most
  std::size_t cache_bytes = 64 << 20;      // for compressed bundles
  // Told what an operator should know: a log that went back or cannot be read. Called on I/O threads.
  std::function<void(const Error&)> problem;
};

// Shows the log as of its latest checkpoint, which it looks for at most every `refresh`; a checkpoint that is not consistent with the one
// shown before is never shown. Thread-safe; its handler keeps it alive.
class LogService : public std::enable_shared_from_this<LogService> {
 public:
  [[nodiscard]] static Result<std::shared_ptr<LogService>> open(const std::filesystem::path& folder, ServeOptions options);
  ~LogService();

  [[nodiscard]] http::Handler handler();
  void handle(http::Request request, http::Reply reply);
  // For http::ServerOptions::body_limit.
  [[nodiscard]] std::size_t body_limit(const http::Request& head) const;

 private:
  struct State;
  explicit LogService(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente::ledger
