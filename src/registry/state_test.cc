// The state machine as a whole: a registry's life, what each statement leaves behind, and that nothing but the entries decides the State.
#include "registry/state.h"

#include <gmock/gmock.h>
#include <random>

#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using namespace fixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(State, AnEmptyLedgerTakesOnlyItsFoundingStatement) {
  World w;
  EXPECT_EQ(w.state.rules(), nullptr);
  EXPECT_EQ(w.refusal(w.pledge("bank")), "no-rules");
  w.found();
  ASSERT_NE(w.state.rules(), nullptr);
  EXPECT_EQ(w.state.rules()->log, "registry.example/ledger");
  EXPECT_EQ(w.state.rules()->roster.size(), 10u);
  EXPECT_EQ(w.state.rules()->persons(Role::secretariat), 3u);
}

TEST(State, APledgeIsApprovedByTwo) {
  World w;
  w.found();
  const std::string pledge = w.put(w.pledge("bank"));
  const Supporter* bank = w.state.supporter("bank");
  ASSERT_NE(bank, nullptr);
  EXPECT_EQ(bank->status, Status::applied);
  EXPECT_EQ(bank->identity.country, "FRA");
  EXPECT_EQ(bank->pledge.version, "2018-11-12");
  EXPECT_EQ(bank->pledge.envelope.hex(), pledge);
  EXPECT_EQ(bank->dates.signed_on, "2026-11-24");
  ASSERT_EQ(w.state.pending().size(), 1u);
  EXPECT_EQ(w.state.pending()[0].needed, 2u);

  EXPECT_EQ(w.append(w.approval("bank", pledge, {&key("anna")})).disposition, Disposition::pending);
  EXPECT_EQ(bank->status, Status::applied);
  ASSERT_EQ(w.state.pending()[0].for_it.size(), 1u);
  EXPECT_EQ(w.state.pending()[0].for_it[0].person, "anna");
  const Applied last = w.append(w.approval("bank", pledge, {&key("ben")}));
  EXPECT_EQ(last.disposition, Disposition::applied);
  EXPECT_THAT(last.supporters, ElementsAre("bank"));
  EXPECT_THAT(last.statements, ElementsAre(2, 3)) << "the first vote counts now too";
  EXPECT_TRUE(last.touches(Table::pending));
  EXPECT_EQ(bank->status, Status::approved);
  EXPECT_EQ(bank->status_leaf, 3u);
  EXPECT_TRUE(w.state.pending().empty());
  EXPECT_EQ(w.state.entry(2)->disposition, Disposition::applied);
  EXPECT_EQ(w.state.entry(3)->supporter, "bank");
  EXPECT_EQ(w.state.entry(3)->kind, Kind::approval);
  EXPECT_THAT(w.state.entry(3)->signers, ElementsAre("ben+" + key("ben").verifier().id_hex()));
  EXPECT_EQ(w.state.leaf_of(Digest::from_hex(pledge).value()), 1u);
}

TEST(State, BothMaySignOneApproval) {
  World w;
  w.found();
  const std::string pledge = w.put(w.pledge("bank"));
  EXPECT_EQ(w.append(w.approval("bank", pledge, {&key("anna"), &key("ben")})).disposition, Disposition::applied);
  EXPECT_EQ(w.state.supporter("bank")->status, Status::approved);
}

TEST(State, SomebodyMayChangeTheirMind) {
  World w;
  w.found();
  const std::string pledge = w.put(w.pledge("bank"));
  w.append(w.approval("bank", pledge, {&key("anna")}));
  w.append(w.approval("bank", pledge, {&key("anna")}, false));
  EXPECT_EQ(w.state.entry(2)->disposition, Disposition::superseded);
  w.append(w.approval("bank", pledge, {&key("ben")}));
  EXPECT_EQ(w.state.supporter("bank")->status, Status::applied) << "one for, one against";
  w.append(w.approval("bank", pledge, {&key("carla")}, false));
  EXPECT_EQ(w.state.supporter("bank")->status, Status::refused);
  EXPECT_EQ(w.state.supporter("bank")->detail().reason, "Not the organisation it says.");
  EXPECT_EQ(w.state.entry(4)->disposition, Disposition::superseded) << "the vote that lost";
}

