// TUF metadata: no input crashes the reader or the judgement, and nothing is older than itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measures/p6_supply/update_metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p6_supply;
  const auto document = parse_tuf(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
  if (!document) return 0;
  TufSet set;
  set[static_cast<std::size_t>(document->role)] = *document;
  for (const TufProblem& problem : judge_tuf(set, &set, entente::Instant{}))
    if (problem.fault == TufFault::rollback || problem.fault == TufFault::fork) std::abort();
  return 0;
}
