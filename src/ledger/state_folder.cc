// Small files, each written beside, synced and renamed; a fork proof is named by its digest.
#include "ledger/state_folder.h"

#include <fmt/format.h>

namespace entente::ledger {

Result<std::string> open_state_folder(Io& io, std::string_view marker, std::string_view content) {
  constexpr std::uint64_t kMaxMarkerBytes = 4'096;
  ENTENTE_TRY(const bool there, io.exists(marker));
  if (there) return read_small(io, marker, kMaxMarkerBytes);
  ENTENTE_CHECK(io.remove(std::string(marker) + ".tmp"));  // an interrupted first start
  ENTENTE_CHECK(io.make_empty_folder());
  ENTENTE_CHECK(replace_file(io, marker, content));
  return std::string(content);
}

Result<std::string> keep_fork_proof(Io& io, const merkle::ForkProof& proof, std::size_t& kept) {
  const std::string text = proof.str();
  std::string name = fmt::format("fork-{}.proof", sha256(text).hex().substr(0, 16));
  ENTENTE_TRY(const bool there, io.exists(name));
  if (there) return name;
  if (kept >= kMaxForkFiles) return fail(fmt::format("{} fork proofs are kept already, this one is not", kept), {.file = io.display(name)});
  ENTENTE_CHECK(replace_file(io, name, text));
  ++kept;
  return name;
}

}  // namespace entente::ledger
