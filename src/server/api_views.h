// Routes of the API that are computed: from the catalogue (principles, controls, norms, crosswalk, engines), from State (index, counters,
// feeds, exports, results), from the ledger's own figures. Private to the room.
#pragma once

#include "catalog/control.h"
#include "server/api.h"

namespace entente::server {

// All of them. An error is of the data files.
[[nodiscard]] Result<void> add_views(Router& router, std::shared_ptr<const ApiContext> context);

[[nodiscard]] Result<void> add_catalogue(Router& router, const std::shared_ptr<const ApiContext>& context);  // api_catalogue.cc
void add_ledger_view(Router& router, const std::shared_ptr<const ApiContext>& context);                      // api_ledger.cc
// The control whose id stands in the path; null: there is none.
[[nodiscard]] const catalog::Control* control_asked(const catalog::Catalog& catalog, const Call& call);

}  // namespace entente::server
