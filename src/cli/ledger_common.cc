// What several `entente ledger` commands need: checking whose log it is, reading a policy and an address to listen on, asking witnesses,
// and stopping on a signal. The signals are blocked and waited for, so that nothing runs inside a handler.
#include <fmt/format.h>
#include <mutex>

#include <csignal>
#include <cstdio>
#include <ctime>

#include "cli/ledger.h"
#include "core/file.h"
#include "core/time.h"
#include "core/utf8.h"
#include "ledger/format.h"
#include "ledger/http_source.h"

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

Result<std::pair<std::string, std::uint16_t>> parse_listen(const std::string& text) {
  const auto wrong = [&] {
    return fail(fmt::format("\"{}\" is not ADDRESS:PORT", text), {}, "for instance 127.0.0.1:8008, [::1]:8008, 0.0.0.0:80");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || text.size() - colon > 6) return wrong();
  unsigned port = 0;
  for (const char c : text.substr(colon + 1)) {
    if (c < '0' || c > '9') return wrong();
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (colon + 1 == text.size() || port > 65'535) return wrong();
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return std::pair(address, static_cast<std::uint16_t>(port));
}

Result<merkle::Policy> read_policy(const std::string& path) {
  ENTENTE_TRY(const std::string text, read_file(path, merkle::kMaxPolicyBytes));
  auto policy = merkle::Policy::parse(text);
  if (!policy) policy.error().where.file = path;
  return policy;
}

Result<std::shared_ptr<ledger::Cosigner>> start_cosigner(const std::string& policy_file, const ledger::Ledger& log) {
  ENTENTE_TRY(merkle::Policy policy, read_policy(policy_file));
  http::ClientOptions web;
  web.total_timeout = std::chrono::seconds(8);
  web.connect_timeout = std::chrono::seconds(4);
  web.max_body = merkle::kMaxNoteBytes;
  web.private_addresses = http::PrivateAddresses::allow;  // the operator chose these addresses
  ledger::CosignerOptions options;
  options.warn = [](const std::string& message) { fmt::print(stderr, "{}\n", printable(message, 4096)); };
  ENTENTE_TRY(auto started,
              ledger::Cosigner::start(std::move(policy), log.verifier(), ledger::web_post(web), ledger::web_get(web), options));
  std::shared_ptr<ledger::Cosigner> cosigner = std::move(started);
  ENTENTE_TRY(const std::string note, log.checkpoint());
  ENTENTE_CHECK(cosigner->ask_at_start(note));
  return cosigner;
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

void log_problem(const Error& error) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  const std::string place = error.where.str();
  fmt::print(stderr, "{} {}{}{}\n", format_time(whole_now()), printable(place, 4096), place.empty() ? "" : ": ",
             printable(error.what, 4096));
}

}  // namespace entente::cli
