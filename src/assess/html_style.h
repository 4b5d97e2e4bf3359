// The report's style sheet and drawings, inlined into the page.
#pragma once

#include <string_view>

namespace entente::assess {

[[nodiscard]] std::string_view report_style();  // CSS
[[nodiscard]] std::string_view report_icons();  // one hidden <svg> with the status icons and the hatching of what is open

}  // namespace entente::assess
