// Admission: a table of attacks, each with the code it is refused with and a State it leaves unchanged; and the rules of keys, proofs,
// assessments and disputes, each both ways.
#include <gmock/gmock.h>
#include <functional>
#include <set>

#include "registry/state.h"
#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using namespace fixture;
using ::testing::HasSubstr;

// A registry with two approved supporters and one that has applied.
struct Scene : World {
  std::string rules, bank, other, applied;
  Scene() {
    rules = found();
    bank = supporter("bank");
    other = supporter("other");
    applied = put(pledge("applicant"));
  }
};

std::string with_signature_of(const std::string& bytes, const std::string& from) {
  auto a = statement::Envelope::parse(bytes, "a").value();
  a.signatures = statement::Envelope::parse(from, "b").value().signatures;
  return a.str();
}

std::string with_keyid(const std::string& bytes, const std::string& keyid) {
  auto a = statement::Envelope::parse(bytes, "a").value();
  a.signatures[0].keyid = keyid;
  return a.str();
}

struct Attack {
  const char* what;
  const char* code;
  int status;
  std::function<std::string(Scene&)> make;
};

std::vector<Attack> attacks() {
  const auto renewal = [](Scene& s, const char* signer) {
    return s.about("renewal", "pledge", s.bank, "bank", {{"until", "2027-11-24T00:00:00Z"}}, {&key(signer)});
  };
  return {
      {"not an envelope", "malformed", 400, [](Scene&) { return std::string("{}"); }},
      {"nothing", "malformed", 400, [](Scene&) { return std::string(); }},
      {"ten megabytes", "too-large", 400, [](Scene&) { return std::string(10'000'000, '{'); }},
      {"another spelling of an envelope", "malformed", 400, [](Scene& s) { return s.pledge("x") + "\n"; }},
      {"another predicate", "unknown-kind", 400, [](Scene&) { return entry("slsa", sha("x"), Json{{"at", "x"}}, {&key("bank")}); }},
      {"wrong subject digest", "schema", 422,
       [](Scene& s) { return entry("pledge", sha("another text"), s.pledge_predicate("x"), {&key("x")}); }},
      {"a member too many", "schema", 422,
       [](Scene& s) {
         Json p = s.pledge_predicate("x");
         p["surprise"] = 1;
         return entry("pledge", sha("the call"), p, {&key("x")});
       }},
      {"replayed", "replay", 409, [](Scene& s) { return s.log.back(); }},
      {"replayed under another signature order", "replay", 409,
       [](Scene& s) {
         auto e = statement::Envelope::parse(s.log[2], "approval").value();
         std::swap(e.signatures[0], e.signatures[1]);
         return e.str();
       }},
      {"replayed with one signature less", "replay", 409,
       [](Scene& s) {
         auto e = statement::Envelope::parse(s.log[2], "approval").value();
         e.signatures.pop_back();
         return e.str();
       }},
      {"replayed with an altered keyid", "unknown-key", 401, [](Scene& s) { return with_keyid(s.log.back(), "applicant+00000000"); }},
      {"expired", "stale", 422,
       [renewal](Scene& s) {
         std::string bytes = renewal(s, "bank");
         s.pass(std::chrono::hours(25));
         return bytes;
       }},
      {"from the future", "from-the-future", 422,
       [renewal](Scene& s) {
         s.pass(std::chrono::hours(1));
         std::string bytes = renewal(s, "bank");
         s.pass(-std::chrono::hours(1));
         return bytes;
       }},
      {"re-ordered", "out-of-order", 409,
       [renewal](Scene& s) {
         std::string earlier = renewal(s, "bank");
         s.pass(std::chrono::seconds(60));
         s.append(renewal(s, "bank"));
         return earlier;
       }},
      {"forged: signature of another statement", "bad-signature", 401,
       [renewal](Scene& s) {
         std::string other = renewal(s, "bank");
         s.pass(std::chrono::seconds(1));
         return with_signature_of(renewal(s, "bank"), other);
       }},
      {"foreign key", "unknown-key", 401, [renewal](Scene& s) { return renewal(s, "nobody"); }},
      {"foreign key under a known keyid", "bad-signature", 401,
       [renewal](Scene& s) { return with_keyid(renewal(s, "nobody"), "bank+" + key("bank").verifier().id_hex()); }},
      {"another supporter's key", "not-entitled", 403, [renewal](Scene& s) { return renewal(s, "other"); }},
      {"an officer's key for a supporter", "not-entitled", 403, [renewal](Scene& s) { return renewal(s, "anna"); }},
      {"a foreign signature beside a good one", "not-entitled", 403,
       [](Scene& s) {
         return s.about("renewal", "pledge", s.bank, "bank", {{"until", "2027-11-24T00:00:00Z"}}, {&key("bank"), &key("other")});
       }},
      {"signed twice by one key", "bad-signature", 401,
       [](Scene& s) { return s.approval("applicant", s.applied, {&key("anna"), &key("anna")}); }},
      {"somebody else's id", "id-taken", 409,
       [](Scene& s) {
         Json p = s.pledge_predicate("bank");
         p["key"] = vkey("thief");
         return entry("pledge", sha("the call"), p, {&key("thief")});
       }},
      {"the id of an applicant", "id-taken", 409,
       [](Scene& s) {
         Json p = s.pledge_predicate("applicant");
         p["key"] = vkey("thief");
         return entry("pledge", sha("the call"), p, {&key("thief")});
       }},
      {"a tombstone's id", "id-taken", 409,
       [](Scene& s) {
         s.append(s.about("withdrawal", "pledge", s.other, "other", {{"by", "organisation"}}, {&key("other")}));
         Json p = s.pledge_predicate("other");
         p["key"] = vkey("thief");
         return entry("pledge", sha("the call"), p, {&key("thief")});
       }},
      {"a pledge with somebody's key", "key-taken", 409,
       [](Scene& s) {
         Json p = s.pledge_predicate("second");
         p["key"] = vkey("bank");
         return entry("pledge", sha("the call"), p, {&key("bank")});
       }},
      {"a pledge with an officer's key", "key-taken", 409,
       [](Scene& s) {
         Json p = s.pledge_predicate("second");
         p["key"] = vkey("ben");
         return entry("pledge", sha("the call"), p, {&key("ben")});
       }},
      {"a pledge not signed by its key", "not-entitled", 403,
       [](Scene& s) { return entry("pledge", sha("the call"), s.pledge_predicate("second"), {&key("bank")}); }},
      {"an approval by the applicant", "not-entitled", 403,
       [](Scene& s) { return s.approval("applicant", s.applied, {&key("applicant")}); }},
      {"an approval by a verifier", "not-entitled", 403, [](Scene& s) { return s.approval("applicant", s.applied, {&key("verifier")}); }},
      {"an approval of another's pledge", "no-such-statement", 409,
       [](Scene& s) { return s.approval("applicant", s.bank, {&key("anna")}); }},
      {"an approval of what was approved", "wrong-status", 409, [](Scene& s) { return s.approval("bank", s.bank, {&key("carla")}); }},
      {"an approval of nobody", "no-such-supporter", 409, [](Scene& s) { return s.approval("ghost", s.bank, {&key("carla")}); }},
      {"an approval older than its pledge", "out-of-order", 409,
       [](Scene& s) {
         const std::string pledge = s.put(s.pledge("late"));
         s.pass(-std::chrono::hours(1));
         std::string bytes = s.approval("late", pledge, {&key("anna")});
         s.pass(std::chrono::hours(1));
         return bytes;
       }},
      {"approved twice by one person", "needs-second-person", 403,
       [](Scene& s) {
         s.append(s.approval("applicant", s.applied, {&key("anna")}));
         return s.approval("applicant", s.applied, {&key("anna-2")});
       }},
      {"rules by one person with two keys", "needs-second-person", 403,
       [](Scene& s) {
         Json next = s.rules_predicate();
         next["previous"] = dig(s.rules);
         return entry("registry-rules", sha("rules"), next, {&key("anna"), &key("anna-2")});
       }},
      {"rules that forget the ones before", "no-such-statement", 409,
       [](Scene& s) { return entry("registry-rules", sha("rules"), s.rules_predicate(), {&key("anna"), &key("ben")}); }},
      {"rules signed by those they name, not those in force", "needs-second-person", 403,
       [](Scene& s) {
         Json next = s.rules_predicate();
         next["previous"] = dig(s.rules);
         next["roster"].push_back(Json{{"role", "secretariat"}, {"person", "zoe"}, {"key", vkey("zoe")}});
         return entry("registry-rules", sha("rules"), next, {&key("anna"), &key("zoe")});
       }},
      {"rules that list a supporter's key", "key-taken", 409,
       [](Scene& s) {
         Json next = s.rules_predicate();
         next["previous"] = dig(s.rules);
         next["roster"].push_back(Json{{"role", "secretariat"}, {"person", "zoe"}, {"key", vkey("bank")}});
         return entry("registry-rules", sha("rules"), next, {&key("anna"), &key("ben")});
       }},
      {"rules that give a key to somebody else", "key-taken", 409,
       [](Scene& s) {
         Json next = s.rules_predicate();
         next["previous"] = dig(s.rules);
         for (Json& k : next["roster"])
           if (k["person"] == "carla") k["person"] = "zoe";
         return entry("registry-rules", sha("rules"), next, {&key("anna"), &key("ben")});
       }},
      {"rules whose quorum nobody could meet", "schema", 422,
       [](Scene& s) {
         Json next = s.rules_predicate();
         next["previous"] = dig(s.rules);
         next["quorum"]["rules"] = 4;
         return entry("registry-rules", sha("rules"), next, {&key("anna"), &key("ben")});
       }},
      {"rules for another ledger", "not-allowed", 422,
       [](Scene& s) {
         Json next = s.rules_predicate();
         next["previous"] = dig(s.rules);
         next["log"] = "another.example/ledger";
         return entry("registry-rules", sha("rules"), next, {&key("anna"), &key("ben")});
       }},
      {"a pledge with a wrong LEI", "schema", 422,
       [](Scene& s) {
         Json p = s.pledge_predicate("second");
         p["organisation"]["lei"] = "529900T8BM49AURSDO56";  // the right check digits are 55
         return entry("pledge", sha("the call"), p, {&key("second")});
       }},
      {"a pledge from a country there is not", "schema", 422,
       [](Scene& s) {
         Json p = s.pledge_predicate("second");
         p["organisation"]["country"] = "ROM";
         return entry("pledge", sha("the call"), p, {&key("second")});
       }},
      {"a pledge under a name with an invisible space", "schema", 422,
       [](Scene& s) {
         Json p = s.pledge_predicate("second");
         p["organisation"]["name"] = "Second\u00A0";
         return entry("pledge", sha("the call"), p, {&key("second")});
       }},
      {"withdrawn by another", "not-entitled", 403,
       [](Scene& s) { return s.about("withdrawal", "pledge", s.bank, "bank", {{"by", "organisation"}}, {&key("other")}); }},
      {"a statement of an applicant that only supporters make", "wrong-status", 409,
       [](Scene& s) {
         return s.about("renewal", "pledge", s.applied, "applicant", {{"until", "2027-11-24T00:00:00Z"}}, {&key("applicant")});
       }},
  };
}

