// Contacts and answers over the API in process: who may see what, what is refused, what the ledger's next word does to a document.
#include <gmock/gmock.h>

#include "registry/contact_folder.h"
#include "registry/contacts.h"
#include "registry/party_request.h"
#include "server/test_service.h"
#include "test_support.h"

namespace entente::server {
namespace {

using fixture::TestService;
using registry::ContactDocument;
using registry::RequestKind;
using registry::fixture::key;
using testing::HasSubstr;
using testing::Not;

class ContactsApi : public testing::Test {
 protected:
  void SetUp() override {
    RegistryOptions options{.log = s.folder() / "log", .database = "sqlite::memory:"};
    options.key = {std::shared_ptr<void>(), &fixture::log_key()};
    options.clock = [this] { return s.world.clock; };
    options.signup.private_folder = s.folder() / "private";
    s.service.reset();
    s.service = RegistryService::start(std::move(options)).value();
  }
  // With salts, of the bank.
  static ContactDocument document(const std::string& name = "Dora Duty") {
    Json contact{{"role", "duty"}, {"name", name}, {"channels", Json::array({Json{{"kind", "email"}, {"address", "duty@bank.example"}}})}};
    contact["languages"] = {"en"};
    contact["tlp"] = "TLP:GREEN";
    auto out =
        ContactDocument::parse(json_compact(Json{{"organisation", Json{{"id", "bank"}}}, {"contacts", Json::array({contact})}}), "test");
    out->draw_salts();
    return *out;
  }
  void put_set(const ContactDocument& document) {
    const Json predicate = registry::contact_set_predicate(document, s.world.clock).value();
    ASSERT_EQ(s.post(registry::fixture::entry("contact-set", document.commitment()->hex(), predicate, {&key("bank")})).status, 201U);
  }
  http::Response deposit(const ContactDocument& document) {
    return s.ask(http::Method::post, "/api/v1/supporters/bank/contacts", json_compact(document.json()));
  }
  std::string request(RequestKind kind, const std::string& by, const std::string& signer, std::chrono::seconds later = {}) {
    return registry::sign_request({.kind = kind,
                                   .origin = "registry.example/ledger",
                                   .by = by,
                                   .about = "bank",
                                   .nonce = registry::fresh_nonce(),
                                   .at = s.world.clock + later},
                                  key(signer));
  }
  http::Response send(const std::string& what, const std::string& request) {
    return s.ask(http::Method::post, "/api/v1/supporters/bank/contacts/" + what, request);
  }
  static std::string code(const http::Response& response) {
    const Json body = Json::parse(response.body);
    return std::to_string(response.status) + (body.contains("code") ? " " + body["code"].get<std::string>() : "");
  }
  TestService s;
};

TEST_F(ContactsApi, OnlyWhatTheLedgerCommittedToIsTaken) {
  const ContactDocument mine = document();
  EXPECT_EQ(code(deposit(mine)), "409 not-opened");
  put_set(mine);
  ContactDocument other = mine;
  other.contacts[0].name = "Somebody else";
  EXPECT_EQ(code(deposit(other)), "409 not-opened");
  other = mine;
  other.contacts[0].salt->front() ^= 1U;
  EXPECT_EQ(code(deposit(other)), "409 not-opened");
  EXPECT_EQ(code(s.ask(http::Method::post, "/api/v1/supporters/other/contacts", json_compact(mine.json()))), "422 not-allowed");
  EXPECT_EQ(code(s.ask(http::Method::post, "/api/v1/supporters/bank/contacts", "{}")), "422 schema");
  const http::Response taken = deposit(mine);
  EXPECT_EQ(taken.status, 201U) << taken.body;
  EXPECT_THAT(taken.body, HasSubstr("one channel only"));
  EXPECT_EQ(http::find_header(taken.headers, "Cache-Control"), "no-store");
}

TEST_F(ContactsApi, ARequestIsGoodOnceAndNow) {
  put_set(document());
  const std::string asked = request(RequestKind::contact_read, "other", "other");
  EXPECT_EQ(send("read", asked).status, 200U);
  EXPECT_EQ(code(send("read", asked)), "409 replay");
  EXPECT_EQ(code(send("read", request(RequestKind::contact_read, "other", "other", std::chrono::minutes(6)))), "422 stale");
  EXPECT_EQ(code(send("read", request(RequestKind::contact_read, "other", "bank"))), "403 not-entitled");
  EXPECT_EQ(code(send("read", request(RequestKind::contact_read, "gone", "gone"))), "403 not-entitled") << "withdrawn";
  EXPECT_EQ(code(send("read", request(RequestKind::contact_erase, "other", "other"))), "422 not-allowed");
  EXPECT_EQ(code(send("erase", request(RequestKind::contact_read, "bank", "bank"))), "422 not-allowed");
  EXPECT_EQ(code(send("erase", request(RequestKind::contact_erase, "other", "other"))), "403 not-entitled");
  EXPECT_EQ(code(send("read", "{}")), "400 malformed");
  EXPECT_EQ(s.post(asked).status, 400U) << "the ledger takes no request";
  s.world.clock += std::chrono::minutes(1);
  s.service.reset();
  SetUp();
  EXPECT_EQ(code(send("read", asked)), "409 replay") << "a restart forgets nothing";
}

TEST_F(ContactsApi, EachSeesWhatIsForIt) {
  const ContactDocument mine = document();
  put_set(mine);
  ASSERT_EQ(deposit(mine).status, 201U);
  EXPECT_THAT(s.api("/supporters/bank/contacts").body, Not(HasSubstr("Dora")));
  EXPECT_THAT(s.api("/supporters/bank").body, Not(HasSubstr("Dora")));
  const http::Response shown = send("read", request(RequestKind::contact_read, "other", "other"));
  EXPECT_THAT(shown.body, HasSubstr("Dora Duty"));
  EXPECT_EQ(http::find_header(shown.headers, "Cache-Control"), "no-store");
  SetUp();
  EXPECT_THAT(send("read", request(RequestKind::contact_read, "other", "other")).body, HasSubstr("Dora Duty")) << "a restart keeps it";
  EXPECT_EQ(code(s.api("/supporters/nobody/contacts")), "404 not-found");
}

TEST_F(ContactsApi, ANewerSetDropsTheOlderDocument) {
  const ContactDocument mine = document(), newer = document("Nina New");
  put_set(mine);
  ASSERT_EQ(deposit(mine).status, 201U);
  const auto folder = registry::ContactFolder::open(s.folder() / "private/contacts").value();
  ASSERT_TRUE(folder.find("bank")->has_value());
  put_set(newer);
  EXPECT_EQ(Json::parse(s.api("/supporters/bank/contacts").body)["deposited"], false);
  EXPECT_FALSE(folder.find("bank")->has_value());
  ASSERT_EQ(deposit(newer).status, 201U);
  EXPECT_EQ(send("erase", request(RequestKind::contact_erase, "bank", "bank")).status, 200U);
  EXPECT_FALSE(folder.find("bank")->has_value());
  EXPECT_EQ(Json::parse(s.api("/supporters/bank/contacts").body)["deposited"], false);
  s.service.reset();
  ASSERT_OK(folder.keep(mine));  // as if put there while the server was away
  SetUp();
  EXPECT_FALSE(folder.find("bank")->has_value()) << "it does not stand by the ledger";
}

TEST_F(ContactsApi, TooManyAnswersFromOneAddress) {
  const auto answer = [&] {
    return s.ask(http::Method::post, "/api/v1/comcheck/2026-q4/answers", R"({"nonce":"AAAAAAAAAAAAAAAAAAAAAA","answer":"11"})");
  };
  for (int i = 0; i < 600; ++i) ASSERT_EQ(answer().status, 404U);
  const http::Response refused = answer();
  EXPECT_EQ(code(refused), "429 too-many");
  EXPECT_NE(http::find_header(refused.headers, "Retry-After"), "");
  s.world.clock += std::chrono::minutes(1);
  EXPECT_EQ(answer().status, 404U);
  EXPECT_EQ(s.ask(http::Method::post, "/api/v1/comcheck/..%2f..%2fx/answers", "{}").status, 404U);
  EXPECT_EQ(code(s.ask(http::Method::post, "/api/v1/comcheck/x/answers", "{}")), "400 malformed");
}

TEST_F(ContactsApi, ABrokenFileIsToldAndTheRestIsServed) {
  const ContactDocument contacts = document();
  put_set(contacts);
  ASSERT_EQ(deposit(contacts).status, 201U);
  const auto folder = s.folder() / "private" / "contacts";
  const auto broken = folder / (sha256("other").hex() + ".json"), ended = folder / (sha256("gone").hex() + ".json");
  test::spit(broken, "{\"half\":");
  test::spit(ended, "no contacts");
  std::vector<std::string> told;
  const auto restart = [&] {
    RegistryOptions options{.log = s.folder() / "log", .database = "sqlite::memory:"};
    options.key = {std::shared_ptr<void>(), &fixture::log_key()};
    options.clock = [this] { return s.world.clock; };
    options.signup.private_folder = s.folder() / "private";
    options.problem = [&](const Error& error) { told.push_back(error.str()); };
    s.service.reset();
    s.service = RegistryService::start(std::move(options)).value();
  };
  restart();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_THAT(told[0] + told[1], testing::AllOf(HasSubstr(broken.string()), HasSubstr("move it away")));
  EXPECT_THAT(s.get("/metrics").body, HasSubstr("entente_contacts_broken_files 1\n"));
  EXPECT_EQ(Json::parse(s.api("/supporters/bank/contacts").body)["deposited"], true);
  EXPECT_EQ(Json::parse(s.api("/supporters/other/contacts").body)["deposited"], false);
  EXPECT_TRUE(std::filesystem::exists(broken)) << "it may be mended";
  EXPECT_FALSE(std::filesystem::exists(ended)) << "but nothing outlives the record it was of";
  ASSERT_EQ(s.get("/healthz").status, 200U);
}

}  // namespace
}  // namespace entente::server
