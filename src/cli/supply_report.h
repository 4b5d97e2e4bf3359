// What the commands of `entente supply` share: results as sentences and as JSON.
#pragma once

#include <span>
#include <string>

#include "core/json.h"
#include "core/time.h"
#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/sbom.h"
#include "measures/p6_supply/scan.h"

namespace entente::cli {

// "12 matches in 4 of 120 evaluated components: 1 on KEV, 2 critical, 5 high …".
[[nodiscard]] std::string scan_summary(const measures::p6_supply::ScanResult& result);
// One SBOM's scan: figures, vulnerabilities worst first, what was not evaluated. Deterministic.
[[nodiscard]] Json scan_json(const std::string& path, const measures::p6_supply::Sbom& sbom, const measures::p6_supply::ScanResult& result,
                             std::span<const measures::p6_supply::AdvisoryIndex> indexes, Instant at);
[[nodiscard]] Json quality_json(const std::string& path, const measures::p6_supply::Sbom& sbom,
                                const measures::p6_supply::Quality& quality);

}  // namespace entente::cli
