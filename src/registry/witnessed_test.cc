// Checkpoints that witnesses cosigned, put into the ledger they are of: what admission holds against them, and what P0-02 makes of them.
#include <gmock/gmock.h>

#include "merkle/checkpoint.h"
#include "merkle/note.h"
#include "registry/identity.h"
#include "registry/recent_roots.h"
#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using namespace fixture;
using catalog::Status;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kOrigin = "registry.example/ledger";

keys::SigningKey witness(const std::string& name) {
  return keys::SigningKey::from_seed(name, keys::KeyType::cosignature_v1, sha256("witness " + name).view()).value();
}

// A registry whose rules name three witnesses and a text of the Call.
struct WitnessedWorld : World {
  enum class Rules { with_text, without_text };
  explicit WitnessedWorld(Rules with = Rules::with_text) {
    Json p = rules_predicate();
    std::erase_if(p["roster"].get_ref<Json::array_t&>(), [](const Json& k) { return k["role"] == "witness"; });
    for (const char* name : {"ngo", "state", "firm"})
      p["roster"].push_back(Json{{"role", "witness"}, {"person", name}, {"key", witness(name).verifier().str()}});
    if (with == Rules::with_text)
      p["texts"] = Json::array({Json{{"language", "en"}, {"version", "2018-11-12"}, {"sha256", sha("the call")}}});
    rules = p;
    put(entry("registry-rules", sha("rules"), p, {&key("anna"), &key("ben")}));
  }
  // Of the first `size` entries, cosigned by these.
  [[nodiscard]] std::string note(std::size_t size, const std::vector<std::string>& cosigners = {"ngo", "state"},
                                 const std::string& origin = kOrigin) const {
    merkle::RightEdge edge;
    for (std::size_t i = 0; i < size; ++i) edge.append(merkle::leaf_hash(as_bytes(log[i])));
    return note_of({.origin = origin, .size = size, .root = edge.root()}, cosigners);
  }
  [[nodiscard]] std::string note_of(const merkle::Checkpoint& checkpoint, const std::vector<std::string>& cosigners) const {
    std::string out = merkle::sign_note(checkpoint.str(), {&key(checkpoint.origin)}).value();
    for (const std::string& name : cosigners) out += merkle::cosign_note(checkpoint.str(), witness(name), clock).value();
    return out;
  }
  [[nodiscard]] std::string statement(const std::string& note, const Signers& signers = {&key("verifier")}) const {
    return entry("witnessed-checkpoint", sha(note), Json{{"checkpoint", dig(sha(note))}, {"note", note}, {"at", now()}}, signers);
  }
  [[nodiscard]] IdentityFinding signature(const char* id, Instant at) const {
    return judge_identity(state, *state.supporter(id), catalog::ControlId(0, 2), at).value();
  }
  Json rules;
};

TEST(WitnessedCheckpoints, MakeTheSignatureOfAPledgeSatisfied) {
  WitnessedWorld w;
  w.supporter("bank");
  w.append(w.domain_proof("bank", "bank", {&key("verifier")}));
  w.supporter("unproven");
  EXPECT_EQ(w.signature("bank", w.clock).status, Status::partial);
  const Instant before = w.clock - std::chrono::seconds(1);
  const Applied applied = w.append(w.statement(w.note(w.log.size())));
  EXPECT_THAT(applied.supporters, ElementsAre("bank", "unproven")) << "their rows say something else now";
  EXPECT_THAT(w.state.supporter("bank")->statements.back(), testing::Ne(applied.statements.back())) << "no statement of theirs";
  const IdentityFinding found = w.signature("bank", w.clock);
  EXPECT_EQ(found.status, Status::satisfied);
  EXPECT_THAT(found.leaves, ElementsAre(1, 3, w.log.size() - 1)) << "pledge, proof, witnessed checkpoint";
  EXPECT_EQ(w.signature("bank", before).status, Status::partial) << "not known then";
  EXPECT_EQ(w.signature("unproven", w.clock).status, Status::not_assessed) << "its domain never published the key";
  // A pledge after the checkpoint waits for the next; of the first the first stays the proof.
  w.supporter("late");
  w.append(w.domain_proof("late", "late", {&key("verifier")}));
  EXPECT_EQ(w.signature("late", w.clock).status, Status::partial);
  EXPECT_THAT(w.append(w.statement(w.note(w.log.size(), {"firm", "ngo"}))).supporters, ElementsAre("late"));
  EXPECT_EQ(w.signature("late", w.clock).status, Status::satisfied);
  EXPECT_EQ(w.signature("bank", w.clock).leaves, found.leaves);
  State replayed;
  for (std::size_t leaf = 0; leaf < w.log.size(); ++leaf) replayed.apply(leaf, w.log[leaf]);
  EXPECT_EQ(replayed.digest(), w.state.digest());
  EXPECT_EQ(judge_identity(replayed, *replayed.supporter("late"), catalog::ControlId(0, 2), w.clock)->status, Status::satisfied);
}

TEST(WitnessedCheckpoints, AskForATextTheRulesPublish) {
  WitnessedWorld w(WitnessedWorld::Rules::without_text);
  w.supporter("bank");
  w.append(w.domain_proof("bank", "bank", {&key("verifier")}));
  w.append(w.statement(w.note(w.log.size())));
  EXPECT_EQ(w.signature("bank", w.clock).status, Status::partial) << "nothing in the ledger says which text is the Call's";
  // Later rules may say it; then it holds of earlier pledges too, in that language.
  Json next = w.rules;
  next["previous"] = dig(sha(w.log[0]));
  next["at"] = w.now();
  next["texts"] = Json::array({Json{{"language", "fr"}, {"sha256", sha("the call")}}});
  w.append(entry("registry-rules", sha("rules"), next, {&key("anna"), &key("ben")}));
  EXPECT_EQ(w.signature("bank", w.clock).status, Status::partial);
  Json third = next;
  third["previous"] = dig(sha(w.log.back()));
  third["at"] = w.now();
  third["texts"] = Json::array({Json{{"language", "en"}, {"sha256", sha("the call")}}});
  w.append(entry("registry-rules", sha("rules"), third, {&key("anna"), &key("ben")}));
  EXPECT_EQ(w.signature("bank", w.clock).status, Status::satisfied);
}

