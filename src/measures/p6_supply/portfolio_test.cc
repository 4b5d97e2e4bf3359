// The portfolio: the same answer as scanning every SBOM again, bytes that depend on the entries only, damage that is found.
#include "measures/p6_supply/portfolio.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>
#include <set>

#include "core/file.h"
#include "measures/p6_supply/scan.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Sbom portfolio_sbom(const std::vector<std::string>& purls, std::string_view rest = "") {
  std::string components(rest);
  for (const std::string& purl : purls)
    components += fmt::format(R"({}{{"type":"library","name":"x","purl":"{}"}})", components.empty() ? "" : ",", purl);
  auto sbom = parse_sbom(fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}})", components), "x.json");
  if (!sbom) throw std::runtime_error(sbom.error().str());
  return std::move(*sbom);
}

struct Advised {
  std::vector<OsvRecord> records;
  AdvisoryIndex index;
};
Advised advised(const std::string& lines) {
  const AdvisorySource source = AdvisorySource::memory("a.jsonl", lines);
  Progress progress(Progress::Mode::silent);
  std::vector<OsvRecord> records;
  const auto read = read_advisories(source, [&](OsvRecord&& r) { records.push_back(std::move(r)); }, progress);
  auto built = AdvisoryIndex::build_bytes(std::span(&source, 1), progress);
  if (!read || !built) throw std::runtime_error("advisory");
  return {std::move(records), AdvisoryIndex::from_memory(built->bytes).value()};
}
std::string portfolio_advisory(std::string_view ecosystem, std::string_view name, std::string_view introduced, std::string_view fixed) {
  return fmt::format(
      R"({{"id":"EX-{}-{}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"{}","name":"{}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"{}"}},{{"fixed":"{}"}}]}}]}}]}})",
      name, fixed, ecosystem, name, introduced, fixed);
}
constexpr Instant kDay{};

std::vector<std::string> names_of(const Portfolio& portfolio, const PortfolioAnswer& answer) {
  std::vector<std::string> out;
  for (const std::uint32_t i : answer.entries) out.emplace_back(portfolio.entry(i).name);
  return out;
}

TEST(Portfolio, AnswersWhoShipsAnAffectedVersion) {
  Portfolio::Builder builder;
  EXPECT_EQ(builder.add("shop", "shop.json", {}, portfolio_sbom({"pkg:npm/left@1.2.0", "pkg:pypi/Zope_X@1.0", "pkg:generic/y@1"}), kDay),
            Portfolio::Builder::Added::first);
  builder.add("desk", "desk.json", {}, portfolio_sbom({"pkg:npm/left@2.0.0", "pkg:pypi/zope-x@0.9"}), kDay);
  builder.add("till", "till.json", {}, portfolio_sbom({"pkg:npm/left@1.3.0", "pkg:npm/left@2.0.0", "pkg:npm/left@odd"}), kDay);
  const auto portfolio = Portfolio::from_memory(builder.bytes().value());
  ASSERT_OK(portfolio);
  EXPECT_EQ(portfolio->size(), 3U);
  EXPECT_EQ(portfolio->entry(1).name, "shop") << "by name";
  EXPECT_EQ(portfolio->entry(1).components, 3U);
  EXPECT_EQ(portfolio->entry(1).not_evaluated, 1U);

  const Advised left = advised(portfolio_advisory("npm", "left", "1.0.0", "1.5.0"));
  const PortfolioAnswer who = portfolio->who_ships(left.index, left.records);
  EXPECT_THAT(names_of(*portfolio, who), ElementsAre("shop", "till"));
  ASSERT_EQ(who.hits.size(), 2U);
  EXPECT_EQ(who.hits[0].version.version, "1.2.0");
  EXPECT_EQ(who.hits[0].matches[0].range(), ">=1.0.0, <1.5.0");
  ASSERT_EQ(who.unsure.size(), 1U);
  EXPECT_EQ(who.unsure[0].version, "odd") << "not understood is not clean";

  const Advised zope = advised(portfolio_advisory("PyPI", "ZOPE.x", "0", "1.0"));
  EXPECT_THAT(names_of(*portfolio, portfolio->who_ships(zope.index, zope.records)), ElementsAre("desk"));
  EXPECT_EQ(portfolio->versions("npm", "left").size(), 4U);
  EXPECT_THAT(portfolio->versions("npm", "right"), IsEmpty());
}

TEST(Portfolio, ReleasesOfDistributions) {
  Portfolio::Builder builder;
  builder.add("twelve", "", {}, portfolio_sbom({"pkg:deb/debian/curl@7.88-1?distro=debian-12"}), kDay);
  builder.add("eleven", "", {}, portfolio_sbom({"pkg:deb/debian/curl@7.74-1?distro=debian-11"}), kDay);
  builder.add("untold", "", {}, portfolio_sbom({"pkg:deb/debian/curl@7.74-1"}), kDay);
  const auto portfolio = Portfolio::from_memory(builder.bytes().value());
  ASSERT_OK(portfolio);
  const Advised twelve = advised(portfolio_advisory("Debian:12", "curl", "0", "7.88-5"));
  const PortfolioAnswer of_twelve = portfolio->who_ships(twelve.index, twelve.records);
  EXPECT_THAT(names_of(*portfolio, of_twelve), ElementsAre("twelve"));
  ASSERT_EQ(of_twelve.unsure.size(), 1U) << "its release is not known";
  EXPECT_EQ(of_twelve.unsure[0].ecosystem, "Debian");
  const Advised all = advised(portfolio_advisory("Debian", "curl", "0", "7.80-1"));
  EXPECT_THAT(names_of(*portfolio, portfolio->who_ships(all.index, all.records)), ElementsAre("eleven", "untold"));
}