TEST(Admission, AttacksAreRefusedAndLeaveNoTrace) {
  std::set<std::string> codes;
  for (const Attack& attack : attacks()) {
    Scene scene;
    const std::string bytes = attack.make(scene);
    const Digest before = scene.state.digest();
    EXPECT_EQ(scene.refusal(bytes), attack.code) << attack.what << ": " << scene.last.str();
    EXPECT_EQ(http_status(scene.last.code), attack.status) << attack.what;
    EXPECT_FALSE(scene.last.what.empty()) << attack.what;
    codes.insert(attack.code);
    // In the ledger all the same (a broken operator): ignored, and nothing but its own row and the number of leaves tells.
    const bool clock_alone = std::string_view(attack.code) == "stale" || std::string_view(attack.code) == "from-the-future";
    if (clock_alone) continue;
    std::vector<std::string> records;
    for (const auto& [id, supporter] : scene.state.supporters())
      records.push_back(fmt::format("{} {} {} {}", id, name(supporter.status), supporter.changed_leaf, supporter.keys.size()));
    const Applied applied = scene.state.apply(scene.state.next_leaf(), bytes);
    ASSERT_TRUE(applied.ignored.has_value()) << attack.what;
    EXPECT_EQ(name(applied.ignored->code), std::string_view(attack.code)) << attack.what;
    EXPECT_TRUE(applied.supporters.empty());
    EXPECT_NE(scene.state.digest(), before) << "the row is there";
    std::vector<std::string> after;
    for (const auto& [id, supporter] : scene.state.supporters())
      after.push_back(fmt::format("{} {} {} {}", id, name(supporter.status), supporter.changed_leaf, supporter.keys.size()));
    EXPECT_EQ(records, after) << attack.what;
  }
  EXPECT_GE(codes.size(), 14u);
}

