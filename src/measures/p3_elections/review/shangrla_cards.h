// The cards of a SHANGRLA audit: whether no card has two records, and whether the manifest bears out the records batch by batch. Used by
// shangrla.cc; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "measures/p3_elections/records/cvr.h"
#include "measures/p3_elections/records/manifest.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::review {

// The id of a record's card: as imprinted, else tabulator-batch-record where the record has all three. Empty: it has none.
[[nodiscard]] std::string shangrla_card_id(const records::CvrTable& table, const records::CvrCard& card);
// Records that share a card, however its id is written (1_1_7, 1-1-07), and records that name no card.
void shangrla_duplicates(const records::CvrTable& table, Review& review);

struct ShangrlaUnrecorded {
  std::uint64_t batches = 0, cards = 0;  // of the manifest: batches without a single record, and their cards
};
// Batches listed twice, and batches with more records than cards. A batch is the id without its last part.
[[nodiscard]] ShangrlaUnrecorded shangrla_batches(const records::CvrTable& table, const records::Manifest& manifest,
                                                  const std::string& path, Review& review);

}  // namespace entente::measures::p3_elections::review
