// Name and version of this build.
#pragma once

#include <string_view>

namespace entente {

[[nodiscard]] std::string_view version();  // "0.1.0"; part of every assessment

}  // namespace entente
