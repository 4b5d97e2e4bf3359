// What the commands of `entente supply` share: results as sentences and as JSON.
#pragma once

#include <cstdio>
#include <string>

#include "core/json.h"
#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/sbom.h"
#include "measures/p6_supply/scan.h"
#include "measures/p6_supply/scan_report.h"

namespace entente::cli {

// "12 matches in 4 of 120 evaluated components: 1 on KEV, 2 critical, 5 high …". `open` is what VEX left, `settled` how many it took away.
[[nodiscard]] std::string scan_summary(const measures::p6_supply::ScanResult& open, std::uint64_t settled);
enum class Explain { no, yes };
// One SBOM's scan as a JSON object: figures, vulnerabilities worst first (one a line), what was not evaluated. Written straight to the
// stream, because a document tree of 100,000 rows would take half a gigabyte. Deterministic. Explain::yes adds a sentence to each record.
void write_scan_json(std::FILE* stream, const measures::p6_supply::ScanReport& scan, Explain explain);
// One SBOM's completeness as a JSON object: the figures, every issue, every incomplete component.
[[nodiscard]] Json quality_report(const std::string& path, const measures::p6_supply::Sbom& sbom,
                                  const measures::p6_supply::Quality& quality);

}  // namespace entente::cli
