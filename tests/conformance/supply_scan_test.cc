// A real scanner's answer on the same input: 20,000 components drawn from the Go, PyPI and crates.io advisories, and the 102,782
// findings that Trivy gave for them with a database built from the same advisories. Every difference must fall into a class whose
// reason is known from the OSV specification; the classes are counted and held.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <unordered_map>

#include "core/file.h"
#include "core/parallel.h"
#include "measures/p6_supply/purl.h"
#include "measures/p6_supply/sbom.h"
#include "measures/p6_supply/scan.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

Result<std::string> unzstd(const std::filesystem::path& archive, const TemporaryFolder& folder) {
  const auto out = folder.path() / archive.stem();
  const std::string command = fmt::format("zstd -q -d -f '{}' -o '{}'", archive.string(), out.string());
  if (std::system(command.c_str()) != 0) return fail("zstd cannot unpack it", {.file = archive.string()});
  return read_file(out);
}

// "pypi/name@version" → ids, as Trivy names them.
using Findings = std::map<std::string, std::set<std::string>>;

std::string key_of(std::string_view type, std::string_view name, std::string_view version) {
  std::string key = fmt::format("{}/{}@{}", type, name, version);
  // Trivy reports PyPI versions in PEP 440's spelling ("0.3.2.RC1" as "0.3.2.rc1").
  if (type == "pypi")
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key;
}

Findings read_trivy(std::string_view tsv) {
  Findings out;
  for (std::size_t at = tsv.find('\n') + 1; at < tsv.size();) {
    const std::size_t end = std::min(tsv.find('\n', at), tsv.size());
    std::string_view line = tsv.substr(at, end - at);
    std::string_view column[4];
    for (auto& c : column) {
      c = line.substr(0, line.find('\t'));
      line.remove_prefix(std::min(line.size(), c.size() + 1));
    }
    const std::string_view type = column[0] == "python-pkg" ? "pypi" : column[0] == "gobinary" ? "golang" : "cargo";
    out[key_of(type, column[1], column[2])].insert(std::string(column[3]));
    at = end + 1;
  }
  return out;
}

bool is_go_pseudo(std::string_view version) {
  // vX.Y.Z-…yyyymmddhhmmss-abcdefabcdef
  const std::size_t dash = version.rfind('-');
  return dash != std::string_view::npos && version.size() - dash == 13 && dash >= 14 &&
         version.substr(dash - 14, 14).find_first_not_of("0123456789") == std::string_view::npos;
}

class TrivyComparison : public ::testing::Test {
 protected:
  void load(const std::filesystem::path& shared) {
    const auto base = shared / "conformance/p6_supply";
    auto folder = TemporaryFolder::make("trivy");
    ASSERT_OK(folder);
    const auto text = unzstd(base / "matching/trivy-golden/synthetic20k-open.cdx.json.zst", *folder);
    ASSERT_OK(text);
    auto read = parse_sbom(*text, "synthetic20k-open.cdx.json");
    ASSERT_OK(read);
    sbom.emplace(std::move(*read));
    const auto tsv = unzstd(base / "matching/trivy-golden/synthetic20k-open.tsv.zst", *folder);
    ASSERT_OK(tsv);
    trivy = read_trivy(*tsv);
    std::vector<AdvisorySource> sources;
    for (const char* name : {"Go", "PyPI", "crates.io"})
      sources.push_back(AdvisorySource::file(base / "osv" / (std::string(name) + ".jsonl.zst")));
    Progress progress(Progress::Mode::silent);
    auto built = AdvisoryIndex::build_bytes(sources, progress);
    ASSERT_OK(built);
    auto index = AdvisoryIndex::from_memory(std::move(built->bytes));
    ASSERT_OK(index);
    indexes.push_back(std::move(*index));
  }

  // Whether some record of the vulnerability names this very version as repaired.
  bool is_named_fixed(const Vulnerability& v, const Purl& purl, Scheme scheme) const {
    const auto key = package_key(purl);
    const std::string_view group = result.advisories[v.advisory].name;
    for (std::uint32_t record = 0; record < indexes[0].info().records; ++record) {
      if (indexes[0].record(record).group != group) continue;
      for (const std::string_view fixed : indexes[0].fixed_versions(key->ecosystem, key->name, record))
        if (compare_versions(scheme, fixed, purl.version) == std::strong_ordering::equal) return true;
    }
    return false;
  }

