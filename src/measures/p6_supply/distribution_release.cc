// Which release a package of a Linux distribution belongs to. One table says which ecosystem a purl's namespace is, how its releases are
// spelled, and whether its advisories name source packages; the release itself is read from the `distro` qualifier, which tools write from
// /etc/os-release as "<id>-<version>", from the SBOM's operating system, or (openEuler) from the version's own tag. What is ambiguous is
// left without a release: an answer for the wrong release is worse than none.
#include "measures/p6_supply/distribution_release.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "core/ascii.h"

namespace entente::measures::p6_supply {
namespace {

enum class ReleaseStyle : std::uint8_t { none, major, two_numbers, debian, ubuntu, alpine, alpaquita, red_hat, suse, opensuse, openeuler };
enum class AdvisoryNames : std::uint8_t { packages, sources };

struct Distribution {
  std::string_view type, ns;  // `ns` is also the id in a `distro` text
  std::string_view ecosystem;
  ReleaseStyle style;
  AdvisoryNames names;
};
constexpr std::array kDistributions = std::to_array<Distribution>({
    {"apk", "alpaquita", "Alpaquita", ReleaseStyle::alpaquita, AdvisoryNames::sources},
    {"apk", "alpine", "Alpine", ReleaseStyle::alpine, AdvisoryNames::sources},
    {"apk", "bellsoft-hardened-containers", "BellSoft Hardened Containers", ReleaseStyle::alpaquita, AdvisoryNames::sources},
    {"apk", "chainguard", "Chainguard", ReleaseStyle::none, AdvisoryNames::sources},
    {"apk", "minimos", "MinimOS", ReleaseStyle::none, AdvisoryNames::sources},
    {"apk", "wolfi", "Wolfi", ReleaseStyle::none, AdvisoryNames::sources},
    {"deb", "debian", "Debian", ReleaseStyle::debian, AdvisoryNames::sources},
    {"deb", "echo", "Echo", ReleaseStyle::none, AdvisoryNames::sources},
    {"deb", "ubuntu", "Ubuntu", ReleaseStyle::ubuntu, AdvisoryNames::sources},
    {"rpm", "alma", "AlmaLinux", ReleaseStyle::major, AdvisoryNames::packages},  // as Trivy writes it
    {"rpm", "almalinux", "AlmaLinux", ReleaseStyle::major, AdvisoryNames::packages},
    {"rpm", "azure-linux", "Azure Linux", ReleaseStyle::major, AdvisoryNames::sources},
    {"rpm", "azurelinux", "Azure Linux", ReleaseStyle::major, AdvisoryNames::sources},
    {"rpm", "cbl-mariner", "Azure Linux", ReleaseStyle::major, AdvisoryNames::sources},  // its name up to 2.0
    {"rpm", "mariner", "Azure Linux", ReleaseStyle::major, AdvisoryNames::sources},
    {"rpm", "mageia", "Mageia", ReleaseStyle::major, AdvisoryNames::sources},
    {"rpm", "openeuler", "openEuler", ReleaseStyle::openeuler, AdvisoryNames::sources},
    {"rpm", "opensuse", "openSUSE", ReleaseStyle::opensuse, AdvisoryNames::sources},
    {"rpm", "opensuse-leap", "openSUSE", ReleaseStyle::opensuse, AdvisoryNames::sources},
    {"rpm", "opensuse-leap-micro", "openSUSE", ReleaseStyle::opensuse, AdvisoryNames::sources},
    {"rpm", "opensuse-tumbleweed", "openSUSE", ReleaseStyle::opensuse, AdvisoryNames::sources},
    {"rpm", "photon", "Photon OS", ReleaseStyle::two_numbers, AdvisoryNames::packages},
    {"rpm", "redhat", "Red Hat", ReleaseStyle::red_hat, AdvisoryNames::packages},
    {"rpm", "rhel", "Red Hat", ReleaseStyle::red_hat, AdvisoryNames::packages},
    {"rpm", "rocky", "Rocky Linux", ReleaseStyle::major, AdvisoryNames::packages},
    {"rpm", "rocky-linux", "Rocky Linux", ReleaseStyle::major, AdvisoryNames::packages},
    {"rpm", "sl-micro", "SUSE", ReleaseStyle::suse, AdvisoryNames::sources},
    {"rpm", "sle-micro", "SUSE", ReleaseStyle::suse, AdvisoryNames::sources},
    {"rpm", "sle_hpc", "SUSE", ReleaseStyle::suse, AdvisoryNames::sources},
    {"rpm", "sled", "SUSE", ReleaseStyle::suse, AdvisoryNames::sources},
    {"rpm", "sles", "SUSE", ReleaseStyle::suse, AdvisoryNames::sources},
    {"rpm", "sles_sap", "SUSE", ReleaseStyle::suse, AdvisoryNames::sources},
    {"rpm", "suse", "SUSE", ReleaseStyle::suse, AdvisoryNames::sources},
});

// Releases where the id of the text has to be one of the ecosystem's: "fedora-40" on a package of Red Hat names no release of RHEL.
bool needs_own_id(ReleaseStyle style) { return style >= ReleaseStyle::red_hat; }

// "opensuse-leap-15.6" as id "opensuse-leap" and number "15.6"; in lower case, spaces as dashes; without a number the id is all of it.
struct DistroText {
  std::string id, number;
};
DistroText split_distro(std::string_view text) {
  std::string folded = lower(text);
  std::replace(folded.begin(), folded.end(), ' ', '-');
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (!is_digit(folded[i]) || (i > 0 && folded[i - 1] != '-')) continue;
    return {folded.substr(0, i == 0 ? 0 : i - 1), folded.substr(i)};
  }
  return {std::move(folded), {}};
}

// The first `count` dotted numbers; empty if there are fewer.
std::string_view first_numbers(std::string_view number, int count) {
  std::size_t end = 0;
  for (int i = 0; i < count; ++i) {
    if (i > 0 && (end >= number.size() || number[end++] != '.')) return {};
    const std::size_t begin = end;
    while (end < number.size() && is_digit(number[end])) ++end;
    if (end == begin) return {};
  }
  return number.substr(0, end);
}

// The end of the text, where it is a dotted number: "debian-12.5" and "12.5" give "12.5".
std::string_view dotted_end(std::string_view distro) {
  const std::string_view number = distro.substr(distro.rfind('-') + 1);
  return !number.empty() && is_digit(number.front()) && number.find_first_not_of("0123456789.") == std::string_view::npos
             ? number
             : std::string_view();
}

struct Codename {
  std::string_view name, release;
};
constexpr std::array kDebianCodenames = std::to_array<Codename>(
    {{"stretch", "9"}, {"buster", "10"}, {"bullseye", "11"}, {"bookworm", "12"}, {"trixie", "13"}, {"forky", "14"}});

std::string debian_release(std::string_view distro) {
  const std::string_view name = distro.starts_with("debian-") ? distro.substr(7) : distro;
  for (const Codename& codename : kDebianCodenames)
    if (name == codename.name) return std::string(codename.release);
  return std::string(first_numbers(dotted_end(distro), 1));
}

// "22.04" is "22.04:LTS": every second April is a long-term release, in even years.
std::string ubuntu_release(std::string_view number) {
  std::string out(first_numbers(number, 2));
  if (out.size() == 5 && out.ends_with(".04") && (out[1] - '0') % 2 == 0) out += ":LTS";
  return out;
}

// RHEL 9.4 is a state of RHEL 9. Packages of module streams and of the extended update channels are repaired in versions of their own,
// which neither the release nor the name tells apart.
std::string red_hat_release(const Purl& purl, const DistroText& distro) {
  if (purl.version.find(".module+el") != std::string::npos || purl.version.find(".module_el") != std::string::npos) return {};
  if (purl.qualifier("rpmmod") || purl.qualifier("modularitylabel")) return {};
  if (const auto repository = purl.qualifier("repository_id")) {
    for (const std::string_view channel : {"-eus-", "-aus-", "-tus-", "-e4s-", "-els-"})
      if (repository->find(channel) != std::string_view::npos) return {};
  }
  const std::string_view major = first_numbers(distro.number, 1);
  return major.empty() ? std::string() : "enterprise_linux:" + std::string(major);
}

// "15.5" and "15-sp5" are "15 SP5"; from 16 on there are no service packs but minor versions. "15" may be any service pack.
std::string suse_release(const DistroText& distro) {
  const std::string_view major = first_numbers(distro.number, 1), both = first_numbers(distro.number, 2);
  if (distro.id == "sle-micro" || distro.id == "suse-linux-enterprise-micro")
    return both.empty() ? std::string() : "Linux Enterprise Micro " + std::string(both);
  if (distro.id == "sl-micro" || distro.id == "suse-linux-micro") return both.empty() ? std::string() : "Linux Micro " + std::string(both);
  if (major.size() != 2) return {};
  if (major >= "16") return std::string(both);
  std::string_view pack = std::string_view(distro.number).substr(2);
  if (pack.starts_with(".")) {
    pack.remove_prefix(1);
  } else if (pack.starts_with("-sp")) {
    pack.remove_prefix(3);
  } else {
    return {};
  }
  const std::string_view number = first_numbers(pack, 1);
  return number.empty() || number == "0" ? std::string() : fmt::format("{} SP{}", major, number);
}

std::string opensuse_release(const DistroText& distro) {
  if (distro.id == "opensuse-tumbleweed") return "Tumbleweed";
  const std::string number(first_numbers(distro.number, 2));
  if (number.empty()) return {};
  if (distro.id == "opensuse-leap-micro") return "Leap Micro " + number;
  return distro.id == "opensuse-leap" ? "Leap " + number : std::string();
}

// /etc/os-release says "22.03" on every service pack; the tag of the version (".oe2203sp3") tells them apart. Only long-term releases have
// advisories: those of March in even years.
std::string openeuler_release(const Purl& purl, const DistroText& distro) {
  const std::string_view number = first_numbers(distro.number, 2);
  if (const std::size_t lts = distro.number.find("lts"); lts != std::string::npos && !number.empty()) {
    const std::size_t pack = distro.number.find("sp", lts);
    const std::string_view digits =
        pack == std::string::npos ? std::string_view() : first_numbers(std::string_view(distro.number).substr(pack + 2), 1);
    return fmt::format("{}-LTS{}{}", number, digits.empty() ? "" : "-SP", digits);
  }
  const std::size_t tag = purl.version.rfind(".oe");
  if (tag == std::string::npos) return {};
  const std::string_view named = std::string_view(purl.version).substr(tag + 3);
  const std::string_view date = first_numbers(named, 1);
  if (date.size() != 4 || (date[1] - '0') % 2 != 0 || !date.ends_with("03")) return {};
  const std::string release = fmt::format("{}.{}", date.substr(0, 2), date.substr(2));
  if (!number.empty() && number != release) return {};
  const std::string_view rest = named.substr(4);
  if (rest.empty()) return release + "-LTS";
  if (!rest.starts_with("sp")) return {};
  const std::string_view digits = first_numbers(rest.substr(2), 1);
  return digits.empty() || digits.size() + 2 != rest.size() ? std::string() : fmt::format("{}-LTS-SP{}", release, digits);
}

// Whether an id names the distribution: "sles" is SUSE's, and so are its products' full names.
bool is_own_id(const Distribution& distribution, std::string_view id) {
  if (distribution.ecosystem == "SUSE" && id.starts_with("suse-linux-")) return true;
  return std::any_of(kDistributions.begin(), kDistributions.end(), [&](const Distribution& d) {
    return d.ecosystem == distribution.ecosystem && (id == d.ns || id == std::string(d.ns) + "-stream");
  });
}

// The release as OSV spells it after the ecosystem's name: "12", "v3.19", "22.04:LTS". Empty where none is named beyond doubt.
std::string release_of(const Distribution& distribution, const Purl& purl, std::string_view text) {
  const DistroText distro = split_distro(text);
  if (needs_own_id(distribution.style) && !distro.id.empty() && !is_own_id(distribution, distro.id)) return {};
  switch (distribution.style) {
    case ReleaseStyle::none: return {};
    case ReleaseStyle::major: return std::string(first_numbers(dotted_end(text), 1));
    case ReleaseStyle::two_numbers: return std::string(first_numbers(dotted_end(text), 2));
    case ReleaseStyle::debian: return debian_release(text);
    case ReleaseStyle::ubuntu: return ubuntu_release(dotted_end(text));
    case ReleaseStyle::alpine: {
      const std::string_view branch = first_numbers(dotted_end(text), 2);
      return branch.empty() ? std::string() : "v" + std::string(branch);
    }
    case ReleaseStyle::alpaquita: return distro.id.ends_with("stream") ? "stream" : std::string(first_numbers(dotted_end(text), 1));
    case ReleaseStyle::red_hat: return red_hat_release(purl, distro);
    case ReleaseStyle::suse: return suse_release(distro);
    case ReleaseStyle::opensuse: return opensuse_release(distro);
    case ReleaseStyle::openeuler: return openeuler_release(purl, distro);
  }
  return {};
}

// "upstream" is "source" or "source@version"; for RPM the file "source-1.2-3.src.rpm". Empty: not said.
std::string_view upstream_source(const Purl& purl) {
  const auto upstream = purl.qualifier("upstream");
  if (!upstream) return {};
  std::string_view source = *upstream;
  if (purl.type != "rpm" || !source.ends_with(".rpm")) return source.substr(0, source.find('@'));
  for (int dashes = 0; dashes < 2; ++dashes) {
    const std::size_t dash = source.rfind('-');
    if (dash == std::string_view::npos) return {};
    source = source.substr(0, dash);
  }
  return source;
}

// What the SBOM says of its operating system counts where it is the same distribution.
std::string_view own_system(const Distribution& distribution, std::string_view system) {
  const DistroText named = split_distro(system);
  return is_own_id(distribution, named.id) ? system : std::string_view();
}

// --- Ecosystems advisories are listed under ---------------------------------------------------------------------------------

constexpr std::string_view kRedHatFamily = "Red Hat:enterprise_linux:";
constexpr std::string_view kSuse = "SUSE:";

// "9" of "9", "9::baseos", and from 10 on "10.1".
ReleaseMatch red_hat_match(std::string_view major, std::string_view listed) {
  constexpr std::string_view kRedHat = "Red Hat:";
  if (listed.starts_with(kRedHatFamily)) {
    const std::string_view version = listed.substr(kRedHatFamily.size());
    if (first_numbers(version, 1) != major) return ReleaseMatch::no;
    const std::string_view rest = version.substr(major.size());
    return rest.empty() || rest.starts_with("::") || (rest.front() == '.' && major.size() > 1) ? ReleaseMatch::yes : ReleaseMatch::perhaps;
  }
  // Another product: named for the release by its version ("rhel_eus:9.2::baseos") or by its edition ("openshift:4.12::el9").
  const std::string_view product = listed.substr(kRedHat.size());
  const std::size_t colon = product.find(':');
  if (colon == std::string_view::npos) return ReleaseMatch::no;
  const bool by_version = product.starts_with("rhel") || product.starts_with("enterprise_linux");
  if (by_version && first_numbers(product.substr(colon + 1), 1) == major) return ReleaseMatch::perhaps;
  const std::string edition = "el" + std::string(major);
  return product.substr(colon).find(edition) != std::string_view::npos ? ReleaseMatch::perhaps : ReleaseMatch::no;
}

// Whether `part` stands in `text` as words of its own, or with something joined by a dash behind ("15 SP5-LTSS").
bool holds_words(std::string_view text, std::string_view part) {
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    const bool begins = at == 0 || text[at - 1] == ' ';
    if (begins && (end == text.size() || text[end] == ' ' || text[end] == '-')) return true;
  }
  return false;
}

