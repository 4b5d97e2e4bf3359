// The samplers against recorded answers of the programs they follow (golden/sampler_vectors.json), and against numpy and Python themselves
// where /usr/bin/python3 has them: a few hundred random seeds and names.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <cstdio>
#include <cstdlib>

#include "core/json.h"
#include "measures/p3_elections/sampling/consistent_sampler.h"
#include "measures/p3_elections/sampling/cryptorandom.h"
#include "measures/p3_elections/sampling/numpy_random.h"
#include "measures/p3_elections/sampling/python_repr.h"
#include "test_support.h"

namespace {

using entente::Digest;
using entente::Json;
using namespace entente::measures::p3_elections::sampling;

constexpr const char* kSeed = "12345678901234567890";

// Counts values that agree, and says which do not.
class Tally {
 public:
  explicit Tally(std::string name) : name_(std::move(name)) {}
  ~Tally() { std::printf("%s: %d of %d\n", name_.c_str(), good_, of_); }
  template <class A, class B>
  void same(const A& got, const B& want) {
    ++of_;
    if (got == want)
      ++good_;
    else
      ADD_FAILURE() << name_ << ", value " << of_ << ": got " << testing::PrintToString(got);
  }
  [[nodiscard]] int of() const { return of_; }

 private:
  std::string name_;
  int good_ = 0, of_ = 0;
};

Json vectors(const std::filesystem::path& shared) {
  return Json::parse(entente::test::slurp(shared / "conformance/p3_elections/golden/sampler_vectors.json"));
}

double hex_double(const Json& j) { return std::strtod(j.get_ref<const std::string&>().c_str(), nullptr); }

TEST(SamplerVectors, Cryptorandom) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Json all = vectors(shared);
  for (const char* seed : {kSeed, "93686630803205229070"}) {
    Tally tally(fmt::format("cryptorandom values of {}", seed));
    CryptoRandom random(seed);
    for (const Json& want : all[fmt::format("cryptorandom_seed_{}_hex", seed)]) tally.same(random.next().hex(), want.get<std::string>());
    EXPECT_GE(tally.of(), 50);
  }
  Tally tally("cryptorandom numbers");
  CryptoRandom ints(kSeed), cut(kSeed), doubles(kSeed);
  for (const Json& want : all["cryptorandom_randint_1_1001_x20"]) tally.same(ints.randint(1, 1001), want.get<std::int64_t>());
  for (const Json& want : all["cryptorandom_randint_trunc_1_1001_x20"]) tally.same(cut.randint_trunc(1, 1001), want.get<std::int64_t>());
  for (const Json& want : all["cryptorandom_random_x10"])
    tally.same(doubles.random(), std::strtod(want.get_ref<const std::string&>().c_str(), nullptr));
  EXPECT_EQ(tally.of(), 50);
}

TEST(SamplerVectors, CryptorandomSamples) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Json all = vectors(shared);
  Tally tally("cryptorandom samples");
  const std::vector<std::pair<const char*, SampleMethod>> methods{
      {"sample_by_index", SampleMethod::by_index},  {"PIKK", SampleMethod::pikk},
      {"Fisher-Yates", SampleMethod::fisher_yates}, {"recursive", SampleMethod::recursive},
      {"Waterman_R", SampleMethod::waterman_r},     {"Vitter_Z", SampleMethod::vitter_z}};
  for (const auto& [name, method] : methods) {
    CryptoRandom random(kSeed);
    auto sample = crypto_sample(random, 100, 10, method);
    ASSERT_OK(sample);
    for (auto& item : *sample) --item;  // the library counts from 0
    tally.same(*sample, all[fmt::format("cryptorandom_random_sample_100_10_{}", name)].get<std::vector<std::uint64_t>>());
  }
}

