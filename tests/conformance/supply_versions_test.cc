// Version vectors others wrote by hand: each line must hold by key and by the plain reference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <fstream>

#include "core/json.h"
#include "measures/p6_supply/advisory_source.h"
#include "measures/p6_supply/intervals.h"
#include "measures/p6_supply/vers.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

void expect_order(Scheme scheme, const std::string& a, const std::string& b, std::strong_ordering expected, const std::string& where) {
  const auto left = version_key(scheme, a), right = version_key(scheme, b);
  ASSERT_TRUE(left.has_value() && right.has_value()) << where << ": " << a << " / " << b;
  EXPECT_TRUE((*left <=> *right) == expected) << where << ": by key, " << a << " / " << b;
  const auto reference = compare_versions(scheme, a, b);
  ASSERT_OK(reference);
  EXPECT_TRUE(*reference == expected) << where << ": by reference, " << a << " / " << b;
}

using Exceptions = std::vector<std::string>;

// osv-scalibr's files: "a < b" a line, comments with "//" or "#". Lines among `exceptions` must not hold: what is no exception
// any more has to leave the list.
std::size_t check_scalibr(const std::filesystem::path& shared, const std::string& name, Scheme scheme, const Exceptions& exceptions) {
  const std::filesystem::path path = shared / "conformance/p6_supply/versions/osv-scalibr/semantic/testdata" / (name + "-versions.txt");
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::size_t checked = 0, number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.starts_with("//") || line.starts_with("#")) continue;
    std::istringstream words(line);
    std::string a, op, b;
    words >> a >> op >> b;
    const auto expected = op == "<" ? std::strong_ordering::less : op == ">" ? std::strong_ordering::greater : std::strong_ordering::equal;
    EXPECT_TRUE(op == "<" || op == ">" || op == "=") << path << ":" << number;
    if (std::find(exceptions.begin(), exceptions.end(), line) != exceptions.end()) {
      EXPECT_NE(compare_versions(scheme, a, b).value(), expected) << line << ": no exception any more";
      continue;
    }
    const std::string where = path.filename().string() + ":" + std::to_string(number);
    expect_order(scheme, a, b, expected, where);
    expect_order(scheme, b, a, 0 <=> expected, where);
    ++checked;
  }
  return checked;
}

TEST(SupplyVersions, OsvScalibr) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto check_lines = [&](const std::string& name, Scheme scheme, const Exceptions& exceptions = {}) {
    return check_scalibr(shared, name, scheme, exceptions);
  };
  EXPECT_EQ(check_lines("semver", Scheme::semver), 86U);
  EXPECT_EQ(check_lines("pypi", Scheme::pep440), 37U);
  EXPECT_EQ(check_lines("debian", Scheme::debian), 30U);
  EXPECT_EQ(check_lines("redhat", Scheme::rpm), 165U);
  EXPECT_EQ(check_lines("alpine", Scheme::alpine), 778U);
  EXPECT_EQ(check_lines("maven", Scheme::maven), 102U);
  EXPECT_EQ(check_lines("rubygems", Scheme::rubygems), 25U);
  EXPECT_EQ(check_lines("nuget", Scheme::nuget), 35U);
  // '#' is PHP's own mark for "a number"; it is ignored here, so that 1.2.3.# is 1.2.3 and cannot be 1.2.3.1 as well.
  EXPECT_EQ(check_lines("packagist", Scheme::packagist, {"1.2.3.# = 1.2.3.1"}), 94U);
  EXPECT_EQ(check_lines("pub", Scheme::pub), 100U);
  EXPECT_EQ(check_lines("cran", Scheme::cran), 21U);
  EXPECT_EQ(check_lines("hackage", Scheme::hackage), 11U);
}

// vers-spec: "comparison" gives versions and their ascending order, "equality" two versions and whether they are equal.
std::size_t check_vers_suite(const std::filesystem::path& shared, const std::string& name, Scheme scheme) {
  const auto suite = read_json(shared / "conformance/p6_supply/versions/vers-spec/tests" / name);
  std::size_t checked = 0;
  for (const auto& t : suite.at("tests")) {
    const std::vector<std::string> versions = t.at("input").at("versions");
    ++checked;
    if (t.at("test_type") == "equality") {
      const bool equal = t.at("expected_output");
      const auto order = compare_versions(scheme, versions.at(0), versions.at(1));
      EXPECT_OK(order);
      EXPECT_EQ(order == std::strong_ordering::equal, equal) << name << " " << versions.at(0) << " " << versions.at(1);
      EXPECT_EQ(version_key(scheme, versions.at(0)).value() == version_key(scheme, versions.at(1)).value(), equal);
      continue;
    }
    const std::vector<std::string> ascending = t.at("expected_output");
    for (std::size_t i = 1; i < ascending.size(); ++i) {
      const auto order = compare_versions(scheme, ascending[i - 1], ascending[i]);
      EXPECT_OK(order);
      // The same version may be given twice.
      const auto expected = ascending[i - 1] == ascending[i] ? std::strong_ordering::equal : std::strong_ordering::less;
      EXPECT_EQ(order, expected) << name << " " << ascending[i - 1] << " " << ascending[i];
      EXPECT_EQ(version_key(scheme, ascending[i - 1]).value() <=> version_key(scheme, ascending[i]).value(), expected);
    }
  }
  return checked;
}

