// The score is always worked out from the vector; the version is the vector's own, whatever the entry's type says.
#include "measures/p6_supply/record_rating.h"

#include <tuple>

namespace entente::measures::p6_supply {

std::optional<cvss::Rating> rate_record(std::span<const SeverityView> severity) {
  std::optional<cvss::Rating> best;
  for (const SeverityView& entry : severity) {
    if (!entry.type.starts_with("CVSS_V")) continue;
    const auto rating = cvss::rate(entry.vector);
    if (rating && (!best || std::tie(rating->version, rating->score) > std::tie(best->version, best->score))) best = *rating;
  }
  return best;
}

}  // namespace entente::measures::p6_supply
