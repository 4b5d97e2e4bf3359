// CRC-32C (Castagnoli), as in RFC 3720 appendix B.4 and ext4: finds every flipped bit in what it covers. No protection against anybody who
// wants to deceive. Private to the room.
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace entente::ledger {

[[nodiscard]] std::uint32_t crc32c(ByteView bytes);
[[nodiscard]] std::uint32_t crc32c_plain(ByteView bytes);  // the reference, and for processors without the instruction

}  // namespace entente::ledger
