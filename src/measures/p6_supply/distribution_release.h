// Linux distributions in purls and in advisories: which ecosystem of OSV a namespace of `pkg:deb`, `pkg:rpm` or `pkg:apk` is, which
// release a purl (or the SBOM's operating system) names, and which of the ecosystems advisories are listed under belong to that release.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "measures/p6_supply/purl.h"

namespace entente::measures::p6_supply {

// nullopt: not a package of a distribution OSV has an ecosystem for. `system` is what the SBOM says of its operating system, as
// `distro` qualifiers spell it ("debian-12", "rhel-9.4"); it counts where the purl itself has no such qualifier and names the same
// distribution. The ecosystem has a release where one is named beyond doubt; Red Hat and SUSE list one release under many products, so
// theirs are families: "Red Hat:enterprise_linux:9", "SUSE:15 SP5" (docs/supply-ecosystems.md).
[[nodiscard]] std::optional<PackageKey> distribution_key(const Purl& purl, std::string_view system);

// How an ecosystem that advisories are listed under stands to the one asked for.
enum class ReleaseMatch : std::uint8_t {
  no,
  perhaps,  // a product that may be installed on the release ("Red Hat:rhel_extras:7"), but is not part of it
  yes,      // the same, or a product of the release: "Red Hat:enterprise_linux:9::appstream" of "Red Hat:enterprise_linux:9"
};
[[nodiscard]] ReleaseMatch release_match(std::string_view asked, std::string_view listed);

// Whether an ecosystem is one of the families above: several listed ecosystems may belong to it.
[[nodiscard]] bool is_release_family(std::string_view ecosystem);

}  // namespace entente::measures::p6_supply
