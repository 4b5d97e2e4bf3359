// The draws of an audit: which card or batch comes next, from the seed alone. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/audit/assertions.h"

namespace entente::measures::p3_elections::audit {

// What a draw may be of: positions of cards, from 1; of a batch comparison indexes of batches, from 0.
using Unit = std::uint64_t;

// Draws 1 … count in order. Errors: more than the cards there are where nothing is put back; more than kMaxDraws.
inline constexpr std::uint64_t kMaxDraws = 5'000'000;
[[nodiscard]] Result<std::vector<Unit>> draw_units(const AuditInputs& inputs, std::string_view seed, std::uint64_t count);

// How many cards or batches there are to draw from.
[[nodiscard]] std::uint64_t units_of(const AuditInputs& inputs);
// "3-17-42", or a batch's name.
[[nodiscard]] std::string unit_name(const AuditInputs& inputs, Unit unit);

// CSV files for the people who fetch paper. In the order of the draw, from draw `first` on: draw,card,batch,position,location,seen; "seen"
// says that the card was fetched already. And what is to be fetched, by batch in the manifest's order: card,batch,position,location,draws.
// A batch comparison has no column position. Cells that a spreadsheet would take for a formula begin with an apostrophe.
[[nodiscard]] std::string sample_csv(const AuditInputs& inputs, const std::vector<Unit>& draws, std::uint64_t first);
[[nodiscard]] std::string pull_list_csv(const AuditInputs& inputs, const std::vector<Unit>& draws, std::uint64_t first);
// What the audit board fills in (votes_csv.h): a row for each of `units`.
[[nodiscard]] std::string form_csv(const AuditInputs& inputs, const std::vector<Unit>& units);

}  // namespace entente::measures::p3_elections::audit
