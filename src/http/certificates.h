// Files of certificates a user wants trusted.
#pragma once

#include <filesystem>
#include <string>

#include "core/error.h"

namespace entente::http {

// The text of a PEM file (RFC 7468) after a look at it: an error if it holds no certificate, or one that does not read. At most 16 MiB.
[[nodiscard]] Result<std::string> read_certificates(const std::filesystem::path& file);

}  // namespace entente::http
