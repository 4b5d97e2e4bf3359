// `entente publish` on the real binary: what it writes is what the server answers, every changed byte is found, a second run writes only
// what changed, and files that are forged together with their manifest do not survive `--check`.
#include <gmock/gmock.h>
#include <random>

#include "keys/keys.h"
#include "postgres.h"
#include "run_binary.h"
#include "server/test_service.h"
#include "test_support.h"
#include "verify/publication.h"
#include "verify/verify.h"

namespace entente {
namespace {

namespace fs = std::filesystem;
namespace made = registry::fixture;
using test::run_entente;
using ::testing::HasSubstr;

class Publish : public ::testing::Test {
 protected:
  void SetUp() override {
    server::fixture::live(world);
    server::fixture::make_folder(registry(), world);
    vkey = server::fixture::log_key().verifier().str();
  }
  [[nodiscard]] fs::path registry() const { return folder_->path() / "registry"; }
  [[nodiscard]] fs::path out() const { return folder_->path() / "public"; }
  Json publish() {
    const auto r = run_entente(
        {"publish", out().string(), "--registry", registry().string(), "--public-url", "https://registry.example", "--no-pages", "--json"});
    EXPECT_EQ(r.code, 0) << r.err;
    return r.code == 0 ? Json::parse(r.out) : Json();
  }
  // As `entente verify DIR --log VKEY`, in process.
  [[nodiscard]] verify::Report verified() const {
    verify::Options options;
    options.log = server::fixture::log_key().verifier();
    Progress progress(Progress::Mode::silent);
    return verify::verify_path(out(), options, DataSet::embedded(), progress).value();
  }
  test::RunResult check() { return run_entente({"publish", out().string(), "--check", "--log", vkey}); }
  void add(const std::string& entry) {
    world.append(entry);
    auto ledger = ledger::Ledger::open_write(registry() / "log").value();
    ASSERT_OK(ledger.append(std::span(&world.log.back(), 1), server::fixture::log_key()));
  }
  [[nodiscard]] std::string slurp(const std::string& path) const { return test::slurp(out() / path); }

  made::World world;
  std::string vkey;
  Result<TemporaryFolder> folder_ = TemporaryFolder::make("publish");
};

TEST_F(Publish, WritesWhatTheServerAnswers) {
  const Json done = publish();
  EXPECT_EQ(done["entries"], world.log.size());
  EXPECT_EQ(done["files"], done["written"]);
  server::fixture::TestService service(server::fixture::TestService::Mode::read_only);
  for (const char* path : {"directory",
                           "results",
                           "controls/P0-02/results",
                           "controls/P5-01/results",
                           "ledger",
                           "measures",
                           "controls",
                           "supporters",
                           "supporters/bank",
                           "supporters/bank/statements",
                           "statements",
                           "statements/3",
                           "index",
                           "index/bank",
                           "counters",
                           "changes",
                           "principles/5",
                           "controls/P5-01",
                           "norms",
                           "queue",
                           "rules"})
    EXPECT_EQ(slurp(fmt::format("api/v1/{}/index.json", path)), service.api(fmt::format("/{}", path)).body) << path;
  for (const char* path :
       {"changes.json", "changes.atom", "events.ics", "supporters.csv", "supporters.ndjson", "supporters/bank/badge.svg", "openapi.json"})
    EXPECT_EQ(slurp(fmt::format("api/v1/{}", path)), service.api(fmt::format("/{}", path)).body) << path;
  for (const char* path : {"pages/supporters/0.json", "pages/statements/0.json"})
    EXPECT_EQ(slurp(fmt::format("api/v1/{}", path)), service.api(fmt::format("/{}", path)).body) << path;
  // One file each, and whole lists in pages.
  for (const auto& [id, supporter] : world.state.supporters())
    EXPECT_TRUE(fs::exists(out() / "api/v1/supporters" / id / "index.json")) << id;
  for (std::size_t leaf = 0; leaf < world.log.size(); ++leaf)
    EXPECT_TRUE(fs::exists(out() / fmt::format("api/v1/statements/{}/index.json", leaf)));
  EXPECT_EQ(Json::parse(slurp("api/v1/pages/supporters/0.json"))["items"].size(), world.state.supporters().size());
  EXPECT_EQ(Json::parse(slurp("api/v1/pages/statements/0.json"))["items"].size(), world.log.size());
  EXPECT_EQ(slurp("log/checkpoint"), Json::parse(slurp("manifest.json"))["checkpoint"].get<std::string>());
  const auto list = run_entente({"verify", out().string(), "--log", vkey});
  EXPECT_EQ(list.code, 0) << list.out;
  EXPECT_THAT(list.out, HasSubstr("publish --check"));
  const auto checked = check();
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("all are what the entries give"));
  EXPECT_EQ(Json::parse(slurp("api/v1/ledger/index.json"))["vkey"], vkey);
  const auto without_key = run_entente({"publish", out().string(), "--check"});
  EXPECT_EQ(without_key.code, 0) << without_key.out << without_key.err;
}

TEST_F(Publish, AKeyThatDidNotSignTheCheckpointIsFound) {
  publish();
  std::string ledger = slurp("api/v1/ledger/index.json");
  ledger.replace(ledger.find(vkey), vkey.size(), made::vkey("anna"));
  test::spit(out() / "api/v1/ledger/index.json", ledger);
  const auto checked = run_entente({"publish", out().string(), "--check"});
  EXPECT_EQ(checked.code, 1) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("api/v1/ledger/index.json"));
}

