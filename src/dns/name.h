// Domain names in presentation form (RFC 1035 section 2.3, RFC 1123 section 2.1, RFC 5890). Plain values; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::dns {

inline constexpr std::size_t kMaxNameBytes = 253;  // without the final dot
inline constexpr std::size_t kMaxLabelBytes = 63;

// A host's or organisation's name: at least two labels of letters, digits and hyphens (no hyphen at either end), the last one not a
// number. Held in lower case without a final dot; internationalised names as A-labels ("xn--…").
class Domain {
 public:
  // Capitals and one final dot are accepted. Names in other scripts (U-labels) are an error whose hint is the A-label form; so are labels
  // "xn--…" that stand for no name of IDNA (UTS 46), URLs, addresses and wildcards.
  [[nodiscard]] static Result<Domain> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const { return name_; }
  // "<label>.<name>": a name to ask for. `label` may begin with an underscore (RFC 8552). Errors: not a label, or the whole gets too long.
  [[nodiscard]] Result<std::string> child(std::string_view label) const;
  bool operator==(const Domain&) const = default;

 private:
  explicit Domain(std::string name) : name_(std::move(name)) {}
  std::string name_;
};

// A name that may be asked for: labels of letters, digits, hyphens and underscores, at most 63 and 253 bytes, no final dot.
[[nodiscard]] bool is_query_name(std::string_view name);
// True if `name` is `parent` or below it. Both lower case, without final dot.
[[nodiscard]] bool is_within(std::string_view name, std::string_view parent);

}  // namespace entente::dns
