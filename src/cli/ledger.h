// What the files of `entente ledger` share.
#pragma once

#include <string>
#include <vector>

#include "cli/cli.h"
#include "keys/keys.h"

namespace entente::cli {

// A private key file; asks for its passphrase if it has one.
[[nodiscard]] Result<keys::SigningKey> read_signing_key(const std::string& path);

// Adding to a log served elsewhere (POST /add).
struct RemoteAppend {
  std::string url, wait = "integrated", receipts, vkey;  // receipts: a folder
};
[[nodiscard]] Result<int> append_remote(const Context& context, const RemoteAppend& given, const std::vector<std::string>& entries);

// Commands of the group, each set in a file of its own.
void add_ledger_care(CLI::App& group, Context& context);   // fsck, repair, export, stats
void add_ledger_bench(CLI::App& group, Context& context);  // bench
void add_ledger_serve(CLI::App& group, Context& context);  // serve

}  // namespace entente::cli
