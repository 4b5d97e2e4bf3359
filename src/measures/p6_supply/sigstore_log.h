// Log entries of a bundle: Rekor v1 (a promise signed over the entry's place and time, https://docs.sigstore.dev/logging/overview/, and
// inclusion proofs with a checkpoint) and Rekor v2 (tiles: inclusion proof and checkpoint alone, witnesses may cosign it).
// Pure and thread-safe.
#pragma once

#include "measures/p6_supply/provenance_artifact.h"
#include "measures/p6_supply/sigstore_bundle.h"
#include "measures/p6_supply/sigstore_trust_root.h"

namespace entente::measures::p6_supply::provenance {

struct VerifiedEntry {
  std::vector<const TrustedLog*> logs;  // with this id and key; at least one
  std::optional<Instant> integrated;    // only where a promise signs it
  bool proven = false;                  // inclusion under a signed checkpoint
  std::uint64_t tree_size = 0;
  std::size_t cosigned = 0;  // witnesses of the trust root
};
// The promise, if there is one, and the proof, if there is one, must both hold; one of them must be there. Whether the log was trusted at
// the time is for the caller to ask, who knows all times.
[[nodiscard]] Outcome<VerifiedEntry> verify_log_entry(const LogEntry& entry, const TrustRoot& trust, std::size_t witnesses_needed);

struct Signer {
  std::optional<Certificate> certificate;
  PublicKey key;  // the certificate's, if there is one
};
// That the logged body speaks of this content, signature and signer and not of others: hashedrekord 0.0.1 and 0.0.2, dsse 0.0.1 and 0.0.2,
// intoto 0.0.1 and 0.0.2. Gives a remark where the kind of entry binds less than the whole (intoto 0.0.1 has no signature).
[[nodiscard]] Outcome<std::string> match_log_entry(const LogEntry& entry, const Bundle& bundle, const Signer& signer,
                                                   const Artifact& artifact);

}  // namespace entente::measures::p6_supply::provenance