TEST(SupplyVersions, VersSpecComparisons) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto check_vers_spec = [&](const std::string& name, Scheme scheme) { return check_vers_suite(shared, name, scheme); };
  EXPECT_EQ(check_vers_spec("alpine_version_cmp_test.json", Scheme::alpine), 716U);
  EXPECT_EQ(check_vers_spec("alpm_version_cmp_test.json", Scheme::alpm), 42U);
  EXPECT_EQ(check_vers_spec("conan_version_cmp_test.json", Scheme::conan), 47U);
  EXPECT_EQ(check_vers_spec("datetime_version_cmp_test.json", Scheme::datetime), 7U);
  EXPECT_EQ(check_vers_spec("gentoo_version_cmp_test.json", Scheme::gentoo), 48U);
  EXPECT_EQ(check_vers_spec("lexicographic-test.json", Scheme::lexicographic), 8U);
  EXPECT_EQ(check_vers_spec("maven_version_cmp_test.json", Scheme::maven), 977U);
  EXPECT_EQ(check_vers_spec("nuget_version_cmp_test.json", Scheme::nuget), 33U);
  EXPECT_EQ(check_vers_spec("openssl_version_cmp_test.json", Scheme::openssl), 44U);
}

// node-semver's fixtures: [greater, smaller, options]. The spellings of npm's loose mode ("= 1.2.3", "v 1.2.3") are refused
// rather than guessed; all others must hold.
TEST(SupplyVersions, NodeSemverComparisons) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = shared / "conformance/p6_supply/versions/node-semver/test/fixtures";
  std::size_t checked = 0, refused = 0;
  for (const auto& [file, expected] :
       {std::pair{"comparisons.json", std::strong_ordering::greater}, {"equality.json", std::strong_ordering::equal}}) {
    for (const auto& entry : read_json(folder / file)) {
      const std::string a = entry[0], b = entry[1];
      const bool loose = b.find('=') != std::string::npos || b.find("v ") != std::string::npos;
      if (loose) {
        EXPECT_FALSE(version_key(Scheme::semver, b).has_value()) << b;
        ++refused;
        continue;
      }
      expect_order(Scheme::semver, a, b, expected, file);
      ++checked;
    }
  }
  std::cout << checked << " hold, " << refused << " spellings of npm's loose mode are refused\n";
  EXPECT_GT(checked, 40U);
}

TEST(SupplyVersions, NodeSemverValidVersionsAreUnderstood) {
  ENTENTE_SHARED_OR_SKIP(shared);
  for (const auto& entry : read_json(shared / "conformance/p6_supply/versions/node-semver/test/fixtures/valid-versions.json")) {
    const std::string version = entry[0];
    EXPECT_OK(version_key(Scheme::semver, version));
  }
}

nlohmann::json vers_tests(const std::filesystem::path& shared, const std::string& name) {
  return read_json(shared / "conformance/p6_supply/versions/vers-spec/tests" / name).at("tests");
}

std::string comparator_text(Comparator comparator) {
  static const std::map<Comparator, std::string> kText{{Comparator::equal, "="},   {Comparator::not_equal, "!="},
                                                       {Comparator::less, "<"},    {Comparator::less_equal, "<="},
                                                       {Comparator::greater, ">"}, {Comparator::greater_equal, ">="}};
  return kText.at(comparator);
}

// Parsed constraints as the suite writes them, or the suite's own words for what is wrong.
TEST(SupplyVersions, VersSpecParse) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t checked = 0;
  for (const auto& t : vers_tests(shared, "vers_canonical_parse_test.json")) {
    const std::string text = t.at("input");
    const auto vers = Vers::parse(text);
    ++checked;
    if (t.value("expected_failure", false)) {
      ASSERT_FALSE(vers) << text;
      EXPECT_EQ(vers.error().what, t.at("expected_message").get<std::string>()) << text;
      continue;
    }
    ASSERT_OK(vers);
    EXPECT_EQ(vers->type(), t.at("expected_output").at("scheme").get<std::string>());
    nlohmann::json constraints = nlohmann::json::array();
    for (const VersConstraint& c : vers->constraints()) constraints.push_back({comparator_text(c.comparator), c.version});
    EXPECT_EQ(constraints, t.at("expected_output").at("version_constraints")) << text;
  }
  EXPECT_EQ(checked, 12U);
}

