// The version_t of CSAF 2.0 (section 3.1.11): an integer ("3") or a semantic version ("1.4.0-rc.1+build"), compared as SemVer 2.0.0
// section 11 says. Numbers of any length. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace entente::csaf {

struct DocumentVersion {
  bool semantic = false;
  std::string_view major, minor, patch;  // decimal digits; an integer version has only `major`
  std::string_view prerelease, build;    // without their '-' and '+'
};

[[nodiscard]] std::optional<DocumentVersion> parse_version(std::string_view text);

enum class Prerelease { compare, ignore };
// -1, 0 or 1; build metadata is ignored. An integer version compares as its major version.
[[nodiscard]] int compare(const DocumentVersion& a, const DocumentVersion& b, Prerelease prerelease = Prerelease::compare);

}  // namespace entente::csaf
