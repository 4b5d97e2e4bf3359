// A witness over HTTP: POST /add-checkpoint and GET /<origin hash>/checkpoint (https://c2sp.org/tlog-witness).
#pragma once

#include <memory>

#include "http/message.h"
#include "ledger/witness.h"

namespace entente::ledger {

// The handler for a server of its own, or to be mounted under a prefix that was taken off the path. `clock` gives the time of cosignatures.
[[nodiscard]] http::Handler witness_handler(std::shared_ptr<Witness> witness, std::function<Instant()> clock);
// The most a request's body may have.
[[nodiscard]] std::size_t witness_body_limit();

}  // namespace entente::ledger
