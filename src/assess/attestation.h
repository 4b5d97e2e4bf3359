// Attested (class A) and declared (class D) evidence: does an [[attestation]] of the profile count? Rules: docs/judging.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/control.h"
#include "catalog/profile.h"
#include "core/time.h"
#include "evidence/bundle.h"

namespace entente::assess {

struct AttestationVerdict {
  bool accepted = false;
  catalog::Text reason;                          // why it is not accepted; empty if it is
  std::string attester;                          // name of the attester's key; empty for a declaration
  std::vector<const evidence::Evidence*> files;  // entries of the bundle that are the attested file
};

// Pure. Class A is accepted if another party's Ed25519 key verifies over catalog::attestation_message and the date is neither in the
// future nor older than the control allows; class D needs the date alone, and a signature, where there is one, must verify. Classes M and V
// accept none: what can be measured is measured.
[[nodiscard]] AttestationVerdict check_attestation(const catalog::Profile& profile, const catalog::Attestation& attestation,
                                                   const catalog::Control& control, const evidence::Bundle& bundle, Instant at);

// Why it cannot count whatever the bundle holds (class, date, attester, signature); nothing if only the attested file is left to look at.
// Fills `attester` as far as it is known.
[[nodiscard]] std::optional<catalog::Text> attestation_objection(const catalog::Profile& profile, const catalog::Attestation& attestation,
                                                                 const catalog::Control& control, Instant at, std::string& attester);

// Whether a key name belongs to the organisation itself: its name, its id, one of its domains, a name below one of them, or any of these
// followed by '/' and more. ASCII case does not matter.
[[nodiscard]] bool is_own_key_name(const catalog::Profile& profile, std::string_view key_name);

}  // namespace entente::assess
