// The version, from CMake's project().
#include "core/version.h"

namespace entente {

std::string_view version() { return ENTENTE_VERSION; }

}  // namespace entente
