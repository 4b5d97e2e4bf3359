#include "registry/challenge.h"

#include <gmock/gmock.h>

#include <set>

#include "core/ascii.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using testing::HasSubstr;

constexpr Instant kChallengeIssued = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27} + std::chrono::hours{12};

keys::VerifierKey challenge_key(std::uint8_t seed = 1) {
  return keys::SigningKey::from_seed("pledge.example", keys::KeyType::ed25519, Bytes(32, seed)).value().verifier();
}
dns::Domain challenge_domain(std::string_view text = "pledge.example") { return dns::Domain::parse(text).value(); }
Challenge a_challenge() {
  return Challenge::issue(challenge_key(), "log.example/entente", "pledge-works", challenge_domain(), Stage::apply, kChallengeIssued)
      .value();
}

// An independent spelling of docs/domain-proof.md.
Digest documented_binding(const Challenge& c, std::string_view stage) {
  std::string all;
  const Digest key = sha256(std::string(1, '\x01') + std::string(as_text(c.key.key())));
  for (const std::string& field :
       {std::string("entente domain challenge v1"), std::string(as_text(c.token)), std::string(as_text(key.view())), c.origin,
        c.organisation, c.domain.str(), std::string(stage), format_time(c.expires)})
    all += std::string(3, '\0') + static_cast<char>(field.size()) + field;
  return sha256(all);
}

TEST(Challenge, TextIsAsDocumented) {
  const Challenge c = a_challenge();
  EXPECT_EQ(c.expires, kChallengeIssued + std::chrono::days{7});
  EXPECT_EQ(c.binding(), documented_binding(c, "apply"));
  std::string token = to_base64(c.binding().view(), Base64Alphabet::url);
  token.pop_back();
  EXPECT_EQ(c.text(), "entente-challenge=v1 token=" + token + " expiry=2026-12-04T12:00:00Z");
  EXPECT_LT(c.text().size(), 255U);  // one string of a TXT record
  EXPECT_TRUE(c.check(c.text()));
  EXPECT_EQ(ChallengeText::parse(c.text()).value(), (ChallengeText{c.binding(), c.expires}));
}

TEST(Challenge, ADerivedOneIsMadeAgainFromWhatItIsFor) {
  const Bytes secret(32, 5), other_secret(32, 6);
  const Instant expires = kChallengeIssued + std::chrono::days{7};
  const auto derived = [&](const Bytes& from, std::uint8_t seed = 1, std::string id = "pledge-works", Stage stage = Stage::recover_key,
                           std::chrono::seconds later = {}) {
    return Challenge::derive(from, challenge_key(seed), "log.example/entente", std::move(id), challenge_domain(), stage, expires + later)
        .value();
  };
  const Challenge c = derived(secret);
  EXPECT_EQ(c, derived(secret));
  EXPECT_OK(derived(secret).check(c.text()));
  EXPECT_EQ(c.binding(), documented_binding(c, "recover-key"));
  EXPECT_EQ(Challenge::from(JsonDocument::parse(json_compact(c.json()), "c")->root()).value(), c);
  std::set<Token> tokens{c.token, Token{}};
  for (const Challenge& another :
       {derived(other_secret), derived(secret, 2), derived(secret, 1, "pledge-work"), derived(secret, 1, "pledge-works", Stage::renew),
        derived(secret, 1, "pledge-works", Stage::recover_key, std::chrono::seconds{1})}) {
    EXPECT_TRUE(tokens.insert(another.token).second) << another.text();
    EXPECT_FALSE(another.check(c.text()));
  }
  EXPECT_FALSE(Challenge::derive(secret, challenge_key(), "", "pledge-works", challenge_domain(), Stage::recover_key, expires));
}

TEST(Challenge, EveryPartIsBound) {
  const Challenge c = a_challenge();
  Challenge other = c;
  other.token[31] ^= 1;
  EXPECT_FALSE(other.check(c.text()));
  other = c;
  other.key = challenge_key(2);
  EXPECT_FALSE(other.check(c.text()));
  other = c;
  other.origin = "other.example/log";
  EXPECT_FALSE(other.check(c.text()));
  other = c;
  other.organisation = "pledge-work";
  EXPECT_FALSE(other.check(c.text()));
  other = c;
  other.domain = challenge_domain("www.pledge.example");
  EXPECT_FALSE(other.check(c.text()));
  other = c;
  other.expires += std::chrono::seconds{1};
  EXPECT_FALSE(other.check(c.text()));
  // Bytes that move from one field to the next make another value.
  Challenge left = c, right = c;
  left.origin = "log.examplea";
  left.organisation = "b";
  right.origin = "log.example";
  right.organisation = "ab";
  EXPECT_NE(left.binding(), right.binding());
  EXPECT_NE(a_challenge().token, a_challenge().token);
}

