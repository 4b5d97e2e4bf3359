// Which licences an organisation does not accept: a JSON object {"denied": ["AGPL-3.0-only", …], "accepted_exceptions": ["…"]}, evidence of
// kind licence.policy. For control P4-07; docs/supply-findings.md.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "core/error.h"
#include "measures/p6_supply/licence_expression.h"

namespace entente::measures::p6_supply {

class LicencePolicy {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxLicences = 10'000;  // of each list

  // Refused: what is not JSON of this shape, a member it does not know, an identifier that is neither on the SPDX list nor a LicenseRef-
  // (a misspelt one would silently deny nothing).
  [[nodiscard]] static Result<LicencePolicy> parse(std::string_view text, const std::string& name);
  void add(const LicencePolicy& other);

  // A denied licence is denied under any exception but those accepted. "GPL-2.0" is "GPL-2.0-only" and "GPL-2.0+" is "GPL-2.0-or-later", as
  // the SPDX list says of the GNU licences; denying the one does not deny the other, which lets a later version be chosen.
  [[nodiscard]] bool denies(std::string_view licence, std::string_view exception) const;
  [[nodiscard]] std::size_t size() const { return denied_.size(); }

 private:
  std::set<std::string, std::less<>> denied_, exceptions_;  // by licence_key()
};

}  // namespace entente::measures::p6_supply
