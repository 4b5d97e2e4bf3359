// The cards an audit draws from: the batches of its manifests in their order, and a name for every card. A card is named by its batch and
// its place in it, "3-17-42": tabulator 3, batch 17, the 42nd card from the top; where a manifest names a county or container, these come
// first. Immutable once made; reading is thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/records/manifest.h"

namespace entente::measures::p3_elections::audit {

struct CardBatch {
  std::string name;      // "3-17"
  std::string location;  // "Box 4"; may be empty
  std::uint64_t cards = 0;
  std::uint64_t before = 0;  // cards of the batches before it
};

class Population {
 public:
  // Errors: two batches of one name (with the second one's place), no card at all.
  [[nodiscard]] static Result<Population> make(const std::vector<records::Manifest>& manifests);

  [[nodiscard]] std::uint64_t cards() const { return cards_; }
  [[nodiscard]] const std::vector<CardBatch>& batches() const { return batches_; }
  // The batch of the card at `position` (from 1), and the card's place in it. Precondition: in range.
  [[nodiscard]] std::pair<std::size_t, std::uint64_t> place_of(std::uint64_t position) const;
  [[nodiscard]] std::string card_name(std::uint64_t position) const;
  [[nodiscard]] std::optional<std::uint64_t> position_of(std::string_view card_name) const;
  [[nodiscard]] std::optional<std::size_t> batch_named(std::string_view name) const;

 private:
  std::vector<CardBatch> batches_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::uint64_t cards_ = 0;
};

}  // namespace entente::measures::p3_elections::audit
