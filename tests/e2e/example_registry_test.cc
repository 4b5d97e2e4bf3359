// The example registry (examples/registry) as its maker leaves it: the real program takes it, nothing in it is ignored, it has the size and
// the variety its README promises, and the same seed gives it again.
#include <gmock/gmock.h>
#include <set>

#include "catalog/control.h"
#include "ledger/ledger.h"
#include "registry/counters.h"
#include "registry/index.h"
#include "registry/peer_groups.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

using test::run_entente;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

// Made once for all tests here.
class ExampleRegistry : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>(TemporaryFolder::make("example").value());
    made_ = make(registry(), "entente");
    ASSERT_EQ(made_.code, 0) << made_.out << made_.err;
    const auto ledger = ledger::Ledger::open_read(registry() / "log").value();
    ASSERT_OK(ledger.each_entry(0, ledger.size(), [](merkle::LeafIndex leaf, ByteView bytes) -> Result<void> {
      const registry::Applied applied = state_->apply(leaf, as_text(bytes));
      EXPECT_NE(applied.disposition, registry::Disposition::ignored) << leaf << ": " << (applied.ignored ? applied.ignored->str() : "");
      return {};
    }));
  }
  static void TearDownTestSuite() {
    folder_.reset();
    state_.reset();
  }
  static fs::path registry() { return folder_->path() / "registry"; }
  static test::RunResult make(const fs::path& to, const std::string& seed) {
    return test::run_program(ENTENTE_EXAMPLE_REGISTRY, {to.string(), "--seed", seed});
  }
  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline std::unique_ptr<registry::State> state_ = std::make_unique<registry::State>();
  static inline test::RunResult made_;
};

TEST_F(ExampleRegistry, TwoHundredCountAndTheirTombstonesStay) {
  const registry::Counters c = registry::count_supporters(*state_);
  EXPECT_EQ(c.supporters, 200U);
  EXPECT_GE(c.categories.size(), 5U);
  EXPECT_GE(c.countries.size(), 40U);
  EXPECT_GE(c.natures.size(), 10U);
  EXPECT_GE(c.assessed, 140U);
  EXPECT_GE(c.with_reservations, 5U);
  for (const registry::Status status :
       {registry::Status::applied, registry::Status::approved, registry::Status::imported, registry::Status::refused,
        registry::Status::withdrawn, registry::Status::removed, registry::Status::succeeded})
    EXPECT_GT(c.statuses.at(static_cast<std::size_t>(status)), 0U) << name(status);
  EXPECT_LE(format_time(state_->ledger_time()), "2026-11-28T09:00:00Z") << "not in the future of whoever serves it";
  EXPECT_GE(format_time(state_->ledger_time()), "2026-11-27T00:00:00Z");
  std::set<registry::Kind> kinds;
  for (registry::Leaf leaf = 0; leaf < state_->next_leaf(); ++leaf) kinds.insert(*state_->entry(leaf)->kind);
  EXPECT_GE(kinds.size(), 24U);
}

TEST_F(ExampleRegistry, ItsIndexHasEveryTierAndEveryPublishedGroupEnoughMembers) {
  const auto catalog = catalog::Catalog::load(DataSet::embedded()).value();
  const registry::Index index = registry::index_at(*state_, catalog, state_->ledger_time());
  std::set<char> tiers;
  std::set<registry::Ground> grounds;
  for (const auto& row : index.supporters) {
    if (row.assessment == nullptr) continue;
    for (const auto& principle : row.principles) tiers.insert(principle.tier);
    for (const auto& control : row.rows) grounds.insert(control.ground);
  }
  EXPECT_EQ(tiers, (std::set<char>{'A', 'B', 'C', 'D', '?'}));
  EXPECT_GE(grounds.size(), 10U);
  std::size_t published = 0;
  for (const auto& group : registry::peer_groups(index)) published += group.principles ? 1 : 0;
  EXPECT_GE(published, 10U);
}

TEST_F(ExampleRegistry, NothingInItIsReal) {
  for (const auto& [id, supporter] : state_->supporters()) {
    for (const std::string& domain : supporter.pledge.domains) EXPECT_TRUE(domain.ends_with(".example")) << domain;
    if (!supporter.identity.website.empty()) EXPECT_TRUE(supporter.identity.website.ends_with(".example")) << id;
    EXPECT_TRUE(supporter.identity.lei.empty() && supporter.identity.ror.empty() && supporter.identity.wikidata.empty()) << id;
    for (const auto& key : supporter.keys) EXPECT_THAT(key.key.name(), HasSubstr("worthless"));
  }
}

TEST_F(ExampleRegistry, TheProgramTakesIt) {
  const auto rebuilt = run_entente({"registry", "rebuild", (registry() / "log").string(), "--database", "sqlite::memory:", "--json"});
  ASSERT_EQ(rebuilt.code, 0) << rebuilt.err;
  EXPECT_EQ(Json::parse(rebuilt.out).value("ignored", -1), 0) << rebuilt.out;
  const std::string out = (folder_->path() / "public").string();
  const auto published = run_entente({"publish", out, "--registry", registry().string(), "--json"});
  ASSERT_EQ(published.code, 0) << published.err;
  const Json ledger = Json::parse(test::slurp(fs::path(out) / "api/v1/ledger/index.json"));
  EXPECT_EQ(ledger["size"], state_->next_leaf());
  EXPECT_EQ(ledger["witnesses"].size(), 3U);
  EXPECT_EQ(ledger["witnesses"][0]["cosigned"], true);
  EXPECT_EQ(ledger["witnesses"][2]["cosigned"], false);
  EXPECT_EQ(run_entente({"publish", out, "--check", "--log", ledger["vkey"].get<std::string>()}).code, 0);
}

TEST_F(ExampleRegistry, TheSameSeedGivesItAgain) {
  const auto again = make(folder_->path() / "again", "entente");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, made_.out);
  EXPECT_THAT(again.out, HasSubstr(state_->digest().hex()));
  EXPECT_EQ(test::slurp(folder_->path() / "again/log/checkpoint"), test::slurp(registry() / "log/checkpoint"));
  const auto other = make(folder_->path() / "other", "another seed");
  EXPECT_EQ(other.code, 0) << other.err;
  EXPECT_NE(other.out, made_.out);
  EXPECT_EQ(make(registry(), "entente").code, 2) << "never into a folder that holds something";
}

}  // namespace
}  // namespace entente
