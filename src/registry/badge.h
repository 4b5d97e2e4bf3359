// A badge to embed: an SVG image that says what the ledger says of a record, and of when. It never says more: an application is shown as
// one, a pledge that was not renewed as that, an ended one as ended. An image proves nothing; its address leads to the record that does.
#pragma once

#include <string>
#include <string_view>

#include "catalog/control.h"
#include "registry/state.h"

namespace entente::registry {

struct BadgeInfo {
  catalog::Language language = catalog::Language::en;
  Instant as_of;         // ledger time of the state
  Leaf ledger_size = 0;  // its size
};

// What the badge says in words, without the date: "supporter", "application pending" … `supporter` may be null: not in the register.
[[nodiscard]] std::string_view badge_words(const Supporter* supporter, const BadgeInfo& info);
// The image. With <title> and <desc> for those who do not see it; contrast of text at least 4.5 : 1 (WCAG 2.2, 1.4.3).
[[nodiscard]] std::string badge_svg(const Supporter* supporter, const BadgeInfo& info);
// The same for the whole register: how many supporters it counts, and of when.
[[nodiscard]] std::string counter_svg(std::uint32_t supporters, const BadgeInfo& info);

}  // namespace entente::registry
