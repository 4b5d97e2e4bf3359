// Names a fork proof by its digest and writes it like every other small file: beside, synced, renamed.
#include "ledger/fork_file.h"

#include <fmt/format.h>

namespace entente::ledger {

Result<std::string> keep_fork_proof(Io& io, const merkle::ForkProof& proof, std::size_t& kept) {
  const std::string text = proof.str();
  const std::string name = fmt::format("fork-{}.proof", sha256(text).hex().substr(0, 16));
  ENTENTE_TRY(const bool there, io.exists(name));
  if (there) return name;
  if (kept >= kMaxForkFiles) return fail(fmt::format("{} fork proofs are kept already, this one is not", kept), {.file = io.display(name)});
  ENTENTE_CHECK(replace_file(io, name, text));
  ++kept;
  return name;
}

}  // namespace entente::ledger
