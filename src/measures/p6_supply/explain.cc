// Sentences from the parts of a match; the ends are told apart because each includes or excludes its version differently.
#include "measures/p6_supply/explain.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "core/ascii.h"

namespace entente::measures::p6_supply {
namespace {

struct AdvisoryDatabase {
  std::string_view prefix, url;
};
constexpr std::array kAdvisoryDatabases = std::to_array<AdvisoryDatabase>({
    {"CVE-", "https://nvd.nist.gov/vuln/detail/"},
    {"GHSA-", "https://github.com/advisories/"},
    {"GO-", "https://pkg.go.dev/vuln/"},
    {"ALSA-", "https://osv.dev/vulnerability/"},
    {"BIT-", "https://osv.dev/vulnerability/"},
    {"DLA-", "https://osv.dev/vulnerability/"},
    {"DSA-", "https://osv.dev/vulnerability/"},
    {"HSEC-", "https://osv.dev/vulnerability/"},
    {"MAL-", "https://osv.dev/vulnerability/"},
    {"OSV-", "https://osv.dev/vulnerability/"},
    {"PYSEC-", "https://osv.dev/vulnerability/"},
    {"RLSA-", "https://osv.dev/vulnerability/"},
    {"RUSTSEC-", "https://osv.dev/vulnerability/"},
    {"UBUNTU-", "https://osv.dev/vulnerability/"},
    {"USN-", "https://osv.dev/vulnerability/"},
});

std::string upper_reason(const Match& match) {
  switch (match.upper) {
    case Upper::none: return "nothing repairs it";
    case Upper::fixed: return fmt::format("is below {}, which repairs it", match.upper_version);
    case Upper::last_affected: return fmt::format("is not above {}, the last affected", match.upper_version);
    case Upper::limit: return fmt::format("is below {}, up to where the advisory looks", match.upper_version);
  }
  return {};
}

}  // namespace

std::string explain_match(const Match& match, std::string_view version, std::string_view ecosystem) {
  if (match.how == How::enumerated) return fmt::format("{} stands in the advisory's list of affected versions", version);
  std::string out;
  if (match.introduced == "0" && match.upper == Upper::none)
    out = fmt::format("every version is affected, {} too", version);
  else if (match.introduced == "0")
    out = fmt::format("{} {}; there is no first affected version", version, upper_reason(match));
  else
    out = fmt::format("{} is not below {} and {}", version, match.introduced, upper_reason(match));
  const auto scheme = scheme_of(ecosystem);
  return scheme ? fmt::format("{} (order: {})", out, scheme_name(*scheme)) : out;
}

std::string advisory_url(std::string_view id) {
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':'; });
  if (!plain) return {};
  for (const AdvisoryDatabase& database : kAdvisoryDatabases)
    if (id.starts_with(database.prefix)) return std::string(database.url) + std::string(id);
  return {};
}

}  // namespace entente::measures::p6_supply
