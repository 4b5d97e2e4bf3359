// What the paper of a SHANGRLA audit says of one contest: the vote of a card as a pattern, papers that cannot be read one way, votes for
// choices nobody listed, and the outcome where every card was read. Used by shangrla.cc and shangrla_contests.cc; not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "measures/p3_elections/review/review.h"
#include "measures/p3_elections/review/shangrla_contests.h"
#include "measures/p3_elections/review/shangrla_record.h"

namespace entente::measures::p3_elections::review {

// The pattern of a card's paper. A paper with the contest, or with a choice in it, twice counts as the worst there is (a phantom); it and
// votes for choices that neither records nor log list are kept in `state`. `log`: whose contests have which ids.
[[nodiscard]] std::uint32_t shangrla_paper_pattern(const ShangrlaRecord& log, ShangrlaState& state, const ShangrlaMvr& mvr);
// Findings of what shangrla_paper_pattern() kept.
void shangrla_paper_findings(const ShangrlaState& state, const std::string& file, Review& review);
// All cards were drawn: whether the paper itself gives the reported outcome. Findings where it does not, or where cards without a paper
// could decide.
[[nodiscard]] bool shangrla_full_count(const ShangrlaState& state, std::span<const ShangrlaDrawn> drawn, Review& review);

}  // namespace entente::measures::p3_elections::review
