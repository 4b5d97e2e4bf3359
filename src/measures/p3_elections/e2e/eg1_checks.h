// The checks of a 0.95 record, part by part. Inside the room only.
#pragma once

#include "measures/p3_elections/e2e/check_sheet.h"
#include "measures/p3_elections/e2e/eg1_model.h"
#include "measures/p3_elections/e2e/power_batch.h"

namespace entente::measures::p3_elections::e2e {

// What the parts share. The tables of fixed bases are of the joint key and of the guardians' keys.
struct Eg1Election {
  const Group& group;
  const Eg1Context& context;
  const Eg1Manifest& manifest;
  const std::vector<Eg1Guardian>& guardians;  // by sequence order
  const FixedBase& key;
  std::vector<FixedBase> guardian_keys = {};                                 // of guardians[i]
  std::map<std::pair<std::size_t, std::uint64_t>, FixedBase> recovery = {};  // missing guardian, order of the helper: product of K_ij^(l^j)

  [[nodiscard]] std::size_t guardian(std::string_view id) const {  // guardians.size() if there is none
    for (std::size_t i = 0; i < guardians.size(); ++i)
      if (guardians[i].id == id) return i;
    return guardians.size();
  }
};

// Verifications 4 and 5 and the hashes of 6 for one ballot.
void check_eg1_ballot(const Eg1Election& election, const Eg1Ballot& ballot, CheckSheet& sheet);

enum class Eg1Subject { tally, spoiled_ballot };
// Verifications 8 to 12 of the tally, 13 of a spoiled ballot. `expected` is what is decrypted, by contest and selection.
using Eg1Sums = std::map<std::string, std::map<std::string, Eg1Ciphertext>>;
void check_eg1_decryption(const Eg1Election& election, const Eg1Decryption& decryption, const Eg1Sums& expected, Eg1Subject subject,
                          const std::string& file, CheckSheet& sheet);
// Guardians whose shares carry their own proof, in the order of `guardians`.
[[nodiscard]] std::vector<std::size_t> eg1_available(const Eg1Election& election, const Eg1Decryption& decryption);
// Lagrange's coefficients at 0 for guardians with these sequence orders.
[[nodiscard]] std::vector<Scalar> lagrange_at_zero(const Group& group, const std::vector<std::uint64_t>& orders);

}  // namespace entente::measures::p3_elections::e2e
