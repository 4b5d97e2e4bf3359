// Version vectors others wrote by hand: each line must hold by key and by the plain reference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <fstream>

#include "core/json.h"
#include "measures/p6_supply/version.h"
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

// osv-scalibr's files: "a < b" a line, comments with "//".
std::size_t check_lines(const std::filesystem::path& path, Scheme scheme) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::size_t checked = 0, number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.starts_with("//")) continue;
    std::istringstream words(line);
    std::string a, op, b;
    words >> a >> op >> b;
    const auto expected = op == "<" ? std::strong_ordering::less : op == ">" ? std::strong_ordering::greater : std::strong_ordering::equal;
    EXPECT_TRUE(op == "<" || op == ">" || op == "=") << path << ":" << number;
    const std::string where = path.filename().string() + ":" + std::to_string(number);
    expect_order(scheme, a, b, expected, where);
    expect_order(scheme, b, a, 0 <=> expected, where);
    ++checked;
  }
  return checked;
}

TEST(SupplyVersions, OsvScalibrSemver) {
  ENTENTE_SHARED_OR_SKIP(shared);
  EXPECT_EQ(check_lines(shared / "conformance/p6_supply/versions/osv-scalibr/semantic/testdata/semver-versions.txt", Scheme::semver), 86U);
}

TEST(SupplyVersions, OsvScalibrPypi) {
  ENTENTE_SHARED_OR_SKIP(shared);
  EXPECT_EQ(check_lines(shared / "conformance/p6_supply/versions/osv-scalibr/semantic/testdata/pypi-versions.txt", Scheme::pep440), 37U);
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

// vers-spec has no comparison tests for PyPI; its containment tests ("vers:pypi/<=1.3.0|3.0.0" and a version) are built on the
// order. Constraints are in ascending order; a version is inside if it equals one that includes it, or lies below a "<" whose
// left neighbour does not close, or above a ">" whose right neighbour does not open.
TEST(SupplyVersions, VersSpecPypiContainment) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t checked = 0;
  const auto suite = read_json(shared / "conformance/p6_supply/versions/vers-spec/tests/pypi_range_containment_test.json");
  for (const auto& t : suite.at("tests")) {
    const std::string vers = t.at("input").at("vers"), version = t.at("input").at("version");
    struct Constraint {
      std::string op, version;
      std::strong_ordering order = std::strong_ordering::equal;  // of the version asked for against this one
    };
    std::vector<Constraint> constraints;
    std::istringstream parts(vers.substr(vers.find('/') + 1));
    for (std::string part; std::getline(parts, part, '|');) {
      const std::size_t begin = part.find_first_not_of("<>=!");
      Constraint c{part.substr(0, begin), part.substr(begin)};
      c.order = compare_versions(Scheme::pep440, version, c.version).value();
      EXPECT_TRUE((version_key(Scheme::pep440, version).value() <=> version_key(Scheme::pep440, c.version).value()) == c.order);
      constraints.push_back(std::move(c));
    }
    bool inside = false, decided = false;
    for (const Constraint& c : constraints) {
      if (c.order == 0) {
        inside = c.op.empty() || c.op == "=" || c.op == "<=" || c.op == ">=";
        decided = true;
      }
    }
    std::erase_if(constraints, [](const Constraint& c) { return c.op.empty() || c.op == "=" || c.op == "!="; });
    for (std::size_t i = 0; i < constraints.size() && !decided; ++i) {
      const bool upper = constraints[i].op[0] == '<';
      if (upper && constraints[i].order < 0) inside = inside || i == 0 || (constraints[i - 1].op[0] == '>' && constraints[i - 1].order > 0);
      if (!upper && constraints[i].order > 0 && i + 1 == constraints.size()) inside = true;
    }
    EXPECT_EQ(inside, t.at("expected_output").get<bool>()) << vers << " " << version;
    ++checked;
  }
  EXPECT_EQ(checked, 10U);
}

}  // namespace
}  // namespace entente::measures::p6_supply
