// What the files of an archive say, with all numbers in range: proofs, ballots, trustees, tallies. Numbers that are out of range, fields
// that are missing and lists that are too long are errors with the place. Inside the room only.
#pragma once

#include <map>
#include <optional>

#include "core/json.h"
#include "measures/p3_elections/e2e/group.h"

namespace entente::measures::p3_elections::e2e {

struct BelProof {
  Scalar challenge, response;
};
struct BelCiphertext {
  Element alpha, beta;
};
struct BelAnswer {
  std::vector<BelCiphertext> choices;
  std::vector<std::vector<BelProof>> individual;
  std::vector<BelProof> overall;
  std::optional<std::vector<BelProof>> blank;
};
struct BelBallot {
  std::string election_uuid, election_hash;
  Element credential;
  std::vector<BelAnswer> answers;
  std::string signed_hash;
  BelProof signature;
  std::string unsigned_text;  // the ballot without its signature, as Belenios writes it: what signed_hash is of
  bool canonical = false;     // the whole ballot is written as Belenios writes it
};
struct BelQuestion {
  std::string text;
  std::vector<std::string> answers;
  std::uint64_t min = 0, max = 0;
  bool blank = false;
  bool homomorphic = true;
  [[nodiscard]] std::size_t choices() const { return answers.size() + (blank ? 1 : 0); }
};
struct BelElection {
  std::int64_t version = 0;
  std::string uuid, name, group, public_key;  // the key in decimal: read when the group is known
  std::vector<BelQuestion> questions;
};
struct BelSigned {
  std::string message;
  BelProof signature;
};
struct BelTrusteeKey {
  Element key;
  BelProof proof;
};
struct BelTrustee {
  bool threshold_scheme = false;
  std::vector<BelTrusteeKey> keys;  // one, or one for each member
  std::uint64_t threshold = 1;
  std::vector<BelSigned> certificates, coefficients;
};
using BelCiphertexts = std::vector<std::vector<BelCiphertext>>;  // by question
struct BelDecryption {
  std::vector<std::vector<Element>> factors;
  std::vector<std::vector<BelProof>> proofs;
};
struct BelCredential {
  Element key;
  std::uint64_t weight = 1;
};

[[nodiscard]] Result<BelElection> read_bel_election(std::string_view text);
[[nodiscard]] Result<BelBallot> read_bel_ballot(const Group& group, std::string_view text);
[[nodiscard]] Result<std::vector<BelTrustee>> read_bel_trustees(const Group& group, std::string_view text);
[[nodiscard]] Result<std::vector<BelCredential>> read_bel_credentials(const Group& group, std::string_view text);
[[nodiscard]] Result<BelCiphertexts> read_bel_ciphertexts(const Group& group, std::string_view text);
[[nodiscard]] Result<BelDecryption> read_bel_decryption(const Group& group, std::string_view text);
[[nodiscard]] Result<std::vector<std::vector<std::uint64_t>>> read_bel_result(std::string_view text);
// The message of a certificate ("verification", "encryption") and of the signed coefficients.
[[nodiscard]] Result<Element> read_bel_verification_key(const Group& group, std::string_view text);
[[nodiscard]] Result<std::vector<Element>> read_bel_coefficients(const Group& group, std::string_view text);

}  // namespace entente::measures::p3_elections::e2e
