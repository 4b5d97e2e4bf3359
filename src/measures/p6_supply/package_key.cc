// From a purl to what advisories call the package: OSV's ecosystem, the name, and the version as the ecosystem orders it. One table for
// the registries of languages; the distributions have theirs in distribution_release.cc.
#include <algorithm>
#include <array>

#include "core/ascii.h"
#include "measures/p6_supply/distribution_release.h"
#include "measures/p6_supply/git_repository.h"
#include "measures/p6_supply/purl.h"

namespace entente::measures::p6_supply {
namespace {

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

// Bitnami's own revision ("5.15.12-3") says how it was packaged; as SemVer it would be a pre-release, below the version it repackages.
std::string bitnami_version(std::string_view version) {
  const std::size_t dash = version.rfind('-');
  const bool revision =
      dash != std::string_view::npos && dash + 1 < version.size() &&
      std::all_of(version.begin() + static_cast<std::ptrdiff_t>(dash) + 1, version.end(), [](char c) { return is_digit(c); });
  return std::string(version.substr(0, revision ? dash : version.size()));
}

std::optional<PackageKey> repository_key(std::string repository) {
  return repository.empty() ? std::nullopt : std::optional(PackageKey{"GIT", std::move(repository)});
}

// Whether the package is asked for as a repository.
bool asks_git(const Purl& purl) {
  if (!purl.qualifier("vcs_url")) return false;
  const auto key = package_key(purl);
  return key && key->ecosystem == "GIT";
}

}  // namespace

std::optional<PackageKey> package_key(const Purl& purl, std::string_view system) {
  for (const LanguageName& language : kLanguages) {
    if (language.type != purl.type) continue;
    if (purl.type == "pypi") return PackageKey{"PyPI", pep503_name(purl.name)};
    std::string name = purl.ns;
    if (!name.empty()) name += language.joiner.empty() ? "/" : language.joiner;
    name += purl.name;
    return PackageKey{std::string(language.ecosystem), std::move(name)};
  }
  // Catalogues of binaries name kernels so; OSV's only name is "Kernel".
  if (purl.type == "generic" && purl.ns.empty() && (purl.name == "linux-kernel" || purl.name == "linux"))
    return PackageKey{"Linux", "Kernel"};
  if (purl.type == "github" || purl.type == "bitbucket") {
    const std::string_view host = purl.type == "github" ? "github.com/" : "bitbucket.org/";
    return repository_key(git_repository(std::string(host) + purl.ns + "/" + purl.name));
  }
  if (purl.type == "deb" || purl.type == "rpm" || purl.type == "apk" || purl.type == "alpm") return distribution_key(purl, system);
  // What no registry and no distribution knows may say where its source is.
  const auto source = purl.qualifier("vcs_url");
  return source ? repository_key(vcs_reference(*source).repository) : std::nullopt;
}

std::string package_version(const Purl& purl) {
  if (purl.type == "bitnami") return bitnami_version(purl.version);
  if (const auto source = asks_git(purl) ? purl.qualifier("vcs_url") : std::nullopt) {
    if (std::string revision = vcs_reference(*source).revision; !revision.empty()) return revision;
  }
  const auto epoch = purl.type == "rpm" ? purl.qualifier("epoch") : std::nullopt;
  return !epoch || epoch->empty() || purl.version.empty() ? purl.version : std::string(*epoch) + ":" + purl.version;
}

}  // namespace entente::measures::p6_supply
