// The controls about telling and being told of vulnerabilities: P6-04 and P6-05 (not for others).
#pragma once

#include "measures/p6_supply/finding_rules.h"

namespace entente::measures::p6_supply {

inline constexpr ControlId kAdvisoriesMachineReadable{6, 4};
inline constexpr ControlId kFindersHeard{6, 5};

// Whether the host is one of the profile's domains or a name below one. ASCII case does not matter.
[[nodiscard]] bool is_host_of(const Profile& profile, std::string_view host);

[[nodiscard]] Finding machine_readable_advisories_finding(const FindingContext& c);
[[nodiscard]] Finding finders_heard_finding(const FindingContext& c);

}  // namespace entente::measures::p6_supply