TEST(State, AVoteOfAKeyThatLeftTheRosterNoLongerCounts) {
  World w;
  const std::string rules = w.found();
  const std::string pledge = w.put(w.pledge("bank"));
  w.append(w.approval("bank", pledge, {&key("anna")}));
  Json next = w.rules_predicate();
  next["previous"] = dig(rules);
  std::erase_if(next["roster"].get_ref<Json::array_t&>(), [](const Json& k) { return k["person"] == "anna"; });
  w.append(entry("registry-rules", sha("rules"), next, {&key("ben"), &key("carla")}));
  EXPECT_EQ(w.append(w.approval("bank", pledge, {&key("ben")})).disposition, Disposition::pending);
  EXPECT_EQ(w.append(w.approval("bank", pledge, {&key("carla")})).disposition, Disposition::applied);
}

TEST(State, CorrectionsChangeWhatMayBeChanged) {
  World w;
  w.found();
  const std::string pledge = w.supporter("bank");
  const auto correction = [&](Json changes) {
    return w.about("correction", "corrects", pledge, "bank", {{"changes", std::move(changes)}, {"reason", "Wrong."}}, {&key("bank")});
  };
  w.append(correction({{{"pointer", "/organisation/name"}, {"to", "Bank of Example"}},
                       {{"pointer", "/organisation/names/fr"}, {"to", "Banque"}},
                       {{"pointer", "/organisation/country"}, {"to", nullptr}},
                       {{"pointer", "/domains/-"}, {"to", "bank2.example"}},
                       {{"pointer", "/domains/0"}, {"to", nullptr}}}));
  const Supporter& bank = *w.state.supporter("bank");
  EXPECT_EQ(bank.identity.name, "Bank of Example");
  EXPECT_EQ(bank.identity.names.at("fr"), "Banque");
  EXPECT_EQ(bank.identity.country, "");
  EXPECT_THAT(bank.pledge.domains, ElementsAre("bank2.example"));
  EXPECT_THAT(bank.detail().former_names, ElementsAre("Organisation bank"));
  EXPECT_EQ(bank.identity_leaf, 3u);
  EXPECT_EQ(bank.pledge.envelope.hex(), pledge) << "the pledge keeps its digest";
  w.append(correction({{{"pointer", "/organisation/names/fr"}, {"to", nullptr}}, {{"pointer", "/domains/0"}, {"to", nullptr}}}));
  EXPECT_TRUE(bank.identity.names.empty());
  EXPECT_TRUE(bank.pledge.domains.empty());

  for (const char* pointer : {"/organisation/id", "/key", "/text/sha256", "/text/version", "/at", "/organisation", "/why", "/surprise"}) {
    EXPECT_EQ(w.refusal(correction({{{"pointer", pointer}, {"to", "x"}}})), "not-allowed") << pointer;
  }
  EXPECT_EQ(w.refusal(correction({{{"pointer", "/organisation/country"}, {"to", "France"}}})), "not-allowed");
  EXPECT_THAT(w.last.what, HasSubstr("the corrected pledge would be wrong"));
  EXPECT_EQ(w.refusal(correction({{{"pointer", "/organisation/name"}, {"to", nullptr}}})), "not-allowed");
  EXPECT_EQ(w.refusal(correction({{{"pointer", "/domains/7"}, {"to", "x.example"}}})), "not-allowed");
  EXPECT_EQ(w.refusal(correction({{{"pointer", "/organisation/surprise"}, {"to", "x"}}})), "not-allowed");
}

