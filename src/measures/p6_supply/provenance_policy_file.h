// A provenance policy as a JSON file: what `entente supply provenance verify --policy` and evidence of kind provenance.policy hold. Each
// member is the option of the command in words; docs/provenance.md lists them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "measures/p6_supply/provenance.h"

namespace entente::measures::p6_supply::provenance {

struct PolicyFile {
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxItems = 1'000;  // of each list

  Policy policy;
  std::vector<keys::VerifierKey> witnesses;  // for the trust root, whose format has no place for them

  // Refused: what is not JSON of this shape, a member that is not known (a misspelt rule would silently ask nothing), a key that cannot be
  // read, witnesses needed beyond those given.
  [[nodiscard]] static Result<PolicyFile> parse(std::string_view text, const std::string& name);
};

}  // namespace entente::measures::p6_supply::provenance
