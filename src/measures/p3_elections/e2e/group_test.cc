// The fast arithmetic against OpenSSL's BN_mod_exp, in every pinned group and in a tiny one, with both kernels.
#include "measures/p3_elections/e2e/group.h"

#include <gtest/gtest.h>

#include <random>

#include "core/digest.h"
#include "measures/p3_elections/e2e/group_kernel.h"
#include "measures/p3_elections/e2e/pinned_groups.h"
#include "measures/p3_elections/e2e/power_batch.h"
#include "measures/p3_elections/e2e/tiny_group.h"

namespace entente::measures::p3_elections::e2e {
namespace {

struct GroupCase {
  std::string name;
  std::shared_ptr<const Group> group;
};

// Each group with each kernel this machine has.
std::vector<GroupCase> group_cases() {
  std::vector<GroupCase> cases;
  const PinnedGroups pinned;
  for (const auto& known : {pinned.electionguard_1(), pinned.electionguard_2(), pinned.belenios("BELENIOS-2048")}) {
    cases.push_back({known->name(), known});
    if (known->arithmetic() == Arithmetic::words) continue;
    const GroupParameters same{known->name(), to_hex(known->bytes(known->p())), to_hex(known->bytes(known->q())),
                               to_hex(known->bytes(known->g()))};
    cases.push_back({known->name() + " by words", Group::make(same, Arithmetic::words).value()});
  }
  cases.push_back({"tiny by words", Group::make(test::tiny_parameters(), Arithmetic::words).value()});
  if (lanes_supported()) cases.push_back({"tiny by lanes", Group::make(test::tiny_parameters(), Arithmetic::lanes).value()});
  return cases;
}

Scalar group_random(const Group& group, std::mt19937_64& random) {
  std::array<std::uint8_t, 48> bytes;
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  return group.scalar_reduced(bytes);
}

TEST(Group, PowersAndProductsAreThoseOfOpenSsl) {
  for (const auto& [name, group] : group_cases()) {
    SCOPED_TRACE(name);
    std::mt19937_64 random(11);
    const Element k = group->power_reference(group->g(), group_random(*group, random));
    const FixedBase k_powers(*group, k);
    PowerBatch batch(*group);
    struct Wanted {
      PowerBatch::Product product;
      Element value;
    };
    std::vector<Wanted> wanted;
    for (int i = 0; i < 11; ++i) {  // more than one block of lanes, and not a multiple
      const Element x = group->power_reference(group->g(), group_random(*group, random));
      const auto base = batch.base(x);
      const Scalar a = group_random(*group, random);
      const Scalar b = group_random(*group, random);
      const Scalar c = i == 3 ? Scalar{} : i == 4 ? group->scalar_of(1) : group_random(*group, random);
      const auto power = [&](const Element& y, const Scalar& e) { return group->power_reference(y, e); };
      wanted.push_back({batch.product({{&group->g_powers(), a}}, {{base, b}}), group->multiply(power(group->g(), a), power(x, b))});
      if (i % 2 == 0)
        wanted.push_back({batch.product({{&k_powers, b}, {&group->g_powers(), c}}, {{base, c}}),
                          group->multiply(group->multiply(power(k, b), power(group->g(), c)), power(x, c))});
      if (i % 3 == 0) wanted.push_back({batch.product({}, {{base, c}, {base, a}}), group->multiply(power(x, c), power(x, a))});
    }
    wanted.push_back({batch.product({{&k_powers, group->scalar_of(70)}}), group->power_reference(k, group->scalar_of(70))});
    batch.run();
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(batch.result(wanted[i].product), wanted[i].value) << i;
  }
}

TEST(Group, TheTestForOrderQKnowsMembersFromOthers) {
  for (const auto& [name, group] : group_cases()) {
    SCOPED_TRACE(name);
    std::mt19937_64 random(12);
    PowerBatch batch(*group);
    std::vector<std::pair<PowerBatch::Base, bool>> cases;
    Element minus_one = group->p();
    minus_one.limb[0] -= 1;
    const auto put = [&](const Element& x) { cases.emplace_back(batch.base(x), group->power_reference(x, group->q()) == group->one()); };
    put(group->one());
    put(minus_one);  // of order 2
    put(group->multiply(minus_one, group->g()));
    put(group->g());
    Element two;
    two.limb[0] = 2;
    put(two);
    for (int i = 0; i < 6; ++i) put(group->power_reference(group->g(), group_random(*group, random)));
    batch.run();
    EXPECT_FALSE(cases[1].second);
    for (std::size_t i = 0; i < cases.size(); ++i) EXPECT_EQ(batch.member(cases[i].first), cases[i].second) << i;
  }
}

TEST(Group, NumbersAreReadWithinTheirRangeAndInOneSpelling) {
  const auto group = PinnedGroups().belenios("BELENIOS-2048");
  EXPECT_EQ(PinnedGroups().belenios("Ed25519"), nullptr);
  const std::string g = group->decimal(group->g());
  EXPECT_EQ(g.substr(0, 20), "24023526775018522092");
  EXPECT_EQ(g.size(), 616U);
  EXPECT_EQ(group->element_decimal(g), group->g());
  EXPECT_EQ(group->element(group->bytes(group->g())), group->g());
  EXPECT_EQ(group->element_hex("00" + to_hex(group->bytes(group->g()))), group->g());
  for (const std::string& bad :
       {"0" + g, "-1" + g, g + " ", std::string("0"), std::string(), std::string(700, '9'), std::string(5000, '1')})
    EXPECT_FALSE(group->element_decimal(bad).has_value()) << bad;
  EXPECT_FALSE(group->element_decimal(group->decimal(group->p())).has_value());
  EXPECT_FALSE(group->element_hex("12g4").has_value());
  const std::string q = "78571733251071885079927659812671450121821421258408794611510081919805623223441";
  EXPECT_FALSE(group->scalar_decimal(q).has_value());
  EXPECT_TRUE(group->scalar_decimal(q.substr(0, 76)).has_value());
  EXPECT_EQ(group->scalar_decimal("0"), Scalar{});
  EXPECT_FALSE(group->scalar_decimal("00").has_value());
}

TEST(Group, ScalarsFormAField) {
  const auto group = Group::make(test::tiny_parameters()).value();
  std::mt19937_64 random(13);
  for (int i = 0; i < 50; ++i) {
    const Scalar a = group_random(*group, random);
    const Scalar b = group_random(*group, random);
    EXPECT_EQ(group->subtract(group->add(a, b), b), a);
    EXPECT_EQ(group->add(a, group->negate(a)), Scalar{});
    EXPECT_EQ(group->multiply(group->multiply(a, b), group->inverse(b).value()), a);
  }
  EXPECT_FALSE(group->inverse(Scalar{}).has_value());
}

TEST(Group, ParametersThatMakeNoGroupAreRefused) {
  const GroupParameters good = test::tiny_parameters();
  const auto with = [&](auto change) {
    GroupParameters parameters = good;
    change(parameters);
    return Group::make(parameters);
  };
  EXPECT_TRUE(Group::make(good).has_value());
  EXPECT_FALSE(with([](auto& x) { x.g = "01"; }).has_value());
  EXPECT_FALSE(with([](auto& x) { x.g = "02"; }).has_value());  // not of order q
  EXPECT_FALSE(with([](auto& x) { x.g = x.p; }).has_value());
  EXPECT_FALSE(with([](auto& x) { x.q = "65537"; }).has_value());
  EXPECT_FALSE(with([](auto& x) { x.p.back() = '0'; }).has_value());
  EXPECT_FALSE(with([](auto& x) { x.p = "xyz"; }).has_value());
}

}  // namespace
}  // namespace entente::measures::p3_elections::e2e