  // Why Trivy does not report what is found here.
  std::string_view reason(const Vulnerability& v, const Purl& purl) const {
    const bool python = purl.type == "pypi";
    if (purl.type == "golang" && is_go_pseudo(purl.version)) return kPseudo;
    if (python && version_key_form(Scheme::pep440, purl.version)->form == VersionForm::legacy) return kLegacy;
    if (python && compare_versions(Scheme::pep440, purl.version, "0") == std::strong_ordering::less) return kBelowZero;
    if (is_named_fixed(v, purl, python ? Scheme::pep440 : Scheme::semver)) return kVeto;
    const auto records = result.records_of(v);
    const bool listed = std::all_of(records.begin(), records.end(), [](const RecordMatch& m) { return m.match.how == How::enumerated; });
    if (python && listed) return kListed;
    // PYSEC-2022-236 and PYSEC-2023-72 name 3.1.1 (and 3.2.0) as `fixed` and as `introduced`.
    return purl.name == "pyspark" && (purl.version == "3.1.1" || purl.version == "3.2.0") ? kTie : kUnexplained;
  }

  static constexpr std::string_view kPseudo = "Go pseudo-versions: `introduced: 0` is before all versions, not version 0.0.0";
  static constexpr std::string_view kVeto = "the version ends one range or record and is inside another; Trivy lets the first win";
  static constexpr std::string_view kLegacy = "PyPI versions outside PEP 440";
  static constexpr std::string_view kBelowZero = "PyPI pre-releases of 0";
  static constexpr std::string_view kListed = "PyPI versions that only the enumerated list names";
  static constexpr std::string_view kTie = "a range ends and begins again at the version";
  static constexpr std::string_view kUnexplained = "unexplained";

  ScanResult result;
  std::optional<Sbom> sbom;
  Findings trivy;
  std::vector<AdvisoryIndex> indexes;
};

TEST_F(TrivyComparison, EveryDifferenceHasAReason) {
  ENTENTE_SHARED_OR_SKIP(shared);
  load(shared);
  if (HasFatalFailure()) return;
  const auto start = std::chrono::steady_clock::now();
  result = scan(*sbom, indexes, nullptr);
  const ScanResult& r = result;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  std::size_t common = 0;
  std::map<std::string, std::vector<std::string>> ours_only;
  Findings left = trivy;
  for (const Vulnerability& v : r.vulnerabilities) {
    const Component& c = sbom->components[v.component];
    const auto purl = Purl::parse(c.purl);
    ASSERT_OK(purl);
    const std::string key = key_of(purl->type, c.name, c.version);
    const Advisory& a = r.advisories[v.advisory];
    std::vector<std::string> ids(a.aliases.begin(), a.aliases.end());
    ids.emplace_back(a.name);
    std::size_t found = 0;
    if (const auto it = left.find(key); it != left.end())
      for (const std::string& id : ids) found += it->second.erase(id);
    common += found;
    if (found > 0) continue;
    ours_only[std::string(reason(v, *purl))].push_back(fmt::format("{} {}", key, a.name));
  }
  std::vector<std::string> trivy_only;
  for (const auto& [key, ids] : left)
    for (const std::string& id : ids) trivy_only.push_back(key + " " + id);

  std::printf("components %llu, evaluated %llu, vulnerabilities %zu, scan %.3f s\n", static_cast<unsigned long long>(r.components),
              static_cast<unsigned long long>(r.evaluated), r.vulnerabilities.size(), seconds);
  std::printf("Trivy's findings also found here: %zu\n", common);
  for (const auto& [why, list] : ours_only) {
    std::printf("only here, %s: %zu\n", why.c_str(), list.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), why == kUnexplained ? list.size() : 5); ++i)
      std::printf("    %s\n", list[i].c_str());
  }
  std::printf("only Trivy: %zu\n", trivy_only.size());
  for (const std::string& one : trivy_only) std::printf("    %s\n", one.c_str());
  EXPECT_EQ(r.components, 20'000u);
  EXPECT_EQ(r.evaluated, 20'000u);
  EXPECT_EQ(common, 102'782u) << "all of Trivy's";
  EXPECT_THAT(trivy_only, ::testing::IsEmpty());
  const auto count = [&](std::string_view why) { return ours_only[std::string(why)].size(); };
  EXPECT_EQ(count(kPseudo), 1841u);
  EXPECT_EQ(count(kVeto), 10u);
  EXPECT_EQ(count(kTie), 3u);
  EXPECT_EQ(count(kLegacy), 64u);
  EXPECT_EQ(count(kBelowZero), 30u);
  EXPECT_EQ(count(kListed), 3u);
  EXPECT_EQ(count(kUnexplained), 0u);
}

}  // namespace
}  // namespace entente::measures::p6_supply