TEST(State, ACorrectionTakesBackTheVotesBeforeIt) {
  World w;
  w.found();
  const std::string pledge = w.put(w.pledge("bank"));
  w.append(w.approval("bank", pledge, {&key("anna")}));
  const std::string early = w.approval("bank", pledge, {&key("ben")});
  w.pass(std::chrono::seconds(60));
  w.append(w.about("correction", "corrects", pledge, "bank",
                   {{"changes", Json::array({Json{{"pointer", "/organisation/name"}, {"to", "Ministry"}}})}, {"reason", "x"}},
                   {&key("bank")}));
  EXPECT_EQ(w.state.entry(2)->disposition, Disposition::superseded);
  EXPECT_EQ(w.refusal(early), "out-of-order") << "signed before the correction";
  EXPECT_EQ(w.append(w.approval("bank", pledge, {&key("ben")})).disposition, Disposition::pending);
  EXPECT_EQ(w.append(w.approval("bank", pledge, {&key("anna")})).disposition, Disposition::applied) << "who voted may vote again";
}

TEST(State, ALowerQuorumTakesOneVoteMore) {
  World w;
  Json first = w.rules_predicate();
  first["quorum"]["approval"] = 3;
  const std::string rules = w.put(entry("registry-rules", sha("rules"), first, {&key("anna"), &key("ben")}));
  const std::string pledge = w.put(w.pledge("bank"));
  w.append(w.approval("bank", pledge, {&key("anna"), &key("ben")}));
  Json next = w.rules_predicate();
  next["previous"] = dig(rules);
  w.append(entry("registry-rules", sha("rules"), next, {&key("anna"), &key("ben")}));
  EXPECT_EQ(w.state.supporter("bank")->status, Status::applied);
  EXPECT_EQ(w.append(w.approval("bank", pledge, {&key("ben")})).disposition, Disposition::applied);
}

TEST(State, ARefusalEndsEverythingThatWaits) {
  World w;
  w.found();
  const std::string pledge = w.put(w.pledge("bank"));
  w.append(w.about("removal", "record", pledge, "bank", {{"reason", "Spam."}}, {&key("anna")}));
  EXPECT_EQ(w.state.pending().size(), 2u);
  w.append(w.approval("bank", pledge, {&key("anna"), &key("ben")}, false));
  EXPECT_EQ(w.state.supporter("bank")->status, Status::refused);
  EXPECT_TRUE(w.state.pending().empty());
  EXPECT_EQ(w.state.entry(2)->disposition, Disposition::superseded);
}

TEST(State, RenewalAndWithdrawal) {
  World w;
  w.found();
  const std::string pledge = w.supporter("bank");
  const auto renewal = [&](std::chrono::days days) {
    return w.about("renewal", "pledge", pledge, "bank", {{"until", format_time(w.clock + days)}}, {&key("bank")});
  };
  EXPECT_EQ(w.refusal(renewal(std::chrono::days(801))), "not-allowed");
  EXPECT_EQ(w.refusal(renewal(std::chrono::days(0))), "not-allowed");
  w.append(renewal(std::chrono::days(400)));
  EXPECT_TRUE(w.state.supporter("bank")->renewed_until.has_value());
  EXPECT_EQ(w.refusal(w.about("withdrawal", "pledge", pledge, "bank", {{"by", "registry"}, {"reason", "x"}}, {&key("anna")})),
            "not-allowed");
  w.append(w.about("withdrawal", "pledge", pledge, "bank", {{"by", "organisation"}}, {&key("bank")}));
  EXPECT_EQ(w.state.supporter("bank")->status, Status::withdrawn);
  EXPECT_FALSE(counts(w.state.supporter("bank")->status));
  EXPECT_EQ(w.refusal(renewal(std::chrono::days(400))), "wrong-status");
  EXPECT_EQ(w.refusal(w.pledge("bank")), "id-taken") << "a tombstone keeps its id";
}

