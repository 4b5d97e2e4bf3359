// Advisory matching: how fast the index is built and asked, purls parsed, version keys made. Real advisories from ../shared
// where they are, else generated ones.
#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <random>

#include "core/file.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/key_order.h"
#include "measures/p6_supply/purl.h"
#include "test_support.h"

using namespace entente;
using namespace entente::measures::p6_supply;

namespace {

// 20,000 records about 5,000 npm packages.
std::string generated() {
  std::string out;
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    out += fmt::format(
        R"({{"id":"EX-{}","modified":"2024-01-01T00:00:00Z","aliases":["CVE-2024-{}"],"summary":"Generated","affected":[{{"package":{{"ecosystem":"npm","name":"package-{}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"{}.0.0"}},{{"fixed":"{}.{}.1"}}]}}]}}]}})",
        i, 10000 + i, random() % 5000, random() % 3, 3 + random() % 3, random() % 20);
    out += '\n';
  }
  return out;
}

std::vector<AdvisorySource> sources() {
  if (const auto shared = test::shared_dir()) {
    std::vector<AdvisorySource> out;
    for (const char* name : {"Go", "PyPI", "crates.io", "Bitnami", "AlmaLinux"}) {
      out.push_back(AdvisorySource::file(*shared / "conformance/p6_supply/osv" / (std::string(name) + ".jsonl.zst")));
    }
    if (std::filesystem::exists(out.front().path)) return out;
  }
  return {AdvisorySource::memory("generated.jsonl", generated())};
}

const AdvisoryIndex& index() {
  static const AdvisoryIndex loaded = [] {
    Progress progress(Progress::Mode::silent);
    return AdvisoryIndex::from_memory(AdvisoryIndex::build_bytes(sources(), progress).value().bytes).value();
  }();
  return loaded;
}

struct Component {
  std::string ecosystem, name, version;
};
// The components of an SBOM with few hits and with many: names the index knows, drawn at random, and names it does not know.
std::vector<Component> components() {
  std::vector<Component> out;
  std::mt19937 random(2);
  static const std::vector<std::pair<std::string, std::string>> kKnown{
      {"Go", "stdlib"},           {"PyPI", "django"},   {"PyPI", "tensorflow"}, {"crates.io", "openssl"},
      {"Go", "golang.org/x/net"}, {"PyPI", "requests"}, {"npm", "package-7"}};
  for (int i = 0; i < 20000; ++i) {
    const std::string version = fmt::format("{}.{}.{}", random() % 5, random() % 30, random() % 20);
    if (i % 4 == 0) {
      const auto& [ecosystem, name] = kKnown[random() % kKnown.size()];
      out.push_back({ecosystem, name, version});
    } else {
      out.push_back({i % 2 == 0 ? "Go" : "PyPI", fmt::format("example-{}", random() % 100000), version});
    }
  }
  return out;
}

void BM_BuildIndex(benchmark::State& state) {
  const std::vector<AdvisorySource> from = sources();
  std::uint64_t records = 0;
  for (auto _ : state) {
    Progress progress(Progress::Mode::silent);
    const auto built = AdvisoryIndex::build_bytes(from, progress);
    records += built->report.read;
  }
  state.counters["records/s"] = benchmark::Counter(static_cast<double>(records), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_BuildIndex)->Unit(benchmark::kMillisecond);

void BM_OpenIndex(benchmark::State& state) {
  const auto folder = TemporaryFolder::make().value();
  Progress progress(Progress::Mode::silent);
  const auto path = folder.path() / "a.idx";
  (void)AdvisoryIndex::build(sources(), path, progress).value();
  for (auto _ : state) benchmark::DoNotOptimize(AdvisoryIndex::open(path));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(std::filesystem::file_size(path)));
}
BENCHMARK(BM_OpenIndex)->Unit(benchmark::kMillisecond);

void BM_Match(benchmark::State& state) {
  const AdvisoryIndex& db = index();
  const std::vector<Component> list = components();
  std::size_t matches = 0;
  for (auto _ : state) {
    for (const Component& c : list) matches += db.lookup(c.ecosystem, c.name, c.version).matches.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(list.size()));
  state.counters["matches/component"] =
      static_cast<double>(matches) / static_cast<double>(state.iterations()) / static_cast<double>(list.size());
}
BENCHMARK(BM_Match)->Unit(benchmark::kMillisecond);