TEST(Admission, FoundingIsSignedByTheQuorumItNames) {
  World w;
  const Json rules = w.rules_predicate();
  EXPECT_EQ(w.refusal(entry("registry-rules", sha("rules"), rules, {&key("anna")})), "needs-second-person");
  EXPECT_EQ(w.refusal(entry("registry-rules", sha("rules"), rules, {&key("anna"), &key("anna-2")})), "needs-second-person");
  EXPECT_EQ(w.refusal(entry("registry-rules", sha("rules"), rules, {&key("anna"), &key("dora")})), "not-entitled");
  EXPECT_EQ(w.refusal(entry("registry-rules", sha("rules"), rules, {&key("anna"), &key("stranger")})), "unknown-key");
  Json again = rules;
  again["previous"] = dig(sha("x"));
  EXPECT_EQ(w.refusal(entry("registry-rules", sha("rules"), again, {&key("anna"), &key("ben")})), "no-such-statement");
  EXPECT_EQ(w.refusal(entry("registry-rules", sha("rules"), rules, {&key("anna"), &key("ben")})), "");
}

TEST(Admission, RotationIsSignedByOldAndNew) {
  Scene s;
  EXPECT_EQ(s.refusal(s.key_set("bank", s.bank, {"bank/2"}, {&key("bank/2")})), "not-entitled") << "no old key";
  EXPECT_EQ(s.refusal(s.key_set("bank", s.bank, {"bank/2"}, {&key("bank")})), "not-entitled") << "the new one has not signed";
  EXPECT_EQ(s.refusal(s.key_set("bank", s.bank, {"other"}, {&key("bank"), &key("other")})), "key-taken");
  EXPECT_EQ(s.refusal(s.key_set("bank", s.bank, {"bank/2"}, {&key("anna"), &key("ben"), &key("bank/2")})), "not-entitled");
  s.append(s.key_set("bank", s.bank, {"bank/2"}, {&key("bank"), &key("bank/2")}));
  const auto renewal = [&](const char* signer) {
    return s.about("renewal", "pledge", s.bank, "bank", {{"until", "2027-11-24T00:00:00Z"}}, {&key(signer)});
  };
  EXPECT_EQ(s.refusal(renewal("bank")), "unknown-key") << "ended";
  EXPECT_THAT(s.last.hint, HasSubstr("ended"));
  EXPECT_EQ(s.refusal(renewal("bank/2")), "");
  EXPECT_EQ(s.refusal(s.key_set("bank", s.bank, {"bank", "bank/2"}, {&key("bank/2")})), "key-taken")
      << "a key that ended does not come back";
  EXPECT_EQ(s.state.supporter("bank")->keys.at(0).end, KeyEnd::rotated);
}