TEST(State, RemovalTakesTwoPersons) {
  World w;
  w.found();
  const std::string pledge = w.supporter("bank");
  const auto removal = [&](const Signers& signers) {
    return w.about("removal", "record", pledge, "bank", {{"reason", "Dissolved."}}, signers);
  };
  EXPECT_EQ(w.refusal(removal({&key("bank")})), "not-entitled");
  EXPECT_EQ(w.append(removal({&key("anna"), &key("anna-2")})).disposition, Disposition::pending) << "one person, two keys";
  EXPECT_EQ(w.refusal(removal({&key("anna-2")})), "needs-second-person");
  EXPECT_EQ(w.append(removal({&key("ben")})).disposition, Disposition::applied);
  EXPECT_EQ(w.state.supporter("bank")->status, Status::removed);
  EXPECT_TRUE(w.state.pending().empty());
  EXPECT_EQ(w.refusal(removal({&key("carla")})), "wrong-status");
}

TEST(State, SuccessionIsSignedByBothSides) {
  World w;
  w.found();
  const std::string old = w.supporter("old");
  w.supporter("new");
  w.supporter("third");
  const auto succession = [&](const Signers& signers) {
    return w.about("succession", "record", old, "old", {{"successor", org("new")}, {"form", "merger"}, {"reason", "Merged."}}, signers);
  };
  EXPECT_EQ(w.refusal(succession({&key("old")})), "not-entitled") << "the successor must agree";
  EXPECT_EQ(w.refusal(succession({&key("new")})), "not-entitled") << "so must the predecessor";
  EXPECT_EQ(w.refusal(succession({&key("new"), &key("third")})), "not-entitled");
  EXPECT_EQ(w.refusal(succession({&key("new"), &key("anna"), &key("anna-2")})), "needs-second-person");
  w.append(succession({&key("old"), &key("new")}));
  EXPECT_EQ(w.state.supporter("old")->status, Status::succeeded);
  EXPECT_EQ(w.state.supporter("old")->detail().successor, "new");
  EXPECT_THAT(w.state.supporter("new")->detail().predecessors, ElementsAre("old"));
  const std::string third = w.state.supporter("third")->record.hex();
  w.append(w.about("succession", "record", third, "third", {{"successor", org("new")}, {"form", "takeover"}, {"reason", "It dissolved."}},
                   {&key("new"), &key("anna"), &key("ben")}));
  EXPECT_EQ(w.state.supporter("third")->status, Status::succeeded) << "a quorum in place of one that signs no more";
}

TEST(State, EventsAreReplacedByTheirAnnouncer) {
  World w;
  w.found();
  w.supporter("bank");
  const auto event = [&](const char* title, Json more, const Signers& signers) {
    Json p{{"uid", "exercise"},      {"kind", "exercise"}, {"title", title}, {"language", "en"}, {"document", dig(sha("page"))},
           {"happened_at", w.now()}, {"at", w.now()}};
    for (const auto& [name, value] : more.items()) p[name] = value;
    return entry("event", sha("page"), p, signers);
  };
  EXPECT_EQ(w.refusal(event("First", {}, {&key("bank")})), "not-entitled") << "without an organisation it is the registry's";
  EXPECT_EQ(w.refusal(event("First", {{"organisation", org("bank")}}, {&key("verifier")})), "not-entitled");
  EXPECT_EQ(w.refusal(event("First", {{"starts", "2027-01-02T00:00:00Z"}, {"ends", "2027-01-01T00:00:00Z"}}, {&key("anna")})),
            "not-allowed");
  w.append(event("First", {{"organisation", org("bank")}}, {&key("bank")}));
  EXPECT_EQ(w.refusal(event("Stolen", {}, {&key("anna")})), "id-taken");
  w.append(event("Second", {{"organisation", org("bank")}, {"status", "cancelled"}}, {&key("bank")}));
  ASSERT_EQ(w.state.events().size(), 1u);
  EXPECT_EQ(w.state.events().at("exercise").title, "Second");
  EXPECT_EQ(w.state.events().at("exercise").sequence, 1u);
  EXPECT_TRUE(w.state.events().at("exercise").cancelled);
  EXPECT_EQ(w.state.entry(3)->disposition, Disposition::superseded);
}

