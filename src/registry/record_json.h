// The registry's records as JSON documents: what the projection stores and the API answers, member by member as docs/api.md describes them.
// Members are always in the same order, times RFC 3339 in UTC, digests and leaves as everywhere; members that say nothing are left out.
// Pure and thread-safe.
#pragma once

#include "core/json.h"
#include "registry/state.h"

namespace entente::registry {

[[nodiscard]] Json record_json(const Supporter& supporter);
[[nodiscard]] Json record_json(const Entry& entry);
// json_compact(record_json(entry)); written without building the value where nothing in it needs escaping, as nearly always.
[[nodiscard]] std::string record_text(const Entry& entry);
[[nodiscard]] Json record_json(const Assessment& assessment);
[[nodiscard]] Json record_json(const Dispute& dispute);
[[nodiscard]] Json record_json(const Event& event);
[[nodiscard]] Json record_json(const ComcheckRound& round);
[[nodiscard]] Json record_json(const CatalogueRelease& release);
[[nodiscard]] Json record_json(const Commitment& commitment);
[[nodiscard]] Json record_json(const Pending& pending);
[[nodiscard]] Json record_json(const Rules& rules);

// The nine principles of a pledge's bit set, as numbers.
[[nodiscard]] Json principles_json(std::uint16_t principles);

}  // namespace entente::registry
