// What outside tables say of the vulnerabilities of a scan: EPSS and BOD 26-04, joined through the CVE ids of each alias group.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "measures/p6_supply/epss.h"
#include "measures/p6_supply/scan.h"
#include "measures/p6_supply/ssvc.h"

namespace entente::measures::p6_supply {

struct PrioritySources {
  const KevCatalog* kev = nullptr;  // without it, whether a vulnerability is on KEV is unknown
  const EpssScores* epss = nullptr;
  const SsvcTable* ssvc = nullptr;
  Known exposed = Known::unknown;
};

struct Priority {
  std::optional<EpssScore> epss;  // the highest of its CVEs
  std::string_view epss_cve;      // which one; empty without a score
  std::vector<BodOutcome> bod;    // what the inputs leave possible, most urgent first
};

// One for each of ScanResult::advisories, in their order. Of several CVEs the graver answer counts: yes before no, total before partial.
[[nodiscard]] std::vector<Priority> priorities(const ScanResult& result, const PrioritySources& sources);

}  // namespace entente::measures::p6_supply
