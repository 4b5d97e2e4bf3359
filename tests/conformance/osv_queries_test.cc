// What osv.dev itself answered, as recorded by osv-scanner, against our index of the Go, PyPI and crates.io advisories: every
// expected id that the given advisories hold is found; what they do not hold is counted; every id we find beyond the recorded
// answer must have a reason that can be computed from the data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <fstream>
#include <map>
#include <set>

#include "core/file.h"
#include "core/json.h"
#include "measures/p6_supply/index.h"
#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

struct Query {
  std::string ecosystem, name, version;
  std::set<std::string, std::less<>> expected;
};

std::vector<Query> read_queries(const std::filesystem::path& path) {
  std::vector<Query> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line);
    Query q{json.at("ecosystem"), json.at("name"), json.at("version"), {}};
    for (const auto& id : json.at("vulns")) q.expected.insert(id.get<std::string>());
    out.push_back(std::move(q));
  }
  return out;
}

bool ours(const Query& q) { return q.ecosystem == "Go" || q.ecosystem == "PyPI" || q.ecosystem == "crates.io"; }

// "GO-2026-5024" → (2026, 5024). The Go database numbers its reports in one sequence.
std::pair<int, int> number_of(std::string_view id) {
  const std::size_t dash = id.rfind('-');
  return {std::stoi(std::string(id.substr(id.find('-') + 1))), std::stoi(std::string(id.substr(dash + 1)))};
}

class Recorded : public testing::Test {
 protected:
  void SetUp() override {
    ENTENTE_SHARED_OR_SKIP(shared);
    if (index_ != nullptr) return;  // read once for all tests
    const auto folder = shared / "conformance/p6_supply";
    queries_ = read_queries(folder / "matching/osv.dev-queries-expected.jsonl");
    ASSERT_EQ(queries_.size(), 960U);
    std::vector<AdvisorySource> sources;
    Progress progress(Progress::Mode::silent);
    for (const char* name : {"Go", "PyPI", "crates.io"}) {
      sources.push_back(AdvisorySource::file(folder / "osv" / (std::string(name) + ".jsonl.zst")));
      const auto keep = [&](OsvRecord&& r) {
        std::string id = r.id;
        records_.emplace(std::move(id), Known{name, std::move(r)});
      };
      const auto read = read_advisories(sources.back(), keep, progress);
      ASSERT_OK(read);
      EXPECT_EQ(read->bad, 0U);
    }
    auto built = AdvisoryIndex::build_bytes(sources, progress);
    ASSERT_OK(built);
    EXPECT_EQ(built->report.read, 4291U + 2661U + 1206U);
    EXPECT_EQ(built->report.withdrawn, 17U + 10U + 13U);
    auto index = AdvisoryIndex::from_memory(std::move(built->bytes));
    ASSERT_OK(index);
    index_ = std::make_unique<AdvisoryIndex>(std::move(*index));
    for (const Query& q : queries_) {
      for (const std::string& id : q.expected) {
        if (id.starts_with("GO-")) newest_go_ = std::max(newest_go_, number_of(id));
        if (id.starts_with("PYSEC-")) newest_pysec_year_ = std::max(newest_pysec_year_, number_of(id).first);
      }
    }
    for (const auto& [id, known] : records_) {
      if (known.file == "PyPI") newest_pypi_ = std::max(newest_pypi_, known.record.modified);
    }
  }

  struct Known {
    std::string file;
    OsvRecord record;
  };

  std::set<std::string, std::less<>> answer(const Query& q) const {
    std::set<std::string, std::less<>> out;
    for (const Match& match : index_->lookup(q.ecosystem, q.name, q.version).matches) out.emplace(index_->record(match.record).id);
    return out;
  }

  // Keys of all versions that fix the record in the package.
  std::vector<std::string> fixes(const OsvRecord& record, const Query& q) const {
    std::vector<std::string> out;
    for (const OsvAffected& affected : record.affected) {
      if (affected.name != q.name) continue;
      for (const OsvRange& range : affected.ranges) {
        for (const OsvEvent& event : range.events) {
          if (event.kind == OsvEvent::Kind::fixed) out.push_back(version_key(*scheme_of(q.ecosystem), event.version).value());
        }
      }
    }
    return out;
  }

