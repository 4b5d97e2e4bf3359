// What several `entente ledger` commands need: reading a policy, and stopping on a signal. The signals are blocked and waited for, so that
// nothing runs inside a handler.
#include <fmt/format.h>

#include <csignal>
#include <ctime>

#include "cli/ledger.h"
#include "core/file.h"
#include "ledger/format.h"

namespace entente::cli {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Result<void> check_log_key(const std::string& folder, const keys::SigningKey& key) {
  const std::filesystem::path file = std::filesystem::path(folder) / ledger::kVerifierFile;
  std::error_code ec;
  if (!std::filesystem::exists(file, ec))
    return fail("no log here", {.file = folder}, "check the path, or make one with `entente ledger init`");
  ENTENTE_TRY(const std::string text, read_file(file, 4096));
  if (text == key.verifier().str() + "\n") return {};
  return fail(fmt::format("this key ({}) is not the log's ({})", key.verifier().str(), text.substr(0, text.find('\n'))), {.file = folder},
              "give the key the log was made with");
}

Result<merkle::Policy> read_policy(const std::string& path) {
  ENTENTE_TRY(const std::string text, read_file(path, merkle::kMaxPolicyBytes));
  auto policy = merkle::Policy::parse(text);
  if (!policy) policy.error().where.file = path;
  return policy;
}

StopSignal::StopSignal() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool StopSignal::wait_for(std::chrono::milliseconds time) {
  const sigset_t set = stop_signals();
  const timespec limit{.tv_sec = time.count() / 1000, .tv_nsec = time.count() % 1000 * 1'000'000};
  return sigtimedwait(&set, nullptr, &limit) > 0;
}

void StopSignal::wait() {
  const sigset_t set = stop_signals();
  int signal = 0;
  (void)sigwait(&set, &signal);
}

}  // namespace entente::cli
