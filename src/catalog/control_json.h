// Controls and principles as JSON documents: what `entente controls --json` prints and the API answers.
#pragma once

#include "catalog/control.h"
#include "core/json.h"

namespace entente::catalog {

[[nodiscard]] Json to_json(const Text& text);  // {"en", "fr"}
[[nodiscard]] Json to_json(const Control& control, const Catalog& catalog);
[[nodiscard]] Json to_json(const Principle& principle, const Catalog& catalog);  // with the ids of its controls
[[nodiscard]] Json controls_json(const Catalog& catalog, const std::vector<const Control*>& controls);

}  // namespace entente::catalog
