// Reported results from arbitrary bytes, in any of their formats: never crashes; what is read refers only to what there is, and the checks
// of sums and identities find no more good than there are.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measures/p3_elections/records/results.h"

using namespace entente::measures::p3_elections::records;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto require = [](bool ok) {
    if (!ok) std::abort();
  };
  const auto results = parse_results({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!results) {
    require(!results.error().what.empty());
    return 0;
  }
  for (const ReportedUnit& unit : results->units)
    for (const std::uint32_t part : unit.parts) require(part < results->units.size() && part != kWholeUnit);
  for (const ReportedContest& contest : results->contests) {
    for (const ReportedCount& count : contest.counts) require(count.unit < results->units.size() && count.choice < contest.choices.size());
    for (const ReportedTotals& totals : contest.totals) require(totals.unit < results->units.size());
  }
  for (const ResultsCheck& check : {check_sums(*results), check_sums(*results, *results), check_identity(*results)})
    require(check.good + check.findings.size() == check.of);
  return 0;
}
