// Keys against the tools themselves: random versions (fixed seeds) and mutations of the hand-written chains are compared in one
// batch by dpkg's, RPM's, pacman's, RubyGems', PHP's, PyPI's and npm's own code, where it is installed. A tool answers one line
// a pair: -1, 0, 1, or ? if it refuses one of the two.
#include <gtest/gtest.h>
#include <unistd.h>
#include <cstdio>
#include <fstream>
#include <random>

#include "core/ascii.h"
#include "measures/p6_supply/version.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

struct Tool {
  Scheme scheme;
  std::string available;  // a shell command: succeeds if the tool is there
  std::string compare;    // reads the file $PAIRS
  std::vector<std::string> pieces;
  bool (*comparable)(const std::string& version) = [](const std::string&) { return true; };
};

std::string with_pairs(const std::string& command, const std::string& file) { return "PAIRS='" + file + "'; export PAIRS; " + command; }

std::vector<std::string> chain_versions(Scheme scheme) {
  std::ifstream file(test::source_dir() / "src/measures/p6_supply/testdata/version_chains.txt");
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word != scheme_name(scheme)) continue;
    while (words >> word) {
      if (word != "=") out.push_back(word);
    }
  }
  return out;
}

std::string tool_version(const Tool& tool, const std::vector<std::string>& seeds, std::mt19937& random) {
  std::string out = std::to_string(random() % 3);
  if (random() % 2 == 0) {
    out = seeds[random() % seeds.size()];
    for (std::size_t n = random() % 3; n > 0; --n) {
      const std::size_t at = random() % (out.size() + 1);
      if (random() % 2 == 0 && at < out.size()) out.erase(at, 1);
      if (random() % 2 == 0) out.insert(std::min(at, out.size()), tool.pieces[random() % tool.pieces.size()]);
    }
    return out;
  }
  for (std::size_t n = random() % 7; n > 0; --n) out += tool.pieces[random() % tool.pieces.size()];
  return out;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs tool_pairs(const Tool& tool, std::size_t count) {
  std::mt19937 random(20261128);
  const std::vector<std::string> seeds = chain_versions(tool.scheme);
  const auto draw = [&] {
    for (;;) {
      std::string v = tool_version(tool, seeds, random);
      if (!v.empty() && tool.comparable(v) && version_key(tool.scheme, v)) return v;
    }
  };
  Pairs out;
  while (out.size() < count) {
    std::string a = draw();
    std::string b = draw();
    out.emplace_back(std::move(a), std::move(b));
  }
  return out;
}

std::vector<std::string> answers(const Tool& tool, const Pairs& pairs) {
  const auto path = std::filesystem::temp_directory_path() / ("entente-versions-" + std::to_string(getpid()));
  {
    std::ofstream file(path);
    for (const auto& [a, b] : pairs) file << a << '\t' << b << '\n';
  }
  std::vector<std::string> out;
  FILE* pipe = popen(with_pairs(tool.compare, path.string()).c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  char line[64];
  while (pipe != nullptr && fgets(line, sizeof line, pipe) != nullptr) {
    std::string text(line);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    out.push_back(text);
  }
  if (pipe != nullptr) { EXPECT_EQ(pclose(pipe), 0); }
  std::filesystem::remove(path);
  return out;
}

void check_against(const Tool& tool, std::size_t count, std::size_t at_least) {
  const Pairs pairs = tool_pairs(tool, count);
  const std::vector<std::string> said = answers(tool, pairs);
  ASSERT_EQ(said.size(), pairs.size());
  std::size_t compared = 0, differences = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (said[i] == "?") continue;
    ++compared;
    const auto& [a, b] = pairs[i];
    const auto order = version_key(tool.scheme, a).value() <=> version_key(tool.scheme, b).value();
    const std::string ours = order < 0 ? "-1" : order > 0 ? "1" : "0";
    if (ours == said[i]) continue;
    if (++differences <= 20) { ADD_FAILURE() << "\"" << a << "\" ? \"" << b << "\": the tool says " << said[i] << ", the keys " << ours; }
  }
  EXPECT_EQ(differences, 0U);
  EXPECT_GE(compared, at_least);
  std::cout << scheme_name(tool.scheme) << ": " << compared << " of " << pairs.size() << " pairs compared by the tool, " << differences
            << " differences\n";
}

#define ENTENTE_TOOL_OR_SKIP(tool, package)                                     \
  if (std::system(("(" + (tool).available + ") >/dev/null 2>&1").c_str()) != 0) \
  GTEST_SKIP() << "no " << (package) << ": install that Debian package"

const std::vector<std::string> kTagPieces{
    "0", "1", "2", "10", "01", ".", ".", ".", "-", "+", "~", "_", "a", "b", "rc", "alpha", "beta", "z", "99999999999999999999999"};

TEST(VersionTools, Dpkg) {
  const Tool tool{Scheme::debian,
                  "perl -MDpkg::Version -e 1",
                  R"(perl -MDpkg::Version -e 'open F, $ENV{PAIRS}; while (<F>) { chomp; my ($a, $b) = split /\t/;
                       my ($x, $y) = (Dpkg::Version->new($a, check => 0), Dpkg::Version->new($b, check => 0));
                       print defined $x && defined $y ? ($x <=> $y) : "?", "\n" }')",
                  {"0", "1", "2", "10", "01", ".", ".", "-", "+", "~", "~~", "a", "B", "rc", "1:", "99999999999999999999999", "deb12u1"}};
  ENTENTE_TOOL_OR_SKIP(tool, "libdpkg-perl");
  check_against(tool, 6000, 5000);
}

