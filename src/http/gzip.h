// gzip (RFC 1952) of what is served. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace entente::http {

// nullopt if the result would not be smaller (random bytes), or zlib fails. The same bytes give the same result: its header has no time.
[[nodiscard]] std::optional<std::string> gzip(std::string_view bytes);

}  // namespace entente::http
