// Version orders: hand-written chains (data file), forms, and a property test with a fixed seed that holds keys against the
// reference and checks that the order is one.
#include "measures/p6_supply/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <fstream>
#include <random>

#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

std::vector<Scheme> all_schemes() {
  std::vector<Scheme> out;
  for (int i = 1; i <= static_cast<int>(kLastScheme); ++i) out.push_back(static_cast<Scheme>(i));
  return out;
}

Scheme scheme_named(const std::string& name) {
  for (const Scheme scheme : all_schemes()) {
    if (scheme_name(scheme) == name) return scheme;
  }
  ADD_FAILURE() << "no scheme " << name;
  return Scheme::semver;
}

std::strong_ordering by_key(Scheme scheme, const std::string& a, const std::string& b) {
  const auto left = version_key(scheme, a), right = version_key(scheme, b);
  EXPECT_TRUE(left.has_value() && right.has_value()) << a << " / " << b;
  return left.value_or("") <=> right.value_or("");
}

// Each line: scheme, then versions in ascending order; '=' joins equal ones. All pairs are compared, both ways.
TEST(Version, ChainsHoldByKeyAndByReference) {
  std::ifstream file(test::source_dir() / "src/measures/p6_supply/testdata/version_chains.txt");
  ASSERT_TRUE(file) << "testdata missing";
  int pairs = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string word;
    words >> word;
    const Scheme scheme = scheme_named(word);
    std::vector<std::pair<std::string, int>> versions;
    int rank = 0;
    while (words >> word) {
      if (word == "=") {
        --rank;
        continue;
      }
      versions.emplace_back(word, rank++);
    }
    for (const auto& [a, rank_a] : versions) {
      for (const auto& [b, rank_b] : versions) {
        EXPECT_EQ(by_key(scheme, a, b), rank_a <=> rank_b) << a << " ? " << b;
        const auto reference = compare_versions(scheme, a, b);
        ASSERT_OK(reference);
        EXPECT_EQ(*reference, rank_a <=> rank_b) << a << " ? " << b;
        ++pairs;
      }
    }
  }
  EXPECT_GT(pairs, 900);
}

TEST(Version, SemverRefusesWhatHasNoPlace) {
  for (const char* bad : {"", " ", "latest", "1.2.3rc1", "1.2.x", "1.", ".1", "1.2.3-", "1.2.3-a..b", "1.2.3+", "1.2.3+a..b", "*", "-1",
                          "1.2.3.4-rc1", "1.2.3-\xc3\xa4", "go1.21"}) {
    EXPECT_FALSE(version_key(Scheme::semver, bad).has_value()) << bad;
    EXPECT_FALSE(compare_versions(Scheme::semver, bad, "1.0.0").has_value()) << bad;
    EXPECT_FALSE(compare_versions(Scheme::semver, "1.0.0", bad).has_value()) << bad;
  }
  const auto error = version_key(Scheme::semver, "latest");
  ASSERT_FALSE(error);
  EXPECT_THAT(error.error().what, testing::HasSubstr("latest"));
  EXPECT_FALSE(version_key(Scheme::semver, std::string(2000, '1')).has_value());
  EXPECT_FALSE(version_key(Scheme::pep440, std::string(2000, '1')).has_value());
  EXPECT_FALSE(version_key(Scheme::pep440, "").has_value());
}

TEST(Version, FormsAreFlagged) {
  const auto form = [](Scheme scheme, const char* v) { return version_key_form(scheme, v).value().form; };
  EXPECT_EQ(form(Scheme::semver, "1.2.3-rc.1+b"), VersionForm::exact);
  EXPECT_EQ(form(Scheme::semver, "0.0.0"), VersionForm::exact);
  for (const char* v : {"v1.2.3", "1.2", "1", "01.2.3", "1.2.3.4"}) EXPECT_EQ(form(Scheme::semver, v), VersionForm::lenient) << v;
  for (const char* v : {"1.0", "1!2.0rc1.post2.dev3+abc.1", "V1.0", "1.0-1", "1.0.dev", " 1.0 "})
    EXPECT_EQ(form(Scheme::pep440, v), VersionForm::exact) << v;
  for (const char* v : {"0.1-bulbasaur", "latest", "1.0+", "1.0+a..b", "1.0a1b1", "==1.0", "1..0", "\xff\xfe"})
    EXPECT_EQ(form(Scheme::pep440, v), VersionForm::legacy) << v;
}