TEST(Admission, KeysGivenAfterALossWaitInPublic) {
  Scene s;
  const auto loss = [&](const std::string& proof, const Signers& signers) { return s.key_set("bank", s.bank, {"bank/2"}, signers, proof); };
  const std::string old_proof = s.put(s.domain_proof("bank", "bank", {&key("verifier")}));
  EXPECT_EQ(s.refusal(loss(old_proof, {&key("anna"), &key("ben"), &key("bank/2")})), "needs-domain-proof") << "bound to the old key";
  const std::string proof = s.put(s.domain_proof("bank", "bank/2", {&key("verifier")}));
  EXPECT_EQ(s.refusal(loss(sha("none"), {&key("anna"), &key("ben"), &key("bank/2")})), "needs-domain-proof");
  EXPECT_EQ(s.refusal(loss(proof, {&key("anna"), &key("anna-2"), &key("bank/2")})), "needs-second-person");
  EXPECT_EQ(s.refusal(loss(proof, {&key("anna"), &key("ben")})), "not-entitled") << "the new key has not signed";
  s.append(loss(proof, {&key("anna"), &key("ben"), &key("bank/2")}));
  const auto renewal = [&](const char* signer) {
    return s.about("renewal", "pledge", s.bank, "bank", {{"until", "2027-12-24T00:00:00Z"}}, {&key(signer)});
  };
  EXPECT_EQ(s.refusal(renewal("bank/2")), "unknown-key") << "it waits";
  EXPECT_EQ(s.refusal(renewal("bank")), "") << "and the old one still counts";
  s.pass(std::chrono::days(7));
  EXPECT_EQ(s.refusal(renewal("bank")), "unknown-key");
  EXPECT_EQ(s.refusal(renewal("bank/2")), "");
}