TEST_F(Publish, EveryChangedByteIsFound) {
  publish();
  ASSERT_TRUE(verified().good()) << verified().to_json().dump(1);
  std::mt19937_64 rng(7);
  const auto expect_found = [&](const std::string& path, std::size_t at, unsigned char flip) {
    const std::string before = slurp(path);
    std::string changed = before;
    changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ flip);
    test::spit(out() / path, changed);
    EXPECT_FALSE(verified().good()) << path << " byte " << at;
    test::spit(out() / path, before);
  };
  const auto files = list_files(out()).value();
  ASSERT_GT(files.size(), 150u);
  for (std::size_t i = 0; i < files.size(); ++i)
    if (files[i].starts_with("log/") || i % 5 == 0)
      expect_found(files[i], rng() % slurp(files[i]).size(), static_cast<unsigned char>(1U << rng() % 8));
  const std::string manifest = slurp("manifest.json");
  for (int i = 0; i < 60; ++i) expect_found("manifest.json", rng() % manifest.size(), static_cast<unsigned char>(1U << rng() % 8));
  for (std::size_t at = 0; at < 100; ++at) expect_found("manifest.json", at, 1);  // the type: it must not pass for something else
  for (std::size_t at = manifest.size() - 80; at < manifest.size(); ++at) expect_found("manifest.json", at, 4);  // the seal
  const std::string note = slurp("log/checkpoint");
  for (std::size_t at = 0; at < note.size(); at += 3) expect_found("log/checkpoint", at, 1);
  EXPECT_TRUE(verified().good());
}

TEST_F(Publish, MissingAndForeignFiles) {
  publish();
  for (const char* path : {"manifest.json", "log/checkpoint", "api/v1/counters/index.json", "log/tile/0/000.p/"}) {
    const fs::path target = std::string_view(path).ends_with('/') ? out() / "log/tile/0" : out() / path;
    fs::rename(target, folder_->path() / "aside");
    EXPECT_FALSE(verified().good()) << path;
    fs::rename(folder_->path() / "aside", target);
  }
  test::spit(out() / "index.html", "mine");
  EXPECT_TRUE(verified().good()) << "shown as not checked, not judged";
  EXPECT_THAT(verified().to_json().dump(), HasSubstr("not part of what was published"));
  test::spit(out() / "api/v1/supporters/ghost/index.json", "{}");
  EXPECT_EQ(check().code, 1) << "a snapshot that follows from nothing";
  fs::remove_all(out() / "api/v1/supporters/ghost");
  fs::create_symlink("/etc/hostname", out() / "api/v1/link");
  EXPECT_FALSE(verified().good());
  fs::remove(out() / "api/v1/link");
  const auto other = run_entente({"verify", out().string(), "--log", made::vkey("another")});
  EXPECT_EQ(other.code, 1);
  EXPECT_EQ(run_entente({"verify", out().string()}).code, 1) << "no key, no trust";
}

TEST_F(Publish, AForgedManifestDoesNotHelp) {
  publish();
  std::string counters = slurp("api/v1/counters/index.json");
  const std::size_t at = counters.find("\"supporters\":") + 13;
  counters[at] = '9';
  test::spit(out() / "api/v1/counters/index.json", counters);
  auto publication = verify::Publication::parse(slurp("manifest.json"), "manifest.json").value();
  publication.files["api/v1/counters/index.json"] = {counters.size(), sha256(counters)};
  test::spit(out() / "manifest.json", publication.text());
  EXPECT_TRUE(verified().good()) << "digests cannot tell";
  const auto checked = check();
  EXPECT_EQ(checked.code, 1);
  EXPECT_THAT(checked.out, HasSubstr("BAD  api/v1/counters/index.json"));
}

