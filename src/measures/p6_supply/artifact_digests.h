// Lists of digests as sha256sum, sha384sum and sha512sum write them (GNU coreutils, "<hex>  <name>", a '*' before the name in binary
// mode, a backslash before the line where the name is escaped): which artefacts a release consists of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p6_supply {

struct ListedDigest {
  std::string digest;  // "sha256:<lower-case hex>": the algorithm is told by the length
  std::string name;    // as written, escapes undone
  std::uint64_t line = 0;
};

inline constexpr std::size_t kMaxDigestListBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxListedDigests = 10'000;

// Empty lines are skipped. Refused: a line of another form, a digest of another length (SHA-1 and MD5 identify nothing), an empty list.
// Errors carry the line. Pure, thread-safe.
[[nodiscard]] Result<std::vector<ListedDigest>> parse_digest_list(std::string_view text, const std::string& name);

}  // namespace entente::measures::p6_supply
