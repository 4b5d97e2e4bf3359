// audit.json on arbitrary bytes: never crashes; a plan that is accepted has one spelling, and that spelling is the same plan.
#include <cstdlib>

#include "measures/p3_elections/audit/plan.h"

using namespace entente;
using namespace entente::measures::p3_elections;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto plan = audit::parse_plan({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!plan) return 0;
  const std::string once = json_pretty(audit::to_json(*plan));
  const auto again = audit::parse_plan(once, "again");
  if (!again || json_pretty(audit::to_json(*again)) != once) std::abort();
  if (!(plan->limit() > 0 && plan->limit() < 1) || plan->contests.empty() || plan->manifests.empty()) std::abort();
  for (const auto& c : plan->contests)
    for (const auto w : c.reported.winners)
      if (w >= c.contest.choices.size()) std::abort();
  return 0;
}
