// Vote records as voting systems export them (records/cvr_read.h), brought to the contests of a plan.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/audit/votes_csv.h"
#include "measures/p3_elections/records/cvr_read.h"

namespace entente::measures::p3_elections::audit {

// Whether a file of vote records is this program's own CSV: its header begins with the column "card".
[[nodiscard]] bool is_own_card_file(std::string_view text);

// All files of one export. A card's name is its imprinted id, or tabulator-batch-record where it has none; contests and choices go by the
// names of the plan. Errors: a contest of the plan the export lacks, a choice marked that the plan lacks, a card that is not in the
// manifests or comes twice, several marks for one choice of a contest that is not scored.
[[nodiscard]] Result<CardVotes> exported_card_votes(std::span<const records::CvrSource> files, const AuditPlan& plan,
                                                    const Population& population, Patterns& patterns);

}  // namespace entente::measures::p3_elections::audit
