// Address classes as tables of prefixes from the IANA IPv4 and IPv6 special-purpose address registries.
#include "http/address.h"

#include <arpa/inet.h>
#include <algorithm>
#include <span>

namespace entente::http {
namespace {

struct Prefix {
  std::array<std::uint8_t, 16> bytes;
  unsigned bits;
};

bool within(std::span<const std::uint8_t> address, const Prefix& prefix) {
  for (unsigned bit = 0; bit < prefix.bits; bit += 8) {
    const unsigned left = std::min(8U, prefix.bits - bit);
    const auto mask = static_cast<std::uint8_t>(0xff00U >> left);
    if (((address[bit / 8] ^ prefix.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

constexpr std::array kNotPublicV4{
    Prefix{{0}, 8},
    Prefix{{10}, 8},
    Prefix{{100, 64}, 10},
    Prefix{{127}, 8},
    Prefix{{169, 254}, 16},
    Prefix{{172, 16}, 12},
    Prefix{{192, 0, 0}, 24},
    Prefix{{192, 0, 2}, 24},
    Prefix{{192, 88, 99}, 24},
    Prefix{{192, 168}, 16},
    Prefix{{198, 18}, 15},
    Prefix{{198, 51, 100}, 24},
    Prefix{{203, 0, 113}, 24},
    Prefix{{224}, 4},
    Prefix{{240}, 4},
};
constexpr Prefix kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Prefix kNat64{{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Prefix k6to4{{0x20, 0x02}, 16};
constexpr Prefix kGlobalUnicast{{0x20}, 3};
constexpr std::array kNotPublicV6{
    Prefix{{0x20, 0x01, 0x00}, 23},        // IETF protocol assignments: Teredo, ORCHID, benchmarking …
    Prefix{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Prefix{{0x3f, 0xff, 0x00}, 20},        // documentation
};

bool is_public_v4(std::span<const std::uint8_t> four) {
  return std::ranges::none_of(kNotPublicV4, [&](const Prefix& p) { return within(four, p); });
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string copy(text);
  Address out{};
  if (::inet_pton(AF_INET6, copy.c_str(), out.data()) == 1) return out;
  std::copy(kMapped.bytes.begin(), kMapped.bytes.end(), out.begin());
  if (::inet_pton(AF_INET, copy.c_str(), out.data() + 12) == 1) return out;
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (within(address, kMapped))
    ::inet_ntop(AF_INET, address.data() + 12, text.data(), text.size());
  else
    ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

bool is_public(const Address& address) {
  const std::span<const std::uint8_t> bytes(address);
  if (within(bytes, kMapped) || within(bytes, kNat64)) return is_public_v4(bytes.subspan(12));
  if (within(bytes, k6to4)) return is_public_v4(bytes.subspan(2, 4));
  return within(bytes, kGlobalUnicast) && std::ranges::none_of(kNotPublicV6, [&](const Prefix& p) { return within(bytes, p); });
}

std::string client_key(std::string_view peer) {
  const auto address = parse_address(peer);
  if (!address || within(*address, kMapped)) return std::string(peer);
  return std::string(reinterpret_cast<const char*>(address->data()), 8);
}

}  // namespace entente::http
