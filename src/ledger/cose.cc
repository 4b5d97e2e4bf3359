// Takes entry, proof and root from the log and has them signed once more in the other form.
#include "ledger/cose.h"

#include <fmt/format.h>

#include "core/utf8.h"
#include "merkle/cose_receipt.h"

namespace entente::ledger {

Result<Bytes> cose_receipt(const Ledger& log, merkle::LeafIndex index, const keys::SigningKey& key) {
  if (key.verifier() != log.verifier())
    return fail(fmt::format("this key ({}) is not the log's ({})", printable(key.verifier().str()), log.verifier().str()), {},
                "give the key the log was made with");
  ENTENTE_TRY(const std::string entry, log.entry(index));
  ENTENTE_TRY(const merkle::Receipt receipt, log.receipt(index));
  ENTENTE_TRY(const auto verified, merkle::verify_receipt(receipt, as_bytes(entry), log.verifier()));
  return merkle::sign_cose_receipt(index, verified.checkpoint.size, merkle::leaf_hash(as_bytes(entry)), receipt.proof,
                                   verified.checkpoint.root, key);
}

}  // namespace entente::ledger
