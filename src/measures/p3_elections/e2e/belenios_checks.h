// The proofs of an archive, part by part. Inside the room only.
#pragma once

#include "core/digest.h"
#include "measures/p3_elections/e2e/belenios_archive.h"
#include "measures/p3_elections/e2e/belenios_model.h"
#include "measures/p3_elections/e2e/power_batch.h"

namespace entente::measures::p3_elections::e2e {

struct BelContext {
  const Group& group;
  const BelElection& election;
  std::string fingerprint;  // base64 of the SHA-256 of the election's file, without padding
  Element key;
  const FixedBase& key_powers;
};

// Base64 without padding, as Belenios prints hashes.
[[nodiscard]] std::string bel_base64(const Digest& digest);
// SHA-256 of prefix and the decimals with commas between, mod q.
[[nodiscard]] Scalar bel_hash(const Group& group, std::string prefix, const std::vector<Element>& commitments);

// Signature, proofs and form of one ballot (specification "Encrypted answers", "Proofs of interval membership", "Proofs of possibly-blank
// votes", "Signatures"). Returns whether all hold.
bool check_bel_ballot(const BelContext& context, const BelBallot& ballot, const std::string& place, CheckSheet& sheet);
// Keys of the trustees and what they make together ("Trustee keys", "Threshold parameters").
bool check_bel_trustees(const Group& group, const std::vector<BelTrustee>& trustees, const Element& election_key, const std::string& place,
                        CheckSheet& sheet);
// The product of the ballots' ciphertexts, each to the power of its weight; one entry a question.
[[nodiscard]] BelCiphertexts sum_bel_ballots(const Group& group, const BelElection& election,
                                             const std::vector<std::pair<const BelBallot*, std::uint64_t>>& ballots);
// Partial decryptions and result ("Tally", "Election result"); `tally` is what was computed from the ballots.
void check_bel_tally(const BelContext& context, const std::vector<BelTrustee>& trustees, const BelArchive& archive,
                     const BelCiphertexts& tally, CheckSheet& sheet, RecordCheck& record);

}  // namespace entente::measures::p3_elections::e2e
