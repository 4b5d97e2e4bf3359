// The same entries give the same tables: in SQLite and in a real PostgreSQL, in batches of any size, interrupted or not.
#include "registry/projection.h"

#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <random>

#include "core/file.h"
#include "postgres.h"
#include "registry/record_json.h"
#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using fixture::key;
using fixture::World;

// A registry's first days: three pledges, two approvals, one refusal, an assessment, an entry that is no statement.
std::vector<std::string> first_days() {
  World world;
  world.found();
  for (const char* id : {"alpha", "beta", "gamma"}) {
    const std::string pledge = world.put(world.pledge(id));
    const bool approve = std::string_view(id) != "gamma";
    world.append(world.approval(id, pledge, {&key("anna"), &key("ben")}, approve));
  }
  world.append(world.assessment("alpha", {&key("dora")}));
  world.log.emplace_back("not a statement");
  world.log.push_back(world.log[1]);  // a replay
  return world.log;
}

Result<Digest> digest_after(const std::string& url, const std::vector<std::string>& log, std::mt19937_64& rng, std::size_t most) {
  std::size_t at = 0;
  while (at < log.size()) {
    ENTENTE_TRY(Store store, Store::open(url));
    ENTENTE_TRY(Projection projection, Projection::open(std::move(store)));
    // A process's life: some batches, then it is gone.
    at = 0;
    const std::size_t end = std::min(log.size(), static_cast<std::size_t>(projection.written()) + 1 + rng() % 6);
    while (at < end) {
      const std::size_t count = std::min(end - at, 1 + rng() % most);
      ENTENTE_TRY(const auto outcome, projection.apply(std::span(log).subspan(at, count)));
      if (outcome.began_anew) return fail("began anew");
      at += count;
    }
    EXPECT_EQ(projection.state().next_leaf(), at);
    EXPECT_EQ(projection.written(), at);
  }
  ENTENTE_TRY(Store store, Store::open(url));
  return store.digest();
}

// Each database a test can have, by URL; each call to fresh() an empty one.
class Databases {
 public:
  Databases() = default;
  ~Databases() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Databases(const Databases&) = delete;
  Databases& operator=(const Databases&) = delete;
  std::vector<std::string> urls() {
    std::vector<std::string> out{"sqlite:" + (folder_ / "registry.sqlite").string()};
    if (!postgres_.url().empty()) out.push_back(postgres_.url());
    return out;
  }
  [[nodiscard]] const std::string& why_not() const { return postgres_.why_not; }

 private:
  static std::filesystem::path make_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "entente-registry-XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }
  std::filesystem::path folder_ = make_folder();
  test::Postgres postgres_;
};

TEST(Projection, SameTablesWhateverTheBatchesAndTheDatabase) {
  const std::vector<std::string> log = first_days();
  Databases databases;
  std::optional<Digest> expected;
  for (const std::string& url : databases.urls()) {
    for (unsigned seed = 0; seed < 6; ++seed) {
      std::mt19937_64 rng(seed);
      {
        auto store = Store::open(url);
        ASSERT_OK(store);
        ASSERT_OK(store->clear());
      }
      const auto digest = digest_after(url, log, rng, seed == 0 ? 1 : 5);
      ASSERT_OK(digest);
      if (!expected) expected = *digest;
      EXPECT_EQ(*digest, *expected) << url << " seed " << seed;
    }
  }
  if (databases.urls().size() < 2) GTEST_SKIP() << databases.why_not();
}

TEST(Projection, TablesOfOtherEntriesAreMadeAnew) {
  Databases databases;
  std::vector<std::string> log = first_days();
  for (const std::string& url : databases.urls()) {
    std::mt19937_64 rng(1);
    ASSERT_OK(digest_after(url, log, rng, 5));
    std::vector<std::string> other = log;
    other[1] = "something else";
    auto projection = Projection::open(*Store::open(url));
    ASSERT_OK(projection);
    const auto outcome = projection->apply(other);
    ASSERT_OK(outcome);
    EXPECT_TRUE(outcome->began_anew);
    EXPECT_EQ(Store::open(url)->position().value(), Position());
  }
}

TEST(Projection, RowsSayWhatTheLedgerSays) {
  const std::vector<std::string> log = first_days();
  Databases databases;
  for (const std::string& url : databases.urls()) {
    auto projection = Projection::open(*Store::open(url));
    ASSERT_OK(projection);
    const auto outcome = projection->apply(log);
    ASSERT_OK(outcome);
    EXPECT_EQ(outcome->ignored, 2U);
    Store& store = projection->store();
    const auto alpha = store.supporter("alpha");
    ASSERT_OK(alpha);
    ASSERT_TRUE(alpha->has_value());
    EXPECT_EQ(**alpha, json_compact(record_json(*projection->state().supporter("alpha"))));
    EXPECT_FALSE(store.supporter("nobody")->has_value());
    const auto doc = JsonDocument::parse(**alpha, "row").value();
    EXPECT_EQ(json_string(doc.root(), "status"), "approved");
    EXPECT_EQ(json_bool(doc.root(), "counts"), true);
    const auto all = store.statements({}).value();
    ASSERT_EQ(all.size(), log.size());
    EXPECT_EQ(all[1].kind, "pledge");
    EXPECT_EQ(all[8].disposition, "ignored");
    EXPECT_EQ(store.statements({.kind = "approval"}).value().size(), 3U);
    EXPECT_EQ(store.statements({.from = 3, .limit = 2}).value().front().leaf, 3U);
    const auto of_beta = store.statements({.supporter = "beta"}).value();
    EXPECT_EQ(of_beta.size(), 2U);
    for (const StatementRow& row : of_beta) EXPECT_EQ(row.supporter, "beta");
    EXPECT_TRUE(store.document("rules", "current").value().has_value());
    EXPECT_TRUE(store.documents("pending").value().empty());
  }
}