TEST(State, RoundsReleasesAndCommitments) {
  World w;
  w.found();
  w.supporter("bank");
  w.supporter("other");
  Json round{{"round", "q4"},
             {"drawn_at", w.now()},
             {"drawn_from", {{"origin", "registry.example/ledger"}, {"size", 7}, {"sha256", sha("checkpoint")}}},
             {"merkle_root", dig(sha("root"))},
             {"entries", 3}};
  round["classes"] = Json::array({Json{{"class", "within-1h"}, {"count", 1}}, Json{{"class", "no-answer"}, {"count", 2}}});
  round["at"] = w.now();
  Json wrong = round;
  wrong["entries"] = 4;
  EXPECT_EQ(w.refusal(entry("comcheck-round", sha("root"), wrong, {&key("fay")})), "not-allowed");
  wrong = round;
  wrong["drawn_from"]["origin"] = "another.example/ledger";
  EXPECT_EQ(w.refusal(entry("comcheck-round", sha("root"), wrong, {&key("fay")})), "not-allowed");
  EXPECT_EQ(w.refusal(entry("comcheck-round", sha("root"), round, {&key("bank")})), "not-entitled");
  w.append(entry("comcheck-round", sha("root"), round, {&key("fay")}));
  ASSERT_EQ(w.state.comchecks().size(), 1u);
  EXPECT_EQ(w.state.comchecks()[0].classes.size(), 2u);
  round["at"] = w.now();
  EXPECT_EQ(w.refusal(entry("comcheck-round", sha("root"), round, {&key("fay")})), "id-taken");

  const Json release{{"version", "2026.11"}, {"catalog", dig(sha("data"))}, {"controls", dig(sha("controls"))}, {"at", w.now()}};
  EXPECT_EQ(w.refusal(entry("catalogue-release", sha("data"), release, {&key("anna")})), "needs-second-person");
  EXPECT_EQ(w.refusal(entry("catalogue-release", sha("data"), release, {&key("anna"), &key("fay")})), "not-entitled");
  w.append(entry("catalogue-release", sha("data"), release, {&key("anna"), &key("ben")}));
  ASSERT_EQ(w.state.catalogue().size(), 1u);

  const Bytes salt(32, 5);
  const std::string made = statement::commitment(salt, sha256("report")).value().hex();
  const auto commitment = [&](const Signers& signers) {
    return entry("commitment", made, {{"scheme", "salted-sha256/v1"}, {"commitment", dig(made)}, {"kind", "report"}, {"at", w.now()}},
                 signers);
  };
  const auto reveal = [&](const Signers& signers) {
    return entry("reveal", made,
                 {{"scheme", "salted-sha256/v1"},
                  {"commitment", dig(made)},
                  {"salt", to_base64(salt)},
                  {"content", {{"sha256", sha("report")}, {"media_type", "text/plain"}}},
                  {"at", w.now()}},
                 signers);
  };
  EXPECT_EQ(w.refusal(reveal({&key("bank")})), "no-such-statement");
  w.append(commitment({&key("bank")}));
  EXPECT_EQ(w.refusal(commitment({&key("other")})), "id-taken");
  EXPECT_EQ(w.refusal(reveal({&key("other")})), "not-entitled");
  w.append(reveal({&key("bank")}));
  EXPECT_EQ(w.state.commitments().begin()->second.holder, "bank");
  EXPECT_TRUE(w.state.commitments().begin()->second.revealed.has_value());
  EXPECT_EQ(w.refusal(reveal({&key("bank")})), "wrong-status");
}

