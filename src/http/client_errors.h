// Words of the client's errors by which a caller tells what another attempt cannot change.
#pragma once

#include <string_view>

namespace entente::http {

inline constexpr std::string_view kNotPublicAddress = "is not a public address";
inline constexpr std::string_view kCertificateDoesNotHold = "the server's certificate does not hold";

// Whether asking again at once would end the same way, given an error's `what`.
[[nodiscard]] constexpr bool is_settled(std::string_view what) {
  return what.find(kNotPublicAddress) != std::string_view::npos || what.starts_with(kCertificateDoesNotHold);
}

}  // namespace entente::http
