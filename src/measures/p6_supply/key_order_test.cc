// The order of keys by words against std::string's own.
#include "measures/p6_supply/key_order.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

#include "measures/p6_supply/version.h"

namespace entente::measures::p6_supply {
namespace {

TEST(KeyOrder, IsThatOfTheBytes) {
  std::mt19937 random(1128);
  // Few different bytes, and a common beginning, so that words are often equal and one key often begins the other.
  const auto text = [&] {
    constexpr std::string_view kBytes("\x00\x01\x7f\x80\xff", 5);
    std::string out(random() % 24, '\x02');
    for (std::size_t n = random() % 6; n > 0; --n) out += kBytes[random() % kBytes.size()];
    return out;
  };
  std::size_t equal = 0, less = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string a = text(), b = text();
    const auto order = a.compare(b) <=> 0;
    ASSERT_EQ(compare_keys(a, b), order) << testing::PrintToString(a) << " " << testing::PrintToString(b);
    ASSERT_EQ(key_less(a, b), a < b);
    ASSERT_EQ(compare_keys(a, a), std::strong_ordering::equal);
    equal += order == 0 ? 1 : 0;
    less += order < 0 ? 1 : 0;
  }
  EXPECT_GT(equal, 100U);
  EXPECT_GT(less, 30'000U);
}

TEST(KeyOrder, OfRealVersions) {
  const std::vector<std::string> ascending{"0.9.8-4", "2.30-21", "2.30-21+deb12u1", "10.0.1-3", "252.17-1~deb12u1", "252.17-1", "1:0.1"};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j)
      EXPECT_EQ(compare_keys(*version_key(Scheme::debian, ascending[i]), *version_key(Scheme::debian, ascending[j])), i <=> j);
}

}  // namespace
}  // namespace entente::measures::p6_supply
