// What the files of a 2.0.0 record say, and the checks of its parts. Numbers are base64, except code_baux, which is hexadecimal, and
// constants.json, which is hexadecimal too. Inside the room only.
#pragma once

#include <map>
#include <optional>

#include "core/digest.h"
#include "measures/p3_elections/e2e/check_sheet.h"
#include "measures/p3_elections/e2e/power_batch.h"
#include "measures/p3_elections/e2e/record_value.h"

namespace entente::measures::p3_elections::e2e {

struct Eg2Ciphertext {
  Element pad, data;
  bool operator==(const Eg2Ciphertext&) const = default;
};
struct Eg2Proof {
  Scalar challenge, response;
};
struct Eg2Config {
  std::uint64_t guardians = 0, quorum = 0;
  Digest parameter_hash, manifest_hash, base_hash;
  bool chained = false;
  Bytes baux0;
};
struct Eg2Coefficient {
  Element key;
  Eg2Proof proof;
};
struct Eg2Guardian {
  std::string id;
  std::uint64_t order = 0;
  std::vector<Eg2Coefficient> coefficients;
};
struct Eg2Initialized {
  Element key;
  Digest extended_hash;
  std::vector<Eg2Guardian> guardians;
};
struct Eg2ManifestContest {
  std::string id, name, district;
  std::uint64_t order = 0, contest_limit = 1, option_limit = 1;
  std::vector<std::pair<std::string, std::uint64_t>> selections;  // id, sequence order
};
struct Eg2Manifest {
  std::string title;
  std::vector<Eg2ManifestContest> contests;
  std::map<std::string, std::vector<std::string>, std::less<>> styles;
  [[nodiscard]] const Eg2ManifestContest* contest(std::string_view id) const {
    for (const auto& one : contests)
      if (one.id == id) return &one;
    return nullptr;
  }
};
struct Eg2Selection {
  std::string id;
  std::uint64_t order = 0;
  Eg2Ciphertext vote;
  std::vector<Eg2Proof> proofs;
};
struct Eg2ContestData {
  Element c0;
  Bytes c1, c2;
  bool operator==(const Eg2ContestData&) const = default;
};
struct Eg2Contest {
  std::string id;
  std::uint64_t order = 0;
  Digest hash;
  std::vector<Eg2Selection> selections;
  std::vector<Eg2Proof> proofs;
  std::optional<Eg2ContestData> data;
  bool pre_encrypted = false;
};
struct Eg2Ballot {
  std::string id, style, device, state, file;
  Bytes baux;
  Digest code, election;
  bool pre_encrypted = false;
  std::vector<Eg2Contest> contests;
};
struct Eg2DecryptedSelection {
  std::string id;
  std::uint64_t tally = 0;
  Element b_over_m;
  Eg2Ciphertext vote;
  Eg2Proof proof;
};
struct Eg2DecryptedData {
  Eg2ContestData data;
  Eg2Proof proof;
  Element beta;
};
struct Eg2DecryptedContest {
  std::string id;
  std::vector<Eg2DecryptedSelection> selections;
  std::optional<Eg2DecryptedData> data;
};
struct Eg2Decryption {
  std::string id;
  Digest election;
  std::vector<Eg2DecryptedContest> contests;
};
struct Eg2Tally {
  Digest election;
  std::vector<std::string> cast;
  struct Selection {
    std::string id;
    std::uint64_t order = 0;
    Eg2Ciphertext vote;
  };
  struct Contest {
    std::string id;
    std::uint64_t order = 0;
    std::vector<Selection> selections;
  };
  std::vector<Contest> contests;
};

[[nodiscard]] Result<Eg2Config> read_eg2_config(std::string_view text);
[[nodiscard]] Result<Eg2Initialized> read_eg2_initialized(const Group& group, std::string_view text);
[[nodiscard]] Result<Eg2Manifest> read_eg2_manifest(std::string_view text);
[[nodiscard]] Result<Eg2Ballot> read_eg2_ballot(const Group& group, std::string_view text);
[[nodiscard]] Result<Eg2Tally> read_eg2_tally(const Group& group, std::string_view text);
[[nodiscard]] Result<Eg2Decryption> read_eg2_decryption(const Group& group, std::string_view text);

// H of specification 2.0.0 section 5: HMAC-SHA-256 with a key of 32 bytes; elements as wide as p, scalars as q, integers in 4 bytes.
class Eg2Hash {
 public:
  Eg2Hash(const Group& group, ByteView key, std::uint8_t separator);
  Eg2Hash& add(const Element& x) { return add(ByteView(group_.bytes(x))); }
  Eg2Hash& add(const Scalar& x) { return add(ByteView(group_.bytes(x))); }
  Eg2Hash& add(const Eg2Ciphertext& x) { return add(x.pad).add(x.data); }
  Eg2Hash& add(ByteView bytes) {
    inner_.update(bytes);
    return *this;
  }
  Eg2Hash& number(std::uint64_t value);
  [[nodiscard]] Digest finish();
  [[nodiscard]] Scalar challenge() { return group_.scalar_reduced(finish().view()); }

 private:
  const Group& group_;
  std::array<std::uint8_t, 64> outer_pad_{};
  Sha256 inner_;
};

struct Eg2Election {
  const Group& group;
  const Eg2Manifest& manifest;
  const Eg2Initialized& initialized;
  const FixedBase& key;
};

// Boxes 5 and 6 and the hashes of 7 for one ballot.
void check_eg2_ballot(const Eg2Election& election, const Eg2Ballot& ballot, CheckSheet& sheet);

using Eg2Sums = std::map<std::string, std::map<std::string, Eg2Ciphertext>>;
// Boxes 9 to 11 of the tally, 12 to 14 of a challenged ballot (`ballot` is that ballot, for its contest data).
void check_eg2_decryption(const Eg2Election& election, const Eg2Decryption& decryption, const Eg2Sums& expected, const Eg2Ballot* ballot,
                          const std::string& file, CheckSheet& sheet);

}  // namespace entente::measures::p3_elections::e2e
