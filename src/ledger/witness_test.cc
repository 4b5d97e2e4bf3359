// The witness: every rule of tlog-witness, races, crashes between persisting and answering, a log that forks.
#include "ledger/witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <atomic>
#include <thread>

#include "core/file.h"
#include "ledger/fault_io.h"
#include "ledger/paper_log.h"
#include "merkle/fork_proof.h"

namespace entente::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using test::PaperLog;

keys::SigningKey key_of_witness(std::uint8_t seed = 50) { return test::log_key("witness.example", seed, keys::KeyType::cosignature_v1); }
Instant at(int second) { return Instant(std::chrono::seconds(1'700'000'000 + second)); }

class WitnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    log.grow(40);
    open();
  }
  void open() {
    witness.reset();
    disk->kill_process();
    auto opened =
        Witness::open(disk->mount(), key_of_witness(), {log.key().verifier()}, [this](const std::string& m) { alarms.push_back(m); });
    ASSERT_OK(opened);
    witness = std::move(*opened);
  }
  // Submits and expects the cosignature of exactly this checkpoint at this time.
  void expect_cosigned(merkle::TreeSize from, merkle::TreeSize to, int second) {
    const Answer answer = witness->add_checkpoint(log.body(from, to), at(second));
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const std::string text = merkle::Note::parse(log.note(to))->text;
    const auto line = merkle::read_cosignature(text, answer.body, key_of_witness().verifier());
    ASSERT_OK(line);
    EXPECT_EQ(line->time, at(second));
    EXPECT_EQ(line->line + "\n", answer.body);
  }
  std::string get() const { return "/" + origin_hash(log.key().verifier().name()) + "/checkpoint"; }
  std::vector<std::string> fork_files() {
    std::vector<std::string> out;
    for (const std::string& name : disk->names())
      if (name.starts_with("fork-")) out.push_back(name);
    return out;
  }
  PaperLog log;
  std::unique_ptr<SimulatedDisk> disk = std::make_unique<SimulatedDisk>(1);
  std::unique_ptr<Witness> witness;
  std::vector<std::string> alarms;
};

TEST_F(WitnessTest, CosignsALogThatOnlyGrows) {
  expect_cosigned(0, 0, 0);
  expect_cosigned(0, 1, 1);
  expect_cosigned(1, 1, 1);  // the same once more, in the same second
  expect_cosigned(1, 8, 2);
  expect_cosigned(8, 9, 3);
  expect_cosigned(9, 40, 4);
  EXPECT_EQ(witness->size("log.example/test"), 40U);
  EXPECT_EQ(witness->size("unknown.example"), 0U);
}

TEST_F(WitnessTest, TheConflictAnswerNamesTheSize) {
  const Answer first = witness->add_checkpoint(log.body(5, 9), at(0));
  EXPECT_EQ(first.status, 409U);
  EXPECT_EQ(first.body, "0\n");
  EXPECT_EQ(first.content_type, "text/x.tlog.size");
  expect_cosigned(0, 9, 1);
  for (const merkle::TreeSize old : {0, 8}) {
    const Answer answer = witness->add_checkpoint(log.body(old, 20), at(2));
    EXPECT_EQ(answer.status, 409U);
    EXPECT_EQ(answer.body, "9\n");
  }
  EXPECT_EQ(witness->add_checkpoint(log.body(3, 7), at(2)).status, 409U);  // an older checkpoint
  expect_cosigned(9, 20, 3);
}

TEST_F(WitnessTest, EveryOtherRefusalHasItsStatus) {
  expect_cosigned(0, 9, 0);
  const auto status = [&](const std::string& body) { return witness->add_checkpoint(body, at(1)).status; };
  EXPECT_EQ(status(""), 400U);
  EXPECT_EQ(status("old 9\n\nnot a note\n"), 400U);
  EXPECT_EQ(status("old 09\n\n" + log.note(9)), 400U);
  const std::string sized = log.note(9);
  EXPECT_EQ(status("old 9\n\n" + sized.substr(0, sized.find('\n')) + "\n09" + sized.substr(sized.find("\n9\n") + 2)), 400U);
  merkle::AddCheckpoint larger = log.request(9, 20);
  larger.old_size = 21;
  EXPECT_EQ(status(larger.str()), 400U);

  PaperLog other("other.example", 8);
  other.grow(20);
  EXPECT_EQ(status(other.body(0, 9)), 404U);
  PaperLog impostor("log.example/test", 8);  // the origin's name, another key
  impostor.grow(20);
  EXPECT_EQ(status(impostor.body(9, 20)), 403U);
  std::string forged = log.body(9, 20);
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(status(forged), 403U);  // name and id match, the signature fails
  // A good line does not excuse a bad one of the same key.
  const std::string good = log.body(9, 20);
  EXPECT_EQ(status(good + forged.substr(forged.rfind("\u2014"))), 403U);

  merkle::AddCheckpoint bad = log.request(9, 20);
  bad.proof.back() = sha256("x");
  EXPECT_EQ(status(bad.str()), 422U);
  bad = log.request(9, 20);
  bad.proof.pop_back();
  EXPECT_EQ(status(bad.str()), 422U);
  bad = log.request(9, 9);
  bad.proof.push_back(sha256("x"));
  EXPECT_EQ(status(bad.str()), 422U);
  EXPECT_EQ(witness->size("log.example/test"), 9U);
  EXPECT_EQ(status(log.body(9, 20)), 200U);
  EXPECT_TRUE(fork_files().empty());  // none of this shows that the log lied
}

TEST_F(WitnessTest, FromNothingTheProofIsEmptyAndTheEmptyTreeHasOneRoot) {
  merkle::AddCheckpoint request = log.request(0, 9);
  request.proof.push_back(sha256("x"));
  EXPECT_EQ(witness->add_checkpoint(request.str(), at(0)).status, 422U);
  const merkle::Checkpoint empty{.origin = "log.example/test", .size = 0, .root = sha256("not empty")};
  request = {.old_size = 0, .proof = {}, .note = merkle::sign_note(empty.str(), {&log.key()}).value()};
  EXPECT_EQ(witness->add_checkpoint(request.str(), at(0)).status, 422U);
  EXPECT_EQ(witness->get(get()).status, 404U);
}

TEST_F(WitnessTest, ExtensionLinesAndForeignSignaturesDoNotEnterTheState) {
  merkle::Checkpoint checkpoint = merkle::Checkpoint::parse(merkle::Note::parse(log.note(9))->text).value();
  checkpoint.extensions = {"an extension"};
  std::string note = merkle::sign_note(checkpoint.str(), {&log.key()}).value();
  const auto stranger = test::log_key("stranger.example", 99);
  note += merkle::sign_note(checkpoint.str(), {&stranger}).value().substr(checkpoint.str().size() + 1);
  const Answer answer = witness->add_checkpoint(merkle::AddCheckpoint{.old_size = 0, .proof = {}, .note = note}.str(), at(0));
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_OK(merkle::read_cosignature(checkpoint.str(), answer.body, key_of_witness().verifier()));  // over the extension line too
  EXPECT_THAT(witness->get(get()).body, Not(HasSubstr("stranger.example")));
  open();
  EXPECT_EQ(witness->size("log.example/test"), 9U);
}

TEST_F(WitnessTest, MonitorsGetTheLatestCosignedCheckpoint) {
  EXPECT_EQ(witness->get(get()).status, 404U);
  expect_cosigned(0, 9, 0);
  const Answer answer = witness->get(get());
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.content_type, StartsWith("text/plain"));
  const auto verified = merkle::verify_checkpoint(answer.body, log.key().verifier(), {key_of_witness().verifier()});
  ASSERT_OK(verified);
  EXPECT_EQ(verified->checkpoint.size, 9U);
  EXPECT_EQ(verified->note.cosigned.size(), 1U);
  for (const char* path : {"", "/", "/checkpoint", "/x/checkpoint", "/../checkpoint"}) EXPECT_EQ(witness->get(path).status, 404U) << path;
  std::string upper = get();
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  EXPECT_EQ(witness->get(upper).status, 404U);
}

