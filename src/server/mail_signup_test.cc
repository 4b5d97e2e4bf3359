// Confirmation by mail through the service in process, with a real SMTP server on loopback: what is asked for, what is refused, and that a
// token is good for one supporter, stage, key and time.
#include "server/mail_signup.h"

#include <gmock/gmock.h>

#include "mail_receiver.h"
#include "registry/mail_request.h"
#include "server/test_service.h"
#include "test_support.h"

namespace entente::server {
namespace {

using fixture::TestService;
using fixture::made::key;
using fixture::made::sha;
using http::Method;
using http::Response;
using testing::HasSubstr;
using testing::Not;

std::string code_of(const Response& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  return std::to_string(response.status) + " " + (body.is_object() ? body.value("code", "") : "");
}

class MailSignupTest : public testing::Test {
 protected:
  static void configure(RegistryOptions& options, const std::filesystem::path& folder, std::uint16_t port) {
    options.mail =
        registry::MailSender{.server = {.port = port, .tls = registry::MailTls::none, .timeout = std::chrono::milliseconds(10'000)},
                             .from = registry::MailAddress::parse("registry@registry.example").value()};
    options.signup.private_folder = folder / "private";
    options.signup.verifier_key = {std::shared_ptr<void>(), &key("verifier")};
  }
  // A pledge without domains; its digest.
  std::string apply(const std::string& id, const char* name = nullptr) {
    Json p = s.world.pledge_predicate(id);
    p.erase("domains");
    if (name != nullptr) p["organisation"]["name"] = name;
    const std::string pledge = fixture::made::entry("pledge", sha("the call"), p, {&key(id)});
    EXPECT_EQ(s.post(pledge).status, 201U);
    pledges[id] = sha(pledge);
    return pledges[id];
  }
  void approve(const std::string& id) {
    const Response taken = s.post(s.world.approval(id, pledges[id], {&key("anna"), &key("ben")}));
    EXPECT_EQ(taken.status, 201U) << taken.body;
  }
  registry::MailRequest request(const std::string& id, const std::string& address = "office@mail.example") {
    registry::MailRequest out{.address = registry::MailAddress::parse(address).value()};
    out.organisation = id;
    out.pledge = Digest::from_hex(pledges[id]).value();
    keys::random_bytes(out.nonce);
    out.at = s.world.clock;
    return out;
  }
  Response ask(const registry::MailRequest& asked, const char* by, const std::string& path = {}) {
    const std::string body = registry::sign_mail_request(asked, key(by), DataSet::embedded()).value();
    return s.ask(Method::post, "/api/v1/supporters/" + (path.empty() ? asked.organisation : path) + "/confirmations", body);
  }
  std::string token_of(const std::string& id) {
    const std::size_t before = receiver.mails().size();
    const Response asked = ask(request(id), id.c_str());
    EXPECT_EQ(asked.status, 202U) << asked.body;
    return receiver.wait_for(before + 1).token();
  }
  Response redeem(const std::string& token, Json more = Json::object()) {
    more["token"] = token;
    Response out = s.ask(Method::post, "/api/v1/confirmations", json_compact(more));
    if (out.status == 201) s.world.pass(std::chrono::seconds(60));
    return out;
  }
  Json signup(const std::string& id) { return Json::parse(s.api("/supporters/" + id + "/signup").body); }
  std::size_t statements() { return Json::parse(s.api("/statements?limit=500&kind=mail-proof").body)["items"].size(); }

  test::MailReceiver receiver{"unknown"};
  TestService s{TestService::Mode::writable, 4096,
                [this](RegistryOptions& options, const std::filesystem::path& folder) { configure(options, folder, receiver.port()); }};
  std::map<std::string, std::string> pledges;
};

TEST_F(MailSignupTest, FromTheRequestToTheStatement) {
  apply("small");
  EXPECT_EQ(signup("small")["mailbox"], nullptr);
  const Response asked = ask(request("small"), "small");
  ASSERT_EQ(asked.status, 202U) << asked.body;
  const test::ReceivedMail mail = receiver.wait_for(1);
  EXPECT_EQ(mail.to, "office@mail.example");
  EXPECT_THAT(mail.text(), testing::AllOf(HasSubstr("Organisation small"), HasSubstr("https://registry.example/confirm#" + mail.token())));
  // GET changes nothing, whatever it carries.
  for (const std::string& path : {"/confirm", "/api/v1/confirmations", "/api/v1/supporters/small/confirmations"})
    EXPECT_NE(s.get(path + "?token=" + mail.token()).status, 201U);
  EXPECT_EQ(statements(), 0U);

  const Response confirmed = redeem(mail.token());
  ASSERT_EQ(confirmed.status, 201U) << confirmed.body;
  const Json answer = Json::parse(confirmed.body);
  EXPECT_EQ(answer["supporter"], "small");
  EXPECT_EQ(signup("small")["mailbox"]["leaf"], answer["leaf"]);
  EXPECT_EQ(signup("small")["mailbox"]["stage"], "apply");
  const std::string statement = s.api("/statements/" + answer["leaf"].dump()).body;
  EXPECT_THAT(statement, Not(HasSubstr("mail.example"))) << "no address in the ledger";
  EXPECT_THAT(s.api("/supporters/small").body, Not(HasSubstr("mail.example")));
  const auto salt = from_base64(answer["salt"].get<std::string>());
  ASSERT_OK(salt);
  EXPECT_EQ(statement::commitment(*salt, sha256("office@mail.example")).value().hex(), answer["commitment"]["sha256"].get<std::string>());
  const auto kept = read_file(s.folder() / "private/mailboxes" / (answer["commitment"]["sha256"].get<std::string>() + ".json"));
  ASSERT_OK(kept);
  EXPECT_THAT(*kept, HasSubstr("office@mail.example"));
  EXPECT_TRUE(std::filesystem::is_empty(s.folder() / "private/confirmations"));

  EXPECT_EQ(code_of(redeem(mail.token())), "409 token-used");
  EXPECT_EQ(statements(), 1U);
  approve("small");
  EXPECT_EQ(signup("small")["status"], "approved");
  EXPECT_TRUE(s.problems.empty()) << s.problems.front();
}

TEST_F(MailSignupTest, ATokenIsGoodForItsSupporterStageKeyAndTimeOnly) {
  apply("small");
  apply("tiny");
  const std::string of_small = token_of("small"), of_tiny = token_of("tiny");
  EXPECT_EQ(code_of(redeem(of_small, {{"supporter", "tiny"}})), "403 bad-token");
  EXPECT_EQ(code_of(redeem(of_small, {{"stage", "renew"}})), "403 bad-token");
  // The MAC of one under the nonce of the other.
  const std::string mixed = of_small.substr(0, of_small.rfind('.')) + of_tiny.substr(of_tiny.rfind('.'));
  EXPECT_EQ(code_of(redeem(mixed)), "403 bad-token");
  for (std::size_t i = 0; i < of_small.size(); i += 3) {
    std::string altered = of_small;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(code_of(redeem(altered)), "403 bad-token") << i;
  }
  approve("small");  // now its stage is another
  EXPECT_EQ(code_of(redeem(of_small)), "403 bad-token");
  EXPECT_EQ(code_of(redeem(of_small, {{"stage", "apply"}})), "403 bad-token");
  s.world.pass(std::chrono::hours(24));
  EXPECT_EQ(code_of(redeem(of_tiny)), "403 bad-token") << "expired";
  EXPECT_EQ(statements(), 0U);

  registry::MailRequest renewal = request("small");
  EXPECT_EQ(code_of(ask(renewal, "small")), "409 wrong-stage");
  renewal.stage = registry::Stage::renew;
  ASSERT_EQ(ask(renewal, "small").status, 202U);
  const std::string token = receiver.wait_for(3).token();
  const Response rotated = s.post(s.world.key_set("small", pledges["small"], {"small-2"}, {&key("small"), &key("small-2")}));
  ASSERT_EQ(rotated.status, 201U) << rotated.body;
  EXPECT_EQ(code_of(redeem(token)), "403 bad-token") << "its key has ended";
  EXPECT_EQ(statements(), 0U);
}

TEST_F(MailSignupTest, OnlyTheSupportersKeyAsksOnceAndInTime) {
  apply("small");
  apply("tiny");
  const registry::MailRequest asked = request("small");
  EXPECT_EQ(code_of(ask(asked, "tiny")), "401 bad-signature");
  EXPECT_EQ(code_of(ask(asked, "anna")), "401 bad-signature") << "officers do not ask in others' names";
  EXPECT_EQ(code_of(ask(asked, "tiny", "tiny")), "422 not-allowed") << "another supporter's path";
  EXPECT_EQ(code_of(s.ask(Method::post, "/api/v1/supporters/small/confirmations", R"({"address":"a@mail.example"})")), "400 malformed");
  registry::MailRequest old = request("small"), early = request("small"), other = request("small");
  old.at -= std::chrono::seconds(601);
  early.at += std::chrono::seconds(301);
  other.pledge = sha256("another");
  EXPECT_EQ(code_of(ask(old, "small")), "422 stale");
  EXPECT_EQ(code_of(ask(early, "small")), "422 from-the-future");
  EXPECT_EQ(code_of(ask(other, "small")), "409 no-such-statement");
  EXPECT_EQ(ask(asked, "small").status, 202U);
  EXPECT_EQ(code_of(ask(asked, "small")), "409 replay");
  s.start(TestService::Mode::writable);
  EXPECT_EQ(code_of(ask(asked, "small")), "409 replay") << "a restart forgets no request";
  (void)receiver.wait_for(1);
  EXPECT_EQ(receiver.mails().size(), 1U);
}

TEST_F(MailSignupTest, WhoNamesADomainOrIsNoSupporterIsSentElsewhere) {
  pledges["bank"] = pledges["nobody"] = pledges["gone"] = pledges["ngo"] = sha("x");
  EXPECT_EQ(code_of(ask(request("bank"), "bank")), "422 not-allowed") << "it names a domain";
  EXPECT_EQ(code_of(ask(request("nobody"), "nobody")), "404 not-found");
  EXPECT_EQ(code_of(ask(request("gone"), "gone")), "409 wrong-status");
  EXPECT_EQ(code_of(ask(request("ngo"), "ngo")), "409 wrong-status") << "imported";
  EXPECT_TRUE(receiver.mails().empty());
}

TEST_F(MailSignupTest, MailsAreLimitedAndTheAnswerDoesNotTellWhoIsKnown) {
  apply("small");
  apply("tiny");
  const Response first = ask(request("small"), "small");
  for (std::size_t i = 1; i < kMailsAnHourToAddress; ++i) EXPECT_EQ(ask(request("small"), "small").status, 202U);
  // The address has had its mails: the same answer, and none is sent. Nor does an address that a mail server refuses show.
  const Response silent = ask(request("tiny"), "tiny"), refused = ask(request("tiny", "unknown@mail.example"), "tiny");
  EXPECT_EQ(silent.status, 202U);
  EXPECT_EQ(refused.body, silent.body);
  EXPECT_EQ(Json::parse(first.body)["expires"], Json::parse(silent.body)["expires"]);
  for (std::size_t i = kMailsAnHourToAddress; i < kMailsAnHourForSupporter; ++i)
    EXPECT_EQ(ask(request("small", "other@mail.example"), "small").status, 202U);
  const Response limited = ask(request("small", "third@mail.example"), "small");
  EXPECT_EQ(code_of(limited), "429 too-many");
  EXPECT_EQ(http::find_header(limited.headers, "Retry-After"), "3600");
  (void)receiver.wait_for(kMailsAnHourForSupporter);
  ASSERT_OK(s.service->stop());
  EXPECT_EQ(receiver.mails().size(), kMailsAnHourForSupporter) << "small's; none of tiny's";
  ASSERT_EQ(s.problems.size(), 1U);
  EXPECT_THAT(s.problems[0], testing::AllOf(HasSubstr("no such mailbox"), Not(HasSubstr("unknown@mail.example"))));
}

TEST_F(MailSignupTest, FormsAndJsonAndWhatIsNeither) {
  apply("small");
  const std::string token = token_of("small");
  const auto post = [&](const std::string& body, const char* type) {
    return s.ask(Method::post, "/api/v1/confirmations", body, {{"Content-Type", type}});
  };
  for (const std::string& body : {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"token":7})"),
                                  R"({"token":")" + token + R"(","more":"x"})", std::string(5'000, ' ')})
    EXPECT_EQ(code_of(post(body, "application/json")), "400 malformed") << body.substr(0, 50);
  EXPECT_EQ(code_of(post("supporter=small", "application/x-www-form-urlencoded")), "400 malformed");
  EXPECT_EQ(code_of(post("token=%3Cb%3E", "application/x-www-form-urlencoded")), "403 bad-token");
  EXPECT_EQ(post("supporter=small&token=+" + token + "+", "application/x-www-form-urlencoded").status, 201U);
}

TEST_F(MailSignupTest, ANameThatCouldLeadAstrayIsNotMailed) {
  apply("small", "Open https://evil.example/ now");
  EXPECT_EQ(code_of(ask(request("small"), "small")), "422 not-allowed");
  EXPECT_TRUE(receiver.mails().empty());
}

TEST_F(MailSignupTest, OpenOnesSurviveARestartAndTheSecretIsKept) {
  apply("small");
  const std::string token = token_of("small");
  s.start(TestService::Mode::writable);
  EXPECT_EQ(redeem(token).status, 201U);
  s.start(TestService::Mode::writable);
  EXPECT_EQ(code_of(redeem(token)), "409 token-used");
}

TEST(MailSignup, WithoutAMailServerNothingIsPromised) {
  TestService s;
  EXPECT_EQ(code_of(s.ask(Method::post, "/api/v1/supporters/bank/confirmations", "{}")), "409 not-configured");
  EXPECT_EQ(code_of(s.ask(Method::post, "/api/v1/confirmations", R"({"token":"x"})")), "409 not-configured");
  TestService copy(TestService::Mode::read_only);
  EXPECT_EQ(code_of(copy.ask(Method::post, "/api/v1/supporters/bank/confirmations", "{}")), "405 read-only");
  EXPECT_EQ(code_of(copy.ask(Method::get, "/api/v1/confirmations?token=x")), "405 method-not-allowed");
}

}  // namespace
}  // namespace entente::server
