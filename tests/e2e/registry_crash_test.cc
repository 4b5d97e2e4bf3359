// kill -9 while statements are written: whatever was answered 201 is in the ledger after the next start, at the leaf that was told, and the
// tables are what a rebuild from the ledger gives. ENTENTE_SOAK=1 does it some hundreds of times.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <random>

#include "live_registry.h"

namespace entente {
namespace {

using registry::fixture::key;
using test::LiveRegistry;

struct Acknowledged {
  std::string digest;
  std::uint64_t leaf = 0;
};

class RegistryCrash : public testing::Test {
 protected:
  static int rounds() {
    const char* soak = std::getenv("ENTENTE_SOAK");
    return soak != nullptr && *soak == '1' ? 300 : 6;
  }
  std::string digest_of(const std::string& database) {
    const auto result = test::run_entente({"registry", "rebuild", live->log(), "--database", database, "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    return LiveRegistry::text(Json::parse(result.out, nullptr, false), "digest");
  }
  // Three clients write until the server is gone.
  void write_until_killed(int round, std::chrono::microseconds after) {
    std::vector<std::thread> clients;
    for (int c = 0; c < 3; ++c)
      clients.emplace_back([&, c] {
        http::Client client({.total_timeout = std::chrono::seconds(20), .private_addresses = http::PrivateAddresses::allow});
        for (int i = 0; i < 5'000; ++i) {
          const std::string id = "r" + std::to_string(round) + "-c" + std::to_string(c) + "-" + std::to_string(i);
          const std::string entry = LiveRegistry::makers().pledge(id);
          const auto response = client.post(live->url() + "/api/v1/statements", "application/json", entry);
          if (!response) return;
          EXPECT_EQ(response->status, 201U) << response->body;
          const Json body = Json::parse(response->body, nullptr, false);
          const std::scoped_lock lock(mutex);
          acknowledged.push_back({sha256(entry).hex(), body.value("leaf", std::uint64_t{0})});
        }
      });
    std::this_thread::sleep_for(after);
    live->kill();
    for (std::thread& client : clients) client.join();
  }

  void kill_and_look(std::mt19937& random, int rounds);

  std::unique_ptr<LiveRegistry> live = std::make_unique<LiveRegistry>();
  std::mutex mutex;
  std::vector<Acknowledged> acknowledged;
};

// A registry is killed some times in a row; a soak begins anew with the next, as replaying what three clients write in 300 rounds takes
// longer than anybody waits for a start.
void RegistryCrash::kill_and_look(std::mt19937& random, int rounds) {
  ASSERT_TRUE(live->start()) << live->errors();
  for (int round = 0; round < rounds; ++round) {
    const std::size_t known = acknowledged.size();
    write_until_killed(round, std::chrono::microseconds(std::uniform_int_distribution<int>(20'000, 400'000)(random)));
    ASSERT_TRUE(live->start()) << live->errors();
    for (std::size_t i = known; i < acknowledged.size(); ++i) {
      const auto found = live->get("/statements/by-digest/" + acknowledged[i].digest);
      ASSERT_EQ(found.status, 200U) << "round " << round << ": an acknowledged statement is gone";
      EXPECT_EQ(LiveRegistry::json(found)["leaf"], acknowledged[i].leaf);
    }
  }
  ASSERT_EQ(live->stop(), 0) << live->errors();
  const std::string fresh = live->path("fresh.sqlite");
  EXPECT_EQ(digest_of("sqlite:" + live->folder() + "/registry.sqlite"), digest_of("sqlite:" + fresh));
}

TEST_F(RegistryCrash, NothingAcknowledgedIsLostAndTheTablesHeal) {
  std::mt19937 random(20'261'127);
  constexpr int kInARow = 25;
  for (int left = rounds(); left > 0 && !HasFatalFailure(); left -= kInARow) {
    live = std::make_unique<LiveRegistry>();
    acknowledged.clear();
    kill_and_look(random, std::min(left, kInARow));
    EXPECT_GT(acknowledged.size(), 10U) << "the test wrote next to nothing";
  }
}

// Killed in the middle of giving challenges: each that was told is there, and none is half.
TEST_F(RegistryCrash, ChallengesThatWereToldAreKept) {
  ASSERT_TRUE(live->start()) << live->errors();
  constexpr int kSupporters = 40;
  for (int i = 0; i < kSupporters; ++i) live->put(LiveRegistry::makers().pledge("s" + std::to_string(i)));
  std::vector<std::pair<std::string, std::string>> told;  // id, value
  std::thread client([&] {
    http::Client http({.private_addresses = http::PrivateAddresses::allow});
    for (int i = 0; i < kSupporters; ++i) {
      const std::string id = "s" + std::to_string(i);
      const auto response =
          http.post(live->url() + "/api/v1/supporters/" + id + "/challenges", "application/json", R"({"domain":")" + id + R"(.example"})");
      if (!response) return;
      EXPECT_EQ(response->status, 201U) << response->body;
      told.emplace_back(id, Json::parse(response->body, nullptr, false)["dns-txt"]["value"].get<std::string>());
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  live->kill();
  client.join();
  ASSERT_TRUE(live->start()) << live->errors();
  for (const auto& [id, value] : told) {
    const auto again = live->post("/supporters/" + id + "/challenges", R"({"domain":")" + id + R"(.example"})");
    EXPECT_EQ(again.status, 200U) << again.body;
    EXPECT_EQ(LiveRegistry::json(again)["dns-txt"]["value"], value) << id;
  }
}

}  // namespace
}  // namespace entente
