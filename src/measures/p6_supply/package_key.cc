// From a purl to what advisories call the package: OSV's ecosystem, for Linux distributions with the release ("Debian:12"), the
// name, and the version as the ecosystem orders it. Two tables; the releases are read from the `distro` qualifier.
#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "measures/p6_supply/purl.h"

namespace entente::measures::p6_supply {
namespace {

struct DistroName {
  std::string_view type, ns, ecosystem;
};
constexpr std::array kDistros = std::to_array<DistroName>({
    {"apk", "alpine", "Alpine"},
    {"apk", "alpaquita", "Alpaquita"},
    {"apk", "chainguard", "Chainguard"},
    {"apk", "minimos", "MinimOS"},
    {"apk", "wolfi", "Wolfi"},
    {"deb", "debian", "Debian"},
    {"deb", "echo", "Echo"},
    {"deb", "ubuntu", "Ubuntu"},
    {"rpm", "alma", "AlmaLinux"},  // as Trivy writes it
    {"rpm", "almalinux", "AlmaLinux"},
    {"rpm", "azurelinux", "Azure Linux"},
    {"rpm", "mageia", "Mageia"},
    {"rpm", "openeuler", "openEuler"},
    {"rpm", "opensuse", "openSUSE"},
    {"rpm", "photon", "Photon OS"},
    {"rpm", "redhat", "Red Hat"},
    {"rpm", "rocky", "Rocky Linux"},
    {"rpm", "rocky-linux", "Rocky Linux"},
    {"rpm", "suse", "SUSE"},
});

struct LanguageName {
  std::string_view type, ecosystem, joiner;  // joiner between namespace and name
};
constexpr std::array kLanguages = std::to_array<LanguageName>({
    {"bitnami", "Bitnami", ""},
    {"cargo", "crates.io", ""},
    {"composer", "Packagist", "/"},
    {"conan", "ConanCenter", ""},
    {"cran", "CRAN", ""},
    {"gem", "RubyGems", ""},
    {"githubactions", "GitHub Actions", "/"},
    {"golang", "Go", "/"},
    {"hackage", "Hackage", ""},
    {"hex", "Hex", "/"},
    {"julia", "Julia", ""},
    {"maven", "Maven", ":"},
    {"npm", "npm", "/"},
    {"nuget", "NuGet", ""},
    {"opam", "opam", ""},
    {"pub", "Pub", ""},
    {"pypi", "PyPI", ""},
    {"swift", "SwiftURL", "/"},
    {"vscode-extension", "VSCode", "."},
});

// "upstream" is "source" or "source@version"; syft writes "source-1.2-3.src.rpm" for RPM, which names no plain package.
std::string source_package(const Purl& purl) {
  const auto upstream = purl.qualifier("upstream");
  if (!upstream) return purl.name;
  const std::string_view source = upstream->substr(0, upstream->find('@'));
  return source.empty() || purl.type == "rpm" ? purl.name : std::string(source);
}

// "debian-12.5" and "12.5" give "12.5".
std::string_view distro_number(const Purl& purl) {
  const auto distro = purl.qualifier("distro");
  if (!distro) return {};
  const std::string_view number = distro->substr(distro->rfind('-') + 1);
  return !number.empty() && is_digit(number.front()) && number.find_first_not_of("0123456789.") == std::string_view::npos
             ? number
             : std::string_view();
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

struct Codename {
  std::string_view name, release;
};
constexpr std::array kDebianCodenames = std::to_array<Codename>(
    {{"stretch", "9"}, {"buster", "10"}, {"bullseye", "11"}, {"bookworm", "12"}, {"trixie", "13"}, {"forky", "14"}});

std::string debian_release(const Purl& purl) {
  const auto distro = purl.qualifier("distro");
  for (const Codename& codename : kDebianCodenames) {
    if (distro && (*distro == codename.name || *distro == "debian-" + std::string(codename.name))) return std::string(codename.release);
  }
  return std::string(first_numbers(distro_number(purl), 1));
}

// "22.04" is "22.04:LTS": every second April is a long-term release, in even years.
std::string ubuntu_release(std::string_view number) {
  std::string out(first_numbers(number, 2));
  if (out.size() == 5 && out.ends_with(".04") && (out[1] - '0') % 2 == 0) out += ":LTS";
  return out;
}

// The release as OSV spells it after the ecosystem's name: "12", "v3.19", "22.04:LTS". Empty where the purl does not say it, the
// distribution has no releases, or OSV names them by something a purl does not carry (Red Hat, SUSE: products).
std::string distro_release(const Purl& purl, std::string_view ecosystem) {
  const std::string_view number = distro_number(purl);
  if (ecosystem == "Debian") return debian_release(purl);
  if (ecosystem == "Ubuntu") return ubuntu_release(number);
  if (ecosystem == "Alpine") {
    const std::string_view branch = first_numbers(number, 2);
    return branch.empty() ? std::string() : "v" + std::string(branch);
  }
  if (ecosystem == "Photon OS") return std::string(first_numbers(number, 2));
  if (ecosystem == "AlmaLinux" || ecosystem == "Rocky Linux" || ecosystem == "Mageia") return std::string(first_numbers(number, 1));
  return {};
}

// Bitnami's own revision ("5.15.12-3") says how it was packaged; as SemVer it would be a pre-release, below the version it repackages.
std::string bitnami_version(std::string_view version) {
  const std::size_t dash = version.rfind('-');
  const bool revision =
      dash != std::string_view::npos && dash + 1 < version.size() &&
      std::all_of(version.begin() + static_cast<std::ptrdiff_t>(dash) + 1, version.end(), [](char c) { return is_digit(c); });
  return std::string(version.substr(0, revision ? dash : version.size()));
}

}  // namespace

std::optional<PackageKey> package_key(const Purl& purl) {
  for (const LanguageName& language : kLanguages) {
    if (language.type != purl.type) continue;
    if (purl.type == "pypi") return PackageKey{"PyPI", pep503_name(purl.name)};
    std::string name = purl.ns;
    if (!name.empty()) name += language.joiner.empty() ? "/" : language.joiner;
    name += purl.name;
    return PackageKey{std::string(language.ecosystem), std::move(name)};
  }
  for (const DistroName& distro : kDistros) {
    if (distro.type != purl.type || distro.ns != purl.ns) continue;
    std::string ecosystem(distro.ecosystem);
    if (const std::string release = distro_release(purl, distro.ecosystem); !release.empty()) ecosystem += ":" + release;
    return PackageKey{std::move(ecosystem), source_package(purl)};
  }
  return std::nullopt;
}

std::string package_version(const Purl& purl) {
  if (purl.type == "bitnami") return bitnami_version(purl.version);
  const auto epoch = purl.type == "rpm" ? purl.qualifier("epoch") : std::nullopt;
  return !epoch || epoch->empty() || purl.version.empty() ? purl.version : std::string(*epoch) + ":" + purl.version;
}

}  // namespace entente::measures::p6_supply
