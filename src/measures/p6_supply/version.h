// Version orders. Each scheme has an order-preserving byte key: comparing two keys as unsigned bytes (std::string's own <) is
// comparing the versions, and equal versions have equal keys. compare_versions() is the plain reference, written apart from
// the keys; the tests hold the two against each other.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace entente::measures::p6_supply {

enum class Scheme : std::uint8_t {
  semver = 1,          // SemVer 2.0.0 section 11: npm, crates.io, Go, Hex
  pep440 = 2,          // PEP 440 as PyPI's `packaging` orders it
  debian = 3,          // deb-version(7): Debian, Ubuntu, opam
  rpm = 4,             // rpmvercmp with epoch, '~' and '^': Red Hat, SUSE and their kin
  alpine = 5,          // apk-tools 3
  maven = 6,           // the order of maven.apache.org/pom.html, made transitive
  rubygems = 7,        // Gem::Version
  nuget = 8,           // SemVer with four numbers, without regard to case
  packagist = 9,       // PHP's version_compare()
  pub = 10,            // SemVer, build metadata counts
  cran = 11,           // R's package_version: numbers between '.' and '-'
  hackage = 12,        // numbers between '.'
  alpm = 13,           // Arch Linux
  gentoo = 14,         // Package Manager Specification, 3.3
  conan = 15,          // Conan 2
  openssl = 16,        // three numbers and letters; since 3.0 SemVer
  lexicographic = 17,  // bytes
  datetime = 18,       // RFC 3339
  freebsd = 19,        // pkg-version(8): version_revision,epoch
  linux_kernel = 20,   // kernel.org: dotted numbers, "-rcN" below; nothing else
};
inline constexpr Scheme kLastScheme = Scheme::linux_kernel;

// The order of an OSV ecosystem. What follows a ':' does not matter, but for those that repackage others ("Root:Debian:12",
// "TuxCare:RHEL:7": the inner one's) and for FreeBSD (only its ports have one). nullopt: not evaluated; docs/supply-ecosystems.md says why.
[[nodiscard]] std::optional<Scheme> scheme_of(std::string_view osv_ecosystem);
[[nodiscard]] std::string_view scheme_name(Scheme scheme);  // "semver", "pep440" … as in the enumeration
// Ecosystems of a Linux distribution: one name may be affected to different versions in different releases ("Debian:12").
[[nodiscard]] bool is_distribution(std::string_view osv_ecosystem);

inline constexpr std::size_t kMaxVersionBytes = 1024;  // longer versions are refused

enum class VersionForm : std::uint8_t {
  exact,    // what the scheme's specification allows
  lenient,  // read with a documented concession: semver "v1.2.3", "1.2", leading zeros, more than three numbers
  legacy,   // pep440: not a PEP 440 version, ordered below every valid one; alpine: invalid from somewhere on; packagist: a
            // branch or a word PHP does not know. Such versions may be equal in order without being the same.
};

struct VersionKey {
  std::string bytes;  // never empty; begins with a byte < 0xff, so "" is −∞ and "\xff" is +∞
  VersionForm form = VersionForm::exact;
};

// Semver: number parts of any length; build metadata is ignored; a `v` in front is ignored; missing minor and patch are 0;
// from the fourth dotted number on everything is ignored (as OSV's own tools do). "latest", "1.2.3rc1", "" are errors.
// PEP 440, RPM, Alpine, Maven, Packagist, Conan: every non-empty string has a key. The choices made where the reference tools
// contradict each other or themselves are listed in docs/advisory-index.md.
[[nodiscard]] Result<VersionKey> version_key_form(Scheme scheme, std::string_view version);
[[nodiscard]] Result<std::string> version_key(Scheme scheme, std::string_view version);

// Appends the key to `out` without allocating otherwise: for hot loops. False (and `out` as before) if not understood.
[[nodiscard]] bool append_version_key(Scheme scheme, std::string_view version, std::string& out, VersionForm& form);

// The reference: component by component (openssl and the generic schemes have none and compare keys). Errors as version_key.
[[nodiscard]] Result<std::strong_ordering> compare_versions(Scheme scheme, std::string_view a, std::string_view b);

// The bytes under which a version of an OSV `versions[]` list is found. The OSV schema says string equality; where the scheme
// understands both spellings, two spellings of one version are one version too ("1.0" and "1.0.0" and "v1.0" on PyPI are one
// release). Semver build metadata counts here ("1.0.0+a" is not "1.0.0+b"), except Go's "+incompatible". What the scheme does
// not understand, and PEP 440 legacy versions, are compared as strings. Without a scheme: as strings.
[[nodiscard]] std::string enumerated_key(std::optional<Scheme> scheme, std::string_view version);
[[nodiscard]] bool version_matches_enumerated(std::optional<Scheme> scheme, std::string_view enumerated, std::string_view version);

}  // namespace entente::measures::p6_supply
