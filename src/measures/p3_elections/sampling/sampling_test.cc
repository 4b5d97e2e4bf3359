// The samplers against what other programs give: answers computed with Python (hashlib, repr) and printed here as they came.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

#include "core/digest.h"
#include "measures/p3_elections/sampling/consistent_cards.h"
#include "measures/p3_elections/sampling/consistent_sampler.h"
#include "measures/p3_elections/sampling/cryptorandom.h"
#include "measures/p3_elections/sampling/numpy_random.h"
#include "measures/p3_elections/sampling/python_repr.h"
#include "measures/p3_elections/sampling/seed.h"
#include "measures/p3_elections/sampling/sha256_blocks.h"
#include "test_support.h"

namespace entente::measures::p3_elections::sampling {
namespace {

class BothBackends : public testing::TestWithParam<Sha256Backend> {
 protected:
  void SetUp() override {
    if (GetParam() == Sha256Backend::instructions && !has_sha_instructions()) GTEST_SKIP() << "this processor has no SHA instructions";
    set_sha256_backend(GetParam());
  }
  void TearDown() override { set_sha256_backend(Sha256Backend::instructions); }
};
INSTANTIATE_TEST_SUITE_P(Sha256, BothBackends, testing::Values(Sha256Backend::reference, Sha256Backend::instructions));

TEST_P(BothBackends, EveryLengthOfPrefixAndTextIsOpenSslsHash) {
  std::string bytes;
  for (int i = 0; i < 400; ++i) bytes += static_cast<char>(i * 7 + i / 3);
  for (std::size_t prefix = 0; prefix <= 130; prefix += prefix < 70 ? 1 : 13) {
    const Sha256Prefix hash(std::string_view(bytes).substr(0, prefix));
    for (std::size_t text = 0; text <= 140; ++text)
      ASSERT_EQ(hash(std::string_view(bytes).substr(prefix, text)), sha256(std::string_view(bytes).substr(0, prefix + text)))
          << prefix << ' ' << text;
  }
}

TEST_P(BothBackends, PairsAreTwoHashes) {
  const Sha256Prefix hash("0123456789abcdef");
  for (std::size_t a = 0; a < 60; a += 3)
    for (std::size_t b = 0; b < 60; b += 7) {
      const std::string of_a(a, 'x'), of_b(b, 'y');
      Sha256State first, second;
      hash.states_of(of_a, of_b, first, second);
      ASSERT_EQ(to_digest(first), hash(of_a));
      ASSERT_EQ(to_digest(second), hash(of_b));
    }
}

TEST_P(BothBackends, CryptoRandomGrowsItsTextByAByteACall) {
  for (const std::size_t seed_size : {1U, 20U, 54U, 55U, 62U, 63U, 64U, 130U}) {
    const std::string seed(seed_size, '7');
    CryptoRandom one(seed), many(seed);
    std::vector<Sha256State> filled(300);
    many.fill(std::span(filled).first(101));
    many.fill(std::span(filled).subspan(101));
    for (std::size_t i = 0; i < filled.size(); ++i) {
      const Digest expected = sha256(seed + "," + std::string(i, '\0'));
      ASSERT_EQ(one.next(), expected) << seed_size << ' ' << i;
      ASSERT_EQ(to_digest(filled[i]), expected) << seed_size << ' ' << i;
    }
    CryptoRandom skipped(seed);
    skipped.skip(250);
    EXPECT_EQ(to_digest(filled[250]), skipped.next());
    EXPECT_EQ(skipped.position(), 251U);
  }
}

TEST(UnitDouble, RoundsHalvesToEven) {
  Digest d;
  EXPECT_EQ(unit_double(d), 0.0);
  d.bytes.fill(0xFF);
  EXPECT_EQ(unit_double(d), 1.0);
  d = {};
  d.bytes[31] = 1;
  EXPECT_EQ(unit_double(d), 0x1p-256);
  d = {};
  d.bytes[0] = 0x80, d.bytes[6] = 0x04;  // half a unit in the last place: down to even
  EXPECT_EQ(unit_double(d), 0.5);
  d.bytes[31] = 1;  // a little more than half
  EXPECT_EQ(unit_double(d), 0.5 + 0x1p-53);
}

TEST(CryptoRandom, ARangeOfOneTakesAValueOnlyAtTheVeryBeginning) {
  CryptoRandom random("1");
  EXPECT_EQ(random.randint(5, 6), 5);
  EXPECT_EQ(random.position(), 1U);
  EXPECT_EQ(random.randint(5, 6), 5);
  EXPECT_EQ(random.position(), 1U);
}

TEST(CryptoSample, RefusesWhatCannotBeDrawn) {
  CryptoRandom random("1");
  EXPECT_FALSE(crypto_sample(random, 3, 4, SampleMethod::by_index));
  EXPECT_FALSE(crypto_sample(random, 221, 10, SampleMethod::vitter_z));
  for (const SampleMethod method : {SampleMethod::by_index, SampleMethod::pikk, SampleMethod::fisher_yates, SampleMethod::recursive,
                                    SampleMethod::waterman_r, SampleMethod::vitter_z}) {
    auto all = crypto_sample(random, 50, 50, method);
    ASSERT_OK(all);
    std::ranges::sort(*all);
    for (std::uint64_t i = 0; i < 50; ++i) EXPECT_EQ((*all)[i], i + 1);
    EXPECT_TRUE(crypto_sample(random, 50, 0, method)->empty());
  }
}

TEST(PythonRepr, AsCPython) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"pct 1", "'pct 1'"},
      {"O'Neill", "\"O'Neill\""},
      {"5\" tray", "'5\" tray'"},
      {"both ' and \"", "'both \\' and \"'"},
      {"back\\slash", "'back\\\\slash'"},
      {"tab\tline\nreturn\r", "'tab\\tline\\nreturn\\r'"},
      {std::string("nul\0", 4), "'nul\\x00'"},
      {"del\x7f", "'del\\x7f'"},
      {"Doña Ana", "'Doña Ana'"},
      {"no-break\xC2\xA0space", "'no-break\\xa0space'"},
      {"soft\xC2\xADhyphen", "'soft\\xadhyphen'"},
      {"zero\xE2\x80\x8Bwidth", "'zero\\u200bwidth'"},
      {"\xEF\xBB\xBF"
       "bom",
       "'\\ufeffbom'"},
      {"😊", "'😊'"},
      {"\xF3\xA0\x81\x81", "'\\U000e0041'"},
      {"", "''"},
      {" ICC - AV", "' ICC - AV'"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(python_repr(text).value(), expected);
  EXPECT_FALSE(
      python_repr("Do\xF1"
                  "a"));
  EXPECT_EQ(python_tuple({std::string("a"), std::int64_t{7}}).value(), "('a', 7)");
  EXPECT_EQ(python_tuple({std::string("a"), PythonNone{}, PythonWritten{"(1, 2)"}}).value(), "('a', None, (1, 2))");
  EXPECT_EQ(python_tuple({std::string("a")}).value(), "('a',)");
}

TEST(Tickets, TrimmedBehindTheNines) {
  EXPECT_EQ(Tickets::trimmed("0.9991234567890", 4), "0.9991234");
  EXPECT_EQ(Tickets::trimmed("0.123456789", 18), "0.123456789");
  EXPECT_EQ(Tickets::next("0.25471"), "0.642853261655004694691182528114375607701032283189922170593838029306715548381901");
}

TEST(ConsistentSample, GroupsAndIdentifiersDrawAlike) {
  std::vector<std::string> identifiers;
  std::vector<NumberedObjects> groups;
  for (int g = 0; g < 5; ++g) {
    groups.push_back({fmt::format("(('Example County', 'Batch {}'), ", g), ")", 1, static_cast<std::uint64_t>(3 + 40 * g)});
    for (std::uint64_t i = 1; i <= groups.back().count; ++i) identifiers.push_back(groups.back().before + std::to_string(i) + ")");
  }
  const ConsistentOptions all{.take = 700, .digits = 0};
  const auto by_identifier = consistent_sample("12345678901234567890", identifiers, all);
  ASSERT_EQ(by_identifier.size(), 700U);
  EXPECT_EQ(by_identifier, consistent_sample("12345678901234567890", groups, all));
  // A later round is the rest of a longer draw; a smaller sample is the beginning of a larger one.
  const auto later = consistent_sample("12345678901234567890", groups, {.take = 700, .drop = 100, .digits = 0});
  EXPECT_TRUE(std::equal(later.begin(), later.end(), by_identifier.begin() + 100, by_identifier.end()));
  const auto small = consistent_sample("12345678901234567890", groups, {.take = 20, .digits = 0});
  EXPECT_TRUE(std::equal(small.begin(), small.end(), by_identifier.begin()));
  for (std::size_t i = 1; i < by_identifier.size(); ++i) EXPECT_LT(by_identifier[i - 1].ticket, by_identifier[i].ticket);
  const auto once = consistent_sample("1", groups, {.take = 10'000, .replacement = ConsistentOptions::Replacement::without});
  EXPECT_EQ(once.size(), identifiers.size());
}

TEST(Numpy, ChoiceRefusesWhatNumpyRefuses) {
  Pcg64 generator(1);
  EXPECT_FALSE(numpy_choice(generator, 1, {}));
  EXPECT_FALSE(numpy_choice(generator, 1, std::array{0.5, 0.4}));
  EXPECT_FALSE(numpy_choice(generator, 1, std::array{1.5, -0.5}));
  EXPECT_FALSE(numpy_choice(generator, 1, std::array{0.5, std::nan("")}));
  EXPECT_EQ(numpy_choice(generator, 5, std::array{0.0, 1.0, 0.0}).value(), std::vector<std::uint64_t>(5, 1));
}

TEST(Seed, Rules) {
  EXPECT_EQ(accept_seed("06712221796172622814").value(), "06712221796172622814");  // the zero stays
  for (const auto* bad : {"", "1234567890", "0671222179617262281", "06712221796172622814 ", "6.71222E+18", "6,712,221,796,172,622,814,000",
                          "11111111111111111111", "12345678901234567890", "98765432109876543210", "0671222179617262281x"})
    EXPECT_FALSE(accept_seed(bad)) << bad;
  EXPECT_TRUE(examine_seed("06712221796172622814").leading_zero);
  EXPECT_EQ(seed_damage("6.71222E+18").value_or(""), "a spreadsheet has written it as a power of ten and lost digits");
  EXPECT_EQ(reused_seeds({"1", "2", "1", "1"}), (std::vector<std::size_t>{2, 3}));
  EXPECT_TRUE(reused_seeds({"1", "2"}).empty());
}

// Every card by itself, sorted by whole numbers.
std::vector<std::uint32_t> plain_order(std::string_view seed, std::uint32_t cards, CardNumbers numbers) {
  std::vector<std::pair<Digest, std::uint32_t>> keys;
  for (std::uint32_t i = 0; i < cards; ++i)
    keys.emplace_back(numbers == CardNumbers::counter ? sha256(fmt::format("{},{}", seed, i + 1))
                                                      : sha256(std::string(seed) + "," + std::string(i, '\0')),
                      i);
  std::ranges::sort(keys);
  std::vector<std::uint32_t> out;
  for (const auto& key : keys) out.push_back(key.second);
  return out;
}

TEST(CardOrder, IsTheOrderOfWholeNumbers) {
  for (const CardNumbers numbers : {CardNumbers::cryptorandom, CardNumbers::counter})
    for (const std::uint32_t cards : {0U, 1U, 2U, 63U, 1000U, 3001U}) {
      const auto order = CardOrder::make("06712221796172622814", cards, numbers);
      ASSERT_OK(order);
      const auto expected = plain_order("06712221796172622814", cards, numbers);
      ASSERT_TRUE(std::ranges::equal(order->order(), expected)) << cards;
      if (cards > 0) EXPECT_LE(order->number(expected[0]), order->number(expected[cards - 1]));
    }
}

TEST(CardOrder, ManyChunksAreOneSequence) {
  const auto order = CardOrder::make("5", 150'000, CardNumbers::cryptorandom);
  ASSERT_OK(order);
  CryptoRandom random("5");
  std::vector<Sha256State> states(150'000);
  random.fill(states);
  const auto ordered = order->order();
  for (std::size_t i = 1; i < ordered.size(); ++i) ASSERT_LT(states[ordered[i - 1]].h, states[ordered[i]].h);
}

// As SHANGRLA says it, contest by contest and without bits.
TEST(ConsistentCards, AreThoseTheDefinitionTakes) {
  std::mt19937 random(7);
  constexpr std::size_t kCards = 4'000, kStyles = 30, kContests = 70;
  StyleContests styles(kStyles, kContests);
  std::vector<std::vector<bool>> has(kStyles, std::vector<bool>(kContests));
  for (std::size_t s = 0; s < kStyles; ++s)
    for (std::size_t c = 0; c < kContests; ++c)
      if (random() % 6 == 0) styles.add(s, c), has[s][c] = true;
  std::vector<std::uint32_t> style_of(kCards);
  for (auto& s : style_of) s = random() % kStyles;
  std::vector<std::uint64_t> wanted(kContests);
  for (auto& w : wanted) w = random() % 5 == 0 ? 0 : random() % 60;
  wanted[3] = 1'000'000;  // more than there are: all
  const auto order = CardOrder::make("06712221796172622814", kCards, CardNumbers::cryptorandom);
  ASSERT_OK(order);
  const auto sample = consistent_cards(*order, style_of, styles, wanted);
  ASSERT_OK(sample);
  std::vector<std::uint32_t> expected;
  std::vector<std::uint64_t> size(kContests), last(kContests);
  for (std::size_t position = 0; position < kCards; ++position) {
    const std::uint32_t card = order->order()[position];
    bool taken = false;
    for (std::size_t c = 0; c < kContests; ++c)
      if (has[style_of[card]][c] && size[c] < wanted[c]) taken = true, ++size[c], last[c] = position;
    if (taken) expected.push_back(card);
  }
  EXPECT_EQ(sample->cards, expected);
  for (std::size_t c = 0; c < kContests; ++c) {
    EXPECT_EQ(sample->contests[c].drawn, size[c]);
    EXPECT_EQ(sample->contests[c].last_position, last[c]);
    EXPECT_EQ(sample->contests[c].wanted, wanted[c]);
  }
  EXPECT_FALSE(consistent_cards(*order, std::span(style_of).first(3), styles, wanted));
  style_of[0] = kStyles;
  EXPECT_FALSE(consistent_cards(*order, style_of, styles, wanted));
}

}  // namespace
}  // namespace entente::measures::p3_elections::sampling
