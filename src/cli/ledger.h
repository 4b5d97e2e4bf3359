// What the files of `entente ledger` share.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "keys/keys.h"
#include "ledger/cosign.h"
#include "ledger/ledger.h"
#include "merkle/policy.h"

namespace entente::cli {

// An error if the log in this folder is not this key's. Asked before a log is opened for writing, which already repairs it.
[[nodiscard]] Result<void> check_log_key(const std::string& folder, const keys::SigningKey& key);

// An address and port to listen on: "127.0.0.1:8008", "[::1]:8008"; the brackets are taken off.
[[nodiscard]] Result<std::pair<std::string, std::uint16_t>> parse_listen(const std::string& text);

// A trust policy; errors name the file.
[[nodiscard]] Result<merkle::Policy> read_policy(const std::string& path);

// Collects the cosignatures the policy in this file asks for, over HTTP. Before that every witness is asked whether it knows more than the
// log has: then nothing may be signed, and it is an error. Those that do not answer are warned about on standard error.
[[nodiscard]] Result<std::shared_ptr<ledger::Cosigner>> start_cosigner(const std::string& policy_file, const ledger::Ledger& log);

// One line a problem on standard error, with its time. Thread-safe.
void log_problem(const Error& error);

// Ctrl-C and SIGTERM as something to wait for. Made before any thread is started, so that every thread leaves these signals to it.
class StopSignal {
 public:
  StopSignal();
  // True as soon as one has come; false when the time is over.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds time);
  void wait();
};

// Adding to a log served elsewhere (POST /add).
struct RemoteAppend {
  std::string url, wait = "integrated", receipts, vkey;  // receipts: a folder
};
[[nodiscard]] Result<int> append_remote(const Context& context, const RemoteAppend& given, const std::vector<std::string>& entries);

// Commands of the group, each set in a file of its own.
void add_ledger_care(CLI::App& group, Context& context);     // fsck, repair, export, stats
void add_ledger_bench(CLI::App& group, Context& context);    // bench
void add_ledger_serve(CLI::App& group, Context& context);    // serve
void add_ledger_follow(CLI::App& group, Context& context);   // mirror, monitor
void add_ledger_witness(CLI::App& group, Context& context);  // witness

}  // namespace entente::cli
