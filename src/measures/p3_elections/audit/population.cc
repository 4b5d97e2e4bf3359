// Batches in the order of the manifests with running totals: a position becomes a batch by binary search, a name a position by a hash of
// the batch's name.
#include "measures/p3_elections/audit/population.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::measures::p3_elections::audit {
namespace {

std::string batch_name(const records::ManifestBatch& batch) {
  std::string out;
  for (const std::string_view part : {batch.county, batch.container, batch.tabulator, batch.batch}) {
    if (part.empty()) continue;
    if (!out.empty()) out += '-';
    out += part;
  }
  return out;
}

}  // namespace

Result<Population> Population::make(const std::vector<records::Manifest>& manifests) {
  Population out;
  for (const auto& manifest : manifests) {
    for (const auto& row : manifest.batches) {
      CardBatch batch{batch_name(row), std::string(row.location), row.cards, out.cards_};
      if (!out.by_name_.emplace(batch.name, out.batches_.size()).second)
        return fail(fmt::format("a second batch named \"{}\"", printable(batch.name, 100)), {.file = manifest.file, .line = row.line},
                    "a card's name must lead to one place: batches of several counties need a county column");
      out.cards_ += batch.cards;
      out.batches_.push_back(std::move(batch));
    }
  }
  if (out.cards_ == 0) return fail("the manifests hold no card", {.file = manifests.empty() ? std::string() : manifests.front().file});
  return out;
}

std::pair<std::size_t, std::uint64_t> Population::place_of(std::uint64_t position) const {
  const auto after = std::upper_bound(batches_.begin(), batches_.end(), position - 1,
                                      [](std::uint64_t p, const CardBatch& batch) { return p < batch.before; });
  const auto index = static_cast<std::size_t>(after - batches_.begin()) - 1;
  return {index, position - batches_[index].before};
}

std::string Population::card_name(std::uint64_t position) const {
  const auto [batch, card] = place_of(position);
  return fmt::format("{}-{}", batches_[batch].name, card);
}

std::optional<std::size_t> Population::batch_named(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint64_t> Population::position_of(std::string_view card_name) const {
  const auto dash = card_name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto batch = batch_named(card_name.substr(0, dash));
  const std::string_view digits = card_name.substr(dash + 1);
  if (!batch || digits.empty() || digits.size() > 15 || digits[0] == '0' || !std::all_of(digits.begin(), digits.end(), is_digit))
    return std::nullopt;
  std::uint64_t card = 0;
  for (const char c : digits) card = card * 10 + static_cast<std::uint64_t>(c - '0');
  if (card > batches_[*batch].cards) return std::nullopt;
  return batches_[*batch].before + card;
}

}  // namespace entente::measures::p3_elections::audit