TEST(State, WhatASupporterSaysOfItself) {
  World w;
  w.found();
  const std::string pledge = w.supporter("bank");
  Json contacts{{"organisation", org("bank")}, {"commitment", dig(sha("contacts"))}};
  contacts["contacts"] = Json::array(
      {Json{{"role", "duty"}, {"commitment", dig(sha("duty"))}, {"channels", 2}, {"languages", {"en", "fr"}}, {"audience", "supporters"}}});
  contacts["at"] = w.now();
  EXPECT_EQ(w.refusal(entry("contact-set", sha("contacts"), contacts, {&key("anna")})), "not-entitled") << "nobody speaks for a supporter";
  w.append(entry("contact-set", sha("contacts"), contacts, {&key("bank")}));
  ASSERT_TRUE(w.state.supporter("bank")->detail().contacts.has_value());
  EXPECT_EQ(w.state.supporter("bank")->detail().contacts->contacts[0].languages.size(), 2u);

  const auto member = [&](const char* status, const Signers& signers) {
    return entry("instrument-membership", sha("list"),
                 {{"organisation", org("bank")},
                  {"instrument", "manrs"},
                  {"status", status},
                  {"proof", dig(sha("list"))},
                  {"url", "https://list.example/"},
                  {"at", w.now()}},
                 signers);
  };
  w.append(member("member", {&key("bank")}));
  EXPECT_EQ(w.state.supporter("bank")->detail().memberships.at(0).basis, Membership::Basis::declared);
  w.append(member("member", {&key("verifier")}));
  EXPECT_EQ(w.state.supporter("bank")->detail().memberships.at(0).basis, Membership::Basis::confirmed);
  EXPECT_EQ(w.refusal(member("ended", {&key("anna")})), "not-entitled");

  Json evidence{{"organisation", org("bank")},
                {"document", dig(sha("policy"))},
                {"kind", "policy"},
                {"media_type", "application/pdf"},
                {"controls", {"P5-01"}}};
  evidence["collected_at"] = format_time(w.clock + std::chrono::hours(1));
  evidence["at"] = w.now();
  EXPECT_EQ(w.refusal(entry("evidence", sha("policy"), evidence, {&key("bank")})), "not-allowed");
  evidence["collected_at"] = w.now();
  w.append(entry("evidence", sha("policy"), evidence, {&key("bank")}));
  EXPECT_EQ(w.state.supporter("bank")->detail().evidence.at(0).controls.at(0).str(), "P5-01");
}

TEST(State, ImportedRecordsCanBeClaimed) {
  if (!DataSet::embedded().file("schemas/predicate/import-v1.json")) GTEST_SKIP() << "no schema of imports in this tree";
  World w;
  w.found();
  EXPECT_EQ(w.refusal(w.import({{"ngo", "Old name"}}, {&key("anna")})), "not-entitled");
  EXPECT_EQ(w.refusal(w.import({{"ngo", "Old name"}, {"ngo", "Twice"}}, {&key("importer")})), "id-taken");
  const Applied applied = w.append(w.import({{"ngo", "Old name"}, {"club", "Club"}}, {&key("importer")}));
  EXPECT_THAT(applied.supporters, ElementsAre("club", "ngo"));
  const Supporter& ngo = *w.state.supporter("ngo");
  EXPECT_EQ(ngo.status, Status::imported);
  EXPECT_EQ(ngo.dates.signed_no_later_than, "2019-09-16");
  EXPECT_EQ(ngo.dates.signed_on, "");
  EXPECT_EQ(ngo.detail().memberships.at(0).instrument, "Tech Accord");
  w.append(w.import({{"ngo", "Old name, again"}}, {&key("importer")}));
  EXPECT_EQ(ngo.identity.name, "Old name, again");

  const std::string claim = w.put(w.pledge("ngo"));
  EXPECT_EQ(ngo.status, Status::imported) << "a claim changes nothing yet";
  EXPECT_EQ(ngo.identity.name, "Old name, again");
  EXPECT_EQ(w.refusal(w.about("withdrawal", "pledge", claim, "ngo", {{"by", "organisation"}}, {&key("ngo")})), "wrong-status");
  EXPECT_EQ(w.refusal(w.approval("ngo", claim, {&key("anna"), &key("ben")})), "needs-domain-proof");
  w.append(w.domain_proof("ngo", "club", {&key("verifier")}));
  EXPECT_EQ(w.refusal(w.approval("ngo", claim, {&key("anna"), &key("ben")})), "needs-domain-proof") << "bound to another key";
  w.append(w.domain_proof("ngo", "ngo", {&key("verifier")}));
  w.append(w.approval("ngo", claim, {&key("anna"), &key("ben")}));
  EXPECT_EQ(ngo.status, Status::approved);
  EXPECT_EQ(ngo.identity.name, "Organisation ngo");
  EXPECT_THAT(ngo.detail().former_names, ElementsAre("Old name, again"));
  EXPECT_EQ(ngo.dates.signed_on, "") << "no kind of date stands for another";
  EXPECT_EQ(ngo.keys.size(), 1u);
  EXPECT_EQ(w.refusal(w.import({{"ngo", "Overwritten"}}, {&key("importer")})), "id-taken");

  // A refused claim leaves the imported record as it was, and its key free to try again.
  const std::string second = w.put(w.pledge("club"));
  w.append(w.approval("club", second, {&key("anna"), &key("ben")}, false));
  EXPECT_EQ(w.state.supporter("club")->status, Status::imported);
  w.put(w.pledge("club"));
  EXPECT_TRUE(w.state.supporter("club")->detail().claim != nullptr);
}

