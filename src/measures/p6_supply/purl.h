// Package URLs (ECMA-427, https://github.com/package-url/purl-spec): pkg:type/namespace/name@version?qualifiers#subpath.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace entente::measures::p6_supply {

// A parsed purl; every part is decoded (no percent signs of the encoding) and folded as its type asks. Absent parts are empty.
struct Purl {
  std::string type;                                             // lower case, "npm"
  std::string ns;                                               // segments joined with '/', "@scope", "github.com/gorilla"
  std::string name;                                             // never empty
  std::string version;                                          // as written, decoded
  std::string subpath;                                          // segments joined with '/', no "." or ".."
  std::vector<std::pair<std::string, std::string>> qualifiers;  // keys lower case, unique, in byte order; no empty values

  // At most 8 KiB. Errors carry the byte offset. Refused: no "pkg:" scheme, a type outside [a-z][a-z0-9.-]* (case folded), no
  // name, broken percent-encoding, encoded bytes that are no UTF-8, duplicate or malformed qualifier keys, and what the
  // type forbids or requires (a scope without '@' is not refused: tools write both).
  [[nodiscard]] static Result<Purl> parse(std::string_view text);
  // From unchecked parts: the same folding and the same rules as parse().
  [[nodiscard]] static Result<Purl> build(Purl parts);

  // Canonical spelling. parse(str()) gives an equal Purl.
  [[nodiscard]] std::string str() const;
  // Value of a qualifier, nullopt if absent.
  [[nodiscard]] std::optional<std::string_view> qualifier(std::string_view key) const;

  auto operator<=>(const Purl&) const = default;
};

// Whether a name is what advisories of the ecosystem call a package.
enum class PackageNameKind : std::uint8_t {
  advisory,
  perhaps_binary,  // advisories name sources, and the purl names none: to be found under this name says something, not to be says nothing
};

// What an advisory database calls a package.
struct PackageKey {
  std::string ecosystem;  // an OSV ecosystem, "npm", "PyPI", "Go", "crates.io", "Debian:12", "Alpine:v3.19", "SUSE:15 SP5" …
  std::string name;       // "@scope/name"; PEP 503 normal form for PyPI; the module path for Go; "group:artifact" for Maven
  PackageNameKind name_kind = PackageNameKind::advisory;

  auto operator<=>(const PackageKey&) const = default;
};

// The OSV ecosystem and name of a purl; nullopt for types OSV has no ecosystem for (pkg:generic, pkg:oci, pkg:docker …).
// Linux distributions name source packages: the `upstream` qualifier wins over the name where it is given.
// The release comes from the `distro` qualifier ("debian-12", "bookworm"; "Debian" alone without one); without one from `system`, what the
// SBOM says of its operating system in the same spelling. distribution_release.h has the rules.
[[nodiscard]] std::optional<PackageKey> package_key(const Purl& purl, std::string_view system = {});

// The version as the package's ecosystem orders it: RPM's epoch stands in a qualifier, Bitnami's revision ("-3") is not part of it.
[[nodiscard]] std::string package_version(const Purl& purl);

// PEP 503: lower case, runs of '-', '_' and '.' become one '-'.
[[nodiscard]] std::string pep503_name(std::string_view name);

}  // namespace entente::measures::p6_supply