void BM_PurlParse(benchmark::State& state) {
  const std::vector<std::string> purls{"pkg:npm/%40angular/animation@12.3.1",
                                       "pkg:golang/github.com/gorilla/context@v1.1.1",
                                       "pkg:pypi/django-package@1.11.1.dev1",
                                       "pkg:cargo/rand@0.7.2",
                                       "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
                                       "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?classifier=sources"};
  for (auto _ : state) {
    for (const std::string& purl : purls) benchmark::DoNotOptimize(Purl::parse(purl));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(purls.size()));
}
BENCHMARK(BM_PurlParse);

void BM_VersionKey(benchmark::State& state) {
  const Scheme scheme = state.range(0) == 0 ? Scheme::semver : Scheme::pep440;
  const std::vector<std::string> versions{"1.2.3", "0.0.0-20210817142637-7d9622a276b7", "v10.20.30", "1.0.0-rc.1", "2.28.1"};
  std::string key;
  VersionForm form{};
  for (auto _ : state) {
    for (const std::string& version : versions) {
      key.clear();
      benchmark::DoNotOptimize(append_version_key(scheme, version, key, form));
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(versions.size()));
  state.SetLabel(std::string(scheme_name(scheme)));
}
BENCHMARK(BM_VersionKey)->Arg(0)->Arg(1);

void BM_VersionCompareByKey(benchmark::State& state) {
  const std::string a = version_key(Scheme::semver, "1.20.300-rc.1").value(), b = version_key(Scheme::semver, "1.20.300-rc.2").value();
  for (auto _ : state) benchmark::DoNotOptimize(key_less(a, b));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(BM_VersionCompareByKey);

// apt's own comparison of Debian versions, from the library as installed (its headers are not needed): the peer of the one below. Argument
// 0: the releases of one package, as versions are compared in use; 1: versions of many, which differ in their first bytes mostly.
const std::vector<std::string>& debian_versions(std::int64_t which) {
  static const std::vector<std::string> kOfOnePackage{"7.88.1-1",          "7.88.1-9",          "7.88.1-10",         "7.88.1-10+deb12u1",
                                                      "7.88.1-10+deb12u4", "7.88.1-10+deb12u5", "7.88.1-10+deb12u8", "7.88.1-10+deb12u12",
                                                      "7.88.1-11",         "7.88.1-11~bpo11+1"};
  static const std::vector<std::string> kOfMany{"1.2.3-1",          "2.30-21+deb12u1", "7.88.1-10", "0.9.8-4",          "1:9.2p1-2",
                                                "3.0.11-1~deb12u2", "4.4.33-2",        "10.0.1-3",  "252.17-1~deb12u1", "5.36.0-7"};
  return which == 0 ? kOfOnePackage : kOfMany;
}

using AptCompare = int (*)(const void*, const char*, const char*, const char*, const char*);
void BM_VersionCompareByApt(benchmark::State& state) {
  void* library = dlopen("libapt-pkg.so.6.0", RTLD_NOW);
  void* self = library == nullptr ? nullptr : dlsym(library, "debVS");
  const auto compare =
      library == nullptr ? nullptr : reinterpret_cast<AptCompare>(dlsym(library, "_ZN19debVersioningSystem12DoCmpVersionEPKcS1_S1_S1_"));
  if (self == nullptr || compare == nullptr) {
    state.SkipWithError("no libapt-pkg.so.6.0 here");
    return;
  }
  const auto& versions = debian_versions(state.range(0));
  for (auto _ : state)
    for (const std::string& a : versions)
      for (const std::string& b : versions)
        benchmark::DoNotOptimize(compare(self, a.data(), a.data() + a.size(), b.data(), b.data() + b.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * versions.size() * versions.size()));
}
BENCHMARK(BM_VersionCompareByApt)->Arg(0)->Arg(1);

// The same pairs by keys made before, as a look-up compares.
void BM_VersionCompareDebianByKey(benchmark::State& state) {
  std::vector<std::string> keys;
  for (const std::string& version : debian_versions(state.range(0))) keys.push_back(version_key(Scheme::debian, version).value());
  for (auto _ : state)
    for (const std::string& a : keys)
      for (const std::string& b : keys) benchmark::DoNotOptimize(key_less(a, b));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * keys.size() * keys.size()));
}
BENCHMARK(BM_VersionCompareDebianByKey)->Arg(0)->Arg(1);

}  // namespace

BENCHMARK_MAIN();