TEST(Version, KeysLeaveRoomForBounds) {
  for (const auto& [scheme, version] : {std::pair{Scheme::semver, "0.0.0-0"},
                                        {Scheme::semver, "0"},
                                        {Scheme::pep440, "0.dev0"},
                                        {Scheme::pep440, "\x01"},
                                        {Scheme::pep440, "-"}}) {
    const std::string key = version_key(scheme, version).value();
    EXPECT_LT(std::string(), key);
    EXPECT_LT(key, std::string("\xff"));
  }
  const std::string huge = version_key(Scheme::semver, std::string(1000, '9')).value();
  EXPECT_LT(huge, std::string("\xff"));
  EXPECT_LT(version_key(Scheme::semver, std::string(300, '9')).value(), huge);
  EXPECT_LT(version_key(Scheme::semver, std::string(200, '9')).value(), version_key(Scheme::semver, std::string(201, '1')).value());
}

TEST(Version, SchemesOfEcosystems) {
  EXPECT_EQ(scheme_of("npm"), Scheme::semver);
  EXPECT_EQ(scheme_of("crates.io"), Scheme::semver);
  EXPECT_EQ(scheme_of("Go"), Scheme::semver);
  EXPECT_EQ(scheme_of("PyPI"), Scheme::pep440);
  EXPECT_EQ(scheme_of("PyPI:https://example.org/simple"), Scheme::pep440);
  EXPECT_EQ(scheme_of("Hex"), Scheme::semver);
  EXPECT_EQ(scheme_of("Debian:12"), Scheme::debian);
  EXPECT_EQ(scheme_of("Ubuntu:Pro:18.04:LTS"), Scheme::debian);
  EXPECT_EQ(scheme_of("Alpine:v3.19"), Scheme::alpine);
  EXPECT_EQ(scheme_of("Rocky Linux:9"), Scheme::rpm);
  EXPECT_EQ(scheme_of("Red Hat:rhel_aus:8.4::appstream"), Scheme::rpm);
  EXPECT_EQ(scheme_of("Maven:https://maven.example"), Scheme::maven);
  EXPECT_EQ(scheme_of("GHC"), Scheme::hackage);
  EXPECT_TRUE(is_distribution("Debian:12"));
  EXPECT_FALSE(is_distribution("npm"));
  EXPECT_FALSE(is_distribution("Unheard Of"));
  EXPECT_EQ(scheme_of("opam"), Scheme::debian);
  EXPECT_FALSE(is_distribution("opam"));
  EXPECT_EQ(scheme_of("Linux"), Scheme::linux_kernel);
  EXPECT_EQ(scheme_of("FreeBSD:ports"), Scheme::freebsd);
  EXPECT_TRUE(is_distribution("FreeBSD:ports:14"));
  EXPECT_EQ(scheme_of("CleanStart"), Scheme::alpine);
  EXPECT_EQ(scheme_of("Root:Alpine:3.18"), Scheme::alpine);
  EXPECT_EQ(scheme_of("Root:Debian:12"), Scheme::debian);
  EXPECT_EQ(scheme_of("Root:PyPI"), Scheme::pep440);
  EXPECT_TRUE(is_distribution("Root:PyPI")) << "its suffix counts";
  EXPECT_EQ(scheme_of("TuxCare:RHEL:7"), Scheme::rpm);
  EXPECT_EQ(scheme_of("TuxCare:CentOS-Stream:8"), Scheme::rpm);
  EXPECT_EQ(scheme_of("TuxCare:Ubuntu:16.04"), Scheme::debian);
  EXPECT_EQ(scheme_of("Docker Hardened Images:Alpine:3.23"), Scheme::alpine);
  EXPECT_EQ(scheme_of("Echo:PyPi"), Scheme::pep440);
  for (const char* other : {"", "NPM", "pypi", "Root", "Root:npm", "Root:Root:Debian:12", "TuxCare", "TuxCare:npm", "Echo:Maven", "Android",
                            "FreeBSD", "FreeBSD:base:14.3", "FreeBSD:kernel", "OSS-Fuzz", "GIT"})
    EXPECT_EQ(scheme_of(other), std::nullopt) << other;
}