// A ledger of some dozen statements of many kinds, with rubbish between them.
std::vector<std::string> a_life() {
  World w;
  const std::string rules = w.found();
  const std::string bank = w.supporter("bank");
  w.supporter("other");
  const std::string cert = w.put(w.pledge("cert"));
  w.append(w.approval("cert", cert, {&key("carla")}));
  w.append(w.domain_proof("bank", "bank", {&key("verifier")}));
  const std::string assessment = w.put(w.assessment("bank", {&key("dora")}));
  const std::string dispute = w.put(w.about("finding-dispute", "assessment", assessment, "bank",
                                            {{"control", "P6-01"}, {"by", org("bank")}, {"reason", "Wrong."}}, {&key("bank")}));
  w.append(w.about("dispute-decision", "dispute", dispute, "bank", {{"decision", "upheld"}, {"reason", "Right."}}, {&key("emil")}));
  w.append(w.key_set("bank", bank, {"bank/2"}, {&key("bank"), &key("bank/2")}));
  w.append(w.about("renewal", "pledge", bank, "bank", {{"until", "2027-11-24T00:00:00Z"}}, {&key("bank/2")}));
  w.append(w.revocation("bank/2", "bank", "registry", {&key("anna"), &key("ben")}));
  Json next = w.rules_predicate();
  next["previous"] = dig(rules);
  w.append(entry("registry-rules", sha("rules"), next, {&key("ben"), &key("carla")}));
  w.append(w.about("removal", "record", cert, "cert", {{"reason", "x"}}, {&key("anna"), &key("ben")}));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < w.log.size(); ++i) {
    out.push_back(w.log[i]);
    if (i % 3 == 0) out.push_back("rubbish " + std::to_string(i));
    if (i % 4 == 1) out.push_back(w.log[i]);                                  // replayed
    if (i % 5 == 2) out.push_back(w.pledge("bank"));                          // another's id
    if (i % 5 == 3) out.push_back(w.approval("other", bank, {&key("ben")}));  // wrong pledge
  }
  return out;
}

TEST(State, RubbishBetweenTheEntriesIsRecordedAndWithoutEffect) {
  State state;
  std::size_t ignored = 0, leaf = 0;
  for (const std::string& bytes : a_life()) {
    const Applied applied = state.apply(leaf, bytes);
    const auto row = state.entry(leaf++);
    ASSERT_TRUE(row.has_value());
    EXPECT_EQ(row->disposition == Disposition::ignored, applied.ignored.has_value());
    EXPECT_EQ(row->ignored, applied.ignored);
    EXPECT_EQ(row->envelope, sha256(bytes));
    ignored += applied.ignored ? 1 : 0;
  }
  EXPECT_GT(ignored, 10u);
  EXPECT_EQ(state.next_leaf(), leaf);
  EXPECT_EQ(state.supporter("bank")->status, Status::approved);
  EXPECT_EQ(state.supporter("cert")->status, Status::removed);
  EXPECT_EQ(state.disputes().begin()->second.state, DisputeState::upheld);
  EXPECT_FALSE(state.entry(leaf).has_value());
}