TEST(VersionTools, Rpm) {
  const Tool tool{Scheme::rpm,
                  "rpm --version",
                  R"(rpm --eval '%{lua: for line in io.lines(os.getenv("PAIRS")) do local a, b = line:match("^(.-)\t(.*)$")
                       local ok, order = pcall(rpm.vercmp, a, b) print((ok and order or "?") .. "\n") end}' | grep -v '^$')",
                  {"0", "1", "2", "10", "01", ".", ".", "-", "+", "~", "^", "_", "a", "B", "rc", "git1", "99999999999999999999999", "el9"},
                  [](const std::string& v) { return v.find(':') == std::string::npos; }};
  ENTENTE_TOOL_OR_SKIP(tool, "rpm");
  check_against(tool, 6000, 5000);
}

TEST(VersionTools, Pacman) {
  const Tool tool{Scheme::alpm,
                  "/usr/bin/python3 -c 'import ctypes; ctypes.CDLL(\"libalpm.so.13\")'",
                  R"(/usr/bin/python3 -c '
import ctypes, os
compare = ctypes.CDLL("libalpm.so.13").alpm_pkg_vercmp
for line in open(os.environ["PAIRS"], "rb"):
    order = compare(*map(ctypes.c_char_p, line.rstrip(b"\n").split(b"\t")))
    print((order > 0) - (order < 0))')",
                  {"0", "1", "2", "10", "01", ".", ".", "..", "+", "_", "a", "B", "rc", "99999999999999999999999"},
                  // A missing pkgrel equals any to pacman; separators at the end make its order a circle.
                  [](const std::string& v) {
                    const std::size_t dash = v.find('-');
                    return dash == std::string::npos && is_alnum(v.back());
                  }};
  ENTENTE_TOOL_OR_SKIP(tool, "libalpm13");
  check_against(tool, 6000, 6000);
}

TEST(VersionTools, RubyGems) {
  const Tool tool{
      Scheme::rubygems,
      "ruby -e 'Gem::Version'",
      R"(ruby -e 'File.foreach(ENV["PAIRS"]) { |l| a, b = l.chomp.split("\t"); begin; puts Gem::Version.new(a) <=> Gem::Version.new(b)
                       rescue ArgumentError; puts "?"; end }')",
      {"0", "1", "2", "10", "01", ".", ".", ".", "-", "a", "B", "rc", ".pre", ".0", "99999999999999999999999"}};
  ENTENTE_TOOL_OR_SKIP(tool, "ruby");
  check_against(tool, 6000, 3000);
}

TEST(VersionTools, Php) {
  const Tool tool{Scheme::packagist,
                  "php -v",
                  R"(php -r 'foreach (file(getenv("PAIRS"), FILE_IGNORE_NEW_LINES) as $l) { [$a, $b] = explode("\t", $l);
                       echo version_compare(preg_replace("/^v(?=\d)/", "", $a), preg_replace("/^v(?=\d)/", "", $b)), "\n"; }')",
                  {"0", "1", "2", "10", "01", ".", ".", ".", "-", "+", "_", "dev", "alpha", "a", "beta", "b", "rc", "pl", "p", "foo"},
                  // To PHP an empty part before or after separators at an end is below all, not the end itself.
                  [](const std::string& v) {
                    return is_alnum(v.front()) && is_alnum(v.back()) &&
                           std::none_of(v.begin(), v.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
                  }};
  ENTENTE_TOOL_OR_SKIP(tool, "php-cli");
  check_against(tool, 6000, 5000);
}

TEST(VersionTools, Packaging) {
  const Tool tool{
      Scheme::pep440,
      "/usr/bin/python3 -c 'import packaging.version'",
      R"(/usr/bin/python3 -c '
import os
from packaging.version import Version, InvalidVersion
for line in open(os.environ["PAIRS"], encoding="latin-1", newline="\n"):
    try:
        a, b = map(Version, line.rstrip("\n").split("\t"))
        print((a > b) - (a < b))
    except InvalidVersion:
        print("?")')",
      {"0", "1", "2", "10", "01", ".", ".", "-", "+", "!", "a", "b", "rc", "post", ".dev", "_", "c", "x", "99999999999999999999999"}};
  ENTENTE_TOOL_OR_SKIP(tool, "python3-packaging");
  check_against(tool, 12000, 3000);
}

TEST(VersionTools, NodeSemver) {
  const Tool tool{Scheme::semver,
                  "NODE_PATH=/usr/share/nodejs:/usr/lib/node_modules/npm/node_modules node -e 'require(\"semver\")'",
                  R"(NODE_PATH=/usr/share/nodejs:/usr/lib/node_modules/npm/node_modules node -e '
const semver = require("semver");
for (const line of require("fs").readFileSync(process.env.PAIRS, "utf8").split("\n").slice(0, -1)) {
  const [a, b] = line.split("\t");
  console.log(semver.valid(a) && semver.valid(b) ? semver.compare(a, b) : "?");
}')",
                  {"0", "1", "2", "10", ".", ".", "-", "+", "alpha", "rc", "B", "-0", ".0.0", ".1.0-a", "99999999"}};
  ENTENTE_TOOL_OR_SKIP(tool, "npm's semver (node-semver, or npm itself)");
  check_against(tool, 12000, 2000);
}

}  // namespace
}  // namespace entente::measures::p6_supply
