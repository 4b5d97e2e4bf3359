// Codes of rejections, and the class of HTTP status each belongs to.
#include "registry/rejection.h"

#include <fmt/format.h>
#include <array>

namespace entente::registry {
namespace {

struct CodeRow {
  std::string_view name;
  int status;
};
constexpr std::array<CodeRow, 21> kCodes = {{{"too-large", 400},
                                             {"malformed", 400},
                                             {"unknown-kind", 400},
                                             {"schema", 422},
                                             {"no-rules", 409},
                                             {"bad-signature", 401},
                                             {"unknown-key", 401},
                                             {"not-entitled", 403},
                                             {"stale", 422},
                                             {"from-the-future", 422},
                                             {"replay", 409},
                                             {"out-of-order", 409},
                                             {"id-taken", 409},
                                             {"key-taken", 409},
                                             {"no-such-supporter", 409},
                                             {"no-such-statement", 409},
                                             {"wrong-status", 409},
                                             {"needs-second-person", 403},
                                             {"needs-domain-proof", 409},
                                             {"not-allowed", 422},
                                             {"interest", 403}}};

}  // namespace

std::string_view name(Code code) { return kCodes[static_cast<std::size_t>(code)].name; }
int http_status(Code code) { return kCodes[static_cast<std::size_t>(code)].status; }

std::string Rejection::str() const {
  std::string out = fmt::format("{}: {}", name(code), what);
  if (!pointer.empty()) out += fmt::format(" (at {})", pointer);
  if (!hint.empty()) out += "\n  hint: " + hint;
  return out;
}

}  // namespace entente::registry
