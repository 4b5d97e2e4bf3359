// Replays every recorded call of Arlo's audit_math (golden/arlo_audit_math_calls.jsonl.xz) and counts those this project answers in the
// same way: the same value, bit for bit where Arlo's is a float, or an error where Arlo raises one.
#include <gtest/gtest.h>
#include <cstdio>
#include <map>
#include <sstream>

#include "arlo_calls/bravo.h"
#include "arlo_calls/call.h"
#include "arlo_calls/macro.h"
#include "arlo_calls/minerva.h"
#include "arlo_calls/sampler.h"
#include "arlo_calls/suite.h"
#include "arlo_calls/supersimple.h"
#include "measures/p3_elections/tables/container.h"
#include "test_support.h"

namespace {

using arlo_calls::Call;

std::string replay(const Call& call) {
  const std::string module = call.function.substr(0, call.function.find('.'));
  if (module == "macro") return arlo_calls::replay_macro(call);
  if (module == "bravo") return arlo_calls::replay_bravo(call);
  if (module == "minerva") return arlo_calls::replay_minerva(call);
  if (module == "providence") return arlo_calls::replay_providence(call);
  if (module == "sampler") return arlo_calls::replay_sampler(call);
  if (module == "suite") return arlo_calls::replay_suite(call);
  if (module == "supersimple") return arlo_calls::replay_supersimple(call);
  if (module == "supersimple_raire") return arlo_calls::replay_supersimple_raire(call);
  return "not replayed";
}

TEST(ArloCalls, AreAnsweredAlike) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto text = entente::measures::p3_elections::tables::read_packed(
      shared / "conformance/p3_elections/golden/arlo_audit_math_calls.jsonl.xz", 64 << 20);
  ASSERT_OK(text);
  struct Count {
    int good = 0, of = 0;
  };
  std::map<std::string, Count> modules;
  Count all;
  std::istringstream lines(*text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const entente::Json json = entente::Json::parse(line);
    const Call call{json["fn"].get<std::string>(), json["args"], json.value("result", entente::Json()),
                    json.value("raises", entente::Json()), json["kwargs"]};
    const std::string difference = replay(call);
    Count& module = modules[call.function.substr(0, call.function.find('.'))];
    ++all.of, ++module.of;
    if (difference.empty())
      ++all.good, ++module.good;
    else if (difference != "not replayed")
      ADD_FAILURE() << "line " << number << ", " << call.function << ": " << difference;
  }
  for (const auto& [module, count] : modules) std::printf("Arlo %s: %d of %d\n", module.c_str(), count.good, count.of);
  // Lines of the samplers count where the sampling room replays them.
  EXPECT_EQ(all.good + modules["sampler"].of - modules["sampler"].good, all.of);
  std::printf("Arlo calls answered alike: %d of %d\n", all.good, all.of);
}

}  // namespace
