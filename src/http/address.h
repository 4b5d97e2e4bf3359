// IP addresses: which of them are reachable by everybody, and which belong to one client. Private to the room.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entente::http {

// An IPv4 address is held as its IPv4-mapped IPv6 address (::ffff:a.b.c.d).
using Address = std::array<std::uint8_t, 16>;

[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(const Address& address);  // "192.0.2.1", "2001:db8::1"

// Globally reachable by the IANA special-purpose registries (RFC 6890 and its updates), multicast excluded. Addresses that carry an IPv4
// address inside (mapped, NAT64, 6to4) are judged by that one.
[[nodiscard]] bool is_public(const Address& address);

// What rate limits count as one client: the address; of IPv6 the first 64 bits, since a host has a whole /64.
[[nodiscard]] std::string client_key(std::string_view peer);

}  // namespace entente::http