// An assessment gives the row its tiers; a dispute of a finding changes them.
TEST(Projection, TiersFollowAssessments) {
  World world;
  world.found();
  const std::string pledge = world.put(world.pledge("alpha"));
  world.append(world.approval("alpha", pledge, {&key("anna"), &key("ben")}));
  world.append(world.assessment("alpha", {&key("dora")}));
  auto projection = Projection::open(*Store::open("sqlite::memory:"));
  ASSERT_OK(projection);
  ASSERT_OK(projection->apply(world.log));
  std::string tiers;
  ASSERT_OK(projection->store().each_supporter([&](const SupporterRow& row) -> Result<void> {
    tiers = row.tiers;
    return {};
  }));
  ASSERT_EQ(tiers.size(), 10U);
  EXPECT_EQ(tiers.find_first_not_of("ABCD?"), std::string::npos) << tiers;
}

TEST(Store, NamesWhatIsWrong) {
  for (const char* url : {"", "mysql://x", "sqlite:/nowhere/at/all/db", "postgresql://user:secret@127.0.0.1:1/db"}) {
    const auto store = Store::open(url);
    ASSERT_FALSE(store) << url;
    EXPECT_EQ(store.error().str().find("secret"), std::string::npos) << store.error().str();
  }
}

TEST(Store, TextsAreKeptByteForByteAndNothingIsSql) {
  Databases databases;
  for (const std::string& url : databases.urls()) {
    auto store = Store::open(url);
    ASSERT_OK(store);
    StoreChanges changes;
    const std::vector<std::string> names{
        "'; DROP TABLE supporters; --", "Δοκιμή \xF0\x9F\x99\x82", "100 %_\\", "\"quoted\"", "Zürich", "zebra", "Äpfel"};
    for (std::size_t i = 0; i < names.size(); ++i)
      changes.supporters.push_back({.id = "id-" + std::to_string(i), .name = names[i], .folded = names[i], .body = names[i]});
    ASSERT_OK(store->write(changes));
    std::size_t i = 0;
    ASSERT_OK(store->each_supporter([&](const SupporterRow& row) -> Result<void> {
      EXPECT_EQ(row.name, names[i++]);
      return {};
    }));
    EXPECT_EQ(i, names.size());
    for (const std::string& name : names) { EXPECT_FALSE(store->supporter(name).value().has_value()); }
  }
}

TEST(Store, AMissingTableIsMadeAnewAndADamagedFileIsNamed) {
  const auto folder = TemporaryFolder::make("store").value();
  const std::string path = (folder.path() / "tables.sqlite").string();
  ASSERT_OK(Store::open("sqlite:" + path));
  {
    soci::session sql(soci::sqlite3, "dbname=" + path);
    sql << "DROP TABLE statements";
  }
  auto healed = Store::open("sqlite:" + path);
  ASSERT_OK(healed);
  EXPECT_EQ(healed->position().value().next_leaf, 0U);
  EXPECT_TRUE(healed->statements({}).value().empty());
  const std::string damaged = (folder.path() / "damaged.sqlite").string();
  test::spit(damaged, std::string(5000, 'x'));
  const auto refused = Store::open("sqlite:" + damaged);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().hint.find("remove " + damaged), std::string::npos) << refused.error().hint;
  EXPECT_FALSE(Store::open("sqlite:").has_value());
}

TEST(RecordText, IsTheRecordAsJson) {
  Entry entry{.leaf = 7, .envelope = sha256("x"), .kind = Kind::renewal, .disposition = Disposition::applied, .at = now()};
  EXPECT_EQ(record_text(entry), json_compact(record_json(entry)));
  entry.supporter = "alpha";
  EXPECT_EQ(record_text(entry), json_compact(record_json(entry)));
  entry.signers = {"alpha.example/a+01020304", "alpha.example/b+01020305"};
  EXPECT_EQ(record_text(entry), json_compact(record_json(entry)));
  for (const char* odd : {"a\"b", "back\\slash", "l\u00e9gal", "tab\t"}) {
    entry.signers.front() = odd;
    EXPECT_EQ(record_text(entry), json_compact(record_json(entry))) << odd;
  }
  entry.kind.reset();
  EXPECT_EQ(record_text(entry), json_compact(record_json(entry)));
  entry.kind = Kind::pledge;
  entry.ignored = Rejection{.code = Code::stale, .what = "old"};
  EXPECT_EQ(record_text(entry), json_compact(record_json(entry)));
}

}  // namespace
}  // namespace entente::registry