TEST(SamplerVectors, ConsistentSampler) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Json all = vectors(shared);
  Tally tally("consistent_sampler tickets");
  const Json& unicode = all["consistent_sampler_unicode_seed"];
  std::vector<std::string> identifiers;
  for (const Json& id : unicode["ids"]) identifiers.push_back(python_tuple({id[0].get<std::string>(), id[1].get<std::int64_t>()}).value());
  const auto drawn = consistent_sample(unicode["seed"].get<std::string>(), identifiers, {.take = unicode["tickets"].size()});
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const Json& want = unicode["tickets"][i];
    tally.same(
        std::make_tuple(drawn[i].ticket, identifiers[drawn[i].object], drawn[i].generation),
        std::make_tuple(want[0].get<std::string>(), python_tuple({want[1][0].get<std::string>(), want[1][1].get<std::int64_t>()}).value(),
                        want[2].get<std::uint64_t>()));
  }
  const Json& nines = all["consistent_sampler_nines"];
  const auto many = consistent_sample("52", std::vector<std::string>{"a", "b"}, {.take = nines["tickets"].size()});
  for (std::size_t i = 0; i < many.size(); ++i) {
    const Json& want = nines["tickets"][i];
    tally.same(std::make_tuple(many[i].ticket, std::string(many[i].object == 0 ? "a" : "b"), many[i].generation),
               std::make_tuple(want[0].get<std::string>(), want[1].get<std::string>(), want[2].get<std::uint64_t>()));
  }
  const Json& ab = all["consistent_sampler_AB-130"];
  const std::string first = Tickets(ab["seed"].get<std::string>()).first("AB-130");
  tally.same(first, ab["first"].get<std::string>());
  tally.same(Tickets::next(first), ab["next"].get<std::string>());
  EXPECT_EQ(tally.of(), 322);
}

std::string decimal(std::array<std::uint64_t, 2> value) {
  __extension__ unsigned __int128 n = static_cast<unsigned __int128>(value[0]) << 64 | value[1];
  std::string out;
  for (; n > 0; n /= 10) out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(n % 10)));
  return out;
}

TEST(SamplerVectors, Numpy) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Json all = vectors(shared);
  Tally tally("numpy states, numbers and choices");
  for (const char* seed : {"06712221796172622814", "34363370190391208563", "1234"}) {
    const Json& want = all[fmt::format("numpy_default_rng_sha256_{}", seed)];
    Pcg64 numbers(entente::sha256(std::string_view(seed)));
    tally.same(decimal(numbers.state().state), want["pcg64_state"].get<std::string>());
    tally.same(decimal(numbers.state().increment), want["pcg64_inc"].get<std::string>());
    for (const Json& number : want["random20"]) tally.same(numbers.random(), hex_double(number));
    // The vector does not say its probabilities; any between these bounds, which its own numbers give, choose alike.
    Pcg64 choosing(entente::sha256(std::string_view(seed)));
    const auto chosen = numpy_choice(choosing, 20, std::array{0.1, 0.2, 0.3, 0.15, 0.25});
    ASSERT_OK(chosen);
    tally.same(*chosen, want["choice_p_5"].get<std::vector<std::uint64_t>>());
  }
  const Json& old = all["numpy_RandomState_314159265"];
  RandomState doubles(314159265), choices(314159265);
  for (const Json& number : old["random10"]) tally.same(doubles.random(), hex_double(number));
  const auto chosen = choices.choice(1000, 20);
  tally.same(chosen, old["choice_1000_x20"].get<std::vector<std::uint64_t>>());
  EXPECT_EQ(tally.of(), 3 * 23 + 11);
}

// What a Python program prints; nullopt where Python or the module is not there.
std::optional<std::string> python(const std::string& module, const std::string& program) {
  const auto folder = entente::TemporaryFolder::make();
  const auto file = folder->path() / "oracle.py";
  entente::test::spit(file, program);
  std::FILE* pipe =
      popen(fmt::format("/usr/bin/python3 -c 'import {}' 2>/dev/null && /usr/bin/python3 {}", module, file.string()).c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string out;
  std::array<char, 4096> piece;
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) out.append(piece.data(), n);
  if (pclose(pipe) != 0 || out.empty()) return std::nullopt;
  return out;
}

