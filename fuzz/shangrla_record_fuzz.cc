// The texts of a SHANGRLA audit (log, paper, list of cards drawn) on arbitrary bytes: never crashes; what is read keeps the promises of
// shangrla_record.h, and its tests can be made or refused.
#include <algorithm>
#include <cstdlib>

#include "measures/p3_elections/review/shangrla_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p3_elections;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto record = review::parse_shangrla_record(text, "fuzz")) {
    if (record->seed.empty() || record->contests.empty() || record->contests.size() > review::kMaxShangrlaContests) std::abort();
    for (const review::ShangrlaContest& contest : record->contests) {
      for (const std::string& winner : contest.winners)
        if (std::find(contest.rules.choices.begin(), contest.rules.choices.end(), winner) == contest.rules.choices.end()) std::abort();
      for (const auto& [name, p] : contest.p_values)
        if (!contest.p_texts.contains(name)) std::abort();
      if (auto test = risk::NonnegMean::make(contest.test)) {
        for (double x : {0.0, 0.5, 1.0}) (void)test->add(x);
        if (!(test->p() >= 0 && test->p() <= 1)) std::abort();
      }
    }
  }
  if (const auto mvrs = review::parse_shangrla_mvrs(text, "fuzz"))
    for (const review::ShangrlaMvr& mvr : *mvrs)
      for (const auto& [contest, marks] : mvr.contests)
        for (const auto& [candidate, rank] : marks)
          if (rank == 0) std::abort();
  if (const auto sample = review::parse_shangrla_sample(text, "fuzz"))
    if (sample->ids.size() != sample->lines.size()) std::abort();
  const std::string key = review::shangrla_assertion_key(text);
  if (review::shangrla_assertion_key(key) != key) std::abort();
  return 0;
}
