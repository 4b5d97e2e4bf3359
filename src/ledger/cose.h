// COSE receipts (RFC 9942) from a log; see merkle/cose_receipt.h.
#pragma once

#include "ledger/ledger.h"

namespace entente::ledger {

// For an entry of the latest published checkpoint: its root is signed already, so this commits the log to nothing new. The key must be the
// log's.
[[nodiscard]] Result<Bytes> cose_receipt(const Ledger& log, merkle::LeafIndex index, const keys::SigningKey& key);

}  // namespace entente::ledger