TEST(LiveOracle, Numpy) {
  const auto answers = python("numpy", R"(
import hashlib, json, numpy as np
out = []
for i in range(300):
    seed = str(i * 7919 + 13)
    number = int(hashlib.sha256(seed.encode()).hexdigest(), 16)
    n = 1 + i * 5 % 977
    weights = np.random.default_rng(i).random(n) ** 3
    p = [float(w) for w in weights / weights.sum()]
    g = np.random.default_rng(number)
    small = np.random.default_rng(i * 123456789123)
    r = np.random.RandomState(i * 10007)
    out.append({"seed": seed, "p": [x.hex() for x in p], "choice": [int(x) for x in g.choice(n, 50, p=p)],
                "small": small.random().hex(), "random": r.random_sample().hex(), "randint": [int(x) for x in r.randint(-5, 1000 + i, 9)],
                "wide": [int(x) for x in r.randint(0, 1 << 40, 5)], "permutation": [int(x) for x in r.permutation(1 + i % 90)],
                "choice_old": [int(x) for x in r.choice(1 + i, 9)]})
print(json.dumps(out)))");
  if (!answers) GTEST_SKIP() << "no /usr/bin/python3 with numpy";
  Tally tally("numpy itself, seeds");
  std::int64_t i = 0;
  for (const Json& want : Json::parse(*answers)) {
    std::vector<double> p;
    for (const Json& x : want["p"]) p.push_back(hex_double(x));
    Pcg64 generator(entente::sha256(want["seed"].get_ref<const std::string&>()));
    const auto chosen = numpy_choice(generator, 50, p);
    ASSERT_OK(chosen);
    Pcg64 small(static_cast<std::uint64_t>(i * 123456789123));
    RandomState old(static_cast<std::uint32_t>(i * 10007));
    bool same = *chosen == want["choice"].get<std::vector<std::uint64_t>>() && small.random() == hex_double(want["small"]) &&
                old.random() == hex_double(want["random"]);
    for (const Json& x : want["randint"]) same = same && old.randint(-5, 1000 + i) == x.get<std::int64_t>();
    for (const Json& x : want["wide"]) same = same && old.randint(0, std::int64_t{1} << 40) == x.get<std::int64_t>();
    same = same && old.permutation(static_cast<std::uint64_t>(1 + i % 90)) == want["permutation"].get<std::vector<std::uint64_t>>() &&
           old.choice(static_cast<std::uint64_t>(1 + i), 9) == want["choice_old"].get<std::vector<std::uint64_t>>();
    tally.same(same, true);
    ++i;
  }
  EXPECT_EQ(tally.of(), 300);
}

TEST(LiveOracle, PythonsReprAndRounding) {
  const auto answers = python("json", R"(
import hashlib, json, random
r = random.Random(5)
pools = [range(0x20, 0x7f), range(0, 0x20), range(0x7f, 0x180), range(0x300, 0x3000), range(0xe000, 0x10000), range(0x1f000, 0x1fb00), range(0x10000, 0x110000), [0x27, 0x22, 0x5c]]
out = []
for i in range(600):
    text = ''.join(chr(r.choice(r.choice(pools))) for _ in range(r.randint(0, 12)))
    number = int(hashlib.sha256(str(i).encode()).hexdigest(), 16)
    out.append([text, repr(text), str((text, i)), (number * 2**-256).hex()])
import unicodedata
print(json.dumps({"version": unicodedata.unidata_version, "cases": out})))");
  if (!answers) GTEST_SKIP() << "no /usr/bin/python3";
  const Json all = Json::parse(*answers);
  if (all["version"] != "14.0.0") GTEST_SKIP() << "Python with another Unicode: " << all["version"];
  Tally tally("Python's repr, str of tuples, and doubles of hashes");
  std::int64_t i = 0;
  for (const Json& want : all["cases"]) {
    const auto text = want[0].get<std::string>();
    tally.same(python_repr(text).value(), want[1].get<std::string>());
    tally.same(python_tuple({text, i}).value(), want[2].get<std::string>());
    tally.same(unit_double(entente::sha256(std::to_string(i))), hex_double(want[3]));
    ++i;
  }
  EXPECT_EQ(tally.of(), 1800);
}

}  // namespace
