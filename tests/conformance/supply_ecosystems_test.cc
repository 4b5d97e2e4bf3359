// The OSV schema's own list of ecosystems against what is implemented and what docs/supply-ecosystems.md says of it: none is forgotten, and
// the documented order is the one used. And the queries osv.dev answered: every release it was asked about has an order and a spelling we
// make.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <set>

#include "core/file.h"
#include "measures/p6_supply/purl.h"
#include "measures/p6_supply/version.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

namespace fs = std::filesystem;
using EcosystemJson = nlohmann::json;

// First and second cell of each row whose first cell is one word in backquotes.
std::map<std::string, std::string> documented_orders(const std::string& text) {
  std::map<std::string, std::string> out;
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const std::size_t end = line.find('`', 3), cell = line.find("| ", end);
    if (end == std::string::npos || cell == std::string::npos || line.compare(end, 3, "` |") != 0) continue;
    out.emplace(line.substr(3, end - 3), line.substr(cell + 2, line.find('|', cell + 2) - cell - 2));
  }
  return out;
}

TEST(SupplyEcosystems, EveryOneOfTheSchemaIsOrderedOrExplained) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path file = shared / "conformance/p6_supply/osv/osv-schema/ecosystems.json";
  if (!fs::exists(file)) GTEST_SKIP() << "no " << file;
  std::ifstream stream(file);
  const EcosystemJson schema = EcosystemJson::parse(stream);
  const auto page = read_file(fs::path(ENTENTE_SOURCE_DIR) / "docs/supply-ecosystems.md");
  ASSERT_OK(page);
  const auto documented = documented_orders(*page);
  std::set<std::string> unordered;
  for (const auto& [name, unused] : schema.items()) {
    ASSERT_TRUE(documented.contains(name)) << name << " is not in docs/supply-ecosystems.md";
    const auto scheme = scheme_of(name);
    if (!scheme) unordered.insert(name);
    if (scheme) EXPECT_TRUE(documented.at(name).starts_with(scheme_name(*scheme))) << name << ": " << documented.at(name);
  }
  // Those named after ':' have an order by their suffix.
  EXPECT_THAT(unordered, ::testing::UnorderedElementsAre("Android", "Docker Hardened Images", "FreeBSD", "OSS-Fuzz", "Root", "TuxCare"));
  EXPECT_GE(schema.size(), 45U);
}

TEST(SupplyEcosystems, ReleasesOsvDevWasAskedAboutAreSpelledAlike) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path file = shared / "conformance/p6_supply/matching/osv.dev-queries-expected.jsonl";
  if (!fs::exists(file)) GTEST_SKIP() << "no " << file;
  const std::map<std::string, std::string> purls{{"openSUSE:Leap 15.5", "pkg:rpm/opensuse/x@1?distro=opensuse-leap-15.5"},
                                                 {"Debian:9", "pkg:deb/debian/x@1?distro=debian-9"},
                                                 {"Debian:10", "pkg:deb/debian/x@1?distro=debian-10.2"},
                                                 {"Alpine:v3.21", "pkg:apk/alpine/x@1?distro=alpine-3.21.3"},
                                                 {"Alpine:v3.10", "pkg:apk/alpine/x@1?distro=3.10.9"},
                                                 {"Ubuntu:20.04:LTS", "pkg:deb/ubuntu/x@1?distro=ubuntu-20.04"}};
  std::set<std::string> asked;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) asked.insert(EcosystemJson::parse(line).at("ecosystem").get<std::string>());
  for (const std::string& ecosystem : asked)
    if (ecosystem != "GIT") EXPECT_TRUE(scheme_of(ecosystem).has_value()) << ecosystem;
  for (const auto& [ecosystem, purl] : purls) {
    EXPECT_TRUE(asked.contains(ecosystem)) << ecosystem;
    EXPECT_EQ(package_key(Purl::parse(purl).value())->ecosystem, ecosystem);
  }
}

}  // namespace
}  // namespace entente::measures::p6_supply
