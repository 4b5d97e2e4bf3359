// What verifier keys and signer keys have in common: name+id+base64. Internal to `keys`.
#pragma once

#include <cstdint>
#include <string_view>

#include "keys/keys.h"

namespace entente::keys {

struct KeyParts {
  std::string_view name;  // into the text that was split
  std::uint32_t id = 0;
  Bytes material;  // type ‖ key; never empty
};
[[nodiscard]] Result<KeyParts> split_key_text(std::string_view text);
// The one line of a key file, without its end (LF or CRLF). An error if the file begins with a byte order mark or has more lines.
[[nodiscard]] Result<std::string_view> key_file_line(std::string_view content);
[[nodiscard]] Result<KeyType> known_key_type(std::uint8_t type);

}  // namespace entente::keys