TEST(Version, FreebsdPorts) {
  const auto ascending = [](const std::vector<std::string>& versions) {
    for (std::size_t i = 1; i < versions.size(); ++i) {
      EXPECT_LT(version_key(Scheme::freebsd, versions[i - 1]).value(), version_key(Scheme::freebsd, versions[i]).value())
          << versions[i - 1] << " " << versions[i];
      EXPECT_TRUE(compare_versions(Scheme::freebsd, versions[i - 1], versions[i]).value() < 0) << versions[i - 1] << " " << versions[i];
    }
  };
  // What the comments of pkg's own comparison promise.
  ascending({"2.*", "2pl1", "2alpha3", "2.9f7", "3.*"});
  ascending({"10alpha", "10", "10.1", "10a", "10b", "11"});
  ascending({"pl11", "alpha3", "0.1beta2", "0.1"});
  ascending({"1.0.r.2", "1.0", "1.0_1", "1.0_2", "1.0_10", "1.0.1", "0.9,1", "0.9_1,1", "1,2"});
  ascending({"1.a", "1.0.a", "1", "1.0.0.1", "1.0.1", "1.1"});
  ascending({"1+a", "1", "1+0+1", "1+1", "1.1"});
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"10", "10.0.0"},
                                                                             {"10..1", "10.1"},
                                                                             {"10a1b2", "10a1.b2"},
                                                                             {"1.d2", "1.Development2"},
                                                                             {"1.0:2003", "1.0.2003"},
                                                                             {"1", "1+0"},
                                                                             {"1.0", "1.0_0,0"}})
    EXPECT_EQ(version_key(Scheme::freebsd, a).value(), version_key(Scheme::freebsd, b).value()) << a << " " << b;
  for (const char* other : {"14.3-RELEASE", "1.0,1_1", "1_", "1,", "1_a", "_1", ",1"})
    EXPECT_FALSE(version_key(Scheme::freebsd, other)) << other;
}

TEST(Version, LinuxKernel) {
  const std::vector<std::string> ascending{"2.6.32",  "2.6.32.71", "2.6.33-rc1", "3.0",   "5.15.161",
                                           "6.1-rc1", "6.1-rc10",  "6.1",        "6.1.1", "6.10"};
  for (std::size_t i = 1; i < ascending.size(); ++i)
    EXPECT_LT(version_key(Scheme::linux_kernel, ascending[i - 1]).value(), version_key(Scheme::linux_kernel, ascending[i]).value())
        << ascending[i];
  EXPECT_EQ(version_key(Scheme::linux_kernel, "6.1").value(), version_key(Scheme::linux_kernel, "v6.1.0").value());
  for (const char* other : {"6", "6.1.0-13-amd64", "6.0.7-301.fc37.x86_64", "6.1-rc", "6.1.x", "6.1.", "6.1.2.3.4", "next-20260101"})
    EXPECT_FALSE(version_key(Scheme::linux_kernel, other)) << other << ": a distribution's kernel has repairs of its own";
}

TEST(Version, EnumeratedVersions) {
  EXPECT_TRUE(version_matches_enumerated(Scheme::pep440, "1.0", "1.0.0"));
  EXPECT_TRUE(version_matches_enumerated(Scheme::pep440, "1.0RC1", "1.0rc1"));
  EXPECT_FALSE(version_matches_enumerated(Scheme::pep440, "1.0", "1.0+local"));
  EXPECT_TRUE(version_matches_enumerated(Scheme::pep440, "0.1-bulbasaur", "0.1-bulbasaur"));
  EXPECT_FALSE(version_matches_enumerated(Scheme::pep440, "0.1-bulbasaur", "0.01-bulbasaur"));
  EXPECT_TRUE(version_matches_enumerated(Scheme::semver, "1.2.3", "v1.2.3"));
  EXPECT_TRUE(version_matches_enumerated(Scheme::semver, "2.0.0", "v2.0.0+incompatible"));
  EXPECT_TRUE(version_matches_enumerated(Scheme::semver, "1.0.0+a", "1.0.0+a"));
  EXPECT_FALSE(version_matches_enumerated(Scheme::semver, "1.0.0+a", "1.0.0+b"));
  EXPECT_FALSE(version_matches_enumerated(Scheme::semver, "1.0.0+a", "1.0.0"));
  EXPECT_TRUE(version_matches_enumerated(Scheme::semver, "latest", "latest"));
  EXPECT_TRUE(version_matches_enumerated(std::nullopt, "1:2.0-1", "1:2.0-1"));
  EXPECT_FALSE(version_matches_enumerated(std::nullopt, "1.0", "1.0.0"));
}

