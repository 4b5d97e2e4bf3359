// VERS, version ranges of all ecosystems in one notation ("vers:npm/1.2.3|>=2.0.0|<5.0.0"): package-url/vers-spec, "How to parse
// and validate VERS". Only the canonical form is a range; normalise_vers() makes one of what is not sorted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measures/p6_supply/version.h"

namespace entente::measures::p6_supply {

inline constexpr std::size_t kMaxVersBytes = 65'536;
inline constexpr std::size_t kMaxVersConstraints = 4'096;

enum class Comparator : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };

struct VersConstraint {
  Comparator comparator = Comparator::equal;
  std::string version;  // percent-decoded
  std::string key;      // of the version

  bool operator==(const VersConstraint&) const = default;
};

class Vers {
 public:
  // Errors: not canonical (whitespace, pipes at the ends or two in a row, percent-encoding, order, a version twice), a type without
  // an order, a bound its type does not understand. Redundant bounds (">1|>2") are accepted, as the specification's tests want it.
  [[nodiscard]] static Result<Vers> parse(std::string_view text);
  // As parse(), but constraints may come in any order.
  [[nodiscard]] static Result<Vers> normalise(std::string_view text);

  [[nodiscard]] std::string str() const;  // canonical
  // Error: the version is not one of the type.
  [[nodiscard]] Result<bool> contains(std::string_view version) const;

  [[nodiscard]] const std::string& type() const { return type_; }
  [[nodiscard]] const std::vector<VersConstraint>& constraints() const { return constraints_; }  // empty for "*"

 private:
  enum class Sorting : std::uint8_t { required, done_here };
  static Result<Vers> read(std::string_view text, Sorting sorting);
  Result<void> add(std::string_view constraint);
  Result<void> check_sequence() const;

  std::string type_;
  Scheme scheme_ = Scheme::semver;
  std::vector<VersConstraint> constraints_;
};

// The order of a VERS type, which for packages is the purl type: "npm", "deb", "rpm", "apk" … and "semver", "intdot",
// "lexicographic", "datetime". nullopt: none known.
[[nodiscard]] std::optional<Scheme> scheme_of_vers_type(std::string_view type);

}  // namespace entente::measures::p6_supply