TEST(Admission, OnlyANamedDomainGivesKeysBack) {
  Scene s;
  Json p = statement::Statement::parse(statement::Envelope::parse(s.domain_proof("bank", "thief", {&key("verifier")}), "e")->payload, "p")
               ->predicate;
  p["domain"] = "thief.example";
  const std::string proof = s.put(entry("domain-proof", sha("answers"), p, {&key("verifier")}));
  EXPECT_EQ(s.refusal(s.key_set("bank", s.bank, {"thief"}, {&key("anna"), &key("ben"), &key("thief")}, proof)), "needs-domain-proof");
  EXPECT_THAT(s.last.what, HasSubstr("thief.example"));
}

TEST(Admission, AnOldKeyCallsALossOff) {
  for (const char* how : {"rotation", "revocation"}) {
    Scene s;
    const std::string proof = s.put(s.domain_proof("bank", "thief", {&key("verifier")}));
    s.append(s.key_set("bank", s.bank, {"thief"}, {&key("anna"), &key("ben"), &key("thief")}, proof));
    if (std::string_view(how) == "rotation")
      s.append(s.key_set("bank", s.bank, {"bank"}, {&key("bank")}));
    else
      s.append(s.revocation("thief", "bank", "holder", {&key("bank")}));
    s.pass(std::chrono::days(8));
    const auto renewal = [&](const char* signer) {
      return s.about("renewal", "pledge", s.bank, "bank", {{"until", "2027-12-24T00:00:00Z"}}, {&key(signer)});
    };
    EXPECT_EQ(s.refusal(renewal("thief")), "unknown-key") << how;
    EXPECT_EQ(s.refusal(renewal("bank")), "") << how;
  }
}