  // Why osv.dev did not name the id when the answer was recorded; empty if the data does not say.
  std::string reason(const std::string& id, const Query& q) const {
    const OsvRecord& record = records_.at(id).record;
    if (id.starts_with("GO-") && number_of(id) > newest_go_) return "numbered after the newest Go report in any recorded answer";
    std::vector<std::string> known_fixes;  // of the reports the recordings name for this package, in any version
    for (const Query& other : queries_) {
      if (other.ecosystem != q.ecosystem || other.name != q.name) continue;
      for (const std::string& expected : other.expected) {
        const auto it = records_.find(expected);
        if (it == records_.end()) continue;
        const std::vector<std::string> more = fixes(it->second.record, q);
        known_fixes.insert(known_fixes.end(), more.begin(), more.end());
      }
    }
    const std::vector<std::string> mine = fixes(record, q);
    const auto released_then = [&](const std::string& fix) {
      return std::find(known_fixes.begin(), known_fixes.end(), fix) != known_fixes.end();
    };
    if (id.starts_with("GO-") && !mine.empty() && std::none_of(mine.begin(), mine.end(), released_then) &&
        *std::max_element(mine.begin(), mine.end()) > *std::max_element(known_fixes.begin(), known_fixes.end())) {
      return "entry for this package added after the recording: fixed only in releases that no recorded report knows";
    }
    const bool alias_answered =
        std::any_of(record.aliases.begin(), record.aliases.end(), [&](const std::string& a) { return q.expected.count(a) > 0; });
    if (alias_answered) return "answered under an alias";
    const auto recorded_in = parse_date(std::to_string(newest_pysec_year_) + "-01-01");
    if (records_.at(id).file == "PyPI" && recorded_in && newest_pypi_ < *recorded_in) {
      return "our PyPI advisories (newest " + format_date(newest_pypi_) +
             ") are older than the recording, where neither the id nor an alias of it is named: changed since";
    }
    return {};
  }

  inline static std::vector<Query> queries_;
  inline static std::map<std::string, Known, std::less<>> records_;
  inline static std::unique_ptr<AdvisoryIndex> index_;
  inline static std::pair<int, int> newest_go_{};
  inline static int newest_pysec_year_ = 0;
  inline static Instant newest_pypi_{};
};

TEST_F(Recorded, EveryExpectedIdThatTheDataHoldsIsFound) {
  std::size_t asked = 0, found = 0, absent = 0;
  std::map<std::string, std::vector<std::string>> absent_by_database;
  for (const Query& q : queries_) {
    if (!ours(q)) continue;
    ++asked;
    const auto got = answer(q);
    for (const std::string& id : q.expected) {
      if (records_.count(id) == 0) {
        ++absent;
        absent_by_database[id.substr(0, id.find('-'))].push_back(id + " (" + q.name + " " + q.version + ")");
        continue;
      }
      EXPECT_TRUE(got.count(id) > 0) << q.ecosystem << " " << q.name << " " << q.version << ": " << id << " missed";
      found += got.count(id);
    }
  }
  EXPECT_EQ(asked, 82U);
  EXPECT_EQ(found, 372U);
  EXPECT_EQ(absent, 124U);
  EXPECT_EQ(absent_by_database["GHSA"].size(), 88U) << "GitHub's database is not among the given advisories";
  EXPECT_EQ(absent_by_database["PYSEC"].size(), 36U) << "newer than the given PyPI advisories";
  for (const auto& [database, ids] : absent_by_database) {
    std::cout << "absent from the data, " << database << ":";
    for (const std::string& id : ids) std::cout << " " << id;
    std::cout << "\n";
  }
}

TEST_F(Recorded, EveryExtraIdHasAReason) {
  std::size_t extras = 0;
  std::map<std::string, std::set<std::string>> by_reason;
  for (const Query& q : queries_) {
    if (!ours(q)) continue;
    for (const std::string& id : answer(q)) {
      if (q.expected.count(id) > 0) continue;
      ++extras;
      const std::string why = reason(id, q);
      EXPECT_NE(why, "") << q.ecosystem << " " << q.name << " " << q.version << ": extra id " << id << " unexplained";
      by_reason[why].insert(id + " (" + q.name + " " + q.version + ")");
    }
  }
  EXPECT_EQ(extras, 40U);
  for (const auto& [why, ids] : by_reason) {
    std::cout << ids.size() << " extra: " << why << ":\n";
    for (const std::string& id : ids) std::cout << "    " << id << "\n";
  }
}

TEST_F(Recorded, CratesQueriesGiveNothing) {
  std::size_t asked = 0;
  for (const Query& q : queries_) {
    if (q.ecosystem != "crates.io") continue;
    ++asked;
    const Answer got = index_->lookup(q.ecosystem, q.name, q.version);
    EXPECT_EQ(got.verdict, Verdict::clean) << q.name;
    EXPECT_TRUE(got.undecided.empty()) << q.name;
  }
  EXPECT_EQ(asked, 33U);
}

TEST_F(Recorded, OtherEcosystemsAreNeverCalledClean) {
  std::size_t asked = 0;
  for (const Query& q : queries_) {
    if (ours(q)) continue;
    ++asked;
    EXPECT_EQ(index_->lookup(q.ecosystem, q.name, q.version).verdict, Verdict::ecosystem_not_evaluated) << q.ecosystem;
  }
  EXPECT_EQ(asked, 878U);
}

}  // namespace
}  // namespace entente::measures::p6_supply
