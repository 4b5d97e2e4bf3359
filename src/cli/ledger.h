// What the files of `entente ledger` share.
#pragma once

#include <string>

#include "cli/cli.h"
#include "keys/keys.h"

namespace entente::cli {

// A private key file; asks for its passphrase if it has one.
[[nodiscard]] Result<keys::SigningKey> read_signing_key(const std::string& path);

// Commands of the group, each set in a file of its own.
void add_ledger_care(CLI::App& group, Context& context);   // fsck, repair, export, stats
void add_ledger_bench(CLI::App& group, Context& context);  // bench

}  // namespace entente::cli