TEST_F(WitnessTest, TheClockNeverGoesBack) {
  expect_cosigned(0, 9, 100);
  const Answer answer = witness->add_checkpoint(log.body(9, 20), at(99));
  EXPECT_EQ(answer.status, 503U);
  EXPECT_THAT(answer.body, HasSubstr("clock went back"));
  open();
  EXPECT_EQ(witness->add_checkpoint(log.body(9, 20), at(99)).status, 503U);  // also after a restart
  EXPECT_EQ(witness->add_checkpoint(log.body(9, 20), Instant()).status, 503U);
  EXPECT_EQ(witness->size("log.example/test"), 9U);
  expect_cosigned(9, 20, 100);
}

TEST_F(WitnessTest, ASecondRootForOneSizeIsKeptAsProof) {
  expect_cosigned(0, 9, 0);
  PaperLog liar;
  liar.grow(5);
  liar.grow(40, "other ");
  EXPECT_EQ(witness->add_checkpoint(liar.body(9, 9), at(1)).status, 422U);
  ASSERT_EQ(fork_files().size(), 1U);
  EXPECT_THAT(alarms, ElementsAre(HasSubstr("contradict each other")));
  // A conflicting size that hides the same lie is evidence as well, and the same evidence.
  EXPECT_EQ(witness->add_checkpoint(liar.body(3, 9), at(1)).status, 409U);
  EXPECT_EQ(fork_files().size(), 1U);
  const auto proof = merkle::ForkProof::parse(as_text(disk->content(fork_files().front())));
  ASSERT_OK(proof);
  const auto fork = merkle::confirm_fork(*proof, log.key().verifier());
  ASSERT_OK(fork);
  EXPECT_EQ(fork->smaller.size, 9U);
  // A later checkpoint of the other history, with that history's own proof: evidence too.
  EXPECT_EQ(witness->add_checkpoint(liar.body(9, 20), at(1)).status, 422U);
  ASSERT_EQ(fork_files().size(), 2U);
  for (const std::string& name : fork_files())
    EXPECT_OK(merkle::confirm_fork(*merkle::ForkProof::parse(as_text(disk->content(name))), log.key().verifier()));
  // The witness goes on with the history it knows.
  expect_cosigned(9, 20, 2);
}

