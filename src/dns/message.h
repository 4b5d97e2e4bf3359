// DNS messages on the wire (RFC 1035 section 4), as far as a reader of answers needs them. Parsing is bounded and never throws;
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"

namespace entente::dns {

enum class Type : std::uint16_t { a = 1, ns = 2, cname = 5, soa = 6, mx = 15, txt = 16, aaaa = 28, ds = 43, tlsa = 52, caa = 257 };
[[nodiscard]] std::string type_name(std::uint16_t type);  // "TXT"; "TYPE64" if it is none of the above (RFC 3597)
[[nodiscard]] inline std::string type_name(Type type) { return type_name(static_cast<std::uint16_t>(type)); }

inline constexpr unsigned kNoError = 0, kServFail = 2, kNxDomain = 3, kRefused = 5;
[[nodiscard]] std::string rcode_name(unsigned rcode);  // "NXDOMAIN"; "RCODE17" if unknown

struct Record {
  std::string name;  // owner: lower case, without final dot; bytes that are no host name's as \DDD; "." for the root
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;      // seconds
  Bytes data;                 // RDATA as sent; names inside may be compressed, so use `target`
  std::string target;         // CNAME: where it points to, written like `name`
  std::uint32_t minimum = 0;  // SOA: its MINIMUM, seconds
  bool operator==(const Record&) const = default;
};

struct Message {
  unsigned rcode = 0;
  std::vector<Record> answers;
  std::vector<Record> authority;
};

// Errors carry the offset: cut short, a compression pointer that does not point back, a name of more than 255 octets, more than 4,096
// records, more than 65,535 bytes. Only class IN is kept; the additional section is not read.
[[nodiscard]] Result<Message> parse_message(ByteView bytes);

// The character strings of a TXT record joined into one text (RFC 1035 section 3.3.14; joined as RFC 7208 section 3.3 does). An error if
// they do not fill the data exactly.
[[nodiscard]] Result<std::string> join_txt(ByteView rdata);

}  // namespace entente::dns