TEST(Admission, RevokedKeysSignNoMoreAndWhatTheySignedIsQuestioned) {
  Scene s;
  const std::string since = s.now();
  s.append(s.about("renewal", "pledge", s.bank, "bank", {{"until", "2027-11-24T00:00:00Z"}}, {&key("bank")}));
  const Leaf renewal = s.state.next_leaf() - 1;
  EXPECT_EQ(s.refusal(s.revocation("bank", "bank", "registry", {&key("anna")})), "needs-second-person");
  EXPECT_EQ(s.refusal(s.revocation("bank", "bank", "holder", {&key("other")})), "not-entitled");
  EXPECT_EQ(s.refusal(s.revocation("other", "bank", "holder", {&key("bank")})), "no-such-statement");
  EXPECT_EQ(s.refusal(s.revocation("bank", "bank", "holder", {&key("bank")}, "2026-12-24T00:00:00Z")), "not-allowed");
  const Applied applied = s.append(s.revocation("bank", "bank", "registry", {&key("anna"), &key("ben")}, since));
  EXPECT_EQ(s.state.entry(renewal)->disposition, Disposition::questioned);
  EXPECT_EQ(s.state.entry(1)->disposition, Disposition::applied) << "the pledge was signed before";
  EXPECT_EQ(applied.statements.size(), 2u);
  EXPECT_TRUE(s.state.supporter("bank")->renewed_until.has_value()) << "judged by the keys of its own time";
  EXPECT_EQ(s.refusal(s.about("renewal", "pledge", s.bank, "bank", {{"until", "2027-11-25T00:00:00Z"}}, {&key("bank")})), "unknown-key");
}

TEST(Admission, RosterKeysEndToo) {
  Scene s;
  EXPECT_EQ(s.refusal(s.revocation("dora", "", "holder", {&key("emil")})), "not-entitled");
  s.append(s.revocation("dora", "", "holder", {&key("dora")}));
  EXPECT_EQ(s.refusal(s.assessment("bank", {&key("dora")})), "not-entitled");
  s.append(s.revocation("emil", "", "registry", {&key("anna"), &key("ben")}));
  EXPECT_EQ(s.refusal(s.revocation("emil", "", "registry", {&key("anna"), &key("ben")})), "no-such-statement");
  s.append(s.revocation("anna", "", "holder", {&key("anna-2")}));
  s.append(s.revocation("anna-2", "", "holder", {&key("anna-2")}));
  EXPECT_EQ(s.refusal(s.revocation("ben", "", "holder", {&key("ben")})), "not-allowed") << "no quorum would be left";
}

TEST(Admission, DomainProofsNeedTwoPlaces) {
  Scene s;
  const auto changed = [&](const std::function<void(Json&)>& change) {
    auto e = statement::Envelope::parse(s.domain_proof("bank", "bank", {&key("verifier")}), "proof").value();
    Json predicate = statement::Statement::parse(e.payload, "proof").value().predicate;
    change(predicate);
    return s.refusal(entry("domain-proof", sha("answers"), predicate, {&key("verifier")}));
  };
  EXPECT_EQ(changed([](Json&) {}), "");
  EXPECT_EQ(changed([](Json& p) { p["vantages"].erase(1); }), "schema");
  EXPECT_EQ(changed([](Json& p) { p["vantages"][1]["name"] = "paris"; }), "not-allowed");
  EXPECT_EQ(changed([](Json& p) { p["dnssec"] = "secure"; }), "not-allowed") << "the weakest place says what is so";
  EXPECT_EQ(changed([](Json& p) { p["dnssec"] = "bogus"; }), "schema");
  EXPECT_EQ(changed([](Json& p) { p["canary"] = "not-checked"; }), "not-allowed");
  EXPECT_EQ(changed([](Json& p) { p["until"] = p["at"]; }), "not-allowed");
  EXPECT_EQ(changed([](Json& p) { p["until"] = "2029-01-01T00:00:00Z"; }), "not-allowed");
  EXPECT_EQ(changed([](Json& p) { p["organisation"]["id"] = "ghost"; }), "no-such-supporter");
  EXPECT_EQ(s.refusal(s.domain_proof("bank", "bank", {&key("bank")})), "not-entitled") << "nobody proves for themselves";
  s.append(s.domain_proof("bank", "bank", {&key("anna")}));
  const auto& domains = s.state.supporter("bank")->detail().domains;
  ASSERT_EQ(domains.size(), 1u);
  EXPECT_EQ(domains[0].vantages, 2u);
  EXPECT_EQ(domains[0].dnssec, DnssecStatus::insecure);
  s.append(s.domain_proof("bank", "bank", {&key("verifier")}));
  EXPECT_EQ(domains.size(), 1u) << "the later proof of a domain takes the place of the earlier";
}

