// security.txt (RFC 9116): whom to tell of a vulnerability. Read tolerantly, with every departure named by the code that the checker
// "sectxt" has made customary. A signed file (RFC 9116, section 2.3; OpenPGP cleartext framework, RFC 4880, section 7) is unwrapped and its
// armour checked; whether the signature holds is a matter of keys, see openpgp.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace entente::csaf {

inline constexpr std::size_t kMaxSecurityTxtBytes = std::size_t{256} << 10;

struct SecurityTxtNote {
  enum class Level : std::uint8_t { error, recommendation, notification };
  Level level = Level::error;
  std::string_view code;                // "no_https"
  std::string what;                     // one sentence
  std::optional<std::uint64_t> line{};  // 1-based; absent: of the whole file
};

struct SecurityTxtField {
  std::string name;  // lower case
  std::string value;
  std::uint64_t line = 0;
};

struct SecurityTxt {
  std::vector<SecurityTxtField> fields;  // the first 1,000; more are an error
  std::vector<std::string> comments;     // with their '#'
  std::vector<SecurityTxtNote> notes;    // of lines in their order, then of the file; at most 1,000 of each level
  bool is_signed = false;
  std::optional<Instant> expires;

  [[nodiscard]] bool valid() const;  // no note of level error
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
  // Addresses of Contact fields of scheme mailto that look like addresses, as written behind "mailto:".
  [[nodiscard]] std::vector<std::string> contact_addresses() const;

  // `at` decides whether it has expired. `url`: where it was found, to be among its Canonical fields; empty: not known. The error is only
  // for what is larger than kMaxSecurityTxtBytes.
  [[nodiscard]] static Result<SecurityTxt> parse(std::string_view text, Instant at, std::string_view url = {});
};

}  // namespace entente::csaf