ReleaseMatch suse_match(std::string_view release, std::string_view listed) {
  const bool micro = release.find("Micro") != std::string_view::npos;
  const std::string_view product = listed.substr(kSuse.size());
  if (micro) {
    if (product.starts_with(release) && holds_words(product, release)) return ReleaseMatch::yes;
    const std::string_view number = release.substr(release.rfind(' ') + 1);
    return product.find("Micro") != std::string_view::npos && holds_words(product, number) ? ReleaseMatch::perhaps : ReleaseMatch::no;
  }
  if (product.find("Micro") != std::string_view::npos) return ReleaseMatch::no;
  if (holds_words(product, release)) return ReleaseMatch::yes;
  // Modules of SLE 12 are for all its service packs.
  if (release.starts_with("12 ") && product.find("Module") != std::string_view::npos && product.ends_with(" 12")) return ReleaseMatch::yes;
  const bool other_release = product.starts_with("Linux ") || product.find(" SP") != std::string_view::npos;
  return other_release ? ReleaseMatch::no : ReleaseMatch::perhaps;
}

}  // namespace

std::optional<PackageKey> distribution_key(const Purl& purl, std::string_view system) {
  const auto* row = std::find_if(kDistributions.begin(), kDistributions.end(),
                                 [&](const Distribution& d) { return d.type == purl.type && d.ns == purl.ns; });
  if (row == kDistributions.end()) return std::nullopt;
  PackageKey out{std::string(row->ecosystem), purl.name};
  const auto distro = purl.qualifier("distro");
  if (const std::string release = release_of(*row, purl, distro ? *distro : own_system(*row, system)); !release.empty())
    out.ecosystem += ":" + release;
  if (row->names == AdvisoryNames::packages) return out;
  if (const std::string_view source = upstream_source(purl); !source.empty()) {
    out.name = source;
  } else if (purl.type == "rpm" && purl.qualifier("arch") != "src") {
    // dpkg and apk say nothing where source and package have one name; RPM always has a source, so here it was left out.
    out.name_kind = PackageNameKind::perhaps_binary;
  }
  return out;
}

bool is_release_family(std::string_view ecosystem) { return ecosystem.starts_with(kRedHatFamily) || ecosystem.starts_with(kSuse); }

ReleaseMatch release_match(std::string_view asked, std::string_view listed) {
  if (asked == listed) return ReleaseMatch::yes;
  if (asked.starts_with(kRedHatFamily) && listed.starts_with("Red Hat:")) {
    const std::string_view major = asked.substr(kRedHatFamily.size());
    return major == first_numbers(major, 1) ? red_hat_match(major, listed) : ReleaseMatch::no;
  }
  if (asked.starts_with(kSuse) && listed.starts_with(kSuse)) return suse_match(asked.substr(kSuse.size()), listed);
  return ReleaseMatch::no;
}

}  // namespace entente::measures::p6_supply