TEST(Challenge, AnotherStageIsToldByName) {
  const Challenge c = a_challenge();
  Challenge renewal = c;
  renewal.stage = Stage::renew;
  const auto refused = renewal.check(c.text());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("for the stage \"apply\", not \"renew\""));
}

TEST(Challenge, ErrorsSayInWhichWayAValueDiffers) {
  const Challenge c = a_challenge();
  std::string later = c.text();
  later.replace(later.find("2026"), 4, "2027");
  for (const auto& [seen, why] : std::vector<std::pair<std::string, std::string>>{{lower(c.text()), "capitals"},
                                                                                  {"\"" + c.text() + "\"", "quotation marks"},
                                                                                  {later, "expiry was altered"},
                                                                                  {a_challenge().text(), "another one"},
                                                                                  {c.text() + " ", "no challenge"},
                                                                                  {c.text().substr(0, 40), "no challenge"},
                                                                                  {"", "no challenge"},
                                                                                  {std::string(5000, 'a'), "longer"}}) {
    const auto refused = c.check(seen);
    ASSERT_FALSE(refused) << seen;
    EXPECT_THAT(refused.error().what, HasSubstr(why)) << seen;
    EXPECT_THAT(refused.error().hint, HasSubstr(c.text()));
  }
}

TEST(Challenge, TextHasOneSpelling) {
  const std::string text = a_challenge().text();
  for (const std::string& other : {" " + text, text + "\n", text.substr(0, text.size() - 1), text.substr(0, text.size() - 1) + ".5Z",
                                   text.substr(0, text.size() - 1) + "+00:00", text + " more=1"})
    EXPECT_FALSE(ChallengeText::parse(other)) << other;
  std::string padded = text;
  padded.insert(padded.find(" expiry"), "=");
  EXPECT_FALSE(ChallengeText::parse(padded));
}

TEST(Challenge, IsKeptAsJson) {
  const Challenge c = a_challenge();
  const auto document = JsonDocument::parse(json_compact(c.json()), "challenge");
  ASSERT_OK(document);
  const auto again = Challenge::from(document->root());
  ASSERT_OK(again);
  EXPECT_EQ(*again, c);
  for (const auto* member : {"challenge", "key", "origin", "organisation", "domain", "stage", "expires"}) {
    Json broken = c.json();
    broken[member] = "?";
    if (std::string_view(member) == "origin") broken[member] = "a b";
    EXPECT_FALSE(Challenge::from(JsonDocument::parse(json_compact(broken), "challenge")->root())) << member;
    broken.erase(member);
    EXPECT_FALSE(Challenge::from(JsonDocument::parse(json_compact(broken), "challenge")->root())) << member;
  }
}

TEST(Challenge, IssueRefusesWhatCannotBeBound) {
  const auto issue = [](std::string origin, std::string organisation, std::chrono::seconds lifetime) {
    return Challenge::issue(challenge_key(), std::move(origin), std::move(organisation), challenge_domain(), Stage::apply, kChallengeIssued,
                            lifetime)
        .has_value();
  };
  EXPECT_TRUE(issue("log.example", "a", kShortestChallenge));
  EXPECT_FALSE(issue("log.example", "a", kShortestChallenge - std::chrono::seconds{1}));
  EXPECT_FALSE(issue("log.example", "a", kLongestChallenge + std::chrono::seconds{1}));
  EXPECT_FALSE(issue("", "a", kShortestChallenge));
  EXPECT_FALSE(issue("log example", "a", kShortestChallenge));
  EXPECT_FALSE(issue("log.example", "", kShortestChallenge));
  EXPECT_FALSE(issue("log.example", "A", kShortestChallenge));
  const auto witness = keys::SigningKey::from_seed("w.example", keys::KeyType::cosignature_v1, Bytes(32, 1)).value().verifier();
  EXPECT_FALSE(Challenge::issue(witness, "log.example", "a", challenge_domain(), Stage::apply, kChallengeIssued));
}

TEST(Challenge, StagesHaveNames) {
  for (const Stage stage :
       {Stage::apply, Stage::approve, Stage::renew, Stage::correct, Stage::recover_key, Stage::withdraw, Stage::contact, Stage::comcheck})
    EXPECT_EQ(stage_from(name(stage)), stage);
  EXPECT_EQ(stage_from("Apply"), std::nullopt);
}

}  // namespace
}  // namespace entente::registry