// Pieces out of which hostile versions are made, by scheme.
const std::vector<std::string>& pieces(Scheme scheme) {
  static const std::string kBig = "99999999999999999999999";
  static const std::vector<std::string> kSemver{"0", "1", "10", "2", "00", ".", ".", ".", "-", "+", "alpha", "rc", "B", "v", kBig, "-0"};
  static const std::vector<std::string> kHostile{"0",    "1",    "10",   "2",  "00",   "01",       ".",
                                                 ".",    "-",    "+",    "!",  "~",    "^",        ":",
                                                 "_",    "a",    "b",    "rc", "post", ".dev",     "alpha",
                                                 "pl",   "r",    "v",    "x",  "C",    "sp",       "p",
                                                 "#",    "GA",   "cr",   "m",  "--",   "..",       "-r1",
                                                 "_p",   "_pre", "_git", "1:", "~~",   "é",        "ga",
                                                 " ",    "-",    kBig,   "*",  "z",    "SNAPSHOT", std::string(1, '\0'),
                                                 "\x01", "\x02", "\xff"};
  static const std::vector<std::string> kNumbers{"0", "1", "10", "2", "00", ".", ".", ".", "-", kBig, "05"};
  static const std::vector<std::string> kApk{"0",    "1",  "10",  "01", ".", ".",   "_alpha", "_rc", "_p",
                                             "_git", "-r", "-r2", "a",  "z", "~ab", "-",      "_x",  "A"};
  static const std::vector<std::string> kOpenssl{"0", "1", "a", "z", "zb", "-beta", "+", "-", ".1", "10"};
  static const std::vector<std::string> kPorts{"0",   "1",   "10", "00", ".", ".", "..", "+",  "*",  "pl",  "alpha", "beta", "pre", "rc",
                                               "Rc1", "dev", "a",  "b",  "z", "p", ":",  "_1", "_2", "_10", ",1",    ",2",   kBig};
  static const std::vector<std::string> kKernels{"0", "1", "10", "00", ".0", ".1", ".10", ".0", "-rc1", "-rc2", "-rc10", kBig};
  switch (scheme) {
    case Scheme::freebsd: return kPorts;
    case Scheme::linux_kernel: return kKernels;
    case Scheme::semver:
    case Scheme::nuget:
    case Scheme::pub: return kSemver;
    case Scheme::cran:
    case Scheme::hackage: return kNumbers;
    case Scheme::alpine:
    case Scheme::gentoo: return kApk;
    case Scheme::openssl: return kOpenssl;
    default: return kHostile;
  }
}

std::string random_version(Scheme scheme, std::mt19937& random) {
  if (scheme == Scheme::datetime) {
    static const char* const kZones[] = {"Z", "+00:00", "-23:59", "+02:00", ".5Z", ".50Z", ".000Z", "x"};
    return "200" + std::to_string(random() % 2) + "-0" + std::to_string(1 + random() % 3) + "-2" + std::to_string(random() % 10) + "T0" +
           std::to_string(random() % 3) + ":00:5" + std::to_string(random() % 3) + kZones[random() % 8];
  }
  const auto& words = pieces(scheme);
  std::string out = std::to_string(random() % 3);
  if (scheme == Scheme::openssl) out += "." + std::to_string(random() % 3) + "." + std::to_string(random() % 3);
  for (std::size_t n = random() % 8; n > 0; --n) out += words[random() % words.size()];
  return out;
}

TEST(Version, KeysAgreeWithTheReferenceOnRandomVersions) {
  std::mt19937 random(20261124);
  const std::size_t wanted = std::getenv("ENTENTE_SOAK") != nullptr ? 350 : 120;  // all pairs of them
  for (const Scheme scheme : all_schemes()) {
    SCOPED_TRACE(scheme_name(scheme));
    std::vector<std::string> versions;
    while (versions.size() < wanted) {
      std::string v = random_version(scheme, random);
      const bool key = version_key(scheme, v).has_value();
      EXPECT_EQ(key, compare_versions(scheme, v, v).has_value()) << testing::PrintToString(v);
      if (key) versions.push_back(std::move(v));
    }
    std::vector<std::string> keys;
    for (const std::string& v : versions) keys.push_back(version_key(scheme, v).value());
    for (std::size_t i = 0; i < versions.size(); ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const auto reference = compare_versions(scheme, versions[i], versions[j]).value();
        ASSERT_EQ(keys[i] <=> keys[j], reference) << testing::PrintToString(versions[i]) << " ? " << testing::PrintToString(versions[j]);
        ASSERT_EQ(compare_versions(scheme, versions[j], versions[i]).value(), 0 <=> reference);
      }
    }
    // Transitivity of the reference itself, on random triples (keys are transitive by nature).
    for (int n = 0; n < 5000; ++n) {
      const std::string &a = versions[random() % versions.size()], &b = versions[random() % versions.size()],
                        &c = versions[random() % versions.size()];
      if (compare_versions(scheme, a, b).value() <= 0 && compare_versions(scheme, b, c).value() <= 0) {
        ASSERT_TRUE(compare_versions(scheme, a, c).value() <= 0)
            << testing::PrintToString(a) << " " << testing::PrintToString(b) << " " << testing::PrintToString(c);
      }
    }
    // No key is a prefix of another: the index needs that.
    std::sort(keys.begin(), keys.end());
    for (std::size_t i = 1; i < keys.size(); ++i) { EXPECT_TRUE(keys[i] == keys[i - 1] || !keys[i].starts_with(keys[i - 1])); }
  }
}

}  // namespace
}  // namespace entente::measures::p6_supply