// "validate" turns a range into its canonical form.
TEST(SupplyVersions, VersSpecValidate) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t checked = 0;
  for (const auto& t : vers_tests(shared, "pypi_range_validate_test.json")) {
    const auto vers = Vers::normalise(t.at("input").get<std::string>());
    ++checked;
    // Not checked by the suite's own tool: 0.0.1 stands there twice, which its specification forbids.
    if (t.at("input").get<std::string>().find(">=0.0.1|>=0.0.1") != std::string::npos) {
      EXPECT_FALSE(vers.has_value());
      continue;
    }
    ASSERT_OK(vers);
    EXPECT_EQ(vers->str(), t.at("expected_output").get<std::string>());
  }
  EXPECT_EQ(checked, 19U);
}

// Some of these ranges are not in order, and so none as the specification has it: they are normalised first.
TEST(SupplyVersions, VersSpecContainment) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t checked = 0, unsorted = 0;
  for (const char* name : {"pypi_range_containment_test.json", "npm_range_containment_test.json"}) {
    for (const auto& t : vers_tests(shared, name)) {
      const std::string text = t.at("input").at("vers"), version = t.at("input").at("version");
      if (!Vers::parse(text)) ++unsorted;
      const auto vers = Vers::normalise(text);
      ASSERT_OK(vers);
      EXPECT_EQ(vers->contains(version).value(), t.at("expected_output").get<bool>()) << text << " " << version;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 11U);
  EXPECT_EQ(unsorted, 3U);
}

// What the suite's ranges from native notations say in VERS is canonical: parsed, it gives itself again.
TEST(SupplyVersions, VersSpecRangesRoundTrip) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t checked = 0, refused = 0;
  for (const char* name : {"conan_range_from_native_basic_test.json", "conan_range_from_native_test.json",
                           "gem_range_from_native_test.json", "npm_range_from_native_test.json", "nuget_range_from_native_test.json",
                           "openssl_range_from_native_test.json", "pypi_range_from_native_test.json"}) {
    for (const auto& t : vers_tests(shared, name)) {
      if (!t.contains("expected_output") || !t.at("expected_output").is_string()) continue;
      const std::string text = t.at("expected_output");
      const auto vers = Vers::parse(text);
      ++checked;
      if (vers) {
        EXPECT_EQ(vers->str(), text);
        continue;
      }
      // Written by the suite against its own specification: an empty range, and ranges in which a version stands twice.
      ++refused;
      EXPECT_THAT(vers.error().what, testing::AnyOf(testing::HasSubstr("stands twice"), testing::HasSubstr("without constraints"))) << text;
    }
  }
  EXPECT_EQ(checked, 733U);
  EXPECT_EQ(refused, 6U);
}

// Real advisories of ecosystems that are ordered since index format 3: every range has intervals, and every version a range names
// is decided as by the pseudocode of the OSV schema over the plain reference.
TEST(SupplyVersions, RealRangesAreDecidedAsByTheReference) {
  ENTENTE_SHARED_OR_SKIP(shared);
  Progress progress(Progress::Mode::silent);
  for (const auto& [name, expected] : {std::pair{"AlmaLinux", 71'329U}, {"Hackage", 44U}}) {
    std::size_t ranges = 0, decided = 0, wrong = 0;
    const auto judge = [&](Scheme scheme, const OsvRange& range) {
      const auto intervals = range_intervals(scheme, range);
      ASSERT_OK(intervals);
      for (const OsvEvent& event : range.events) {
        if (event.version == "0") continue;
        const std::string key = version_key(scheme, event.version).value();
        const bool inside = std::any_of(intervals->begin(), intervals->end(),
                                        [&](const KeyInterval& i) { return i.low <= key && (i.high.empty() || key < i.high); });
        wrong += inside != included_in_range(scheme, event.version, range).value() ? 1 : 0;
        ++decided;
      }
    };
    const auto read = read_advisories(
        AdvisorySource::file(shared / "conformance/p6_supply/osv" / (std::string(name) + ".jsonl.zst")),
        [&](OsvRecord&& record) {
          for (const OsvAffected& affected : record.affected) {
            const auto scheme = scheme_of(affected.ecosystem);
            ASSERT_TRUE(scheme) << affected.ecosystem;
            for (const OsvRange& range : affected.ranges) {
              if (range.type == OsvRange::Type::git) continue;
              ++ranges;
              judge(*scheme, range);
            }
          }
        },
        progress);
    ASSERT_OK(read);
    EXPECT_EQ(ranges, expected) << name;
    EXPECT_GE(decided, ranges) << name;
    EXPECT_EQ(wrong, 0U) << name;
  }
}

}  // namespace
}  // namespace entente::measures::p6_supply
