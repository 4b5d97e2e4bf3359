// The order in which findings are shown: what breaks the record first.
#include <algorithm>
#include <tuple>

#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections::review {

void sort_findings(Review& review) {
  std::stable_sort(review.findings.begin(), review.findings.end(), [](const ReviewFinding& a, const ReviewFinding& b) {
    return std::tie(a.severity, a.code, a.contest) < std::tie(b.severity, b.code, b.contest);
  });
}

}  // namespace entente::measures::p3_elections::review
