// What the catalogue says (principles, controls, norms, crosswalk) and what is computed from State (index, counters, feeds, exports):
// routes of the API. Private to the room.
#pragma once

#include "server/api.h"

namespace entente::server {

// An error is of the data files.
[[nodiscard]] Result<void> add_views(Router& router, std::shared_ptr<const ApiContext> context);

}  // namespace entente::server
