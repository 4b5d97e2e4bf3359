// UUIDs made from names (RFC 9562, section 5.5, "version 5"): the same name gives the same UUID, so that documents that need UUIDs can be
// byte-identical when they are made again. Not for secrets: whoever knows the name knows the UUID.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace entente {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  [[nodiscard]] std::string str() const;  // "2ed6657d-e927-568b-95e1-2665a8aea6a2", lower case
};

// The namespaces of RFC 9562, section 6.6, for names that are host names and URLs.
inline constexpr Uuid kUuidNamespaceDns{{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};
inline constexpr Uuid kUuidNamespaceUrl{{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

// Thread-safe.
[[nodiscard]] Uuid uuid_v5(const Uuid& name_space, std::string_view name);

}  // namespace entente
