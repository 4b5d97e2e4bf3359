// (transitional)
#include "measures/p3_elections/findings.h"
namespace entente::measures::p3_elections {
Finding totals_finding(const FindingContext&) { return {}; }
}  // namespace entente::measures::p3_elections
