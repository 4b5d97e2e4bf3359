#include "registry/mail_token.h"

#include <gmock/gmock.h>
#include <set>

#include "test_support.h"

namespace entente::registry {
namespace {

// What the server keeps in a file (mail_spent.h), here in memory.
struct UsedNonces {
  std::set<MailNonce> used;
  Result<bool> spend(const MailNonce& nonce, Instant, Instant) { return used.insert(nonce).second; }
};

using testing::HasSubstr;

constexpr Instant kMailTime = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27};

MailAddress mail_recipient(std::string_view text = "office@pledge.example") { return MailAddress::parse(text).value(); }
const SpendNonce kAlwaysFirst = [](const MailNonce&, Instant) -> Result<bool> { return true; };

TEST(MailToken, IsGoodForItsStageAndRecipientOnce) {
  const MailConfirmation server(MailSecret{1, 2, 3});
  UsedNonces spent;
  const SpendNonce spend = [&](const MailNonce& nonce, Instant expires) { return spent.spend(nonce, expires, kMailTime); };
  const auto token = server.issue(Stage::apply, mail_recipient(), kMailTime);
  ASSERT_OK(token);
  ASSERT_OK(server.redeem(token->str(), Stage::apply, mail_recipient(), kMailTime, spend));
  const auto again = server.redeem(token->str(), Stage::apply, mail_recipient(), kMailTime, spend);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().what, HasSubstr("used before"));
}

TEST(MailToken, AnotherStageRecipientSecretOrExpiryIsRefusedAndSpendsNothing) {
  const MailConfirmation server(MailSecret{1, 2, 3}), other(MailSecret{1, 2, 4});
  int spendings = 0;
  const SpendNonce spend = [&](const MailNonce&, Instant) -> Result<bool> { return ++spendings == 1; };
  const auto token = server.issue(Stage::apply, mail_recipient(), kMailTime).value();
  EXPECT_FALSE(server.redeem(token.str(), Stage::approve, mail_recipient(), kMailTime, spend));
  EXPECT_FALSE(server.redeem(token.str(), Stage::apply, mail_recipient("Office@pledge.example"), kMailTime, spend));
  EXPECT_FALSE(other.redeem(token.str(), Stage::apply, mail_recipient(), kMailTime, spend));
  EXPECT_FALSE(server.redeem(token.str(), Stage::apply, mail_recipient(), token.expires, spend));
  MailToken longer = token;
  longer.expires += std::chrono::days{1};
  EXPECT_FALSE(server.redeem(longer.str(), Stage::apply, mail_recipient(), kMailTime, spend));
  MailToken fresh = token;
  fresh.nonce[0] ^= 1;
  EXPECT_FALSE(server.redeem(fresh.str(), Stage::apply, mail_recipient(), kMailTime, spend));
  EXPECT_EQ(spendings, 0);
  EXPECT_TRUE(server.redeem(token.str(), Stage::apply, mail_recipient("office@PLEDGE.example"), kMailTime, spend));
  EXPECT_EQ(spendings, 1);
}

TEST(MailToken, OfAnotherMatterIsRefused) {
  const MailSecret secret{7};
  const MailConfirmation works(secret, "pledge-works\nkey"), other(secret, "other\nkey"), nothing(secret);
  const std::string token = works.issue(Stage::apply, mail_recipient(), kMailTime).value().str();
  EXPECT_FALSE(other.redeem(token, Stage::apply, mail_recipient(), kMailTime, kAlwaysFirst));
  EXPECT_FALSE(nothing.redeem(token, Stage::apply, mail_recipient(), kMailTime, kAlwaysFirst));
  EXPECT_OK(works.redeem(token, Stage::apply, mail_recipient(), kMailTime, kAlwaysFirst));
}

TEST(MailToken, AFailingStoreConfirmsNothing) {
  const MailConfirmation server(MailSecret{});
  const auto token = server.issue(Stage::contact, mail_recipient(), kMailTime).value();
  const auto refused = server.redeem(token.str(), Stage::contact, mail_recipient(), kMailTime,
                                     [](const MailNonce&, Instant) -> Result<bool> { return fail("disk full"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "disk full");
}

TEST(MailToken, EveryChangedCharacterIsRefused) {
  const MailConfirmation server(MailSecret{9});
  const std::string text = server.issue(Stage::apply, mail_recipient(), kMailTime).value().str();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(server.redeem(changed, Stage::apply, mail_recipient(), kMailTime, kAlwaysFirst)) << i;
    EXPECT_FALSE(server.redeem(text.substr(0, i), Stage::apply, mail_recipient(), kMailTime, kAlwaysFirst)) << i;
  }
  for (const std::string& other : {text + "A", " " + text, text + "\n", std::string(1'000'000, 'a')}) EXPECT_FALSE(MailToken::parse(other));
  EXPECT_EQ(MailToken::parse(text)->str(), text);
}

TEST(MailToken, LifetimesAreBounded) {
  const MailConfirmation server(MailSecret{});
  EXPECT_FALSE(server.issue(Stage::apply, mail_recipient(), kMailTime, std::chrono::seconds{59}));
  EXPECT_FALSE(server.issue(Stage::apply, mail_recipient(), kMailTime, std::chrono::days{31}));
  EXPECT_TRUE(server.issue(Stage::apply, mail_recipient(), kMailTime, std::chrono::days{30}));
}

TEST(MailAddress, TakesDotAtomsAndRefusesTheRest) {
  EXPECT_EQ(MailAddress::parse("First.Last+tag@Mail.EXAMPLE.example")->str(), "First.Last+tag@mail.example.example");
  EXPECT_EQ(mail_recipient().domain(), "pledge.example");
  for (const std::string text :
       {"", "office", "@pledge.example", "office@", "office@example", ".a@pledge.example", "a..b@pledge.example", "a b@pledge.example",
        "a\r\nBcc:b@pledge.example", "\"a\"@pledge.example", "a@b@pledge.example", "a@[192.0.2.1]", "A <a@pledge.example>",
        "a@pledge.example.", "a@pledge.example\n", "a,b@pledge.example", "\xc3\xa9@pledge.example"})
    EXPECT_FALSE(MailAddress::parse(text)) << text;
  EXPECT_TRUE(MailAddress::parse(std::string(64, 'a') + "@pledge.example"));
  EXPECT_FALSE(MailAddress::parse(std::string(65, 'a') + "@pledge.example"));
}

}  // namespace
}  // namespace entente::registry
