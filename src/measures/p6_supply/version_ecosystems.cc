// Which order an ecosystem of OSV has. Names as the OSV schema lists them. What follows a ':' (a release, a repository, a CPE) does not
// change the order, with two exceptions: vendors who repackage others' packages name the other ecosystem there, and of FreeBSD only the
// ports have an order.
#include <algorithm>
#include <iterator>

#include "measures/p6_supply/version.h"

namespace entente::measures::p6_supply {
namespace {

enum class EcosystemKind : unsigned char { language, distribution };
struct EcosystemOrder {
  std::string_view name;
  Scheme scheme;
  EcosystemKind kind = EcosystemKind::language;
};
constexpr EcosystemOrder kEcosystemOrders[] = {
    {"npm", Scheme::semver},
    {"crates.io", Scheme::semver},
    {"Go", Scheme::semver},
    {"Hex", Scheme::semver},
    {"SwiftURL", Scheme::semver},
    {"Bitnami", Scheme::semver},
    {"Julia", Scheme::semver},
    {"GitHub Actions", Scheme::semver},
    {"Kubernetes", Scheme::semver},
    {"VSCode", Scheme::semver},
    {"PyPI", Scheme::pep440},
    {"Maven", Scheme::maven},
    {"RubyGems", Scheme::rubygems},
    {"NuGet", Scheme::nuget},
    {"Packagist", Scheme::packagist},
    {"Pub", Scheme::pub},
    {"CRAN", Scheme::cran},
    {"Bioconductor", Scheme::cran},
    {"Hackage", Scheme::hackage},
    {"GHC", Scheme::hackage},
    {"ConanCenter", Scheme::conan},
    {"opam", Scheme::debian},  // the opam manual, "Version ordering"
    {"Linux", Scheme::linux_kernel},
    {"Debian", Scheme::debian, EcosystemKind::distribution},
    {"Ubuntu", Scheme::debian, EcosystemKind::distribution},
    {"Echo", Scheme::debian, EcosystemKind::distribution},
    {"Red Hat", Scheme::rpm, EcosystemKind::distribution},
    {"Rocky Linux", Scheme::rpm, EcosystemKind::distribution},
    {"AlmaLinux", Scheme::rpm, EcosystemKind::distribution},
    {"SUSE", Scheme::rpm, EcosystemKind::distribution},
    {"openSUSE", Scheme::rpm, EcosystemKind::distribution},
    {"openEuler", Scheme::rpm, EcosystemKind::distribution},
    {"Mageia", Scheme::rpm, EcosystemKind::distribution},
    {"Azure Linux", Scheme::rpm, EcosystemKind::distribution},
    {"Photon OS", Scheme::rpm, EcosystemKind::distribution},
    {"Alpine", Scheme::alpine, EcosystemKind::distribution},
    {"Alpaquita", Scheme::alpine, EcosystemKind::distribution},
    {"BellSoft Hardened Containers", Scheme::alpine, EcosystemKind::distribution},
    {"Chainguard", Scheme::alpine, EcosystemKind::distribution},
    {"CleanStart", Scheme::alpine, EcosystemKind::distribution},
    {"MinimOS", Scheme::alpine, EcosystemKind::distribution},
    {"Wolfi", Scheme::alpine, EcosystemKind::distribution},
};

// Vendors who repackage: "Root:Debian:12", "TuxCare:RHEL:7". Their releases of packages of languages ("1.0.0.root.io.1",
// "1.2.3-tuxcare.1") do not fit the registries' orders (as SemVer the second would be below what it repairs); PEP 440's local versions do.
constexpr std::string_view kRepackagers[] = {"Root", "TuxCare", "Docker Hardened Images", "Echo"};

// How they name an ecosystem where they do not name it as OSV does.
constexpr EcosystemOrder kInnerNames[] = {
    {"RHEL", Scheme::rpm, EcosystemKind::distribution},          {"CentOS", Scheme::rpm, EcosystemKind::distribution},
    {"CentOS-Stream", Scheme::rpm, EcosystemKind::distribution}, {"OracleLinux", Scheme::rpm, EcosystemKind::distribution},
    {"PyPi", Scheme::pep440, EcosystemKind::language},
};

template <std::size_t N>
const EcosystemOrder* row_named(const EcosystemOrder (&rows)[N], std::string_view name) {
  const auto* row = std::find_if(std::begin(rows), std::end(rows), [&](const EcosystemOrder& e) { return e.name == name; });
  return row == std::end(rows) ? nullptr : row;
}

bool is_repackager(std::string_view base) {
  return std::find(std::begin(kRepackagers), std::end(kRepackagers), base) != std::end(kRepackagers);
}

std::optional<Scheme> inner_scheme(std::string_view suffix) {
  const std::string_view name = suffix.substr(0, suffix.find(':'));
  if (is_repackager(name)) return std::nullopt;
  const EcosystemOrder* row = row_named(kEcosystemOrders, name);
  if (row == nullptr) row = row_named(kInnerNames, name);
  const bool fits = row != nullptr && (row->kind == EcosystemKind::distribution || row->scheme == Scheme::pep440);
  return fits ? std::optional(row->scheme) : std::nullopt;
}

}  // namespace

std::optional<Scheme> scheme_of(std::string_view osv_ecosystem) {
  const std::size_t colon = osv_ecosystem.find(':');
  const std::string_view base = osv_ecosystem.substr(0, colon);
  const std::string_view suffix = colon == std::string_view::npos ? std::string_view() : osv_ecosystem.substr(colon + 1);
  if (!suffix.empty() && is_repackager(base)) return inner_scheme(suffix);
  if (base == "FreeBSD") return suffix == "ports" || suffix.starts_with("ports:") ? std::optional(Scheme::freebsd) : std::nullopt;
  const EcosystemOrder* row = row_named(kEcosystemOrders, base);
  return row == nullptr ? std::nullopt : std::optional(row->scheme);
}

bool is_distribution(std::string_view osv_ecosystem) {
  if (!scheme_of(osv_ecosystem)) return false;
  const std::size_t colon = osv_ecosystem.find(':');
  const std::string_view base = osv_ecosystem.substr(0, colon);
  if (base == "FreeBSD" || (colon != std::string_view::npos && is_repackager(base))) return true;
  const EcosystemOrder* row = row_named(kEcosystemOrders, base);
  return row != nullptr && row->kind == EcosystemKind::distribution;
}

}  // namespace entente::measures::p6_supply
