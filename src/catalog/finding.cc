// The words of the five statuses. They are spelled as in the control catalogue and in every document: "not-satisfied".
#include "catalog/finding.h"

#include <array>

namespace entente::catalog {

namespace {
constexpr std::array<std::string_view, 5> kStatuses = {"satisfied", "partial", "not-satisfied", "not-applicable", "not-assessed"};
}

std::string_view to_string(Status s) { return kStatuses[static_cast<std::size_t>(s)]; }

std::optional<Status> parse_status(std::string_view text) {
  for (std::size_t i = 0; i < kStatuses.size(); ++i)
    if (kStatuses[i] == text) return static_cast<Status>(i);
  return std::nullopt;
}

}  // namespace entente::catalog