TEST(Admission, AssessmentsMustAddUp) {
  Scene s;
  EXPECT_EQ(s.refusal(s.assessment("bank", {&key("bank")})), "") << "its own key";
  EXPECT_EQ(s.refusal(s.assessment("bank", {&key("dora")})), "") << "an assessor";
  EXPECT_EQ(s.refusal(s.assessment("bank", {&key("other")})), "not-entitled");
  EXPECT_EQ(s.refusal(s.assessment("bank", {&key("anna")})), "not-entitled");
  EXPECT_EQ(s.refusal(s.assessment("applicant", {&key("applicant")})), "wrong-status");
  const auto changed = [&](const std::function<void(Json&)>& change) {
    Json p = s.assessment_predicate("bank");
    change(p);
    return s.refusal(entry("assessment", sha("assessment of bank"), p, {&key("bank")}));
  };
  EXPECT_EQ(changed([](Json&) {}), "");
  EXPECT_EQ(changed([](Json& p) { p["principles"][3]["score"] = 0.99; }), "not-allowed");
  EXPECT_EQ(changed([](Json& p) { p["principles"][3]["tier"] = "C"; }), "not-allowed");
  EXPECT_EQ(changed([](Json& p) { p["principles"][3]["counts"]["satisfied"] = 3; }), "not-allowed");
  EXPECT_EQ(changed([](Json& p) { p["controls"][0]["status"] = "partial"; }), "not-allowed");
  EXPECT_EQ(changed([](Json& p) { p["controls"][1]["weight"] = 1; }), "not-allowed") << "attested counts half";
  EXPECT_EQ(changed([](Json& p) { p["controls"][1]["control"] = "P0-01"; }), "not-allowed") << "twice";
  EXPECT_EQ(changed([](Json& p) { p.erase("controls"); }), "schema");

  const std::string late = s.assessment("bank", {&key("bank")});
  s.append(s.assessment("bank", {&key("dora")}));
  EXPECT_EQ(s.state.assessments().begin()->second.controls.size(), 30u);
  EXPECT_EQ(s.state.assessments().begin()->second.person, "dora");
  EXPECT_EQ(s.refusal(late), "out-of-order");
  s.pass(std::chrono::days(20));
  const std::string old = s.assessment("bank", {&key("bank")});
  s.pass(std::chrono::days(20));
  EXPECT_EQ(s.refusal(old), "") << "an assessment's time is that of its evidence";
  s.pass(std::chrono::days(20));
  EXPECT_EQ(s.refusal(old), "stale");
}

