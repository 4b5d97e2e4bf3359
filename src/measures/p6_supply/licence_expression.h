// SPDX licence expressions (ISO/IEC 5962 Annex D; SPDX 2.3 Annex D): identifiers of the SPDX list with "+", LicenseRef-, DocumentRef-,
// WITH, AND, OR and parentheses; and how clearly a component is licensed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "measures/p6_supply/sbom.h"

namespace entente::measures::p6_supply {

struct LicenceExpression {
  std::uint32_t listed = 0;    // identifiers of the SPDX list
  std::uint32_t custom = 0;    // LicenseRef-…
  std::uint32_t unlisted = 0;  // well-formed identifiers and exceptions the list does not have
};

// At most 16 KiB, nested at most 64 deep. Errors carry the byte offset. NONE and NOASSERTION are no expressions. Identifiers are compared
// without regard to case, operators must be upper or lower case throughout, as Annex D says. Pure, thread-safe.
[[nodiscard]] Result<LicenceExpression> parse_licence_expression(std::string_view text);

// Whether `licence` (as written, with its "+"), taken with `exception` (empty without WITH), is unacceptable to somebody.
using LicenceDenied = std::function<bool(std::string_view licence, std::string_view exception)>;
struct LicenceChoice {
  bool acceptable = true;  // there is a choice without a denied licence: OR offers one, AND binds to both sides
  std::string denied;      // the first denied one, with its exception; empty if there is none, even where another can be chosen
};
// Errors as parse_licence_expression.
[[nodiscard]] Result<LicenceChoice> choose_licence(std::string_view text, const LicenceDenied& denied);

// On the SPDX list this program carries (licences and exceptions).
[[nodiscard]] bool is_listed_licence(std::string_view id);

// Best first. That of a component is the worst of its licences.
enum class LicenceClarity : std::uint8_t {
  listed,   // every part is on the SPDX list
  custom,   // some are LicenseRef-…, whose text the document should hold
  unclear,  // a free text, an identifier the list does not have, or a broken expression
  none,     // no licence, NONE or NOASSERTION
};
[[nodiscard]] std::string_view to_string(LicenceClarity clarity);
[[nodiscard]] LicenceClarity licence_clarity(std::string_view licence);
[[nodiscard]] LicenceClarity licence_clarity(const Sbom& sbom, const Component& component);

}  // namespace entente::measures::p6_supply
