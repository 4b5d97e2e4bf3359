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
[[nodiscard]] Result<KeyType> known_key_type(std::uint8_t type);

}  // namespace entente::keys
