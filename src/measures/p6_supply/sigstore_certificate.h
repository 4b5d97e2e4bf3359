// Signing certificates against a trust root: Fulcio's chain, the validity at the time of signing, certificate transparency. Pure,
// thread-safe.
#pragma once

#include <span>

#include "measures/p6_supply/provenance_reject.h"
#include "measures/p6_supply/sigstore_trust_root.h"

namespace entente::measures::p6_supply::provenance {

struct VerifiedIssuer {
  const TrustedAuthority* authority;
  const Certificate* certificate;  // of the authority's chain: what issued the leaf
};
// The authority that issued the leaf and was trusted, like the leaf itself and every certificate between, at each of the times. Only chains
// of the trust root are used: what certificates a bundle brings along does not matter.
[[nodiscard]] Outcome<VerifiedIssuer> verify_chain(const Certificate& leaf, const TrustRoot& trust, std::span<const Instant> times);

// At least one SCT in the certificate (RFC 6962 3.3) verifies under a log of the trust root, trusted at the SCT's time; none by such a log
// fails. Gives that log.
[[nodiscard]] Outcome<const TrustedLog*> verify_scts(const Certificate& leaf, const Certificate& issuer, const TrustRoot& trust);

}  // namespace entente::measures::p6_supply::provenance
