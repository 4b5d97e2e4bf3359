// Collecting cosignatures: from real witnesses, over a Post function instead of a network, among them ones that lie, stall and forget.
#include "ledger/cosign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "ledger/fault_io.h"
#include "ledger/paper_log.h"
#include "ledger/witness.h"

namespace entente::ledger {
namespace {

using test::PaperLog;
using ::testing::HasSubstr;

keys::SigningKey witness_key(std::uint8_t seed) {
  return test::log_key("w" + std::to_string(seed) + ".example", seed, keys::KeyType::cosignature_v1);
}

// Three witnesses w1 … w3 at http://w<n>; `post` and `get` of one may be replaced.
class CosignTest : public ::testing::Test {
 protected:
  void SetUp() override {
    log.grow(40);
    for (std::uint8_t i = 1; i <= 3; ++i) {
      disks.push_back(std::make_unique<SimulatedDisk>(i));
      auto opened = Witness::open(disks.back()->mount(), witness_key(i), {log.key().verifier()});
      ASSERT_OK(opened);
      witnesses.push_back(std::move(*opened));
    }
  }
  static std::string host(const std::string& url) { return url.substr(0, url.find('/', 7)); }
  Result<Answer> serve_post(const std::string& url, const std::string& body) {
    ++posts;
    if (const auto it = lying_post.find(host(url)); it != lying_post.end()) return it->second(body);
    const auto which = static_cast<std::size_t>(url.at(8) - '1');
    if (url != host(url) + "/add-checkpoint") return Answer{404, "", ""};
    return witnesses.at(which)->add_checkpoint(body, Instant(std::chrono::seconds(1'700'000'000)));
  }
  Result<Answer> serve_get(const std::string& url) {
    if (const auto it = lying_get.find(host(url)); it != lying_get.end()) return it->second(url);
    return witnesses.at(static_cast<std::size_t>(url.at(8) - '1'))->get(url.substr(host(url).size()));
  }
  static merkle::Policy policy(const std::string& quorum) {
    std::string text;
    for (std::uint8_t i = 1; i <= 3; ++i)
      text += "witness w" + std::to_string(i) + " " + witness_key(i).verifier().str() + " http://w" + std::to_string(i) + "/\n";
    return merkle::Policy::parse(text + quorum).value();
  }
  std::unique_ptr<Cosigner> start(const std::string& quorum = "group g 2 w1 w2 w3\nquorum g\n") {
    CosignerOptions options{.deadline = deadline, .grace = std::chrono::milliseconds(2'000)};
    options.warn = [this](const std::string& message) { warnings += message + "\n"; };
    auto cosigner = Cosigner::start(
        policy(quorum), log.key().verifier(), [this](const auto& url, const auto& body) { return serve_post(url, body); },
        [this](const auto& url) { return serve_get(url); }, options);
    EXPECT_OK(cosigner);
    return std::move(*cosigner);
  }
  Result<std::string> cosign(Cosigner& cosigner, merkle::TreeSize previous, merkle::TreeSize size) const {
    return cosigner.cosign(log.note(size), previous, [this](auto from, auto to) { return log.proof(from, to); });
  }
  // Who cosigned, of w1 … w3; the log's own signature must still be there.
  std::string cosigners(const Result<std::string>& note) const {
    if (!note) return note.error().what;
    std::string out;
    const auto verified = merkle::verify_checkpoint(*note, log.key().verifier(),
                                                    {witness_key(1).verifier(), witness_key(2).verifier(), witness_key(3).verifier()});
    if (!verified) return verified.error().what;
    for (const auto& [key, time] : verified->note.cosigned) out += key.name().substr(0, 2) + " ";
    return out;
  }
  PaperLog log;
  std::vector<std::unique_ptr<SimulatedDisk>> disks;
  std::vector<std::unique_ptr<Witness>> witnesses;
  std::map<std::string, std::function<Result<Answer>(const std::string&)>> lying_post, lying_get;
  std::atomic<unsigned> posts{0};
  std::string warnings;
  std::chrono::milliseconds deadline{20'000};
};

TEST_F(CosignTest, GathersTheLinesInThePolicysOrder) {
  const auto cosigner = start();
  EXPECT_EQ(cosigners(cosign(*cosigner, 0, 9)), "w1 w2 w3 ");
  EXPECT_EQ(posts, 3U);
  EXPECT_EQ(cosigners(cosign(*cosigner, 9, 20)), "w1 w2 w3 ");
  EXPECT_EQ(posts, 6U);                                         // no conflict on the way: sizes are remembered
  EXPECT_EQ(cosigners(cosign(*cosigner, 9, 20)), "w1 w2 w3 ");  // the same once more, after a publication that failed
  EXPECT_EQ(warnings, "");
}

TEST_F(CosignTest, AConflictNamesTheSizeToProveFrom) {
  ASSERT_EQ(witnesses[0]->add_checkpoint(log.body(0, 5), Instant(std::chrono::seconds(1))).status, 200U);
  const auto cosigner = start();
  EXPECT_EQ(cosigners(cosign(*cosigner, 9, 20)), "w1 w2 w3 ");  // w1 knew 5, the others nothing
  EXPECT_EQ(posts, 6U);
}

TEST_F(CosignTest, AQuorumIsEnoughAndLessIsNot) {
  lying_post["http://w2"] = [](const auto&) -> Result<Answer> { return fail("connection refused"); };
  const auto cosigner = start();
  EXPECT_EQ(cosigners(cosign(*cosigner, 0, 9)), "w1 w3 ");
  EXPECT_THAT(warnings, HasSubstr("w2: connection refused"));
  lying_post["http://w3"] = [](const auto&) -> Result<Answer> { return Answer{404, "text/plain", "who are you?\nreally"}; };
  const auto missed = cosign(*cosigner, 9, 20);
  ASSERT_FALSE(missed);
  EXPECT_THAT(missed.error().what, HasSubstr("w2: connection refused; w3: status 404: who are you?"));
  lying_post.clear();
  EXPECT_EQ(cosigners(cosign(*cosigner, 9, 20)), "w1 w2 w3 ");
}

TEST_F(CosignTest, AWitnessThatStallsHoldsNobodyUp) {
  std::mutex mutex;
  std::condition_variable released;
  bool go = false;
  lying_post["http://w2"] = [&](const std::string& body) -> Result<Answer> {
    std::unique_lock lock(mutex);
    released.wait(lock, [&] { return go; });
    return witnesses[1]->add_checkpoint(body, Instant(std::chrono::seconds(1'700'000'000)));
  };
  deadline = std::chrono::milliseconds(300);
  const auto cosigner = start();
  EXPECT_EQ(cosigners(cosign(*cosigner, 0, 9)), "w1 w3 ");
  EXPECT_THAT(warnings, HasSubstr("w2: no answer in time"));
  EXPECT_EQ(cosigners(cosign(*cosigner, 9, 20)), "w1 w3 ");
  EXPECT_THAT(warnings, HasSubstr("w2: it has not answered an earlier request yet"));
  {
    const std::scoped_lock lock(mutex);
    go = true;
  }
  released.notify_all();
  // Its late answer was for another checkpoint: it must not be taken for one of this. From now on w2 answers at once.
  std::string names;
  for (int i = 0; i < 50 && names != "w1 w2 w3 "; ++i) {
    const auto note = cosign(*cosigner, 20, 30);
    ASSERT_OK(note);
    names = cosigners(note);
    ASSERT_THAT(names, ::testing::AnyOf("w1 w3 ", "w1 w2 w3 "));
  }
  EXPECT_EQ(names, "w1 w2 w3 ");
}

TEST_F(CosignTest, LiesAreNotCounted) {
  const PaperLog other("log.example/test", 99);
  const std::string text = merkle::Note::parse(log.note(9))->text;
  const std::string elsewhere =
      merkle::cosign_note(merkle::Note::parse(log.note(8))->text, witness_key(1), Instant(std::chrono::seconds(1))).value();
  const std::string not_its_own = merkle::cosign_note(text, witness_key(2), Instant(std::chrono::seconds(1))).value();
  const std::vector<std::pair<Answer, std::string>> lies = {
      {{200, "text/plain", ""}, "no cosignature by its key"},
      {{200, "text/plain", elsewhere}, "does not verify"},
      {{200, "text/plain", not_its_own}, "no cosignature by its key"},
      {{200, "text/plain", std::string(1 << 20, 'x')}, "no cosignature by its key"},
      {{409, "text/plain", "3\n"}, "status 409"},            // the wrong type
      {{409, "text/x.tlog.size", "three\n"}, "status 409"},  // no number
      {{409, "text/x.tlog.size", "0\n"}, "the very size"},   // what was sent
      {{422, "text/plain", "no\n"}, "status 422"},
      {{500, "text/plain", "\x1b[31mred\n"}, "\\x1b"},  // shown harmlessly
  };
  for (const auto& [answer, expected] : lies) {
    warnings.clear();
    lying_post["http://w1"] = [&lie = answer](const auto&) -> Result<Answer> { return lie; };
    const auto cosigner = start("group g 2 w1 w2 w3\nquorum g\n");
    EXPECT_EQ(cosigners(cosign(*cosigner, 0, 9)), "w2 w3 ");
    EXPECT_THAT(warnings, HasSubstr(expected));
  }
  unsigned n = 1;
  lying_post["http://w1"] = [&](const auto&) -> Result<Answer> { return Answer{409, "text/x.tlog.size", std::to_string(n++ % 8) + "\n"}; };
  const auto cosigner = start();
  EXPECT_EQ(cosigners(cosign(*cosigner, 0, 9)), "w2 w3 ");
  EXPECT_THAT(warnings, HasSubstr("another size at every attempt"));
}

TEST_F(CosignTest, StrangeLinesInAnAnswerDoNotEnterTheNote) {
  const auto stranger = test::log_key("stranger.example", 77, keys::KeyType::cosignature_v1);
  lying_post["http://w1"] = [&](const std::string& body) -> Result<Answer> {
    Answer answer = witnesses[0]->add_checkpoint(body, Instant(std::chrono::seconds(1)));
    answer.body = "junk\n" +
                  merkle::cosign_note(merkle::Note::parse(log.note(9))->text, stranger, Instant(std::chrono::seconds(1))).value() +
                  answer.body;
    return answer;
  };
  const auto cosigner = start();
  const auto note = cosign(*cosigner, 0, 9);
  EXPECT_EQ(cosigners(note), "w1 w2 w3 ");
  EXPECT_THAT(*note, Not(HasSubstr("stranger")));
}

TEST_F(CosignTest, AClaimOfALargerSizeIsAWarningAndProofOfItStopsTheLog) {
  const auto claim = [](const auto&) -> Result<Answer> { return Answer{409, "text/x.tlog.size", "1000000\n"}; };
  lying_post["http://w1"] = claim;
  const auto cosigner = start();
  EXPECT_EQ(cosigners(cosign(*cosigner, 0, 9)), "w2 w3 ");
  EXPECT_THAT(warnings, HasSubstr("w1 claims to have cosigned 1000000 entries"));
  // A checkpoint by a stranger's key proves nothing either.
  PaperLog impostor("log.example/test", 99);
  impostor.grow(40);
  lying_get["http://w1"] = [&](const auto&) -> Result<Answer> { return Answer{200, "text/plain", impostor.note(40)}; };
  EXPECT_EQ(cosigners(cosign(*cosigner, 9, 20)), "w2 w3 ");
  // But a later one of our own key does: this disk was put back.
  lying_get["http://w1"] = [&](const auto&) -> Result<Answer> { return Answer{200, "text/plain", log.note(40)}; };
  const auto stopped = cosign(*cosigner, 20, 30);
  ASSERT_FALSE(stopped);
  EXPECT_THAT(stopped.error().str(), HasSubstr("shows a checkpoint of 40 entries signed by this log's key; this log has 30"));
  EXPECT_THAT(stopped.error().hint, HasSubstr("put back"));
}

TEST_F(CosignTest, AWitnessOfAnotherHistoryStopsTheLog) {
  PaperLog other_history;
  other_history.grow(5);
  other_history.grow(40, "other ");
  ASSERT_EQ(witnesses[2]->add_checkpoint(other_history.body(0, 9), Instant(std::chrono::seconds(1))).status, 200U);
  const auto cosigner = start();
  const auto stopped = cosign(*cosigner, 0, 20);
  ASSERT_FALSE(stopped);
  EXPECT_THAT(stopped.error().what, HasSubstr("not the first 9 of this log"));
}

TEST_F(CosignTest, AtStartTheWitnessesAreAsked) {
  const auto cosigner = start();
  const auto fresh = cosigner->ask_at_start(log.note(0));
  ASSERT_OK(fresh);
  EXPECT_EQ(fresh->answered, 3U);
  ASSERT_OK(cosign(*cosigner, 0, 20));
  EXPECT_EQ(cosigner->ask_at_start(log.note(20))->answered, 3U);
  EXPECT_EQ(start()->ask_at_start(log.note(30))->answered, 3U);  // the log may be ahead of its witnesses
  // The log's disk is put back to an older state: 20 was signed, 9 is what it has now.
  const auto back = start()->ask_at_start(log.note(9));
  ASSERT_FALSE(back);
  EXPECT_THAT(back.error().what, HasSubstr("shows a checkpoint of 20 entries signed by this log's key; this log has 9"));
  // The same size with another tree.
  PaperLog other_history;
  other_history.grow(20, "other ");
  const auto fork = start()->ask_at_start(other_history.note(20));
  ASSERT_FALSE(fork);
  EXPECT_THAT(fork.error().what, HasSubstr("not the first 20"));
  // A mere claim counts at start: a person is there to judge it.
  lying_post["http://w1"] = [](const auto&) -> Result<Answer> { return Answer{409, "text/x.tlog.size", "1000\n"}; };
  lying_get["http://w1"] = [](const auto&) -> Result<Answer> { return Answer{404, "text/plain", ""}; };
  const auto claimed = start()->ask_at_start(log.note(20));
  ASSERT_FALSE(claimed);
  EXPECT_THAT(claimed.error().hint, HasSubstr("take it out of the policy"));
  // Silence is not consent.
  for (const char* url : {"http://w1", "http://w2"}) lying_post[url] = [](const auto&) -> Result<Answer> { return fail("unreachable"); };
  const auto quiet = start()->ask_at_start(log.note(20));
  ASSERT_OK(quiet);
  EXPECT_EQ(quiet->asked, 3U);
  EXPECT_EQ(quiet->answered, 1U);
}

TEST_F(CosignTest, APolicyThatCannotBeMetIsRefusedAtOnce) {
  const std::string text = "witness w1 " + witness_key(1).verifier().str() + "\nquorum w1\n";
  const auto post = [](const auto&, const auto&) -> Result<Answer> { return fail("not called"); };
  const auto get = [](const auto&) -> Result<Answer> { return fail("not called"); };
  const auto refused = Cosigner::start(*merkle::Policy::parse(text), log.key().verifier(), post, get);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("cannot be reached"));
  const auto none = Cosigner::start(*merkle::Policy::parse("quorum none\n"), log.key().verifier(), post, get);
  ASSERT_OK(none);
  EXPECT_EQ((*none)->cosign(log.note(9), 0, [](auto, auto) -> Result<merkle::Proof> { return merkle::Proof{}; }).value(), log.note(9));
}

}  // namespace
}  // namespace entente::ledger
