// Which order an ecosystem of OSV has. Names as the OSV schema lists them; what follows a ':' (a release, a repository, a CPE)
// does not change the order.
#include <algorithm>
#include <iterator>

#include "measures/p6_supply/version.h"

namespace entente::measures::p6_supply {
namespace {

struct EcosystemOrder {
  std::string_view name;
  Scheme scheme;
};
constexpr EcosystemOrder kEcosystemOrders[] = {
    {"npm", Scheme::semver},        {"crates.io", Scheme::semver},
    {"Go", Scheme::semver},         {"Hex", Scheme::semver},
    {"SwiftURL", Scheme::semver},   {"Bitnami", Scheme::semver},
    {"Julia", Scheme::semver},      {"GitHub Actions", Scheme::semver},
    {"Kubernetes", Scheme::semver}, {"VSCode", Scheme::semver},
    {"Echo", Scheme::debian},       {"PyPI", Scheme::pep440},
    {"Maven", Scheme::maven},       {"RubyGems", Scheme::rubygems},
    {"NuGet", Scheme::nuget},       {"Packagist", Scheme::packagist},
    {"Pub", Scheme::pub},           {"CRAN", Scheme::cran},
    {"Bioconductor", Scheme::cran}, {"Hackage", Scheme::hackage},
    {"GHC", Scheme::hackage},       {"ConanCenter", Scheme::conan},
    {"Debian", Scheme::debian},     {"Ubuntu", Scheme::debian},
    {"Red Hat", Scheme::rpm},       {"Rocky Linux", Scheme::rpm},
    {"AlmaLinux", Scheme::rpm},     {"SUSE", Scheme::rpm},
    {"openSUSE", Scheme::rpm},      {"openEuler", Scheme::rpm},
    {"Mageia", Scheme::rpm},        {"Azure Linux", Scheme::rpm},
    {"Photon OS", Scheme::rpm},     {"Alpine", Scheme::alpine},
    {"Alpaquita", Scheme::alpine},  {"BellSoft Hardened Containers", Scheme::alpine},
    {"Chainguard", Scheme::alpine}, {"MinimOS", Scheme::alpine},
    {"Wolfi", Scheme::alpine},
};

}  // namespace

std::optional<Scheme> scheme_of(std::string_view osv_ecosystem) {
  const std::string_view base = osv_ecosystem.substr(0, osv_ecosystem.find(':'));
  const auto* row = std::find_if(std::begin(kEcosystemOrders), std::end(kEcosystemOrders), [&](const auto& e) { return e.name == base; });
  return row == std::end(kEcosystemOrders) ? std::nullopt : std::optional(row->scheme);
}

bool is_distribution(std::string_view osv_ecosystem) {
  const auto scheme = scheme_of(osv_ecosystem);
  return scheme == Scheme::debian || scheme == Scheme::rpm || scheme == Scheme::alpine;
}

}  // namespace entente::measures::p6_supply