TEST_F(WitnessTest, OfTwoRacingSubmissionsOneWins) {
  const auto folder = TemporaryFolder::make("entente-witness");
  ASSERT_OK(folder);
  auto opened = Witness::open(posix_io(folder->path() / "w"), key_of_witness(), {log.key().verifier()});
  ASSERT_OK(opened);
  Witness& shared = **opened;
  std::atomic<unsigned> accepted{0};
  std::vector<unsigned> other(8);
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        const Answer answer = shared.add_checkpoint(log.body(0, 10 + t), at(0));
        if (answer.status == 200)
          ++accepted;
        else
          other[t] = answer.status;
      });
  }
  EXPECT_EQ(accepted, 1U);
  EXPECT_EQ(std::count(other.begin(), other.end(), 409U), 7);
  EXPECT_FALSE(Witness::open(posix_io(folder->path() / "w"), key_of_witness(), {log.key().verifier()}));  // one process a folder
}

// What left the process as a cosignature is never forgotten: whatever fails, a reopened witness refuses everything that does not extend it.
TEST_F(WitnessTest, NoCrashForgetsACosignature) {
  for (const Fault fault : {Fault::power_cut, Fault::io_error, Fault::no_space, Fault::short_write}) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      witness.reset();
      disk = std::make_unique<SimulatedDisk>(seed, std::array<std::size_t, 3>{64, 512, 4096}[seed % 3]);
      open();
      merkle::TreeSize answered = 0;
      int second = 0;
      disk->plan(fault, 1 + seed % 40);
      for (merkle::TreeSize size = 1; size <= 12; ++size) {
        const Answer answer = witness->add_checkpoint(log.body(answered, size), at(++second));
        if (answer.status == 200)
          answered = size;
        else
          break;
      }
      disk->no_plan();
      if (disk->power_is_off()) disk->power_cut();
      open();
      const merkle::TreeSize remembered = witness->size("log.example/test");
      ASSERT_TRUE(remembered == answered || remembered == answered + 1) << static_cast<int>(fault) << " " << seed;
      ASSERT_EQ(witness->add_checkpoint(log.body(remembered, 20), at(++second)).status, 200U);
    }
  }
}

