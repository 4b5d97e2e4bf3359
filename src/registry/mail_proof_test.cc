// What a confirmation by mail does to a record, and what it does not: it is no proof of a domain.
#include <gmock/gmock.h>

#include "registry/identity.h"
#include "registry/record_json.h"
#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using fixture::dig;
using fixture::entry;
using fixture::key;
using fixture::org;
using fixture::sha;
using fixture::vkey;

class MailProof : public testing::Test {
 protected:
  void SetUp() override {
    w.found();
    Json p = w.pledge_predicate("club");
    p.erase("domains");
    pledge = w.put(entry("pledge", sha("the call"), p, {&key("club")}));
  }
  [[nodiscard]] Json predicate(const char* stage = "apply", const std::string& bound_to = "club") const {
    return Json{{"organisation", org("club")},
                {"stage", stage},
                {"key", vkey(bound_to)},
                {"scheme", "salted-sha256/v1"},
                {"commitment", dig(sha("mailbox"))},
                {"at", w.now()},
                {"until", format_time(w.clock + std::chrono::days(365))}};
  }
  static std::string proof(const Json& p, const char* by = "verifier") {
    return entry("mail-proof", p["commitment"]["sha256"].get<std::string>(), p, {&key(by)});
  }
  void approve() { w.append(w.approval("club", pledge, {&key("anna"), &key("ben")})); }

  fixture::World w;
  std::string pledge;
};

TEST_F(MailProof, IsNotedWithTheRecord) {
  EXPECT_FALSE(w.state.supporter("club")->detail().mailbox);
  const Applied applied = w.append(proof(predicate()));
  EXPECT_THAT(applied.supporters, testing::ElementsAre("club"));
  const auto& mailbox = w.state.supporter("club")->detail().mailbox;
  ASSERT_TRUE(mailbox);
  EXPECT_EQ(mailbox->stage, "apply");
  EXPECT_EQ(mailbox->key, vkey("club"));
  EXPECT_EQ(mailbox->commitment.hex(), sha("mailbox"));
  approve();
  const Leaf first = mailbox->leaf;
  w.append(proof(predicate("renew"), "anna"));
  EXPECT_EQ(w.state.entry(first)->disposition, Disposition::superseded);
  EXPECT_EQ(w.state.supporter("club")->detail().mailbox->stage, "renew");
  EXPECT_EQ(record_json(*w.state.supporter("club"))["mailbox"]["commitment"], sha("mailbox"));
}

TEST_F(MailProof, IsNoProofOfADomain) {
  w.append(proof(predicate()));
  approve();
  const Supporter& club = *w.state.supporter("club");
  EXPECT_TRUE(club.detail().domains.empty());
  const auto domain = judge_identity(w.state, club, catalog::ControlId(0, 1), w.clock);
  ASSERT_TRUE(domain);
  EXPECT_EQ(domain->status, catalog::Status::not_assessed) << "P0-01 asks for a domain";
  const auto signature = judge_identity(w.state, club, catalog::ControlId(0, 2), w.clock);
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->status, catalog::Status::not_assessed);
  // Keys after a loss rest on a domain, and so does the claim of an imported record.
  const std::string mail = w.put(proof(predicate("renew")));
  EXPECT_EQ(w.refusal(w.key_set("club", pledge, {"club-2"}, {&key("anna"), &key("ben"), &key("club-2")}, mail)), "needs-domain-proof");
  w.append(w.import({{"ngo", "Ngo"}}, {&key("importer")}));
  const std::string claim = w.put(w.pledge("ngo"));
  Json p = predicate("apply", "ngo");
  p["organisation"] = org("ngo");
  EXPECT_EQ(w.refusal(proof(p)), "wrong-status");
  EXPECT_EQ(w.refusal(w.approval("ngo", claim, {&key("anna"), &key("ben")})), "needs-domain-proof");
}

TEST_F(MailProof, WhatDoesNotFitIsRefused) {
  const auto with = [&](const char* member, const Json& value) {
    Json p = predicate();
    p[member] = value;
    return w.refusal(proof(p));
  };
  EXPECT_EQ(w.refusal(proof(predicate(), "club")), "not-entitled") << "nobody confirms for themselves";
  EXPECT_EQ(w.refusal(proof(predicate("renew"))), "wrong-status");
  EXPECT_EQ(w.refusal(proof(predicate("apply", "anna"))), "not-allowed") << "no key of this supporter";
  EXPECT_EQ(with("until", w.now()), "not-allowed");
  EXPECT_EQ(with("until", format_time(w.clock + std::chrono::days(401))), "not-allowed");
  EXPECT_EQ(with("organisation", org("nobody")), "no-such-supporter");
  EXPECT_EQ(with("address", "office@mail.example"), "schema") << "no address in the ledger";
  EXPECT_EQ(with("stage", "recover-key"), "schema");
  EXPECT_EQ(with("scheme", "sha256"), "schema");
  EXPECT_EQ(with("at", format_time(w.clock - std::chrono::hours(1))), "out-of-order") << "before the pledge";
  w.append(proof(predicate()));
  Json earlier = predicate();
  earlier["at"] = format_time(w.clock - std::chrono::seconds(61));
  EXPECT_EQ(w.refusal(proof(earlier)), "out-of-order");
  w.append(w.about("withdrawal", "pledge", pledge, "club", {{"by", "organisation"}}, {&key("club")}));
  EXPECT_EQ(w.refusal(proof(predicate())), "wrong-status");
}

}  // namespace
}  // namespace entente::registry
