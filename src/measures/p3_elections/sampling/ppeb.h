// Batches drawn with probability proportional to the error they could hide (PPEB; Aslam, Popa, Rivest 2008), as Arlo draws and numbers
// them: numpy's choice, seeded with the integer SHA-256(seed), over the batches in the order given, with replacement; each draw gets a
// ticket of consistent_sampler (a later draw of a batch the one that follows its last, TRIMMED one). Thread-safe.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::sampling {

inline constexpr std::size_t kArloTicketDigits = 18;

struct BatchKey {
  std::string jurisdiction, batch;
  // As Python compares tuples of texts: by code points, which is the order of UTF-8.
  auto operator<=>(const BatchKey&) const = default;
};

struct PpebDraw {
  std::string ticket;
  std::uint64_t batch = 0;  // index in `batches`
};

// `size` draws after the `previous` ones (every earlier draw, one key each). `weights`: each batch's share, adding up to 1. If previous and
// new draws together are as many as there are batches, a full count is due: the batches not yet drawn, once each, in the order of their
// keys. Errors: names that are not UTF-8, weights numpy would refuse, sizes that differ.
[[nodiscard]] Result<std::vector<PpebDraw>> ppeb_sample(std::string_view seed, const std::vector<BatchKey>& batches,
                                                        std::span<const double> weights, std::uint64_t size,
                                                        const std::vector<BatchKey>& previous = {});

}  // namespace entente::measures::p3_elections::sampling
