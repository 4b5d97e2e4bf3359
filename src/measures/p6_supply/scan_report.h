// Scans in the formats other tools read: SARIF 2.1.0 (OASIS), CycloneDX 1.6 as a vulnerability disclosure report (VDR), CSV (RFC 4180). All
// are written straight to a stream, the same input giving the same bytes. What could not be evaluated is in each of them.
#pragma once

#include <cstdio>
#include <span>
#include <string>

#include "core/error.h"
#include "core/time.h"
#include "measures/p6_supply/priority.h"
#include "measures/p6_supply/scan.h"
#include "measures/p6_supply/vex.h"

namespace entente::measures::p6_supply {

// One scan and what belongs to it; everything is referred to, nothing owned.
struct ScanReport {
  std::string path;  // of the SBOM as the user gave it
  const Sbom& sbom;
  const ScanResult& result;
  std::span<const AdvisoryIndex> indexes;
  std::span<const Priority> priorities;  // by advisory; empty: no table was given
  const EpssScores* epss = nullptr;      // for its score_date
  bool bod = false;                      // whether the outcomes of BOD 26-04 are shown
  Instant at{};
  std::span<const VexDocument> vex_documents;  // given, whether or not they changed anything
  const VexOutcome* vex = nullptr;             // nullptr: no VEX was given
  std::span<const Error> unreadable;           // advisories that could not be read: a vulnerability in them is overlooked

  // What VEX says of a match (its place in ScanResult::vulnerabilities); nullptr: nothing.
  [[nodiscard]] const VexVerdict* verdict(std::uint32_t match) const {
    return vex == nullptr || !vex->verdicts[match] ? nullptr : &*vex->verdicts[match];
  }
  [[nodiscard]] bool suppressed(std::uint32_t match) const { return verdict(match) != nullptr && verdict(match)->suppressed; }
  [[nodiscard]] const VexStatement& statement(const VexRef& ref) const { return vex_documents[ref.document].statements[ref.statement]; }
};
// "not_affected: vulnerable_code_not_present (Maker Example, 2026-11-05)"; empty if VEX says nothing of the match.
[[nodiscard]] std::string vex_text(const ScanReport& scan, std::uint32_t match);
// Who said it: the key that signed, else the author as the document names it.
[[nodiscard]] std::string vex_author(const VexDocument& document);

// What is open: the result without the matches that VEX settled, `affected` counted anew. To be counted, and asked for the best upgrade.
[[nodiscard]] ScanResult without_settled(const ScanReport& scan);

// One run for each SBOM; one rule for each vulnerability; a component is a logical location. GitHub reads `security-severity`.
void write_sarif(std::FILE* stream, std::span<const ScanReport> scans);
// One document: the affected components and what affects them. `ref` is the component's own bom-ref where it has one that no other shares.
void write_vdr(std::FILE* stream, const ScanReport& scan);
// One row a match, then one for each component that was not evaluated. Cells that a spreadsheet would take for a formula get a leading
// apostrophe.
void write_scan_csv(std::FILE* stream, std::span<const ScanReport> scans);

// The ranges of a vulnerability's records, "GO-2024-1: >=1.0.0, <1.6.0; …", and its path of components, "app 1 > lib 2".
[[nodiscard]] std::string ranges_text(const ScanReport& scan, const Vulnerability& v);
[[nodiscard]] std::string path_text(const ScanReport& scan, const Vulnerability& v);
// "3 days and forensics, or 14 days"; empty if BOD 26-04 was not asked for.
[[nodiscard]] std::string bod_column(const ScanReport& scan, const Vulnerability& v);

}  // namespace entente::measures::p6_supply