TEST_F(Publish, ASecondRunWritesWhatChanged) {
  publish();
  EXPECT_EQ(publish()["written"], 0);
  test::spit(out() / "notes.txt", "mine");
  const std::string partial = fmt::format("log/tile/0/000.p/{}", world.log.size());
  ASSERT_TRUE(fs::exists(out() / partial));
  world.clock += std::chrono::hours(1);
  add(world.pledge("later"));
  const Json done = publish();
  EXPECT_GT(done["written"], 5);
  EXPECT_LT(done["written"], 60) << "not everything anew";
  EXPECT_GE(done["removed"], 2) << "the partial tiles of the checkpoint before";
  EXPECT_FALSE(fs::exists(out() / partial));
  EXPECT_EQ(slurp("notes.txt"), "mine");
  EXPECT_TRUE(verified().good()) << verified().to_json().dump(1);
  EXPECT_EQ(check().code, 1);
  EXPECT_THAT(check().out, HasSubstr("BAD  notes.txt: is not in the manifest"));
  fs::remove(out() / "notes.txt");
  EXPECT_EQ(check().code, 0);
  // What a failed run left where only publications write goes with the next one.
  fs::create_directories(out() / "api/v1/supporters/was-never-there");
  test::spit(out() / "api/v1/supporters/was-never-there/index.json", "{}");
  EXPECT_EQ(check().code, 1);
  EXPECT_EQ(publish()["removed"], 1);
  EXPECT_EQ(check().code, 0);
}

TEST_F(Publish, HealsWhatIsDamagedOrInterrupted) {
  publish();
  const std::string before = slurp("manifest.json"), tile = fmt::format("log/tile/entries/000.p/{}", world.log.size());
  test::spit(out() / tile, "damaged");
  test::spit(out() / "api/v1/counters/index.json", "damaged");
  fs::remove_all(out() / "api/v1/supporters");
  fs::remove(out() / "manifest.json");
  EXPECT_FALSE(verified().good());
  publish();
  EXPECT_TRUE(verified().good());
  EXPECT_EQ(slurp("manifest.json"), before) << "the same ledger gives the same bytes";
}

TEST_F(Publish, TablesInADatabaseGiveTheSame) {
  publish();
  const std::string database = "sqlite:" + (folder_->path() / "tables.sqlite").string();
  const auto second = [&](const char* name) {
    return run_entente({"publish", (folder_->path() / name).string(), "--registry", registry().string(), "--public-url",
                        "https://registry.example", "--no-pages", "--database", database});
  };
  for (const char* name : {"made", "there already"}) {
    const auto r = second(name);
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(test::slurp(folder_->path() / name / "manifest.json"), slurp("manifest.json")) << name;
  }
  // Tables of a longer history: not what this checkpoint says.
  const fs::path shorter = folder_->path() / "shorter";
  world.log.resize(5);
  server::fixture::make_folder(shorter, world);
  const auto ahead = run_entente({"publish", (folder_->path() / "x").string(), "--registry", shorter.string(), "--database", database});
  EXPECT_EQ(ahead.code, 2);
  EXPECT_THAT(ahead.err, HasSubstr("ahead of the ledger's checkpoint"));
}

TEST_F(Publish, PostgresGivesTheSame) {
  const test::Postgres postgres;
  if (postgres.url().empty()) GTEST_SKIP() << postgres.why_not;
  publish();
  const auto r = run_entente({"publish", (folder_->path() / "other").string(), "--registry", registry().string(), "--public-url",
                              "https://registry.example", "--no-pages", "--database", postgres.url()});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(test::slurp(folder_->path() / "other/manifest.json"), slurp("manifest.json")) << "every API answer, byte for byte";
}

TEST_F(Publish, RefusesForeignFolders) {
  test::spit(out() / "manifest.json", "{\"name\": \"my app\"}");
  const auto foreign = run_entente({"publish", out().string(), "--registry", registry().string()});
  EXPECT_EQ(foreign.code, 2);
  EXPECT_THAT(foreign.err, HasSubstr("something else"));
  fs::remove(out() / "manifest.json");
  publish();
  // Another registry's ledger does not go over this one.
  made::World other;
  other.found();
  const fs::path second = folder_->path() / "second";
  fs::create_directories(second);
  const auto key = keys::SigningKey::generate("second.example/ledger").value();
  auto ledger = ledger::Ledger::init(second / "log", key).value();
  ASSERT_OK(ledger.append(other.log, key));
  EXPECT_EQ(run_entente({"publish", out().string(), "--registry", second.string()}).code, 2);
  EXPECT_TRUE(verified().good()) << "and leaves it as it was";
  EXPECT_EQ(run_entente({"publish", out().string()}).code, 2);
  EXPECT_EQ(run_entente({"publish", out().string(), "--check", "--registry", second.string()}).code, 2);
  EXPECT_EQ(run_entente({"publish", (folder_->path() / "nothing").string(), "--check"}).code, 2);
}

TEST_F(Publish, NeverIntoTheRegistrysOwnFolder) {
  for (const fs::path& target : {registry(), registry() / "log", registry() / "public", registry().parent_path()}) {
    const auto refused = run_entente({"publish", target.string(), "--registry", registry().string()});
    EXPECT_EQ(refused.code, 2) << target;
    EXPECT_THAT(refused.err, HasSubstr("own folder"));
    EXPECT_FALSE(fs::exists(target / "manifest.json"));
  }
  const auto address = run_entente({"publish", out().string(), "--registry", registry().string(), "--public-url", "javascript:alert(1)"});
  EXPECT_EQ(address.code, 2);
  EXPECT_THAT(address.err, HasSubstr("no web address"));
}

}  // namespace
}  // namespace entente
