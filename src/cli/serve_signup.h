// The options of `entente serve` that are about sign-up. Private to the room.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/registry_folder.h"
#include "server/registry_service.h"

namespace entente::cli {

struct SignupGiven {
  std::string private_folder, verifier_key, trust_anchors, public_suffixes, certificates;
  std::vector<std::string> vantages;  // "north=192.0.2.53", "south=[2001:db8::53]:5353", "own=root"
  std::size_t proofs_per_hour = 10, mails_per_hour = 100;
  std::vector<std::string> call_texts;  // "en@2018-11-12=call-en.txt"
  bool allow_private_proof_addresses = false;
};

// "root" (recursion in this process), or a resolver's numeric address with or without a port.
[[nodiscard]] Result<dns::ResolverOptions> resolver_options(const std::string& text, const std::string& trust_anchors);
// The file named, else Debian's if it is there, else libpsl's own (empty).
[[nodiscard]] std::filesystem::path suffix_list(const std::string& given);

void add_signup_options(CLI::App& command, SignupGiven& given);
// Errors: a vantage point that cannot be read, only one of them, a key that cannot be used.
[[nodiscard]] Result<server::SignupOptions> signup_options(const SignupGiven& given, const RegistryFolder& folder);

}  // namespace entente::cli