// The State rests on the entries alone: neither on batches, nor on questions asked in between, nor on which run it is.
TEST(State, TheSameEntriesGiveTheSameState) {
  const auto entries = a_life();
  State whole;
  for (std::size_t i = 0; i < entries.size(); ++i) whole.apply(i, entries[i]);
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    State state;
    for (std::size_t i = 0; i < entries.size();) {
      const std::size_t end = std::min(entries.size(), i + 1 + random() % 9);
      for (; i < end; ++i) state.apply(i, entries[i]);
      State moved = std::move(state);  // between batches the owner may change
      state = std::move(moved);
      (void)state.check(entries[random() % entries.size()], when("2026-11-24T10:00:00Z"));
      (void)state.pending();
    }
    EXPECT_EQ(state.digest(), whole.digest());
  }
  State shorter;
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) shorter.apply(i, entries[i]);
  EXPECT_NE(shorter.digest(), whole.digest());
}

TEST(State, NobodyPledgesWithTheLedgersKey) {
  World w;
  w.found();
  Json pledge = w.pledge_predicate("bank");
  pledge["key"] = vkey("registry.example/ledger");
  EXPECT_EQ(w.refusal(entry("pledge", sha("the call"), pledge, {&key("registry.example/ledger")})), "key-taken");
}

TEST(State, LeavesComeInOrder) {
  World w;
  w.found();
  const Digest before = w.state.digest();
  for (const Leaf leaf : {Leaf{0}, Leaf{2}, Leaf{99}}) {
    const Applied applied = w.state.apply(leaf, w.pledge("bank"));
    EXPECT_EQ(applied.ignored->code, Code::out_of_order);
  }
  EXPECT_EQ(w.state.digest(), before);
}

// What a server prepares before a statement's turn must not outlive what happens before that turn.
TEST(State, ASubmissionIsJudgedByWhatCameBeforeItsTurn) {
  World w;
  w.found();
  const std::string bank = w.supporter("bank");
  const auto ready = [&](const std::string& bytes) {
    Submission out = w.state.read(bytes);
    w.state.find_keys(out);
    out.try_signatures();
    return out;
  };
  const Json until{{"until", format_time(w.clock + std::chrono::days(300))}};
  const std::string renewal = w.about("renewal", "pledge", bank, "bank", until, {&key("bank")});
  // Its key is revoked while it waits.
  Submission waiting = ready(renewal);
  w.append(w.revocation("bank", "bank", "holder", {&key("bank")}));
  const auto revoked = w.state.admit(waiting, w.clock);
  ASSERT_FALSE(revoked.has_value());
  EXPECT_EQ(revoked.error().code, Code::unknown_key);
  EXPECT_EQ(w.state.next_leaf(), w.log.size()) << "a refused submission leaves no trace";
  // Its key becomes known while it waits: then the signature is tried at its turn.
  const std::string pledge = w.pledge("late");
  const std::string approval = w.approval("late", sha(pledge), {&key("anna"), &key("ben")});
  const std::string late = w.about("renewal", "pledge", sha(pledge), "late", until, {&key("late")});
  Submission early = ready(late);
  std::string forged = late;
  forged[forged.rfind("\"sig\":\"") + 9] ^= 1;
  Submission early_forged = ready(forged);
  w.append(pledge);
  w.append(approval);
  EXPECT_EQ(w.state.admit(early_forged, w.clock).error().code, Code::bad_signature);
  EXPECT_TRUE(w.state.admit(early, w.clock).has_value());
  Submission again = ready(late);
  EXPECT_EQ(w.state.admit(again, w.clock).error().code, Code::replay);
  Submission unread = ready("no statement");
  EXPECT_EQ(w.state.admit(unread, w.clock).error().code, Code::malformed);
}

}  // namespace
}  // namespace entente::registry
