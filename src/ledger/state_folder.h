// The folders in which witnesses and monitors keep what they remember, and the fork proofs they (and mirrors) find.
#pragma once

#include <string>

#include "ledger/io.h"
#include "merkle/fork_proof.h"

namespace entente::ledger {

inline constexpr std::size_t kMaxForkFiles = 100;  // in one folder; a log that forks more often is known by then

// Makes the folder if it is absent, with one file that says what it is; an existing folder must have that file. Returns its content.
[[nodiscard]] Result<std::string> open_state_folder(Io& io, std::string_view marker, std::string_view content);

// Keeps a proof durably as fork-<16 hex digits of its SHA-256>.proof and returns that name. The same proof again: nothing is written.
// `kept` counts the files this process has written; at kMaxForkFiles no more are, which is an error.
[[nodiscard]] Result<std::string> keep_fork_proof(Io& io, const merkle::ForkProof& proof, std::size_t& kept);

}  // namespace entente::ledger