TEST(Portfolio, SameAnswerAsScanningEverySbomAgain) {
  std::mt19937 random(3);
  std::vector<Sbom> sboms;
  Portfolio::Builder builder;
  for (int i = 0; i < 40; ++i) {
    std::vector<std::string> purls;
    for (int k = 0; k < 30; ++k)
      purls.push_back(
          fmt::format("pkg:{}/p{}@{}.{}.{}", random() % 2 == 0 ? "npm" : "pypi", random() % 20, random() % 3, random() % 4, random() % 3));
    sboms.push_back(portfolio_sbom(purls));
    builder.add(fmt::format("s{:02}", i), "", {}, sboms.back(), kDay);
  }
  const auto portfolio = Portfolio::from_memory(builder.bytes().value());
  ASSERT_OK(portfolio);
  for (int round = 0; round < 30; ++round) {
    const std::string low = fmt::format("{}.{}.0", random() % 3, random() % 4);
    const Advised a = advised(
        portfolio_advisory(random() % 2 == 0 ? "npm" : "PyPI", fmt::format("p{}", random() % 20), random() % 3 == 0 ? "0" : low, "2.2.0"));
    std::set<std::uint32_t> scanned;
    for (std::uint32_t i = 0; i < sboms.size(); ++i)
      if (!scan(sboms[i], std::span(&a.index, 1), nullptr).vulnerabilities.empty()) scanned.insert(i);
    const auto entries = portfolio->who_ships(a.index, a.records).entries;
    EXPECT_EQ(std::set<std::uint32_t>(entries.begin(), entries.end()), scanned);
  }
}

TEST(Portfolio, BytesDependOnTheEntriesOnly) {
  const Sbom one = portfolio_sbom({"pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"}), two = portfolio_sbom({"pkg:npm/c@1.0.0", "pkg:npm/a@1.0.0"});
  Portfolio::Builder forth, back;
  forth.add("one", "1", {}, one, kDay);
  forth.add("two", "2", {}, two, kDay);
  back.add("two", "2", {}, two, kDay);
  back.add("gone", "3", {}, portfolio_sbom({"pkg:npm/zzz@9.0.0"}), kDay);
  EXPECT_EQ(back.add("one", "1", {}, two, kDay), Portfolio::Builder::Added::first);
  EXPECT_EQ(back.add("one", "1", {}, one, kDay), Portfolio::Builder::Added::replaced);
  EXPECT_TRUE(back.remove("gone"));
  EXPECT_FALSE(back.remove("gone"));
  const std::string bytes = forth.bytes().value();
  EXPECT_EQ(back.bytes().value(), bytes);
  const auto read = Portfolio::from_memory(bytes);
  ASSERT_OK(read);
  EXPECT_EQ(Portfolio::Builder(*read).bytes().value(), bytes) << "read and written again";
  EXPECT_OK(Portfolio::from_memory(Portfolio::Builder().bytes().value()));  // an empty one
}

TEST(Portfolio, FileIsReplacedAtOnce) {
  const auto folder = TemporaryFolder::make("portfolio");
  ASSERT_OK(folder);
  const auto path = folder->path() / "p.portfolio";
  EXPECT_FALSE(Portfolio::open(path).has_value());
  Portfolio::Builder builder;
  builder.add("one", "1", {}, portfolio_sbom({"pkg:npm/a@1.0.0"}), kDay);
  ASSERT_OK(builder.write(path));
  const auto before = Portfolio::open(path);
  ASSERT_OK(before);
  builder.add("two", "2", {}, portfolio_sbom({"pkg:npm/a@1.0.0"}), kDay);
  ASSERT_OK(builder.write(path));
  EXPECT_EQ(before->size(), 1U) << "who has it open keeps the old one";
  EXPECT_EQ(Portfolio::open(path).value().size(), 2U);
}

TEST(Portfolio, EveryDamagedByteIsFound) {
  Portfolio::Builder builder;
  builder.add("one", "1", {}, portfolio_sbom({"pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"}), kDay);
  builder.add("two", "2", {}, portfolio_sbom({"pkg:npm/a@1.0.0"}), kDay);
  const std::string good = builder.bytes().value();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x41);
    EXPECT_FALSE(Portfolio::from_memory(bad).has_value()) << "byte " << i;
    // The same with a checksum that fits: the structure has to hold, or the reading must stay inside.
    const Digest sum = sha256(std::string_view(bad).substr(0, bad.size() - 32));
    std::copy(sum.bytes.begin(), sum.bytes.end(), bad.end() - 32);
    const auto read = Portfolio::from_memory(bad);
    if (!read) continue;
    for (const PortfolioVersion& v : read->all_versions())
      for (const std::uint32_t e : v.entries) (void)read->entry(e);
  }
  for (std::size_t size = 0; size < good.size(); size += 7) EXPECT_FALSE(Portfolio::from_memory(good.substr(0, size)).has_value());
}

}  // namespace
}  // namespace entente::measures::p6_supply
