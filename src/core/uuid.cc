// Version 5: the first 16 bytes of SHA-1 over namespace and name, with the version and variant bits put over them. SHA-1 is what the
// specification says; nothing here relies on its resistance to collisions.
#include "core/uuid.h"

#include <openssl/evp.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/bytes.h"

namespace entente {

std::string Uuid::str() const {
  std::string out = to_hex(bytes);
  for (const std::size_t at : {20, 16, 12, 8}) out.insert(at, 1, '-');
  return out;
}

Uuid uuid_v5(const Uuid& name_space, std::string_view name) {
  std::string input(name_space.bytes.begin(), name_space.bytes.end());
  input += name;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  if (EVP_Digest(input.data(), input.size(), hash.data(), nullptr, EVP_sha1(), nullptr) != 1) {
    std::fputs("entente: OpenSSL cannot compute SHA-1 on this machine\n", stderr);
    std::abort();
  }
  Uuid out;
  std::copy_n(hash.begin(), out.bytes.size(), out.bytes.begin());
  out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0f) | 0x50);
  out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3f) | 0x80);
  return out;
}

}  // namespace entente
