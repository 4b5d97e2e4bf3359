// Type-I error: every risk-limiting test plays a million elections whose reported winner did not win. Prints how often it confirmed the
// wrong outcome beside its risk limit plus three standard deviations, and fails where one is above. `type_one_bench 100000` plays fewer;
// TYPE_ONE_SEED changes the elections.
#include <cstdio>
#include <cstdlib>

#include "null_elections.h"

int main(int argc, char** argv) {
  const std::uint64_t runs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const char* seed = std::getenv("TYPE_ONE_SEED");
  bool good = runs > 0;
  std::printf("%-44s %-52s %6s %9s %9s\n", "test", "null elections", "limit", "confirmed", "at most");
  for (const auto& p :
       entente::test::null_elections::play_all(runs == 0 ? 1 : runs, seed == nullptr ? 2026 : std::strtoull(seed, nullptr, 10))) {
    std::printf("%-44s %-52s %6.2f %9.6f %9.6f%s\n", p.test.c_str(), p.null.c_str(), p.limit, p.rate(), p.bound(),
                p.good() ? "" : "  ABOVE THE LIMIT");
    good = good && p.good();
  }
  std::printf("%llu elections a test: %s\n", static_cast<unsigned long long>(runs),
              good ? "every test keeps its limit" : "A TEST DOES NOT KEEP ITS LIMIT");
  return good ? 0 : 1;
}