TEST(WitnessedCheckpoints, AreHeldAgainstTheLedgerAndTheRules) {
  WitnessedWorld w;
  w.supporter("bank");
  const std::size_t size = w.log.size();
  const auto refused = [&](const std::string& bytes) { return w.refusal(bytes) + ": " + w.last.what; };
  EXPECT_THAT(refused(w.statement(w.note(size), {&key("bank")})), HasSubstr("not-entitled"));
  EXPECT_THAT(refused(w.statement(w.note(size), {&key("dora")})), HasSubstr("not-entitled")) << "an assessor";
  EXPECT_THAT(refused(w.statement(w.note(size, {"ngo"}))), HasSubstr("1 of the 2 witnesses"));
  EXPECT_THAT(refused(w.statement(w.note(size, {}))), HasSubstr("cosignatures"));
  EXPECT_THAT(refused(w.statement(w.note(size, {"stranger", "other"}))), HasSubstr("cosignatures")) << "of nobody the rules name";
  EXPECT_THAT(refused(w.statement(w.note(size, {"ngo", "state"}, "registry.example/other"))), HasSubstr("this ledger is"));
  EXPECT_THAT(refused(w.statement(w.note_of({.origin = kOrigin, .size = size, .root = sha256("another")}, {"ngo", "state"}))),
              HasSubstr("another root"));
  EXPECT_THAT(refused(w.statement(w.note_of({.origin = kOrigin, .size = size + 1, .root = sha256("x")}, {"ngo", "state"}))),
              HasSubstr("lies ahead"));
  EXPECT_THAT(refused(w.statement("no note")), HasSubstr("schema"));
  const std::string note = w.note(size);
  EXPECT_THAT(refused(entry("witnessed-checkpoint", sha("x"), Json{{"checkpoint", dig(sha("x"))}, {"note", note}, {"at", w.now()}},
                            {&key("verifier")})),
              HasSubstr("not the note's"));
  // A cosignature of another text under a witness's name.
  std::string forged = w.note(size, {"ngo"});
  const std::string other =
      merkle::cosign_note(merkle::Checkpoint{.origin = kOrigin, .size = 1, .root = sha256("y")}.str(), witness("state"), w.clock).value();
  EXPECT_THAT(refused(w.statement(forged + other)), HasSubstr("bad-signature"));
  w.append(w.statement(note));
  EXPECT_THAT(refused(w.statement(w.note(size, {"ngo", "firm"}))), HasSubstr("out-of-order")) << "nothing new";
  w.append(w.statement(w.note(size + 1), {&key("fay")}));
}

TEST(WitnessedCheckpoints, TheRulesSayHowManyWitnesses) {
  WitnessedWorld w;
  Json next = w.rules;
  next["previous"] = dig(sha(w.log[0]));
  next["at"] = w.now();
  next["quorum"]["witnesses"] = 4;
  EXPECT_EQ(w.refusal(entry("registry-rules", sha("rules"), next, {&key("anna"), &key("ben")})), "schema") << "there are three";
  next["quorum"]["witnesses"] = 3;
  w.append(entry("registry-rules", sha("rules"), next, {&key("anna"), &key("ben")}));
  EXPECT_EQ(w.refusal(w.statement(w.note(w.log.size()))), "needs-second-person");
  w.append(w.statement(w.note(w.log.size(), {"ngo", "state", "firm"})));
  Json none = next;
  none["previous"] = dig(sha(w.log[1]));
  none["at"] = w.now();
  none["quorum"].erase("witnesses");
  std::erase_if(none["roster"].get_ref<Json::array_t&>(), [](const Json& k) { return k["role"] == "witness"; });
  w.append(entry("registry-rules", sha("rules"), none, {&key("anna"), &key("ben")}));
  EXPECT_EQ(w.refusal(w.statement(w.note(w.log.size(), {"ngo", "state", "firm"}))), "not-entitled") << "nobody's witnesses any more";
}

TEST(RecentRootsOf, EverySizeThatIsHeld) {
  RecentRoots roots;
  merkle::RightEdge edge;
  std::map<std::uint64_t, Digest> expected{{0, edge.root()}};
  EXPECT_EQ(roots.root_at(0), edge.root());
  const std::vector<std::uint64_t> looked_at{1, 2, 3, 1'023, 1'024, 1'025, 2'047, 2'048, 2'049, 5'000, 65'536, 66'559, 66'560, 68'000};
  for (std::uint64_t i = 0; i < 68'000; ++i) {
    const Digest leaf = sha256(std::to_string(i));
    roots.add(leaf);
    edge.append(leaf);
    if (std::ranges::find(looked_at, i + 1) != looked_at.end()) {
      expected[i + 1] = edge.root();
      EXPECT_EQ(roots.root_at(i + 1), edge.root()) << i;
      for (const auto& [size, root] : expected)
        if (size + RecentRoots::kLeast >= i + 1) EXPECT_EQ(roots.root_at(size), root) << size << " of " << i + 1;
    }
  }
  EXPECT_EQ(roots.size(), 68'000U);
  EXPECT_FALSE(roots.root_at(1)) << "too far back";
  EXPECT_FALSE(roots.root_at(68'001)) << "ahead";
}

}  // namespace
}  // namespace entente::registry
