// RFC 3161 timestamps over signatures, against the time-stamping authorities of a trust root. Pure, thread-safe.
#pragma once

#include "measures/p6_supply/provenance_reject.h"
#include "measures/p6_supply/sigstore_trust_root.h"

namespace entente::measures::p6_supply::provenance {

struct VerifiedTimestamp {
  Instant at;
  const TrustedAuthority* authority;
};
// `response` is a TimeStampResp in DER whose imprint must be of `message`, by SHA-256, SHA-384 or SHA-512. The authority's certificate must
// have been valid, and the authority trusted, at the time stated.
[[nodiscard]] Outcome<VerifiedTimestamp> verify_timestamp(ByteView response, ByteView message, const TrustRoot& trust);

}  // namespace entente::measures::p6_supply::provenance
