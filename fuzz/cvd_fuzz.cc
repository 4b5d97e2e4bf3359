// Disclosure policies, reports of disclosure tests and lists of CVE numbers on arbitrary bytes: never crashes; what is read keeps its
// bounds.
#include <cstdlib>

#include "measures/p6_supply/cvd.h"
#include "measures/p6_supply/own_cves.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  using namespace entente::measures::p6_supply;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto policy = CvdPolicy::parse(text, "fuzz"))
    if (policy->safe_harbour == CvdPolicy::Said::yes && policy->safe_harbour_by.empty()) std::abort();
  if (const auto report = CvdTestReport::parse(text, "fuzz")) {
    if (report->acknowledged && (*report->acknowledged < report->sent || report->working_days(*report->acknowledged) < 0)) std::abort();
    if (report->nonce.size() < 16) std::abort();
  }
  if (const auto cves = parse_own_cves(text, "fuzz"))
    for (const OwnCve& cve : *cves)
      if (!cve.id.starts_with("CVE-")) std::abort();
  return 0;
}