TEST_F(WitnessTest, AfterAFailedWriteTheOriginIsNotServedUntilRestarted) {
  expect_cosigned(0, 9, 0);
  disk->plan(Fault::io_error, 2);
  EXPECT_EQ(witness->add_checkpoint(log.body(9, 20), at(1)).status, 500U);
  EXPECT_EQ(witness->add_checkpoint(log.body(9, 20), at(2)).status, 500U);
  EXPECT_EQ(witness->get(get()).status, 404U);
  disk->no_plan();
  open();
  const auto size = witness->size("log.example/test");
  EXPECT_EQ(witness->add_checkpoint(log.body(size, 40), at(3)).status, 200U);
}

TEST_F(WitnessTest, AStateItCannotTrustStopsIt) {
  expect_cosigned(0, 9, 0);
  witness.reset();
  disk->kill_process();
  const std::string file = origin_hash("log.example/test") + ".checkpoint";
  const Bytes content = disk->content(file);
  for (std::size_t i = 0; i < content.size(); i += 7) {
    Bytes flipped = content;
    flipped[i] ^= 1;
    disk->set_content(file, flipped);
    const auto opened = Witness::open(disk->mount(), key_of_witness(), {log.key().verifier()});
    if (opened) {
      EXPECT_EQ((*opened)->size("log.example/test"), 9U) << i;  // a line of the log's still vouches for the same tree
    }
    disk->kill_process();
  }
  disk->set_content(file, content);
  PaperLog replaced("log.example/test", 77);  // the log's key was changed without the old one being named
  EXPECT_FALSE(Witness::open(disk->mount(), key_of_witness(), {replaced.key().verifier()}));
  disk->kill_process();
  EXPECT_OK(Witness::open(disk->mount(), key_of_witness(), {replaced.key().verifier(), log.key().verifier()}));
  disk->kill_process();
  EXPECT_OK(Witness::open(disk->mount(), key_of_witness(51), {log.key().verifier()}));  // the witness's key may be rotated
  disk->kill_process();
  EXPECT_FALSE(Witness::open(disk->mount(), test::log_key("w"), {log.key().verifier()}));
  EXPECT_FALSE(Witness::open(disk->mount(), key_of_witness(), {}));
}

TEST_F(WitnessTest, ALogMayHaveTwoKeysForItsName) {
  PaperLog rotated("log.example/test", 8);
  rotated.grow(40);
  SimulatedDisk other(6);
  auto both = Witness::open(other.mount(), key_of_witness(), {log.key().verifier(), rotated.key().verifier()});
  ASSERT_OK(both);
  EXPECT_EQ((*both)->add_checkpoint(log.body(0, 9), at(0)).status, 200U);
  EXPECT_EQ((*both)->add_checkpoint(rotated.body(9, 20), at(1)).status, 200U);  // same tree, new key
}

}  // namespace
}  // namespace entente::ledger
