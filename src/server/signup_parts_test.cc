// The parts of sign-up that stand alone: challenges kept in files, and the bounded workers.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>

#include "server/challenge_book.h"
#include "server/proof_workers.h"
#include "test_support.h"

namespace entente::server {
namespace {

using registry::Challenge;
using registry::Stage;

Challenge challenge_for(const std::string& id, Stage stage, Instant at, std::uint8_t seed = 7) {
  auto key = keys::SigningKey::from_seed("office." + id, keys::KeyType::ed25519, Bytes(32, seed)).value().verifier();
  return Challenge::issue(std::move(key), "log.example/entente", id, dns::Domain::parse(id + ".example").value(), stage, at).value();
}

TEST(ChallengeBook, KeepsOneForEachStageAndSurvivesARestart) {
  const auto folder = TemporaryFolder::make("book").value();
  const auto place = folder.path() / "private" / "challenges";
  const Instant at = now();
  const Challenge apply = challenge_for("alpha", Stage::apply, at), renew = challenge_for("alpha", Stage::renew, at);
  {
    auto book = ChallengeBook::open(place);
    ASSERT_OK(book);
    const auto kept = book->keep(apply, at);
    ASSERT_OK(kept);
    EXPECT_TRUE(kept->fresh);
    ASSERT_OK(book->keep(renew, at));
    const auto again = book->keep(challenge_for("alpha", Stage::apply, at), at);
    ASSERT_OK(again);
    EXPECT_FALSE(again->fresh);
    EXPECT_EQ(again->challenge, apply) << "asking again does not make void what was given";
  }
  auto book = ChallengeBook::open(place);
  ASSERT_OK(book);
  EXPECT_EQ(book->find("alpha", "alpha.example", Stage::apply), apply);
  EXPECT_EQ(book->find("alpha", "alpha.example", Stage::renew), renew);
  EXPECT_EQ(book->of("alpha", "alpha.example").size(), 2U);
  EXPECT_FALSE(book->find("beta", "alpha.example", Stage::apply));
  ASSERT_OK(book->remove(apply));
  EXPECT_FALSE(book->find("alpha", "alpha.example", Stage::apply));
  const auto later = ChallengeBook::open(place);
  ASSERT_OK(later);
  EXPECT_EQ(later->of("alpha", "alpha.example").size(), 1U);
}

TEST(ChallengeBook, AnotherKeyOrAnExpiryMakesRoomForAFreshOne) {
  const auto folder = TemporaryFolder::make("book").value();
  auto book = ChallengeBook::open(folder.path() / "c");
  ASSERT_OK(book);
  const Instant at = now();
  const Challenge first = challenge_for("alpha", Stage::apply, at);
  ASSERT_OK(book->keep(first, at));
  const auto other_key = book->keep(challenge_for("alpha", Stage::apply, at, 8), at);
  ASSERT_OK(other_key);
  EXPECT_TRUE(other_key->fresh);
  ASSERT_OK(book->remove(first));
  EXPECT_TRUE(book->find("alpha", "alpha.example", Stage::apply)) << "one that was replaced removes nothing";
  const auto expired = book->keep(challenge_for("alpha", Stage::apply, at + std::chrono::days(8), 8), at + std::chrono::days(8));
  ASSERT_OK(expired);
  EXPECT_TRUE(expired->fresh);
}

TEST(ChallengeBook, FilesAreTheOwnersAndDamagedOnesAreNamed) {
  const auto folder = TemporaryFolder::make("book").value();
  const auto place = folder.path() / "c";
  {
    auto book = ChallengeBook::open(place);
    ASSERT_OK(book);
    ASSERT_OK(book->keep(challenge_for("alpha", Stage::apply, now()), now()));
  }
  for (const auto& file : std::filesystem::directory_iterator(place)) {
    struct stat info{};
    ASSERT_EQ(::stat(file.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
  }
  test::spit(place / "damaged.json", "{\"challenge\":\"AAAA\"}");
  const auto book = ChallengeBook::open(place);
  ASSERT_FALSE(book);
  EXPECT_NE(book.error().str().find("damaged.json"), std::string::npos) << book.error().str();
}

TEST(ChallengeBook, WithoutAFolderNothingIsKept) {
  auto book = ChallengeBook::open({});
  ASSERT_OK(book);
  EXPECT_FALSE(book->keep(challenge_for("alpha", Stage::apply, now()), now()));
  EXPECT_TRUE(book->of("alpha", "alpha.example").empty());
}

TEST(ProofWorkers, AtMostSoManyWait) {
  ProofWorkers workers(1, 2);
  std::promise<void> started, go;
  auto opened = go.get_future().share();
  ASSERT_TRUE(workers.take([&, opened] {
    started.set_value();
    opened.wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(workers.take([] {}));
  EXPECT_TRUE(workers.take([] {}));
  EXPECT_FALSE(workers.take([] {})) << "the queue is full";
  go.set_value();
  workers.stop();
  EXPECT_FALSE(workers.take([] {})) << "stopped";
}

}  // namespace
}  // namespace entente::server
