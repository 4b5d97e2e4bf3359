// What the files of a 0.95 record say, with all numbers in range. Inside the room only.
#pragma once

#include <map>
#include <optional>

#include "measures/p3_elections/e2e/eg1_hash.h"

namespace entente::measures::p3_elections::e2e {

struct Eg1Ciphertext {
  Element pad, data;
  bool operator==(const Eg1Ciphertext&) const = default;
};
struct Eg1ChaumPedersen {
  Element pad, data;
  Scalar challenge, response;
};
struct Eg1Schnorr {
  Element public_key, commitment;
  Scalar challenge, response;
};
struct Eg1Guardian {
  std::string id, file;
  std::uint64_t order = 0;
  Element key;
  std::vector<Element> commitments;
  std::vector<Eg1Schnorr> proofs;
};
struct Eg1Context {
  std::uint64_t guardians = 0, quorum = 0;
  Element key;
  Scalar commitment_hash, manifest_hash, base_hash, extended_hash;
};
struct Eg1Description {
  std::string id;
  std::uint64_t order = 0;
  Scalar hash;  // of the description
};
struct Eg1ManifestContest : Eg1Description {
  std::string name, district;
  std::uint64_t votes_allowed = 0;
  std::vector<Eg1Description> selections;
  [[nodiscard]] const Eg1Description* selection(std::string_view wanted) const {
    for (const auto& own : selections)
      if (own.id == wanted) return &own;
    return nullptr;
  }
};
struct Eg1Manifest {
  std::string title;
  std::optional<Scalar> hash;
  std::vector<Eg1ManifestContest> contests;
  std::map<std::string, std::vector<std::string>, std::less<>> styles;  // contests by ballot style
  [[nodiscard]] const Eg1ManifestContest* contest(std::string_view id) const {
    for (const auto& one : contests)
      if (one.id == id) return &one;
    return nullptr;
  }
};
struct Eg1Selection {
  Eg1Description description;
  Scalar crypto_hash;
  Eg1Ciphertext ciphertext;
  bool placeholder = false;
  Element zero_pad, zero_data, one_pad, one_data;
  Scalar zero_challenge, one_challenge, challenge, zero_response, one_response;
};
struct Eg1Contest {
  Eg1Description description;
  Scalar crypto_hash;
  std::vector<Eg1Selection> selections;
  Eg1Ciphertext accumulation;
  Eg1ChaumPedersen proof;
  std::uint64_t constant = 0;  // the limit the proof is for
};
enum class Eg1State : std::uint64_t { cast = 1, spoiled = 2 };
struct Eg1Ballot {
  std::string id, style, file;
  Scalar manifest_hash, code_seed, code, crypto_hash;
  std::uint64_t timestamp = 0;
  std::uint64_t state = 0;
  std::vector<Eg1Contest> contests;
  std::vector<std::string> nonces, extended;  // pointers of what should be null: nonces, and data no hash covers
};
struct Eg1Part {  // what an available guardian decrypts for a missing one
  std::string guardian, missing;
  Element share, recovery_key;
  Eg1ChaumPedersen proof;
};
struct Eg1Share {
  std::string guardian;
  Element share;
  std::optional<Eg1ChaumPedersen> proof;
  std::vector<Eg1Part> parts;
};
struct Eg1DecryptedSelection {
  std::string id;
  std::uint64_t tally = 0;
  Element value;
  Eg1Ciphertext message;
  std::vector<Eg1Share> shares;
};
struct Eg1DecryptedContest {
  std::string id;
  std::vector<Eg1DecryptedSelection> selections;
};
struct Eg1Decryption {
  std::string id;
  std::vector<Eg1DecryptedContest> contests;
};
struct Eg1SummedSelection {
  Eg1Description description;
  Eg1Ciphertext ciphertext;
};
struct Eg1SummedContest {
  Eg1Description description;
  std::vector<Eg1SummedSelection> selections;
};
using Eg1Tally = std::vector<Eg1SummedContest>;

// constants.json holds its numbers as JSON integers of up to 1,234 digits, which no JSON library keeps: they are read as decimal text.
// Value of `key`, or empty.
[[nodiscard]] std::string eg1_constant(std::string_view text, std::string_view key);
[[nodiscard]] Result<Eg1Context> read_eg1_context(const Group& group, std::string_view text);
[[nodiscard]] Result<Eg1Manifest> read_eg1_manifest(const Group& group, std::string_view text);
[[nodiscard]] Result<Eg1Guardian> read_eg1_guardian(const Group& group, std::string_view text);
[[nodiscard]] Result<Scalar> read_eg1_device(const Group& group, std::string_view text);  // its hash
[[nodiscard]] Result<Eg1Ballot> read_eg1_ballot(const Group& group, std::string_view text);
[[nodiscard]] Result<Eg1Tally> read_eg1_tally(const Group& group, std::string_view text);
[[nodiscard]] Result<Eg1Decryption> read_eg1_decryption(const Group& group, std::string_view text);
[[nodiscard]] Result<std::vector<Scalar>> read_eg1_coefficients(const Group& group, std::string_view text);

}  // namespace entente::measures::p3_elections::e2e
