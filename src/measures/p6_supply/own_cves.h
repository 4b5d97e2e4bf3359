// The CVE numbers an organisation assigned or was assigned for its own products, as evidence of kind "cves.own": JSON or CSV.
// docs/csaf.md has the forms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

struct OwnCve {
  std::string id;  // "CVE-2026-12345"
  Instant published{};
};
inline constexpr std::size_t kMaxOwnCves = 100'000;

// By number, each once, in upper case. Errors: another form, nothing at all, no CVE number, no date, the same number with two dates; with
// line or pointer.
[[nodiscard]] Result<std::vector<OwnCve>> parse_own_cves(std::string_view text, const std::string& name);

}  // namespace entente::measures::p6_supply