TEST(Admission, NobodyDecidesInAMatterOfTheirOwn) {
  Scene s;
  const std::string assessment = s.put(s.assessment("bank", {&key("dora")}));
  const auto dispute = [&](Json more, const Signers& signers) {
    more["control"] = more.value("control", "P6-01");
    more["reason"] = "It is wrong.";
    return s.about("finding-dispute", "assessment", assessment, "bank", more, signers);
  };
  EXPECT_EQ(s.refusal(dispute({{"by", org("bank")}}, {&key("other")})), "not-entitled");
  EXPECT_EQ(s.refusal(dispute({{"by", org("applicant")}}, {&key("applicant")})), "wrong-status");
  EXPECT_EQ(s.refusal(dispute(Json::object(), {&key("dora")})), "interest") << "who assessed does not dispute";
  EXPECT_EQ(s.refusal(dispute({{"by", org("bank")}, {"control", "P6-09"}}, {&key("bank")})), "no-such-statement");
  EXPECT_EQ(s.refusal(s.about("finding-dispute", "assessment", assessment, "other",
                              {{"control", "P6-01"}, {"reason", "x"}, {"by", org("bank")}}, {&key("bank")})),
            "no-such-statement");
  const std::string by_bank = s.put(dispute({{"by", org("bank")}}, {&key("bank")}));
  EXPECT_EQ(s.refusal(dispute({{"by", org("bank")}}, {&key("bank")})), "wrong-status") << "open already";
  const std::string by_emil = s.put(dispute(Json::object(), {&key("emil")}));

  const auto decision = [&](const std::string& about, const Signers& signers) {
    return s.about("dispute-decision", "dispute", about, "bank", {{"decision", "upheld"}, {"reason", "It was."}}, signers);
  };
  EXPECT_EQ(s.refusal(decision(by_bank, {&key("dora")})), "interest") << "the assessor";
  EXPECT_EQ(s.refusal(decision(by_emil, {&key("emil")})), "interest") << "the one who disputes";
  EXPECT_EQ(s.refusal(decision(by_bank, {&key("bank")})), "not-entitled");
  EXPECT_EQ(s.refusal(decision(assessment, {&key("anna")})), "no-such-statement");
  s.append(decision(by_bank, {&key("emil")}));
  s.append(decision(by_emil, {&key("anna")}));
  for (const auto& [digest, d] : s.state.disputes()) EXPECT_EQ(d.state, DisputeState::upheld);
  EXPECT_EQ(s.refusal(decision(by_bank, {&key("ben")})), "wrong-status");
}

TEST(Admission, PeersReviewEachOther) {
  Scene s;
  const std::string assessment = s.put(s.assessment("bank", {&key("bank")}));
  const auto review = [&](const char* reviewer, const char* signer, const std::string& of) {
    return s.about("peer-review", "report", sha("report"), "bank",
                   {{"reviewer", org(reviewer)}, {"assessment", dig(of)}, {"controls", {"P8-01"}}}, {&key(signer)});
  };
  EXPECT_EQ(s.refusal(review("bank", "bank", assessment)), "interest");
  EXPECT_EQ(s.refusal(review("other", "bank", assessment)), "not-entitled");
  EXPECT_EQ(s.refusal(review("applicant", "applicant", assessment)), "wrong-status");
  EXPECT_EQ(s.refusal(review("other", "other", sha("none"))), "no-such-statement");
  s.append(review("other", "other", assessment));
  ASSERT_EQ(s.state.supporter("bank")->detail().reviews.size(), 1u);
  EXPECT_EQ(s.state.supporter("bank")->detail().reviews[0].reviewer, "other");
}

TEST(Rejection, CodesHaveNamesAndClasses) {
  std::set<std::string_view> names;
  for (int c = 0; c <= static_cast<int>(Code::interest); ++c) {
    const auto code = static_cast<Code>(c);
    EXPECT_TRUE(names.insert(name(code)).second);
    EXPECT_THAT((std::vector<int>{400, 401, 403, 409, 422}), ::testing::Contains(http_status(code)));
  }
  EXPECT_EQ(name(Code::needs_second_person), "needs-second-person");
  const Rejection r{Code::stale, "too old", "/predicate/at", "sign again"};
  EXPECT_EQ(r.str(), "stale: too old (at /predicate/at)\n  hint: sign again");
}

TEST(Kind, NamesAndTypesGoBothWays) {
  for (std::size_t k = 0; k < kKinds; ++k) {
    const auto kind = static_cast<Kind>(k);
    EXPECT_EQ(kind_from(name(kind)), kind);
    EXPECT_EQ(kind_of_type(fmt::format("https://entente.example/predicate/{}/v1", name(kind))), kind);
  }
  for (const char* type : {"https://entente.example/predicate/pledge/v2", "https://entente.example/predicate/pledge", "pledge/v1", "",
                           "https://entente.example/predicate/x/v1"})
    EXPECT_FALSE(kind_of_type(type).has_value()) << type;
}

}  // namespace
}  // namespace entente::registry
