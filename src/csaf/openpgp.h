// OpenPGP: public keys and detached signatures, through librnp. RFC 4880. The library's clock is set to the instant given, so that the same
// keys and signatures give the same verdict whenever they are looked at.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace entente::csaf {

inline constexpr std::size_t kMaxKeyFileBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxSignatureBytes = std::size_t{1} << 20;

struct PgpKey {
  std::string fingerprint;  // upper-case hexadecimal
  std::string algorithm;    // "RSA", "EDDSA" …
  std::uint32_t bits = 0;
  bool expired = false, revoked = false;
};

struct PgpSignature {
  enum class State : std::uint8_t { good, bad, unknown_key, expired };
  State state = State::bad;
  std::string fingerprint;  // of the primary key it was made with; empty if that is not known
  std::string what;         // why it is not good
};

// A set of public keys. Movable; one thread at a time.
class PgpKeyring {
 public:
  [[nodiscard]] static Result<PgpKeyring> make(Instant at);
  ~PgpKeyring();
  PgpKeyring(PgpKeyring&&) noexcept;
  PgpKeyring& operator=(PgpKeyring&&) noexcept;

  // Takes the public keys of a file, armoured or not; secret ones are refused. Returns the primary keys it holds.
  [[nodiscard]] Result<std::vector<PgpKey>> add(std::string_view bytes, const std::string& name);
  // Every signature in `signature` over `data`. The error is for what is no signature at all.
  [[nodiscard]] Result<std::vector<PgpSignature>> verify(std::string_view data, std::string_view signature, const std::string& name) const;

 private:
  struct State;
  explicit PgpKeyring(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente::csaf
