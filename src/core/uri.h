// References to files and bytes as URIs.
#pragma once

#include <string>
#include <string_view>

#include "core/digest.h"

namespace entente {

// A relative path as a URI reference (RFC 3986): everything but unreserved characters and '/' is percent-encoded, ':' too, lest it look
// like a scheme.
[[nodiscard]] std::string uri_of_path(std::string_view path);
// Bytes named by their digest (RFC 6920): "ni:///sha-256;<base64url without padding>".
[[nodiscard]] std::string uri_of_digest(const Digest& digest);

}  // namespace entente
