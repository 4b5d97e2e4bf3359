// Contacts and a round of communication checks with the real program: made, deposited, read by who may, refused to who may not; planned,
// committed to, drawn, sent through a real mail server, answered; the result proven by a party, and refused where it is forged. Then the
// ledger, the published copy and, after erasure, the private folder are searched for what must not be there.
#include <gmock/gmock.h>
#include <strings.h>
#include <sys/stat.h>

#include "browser.h"
#include "live_registry.h"
#include "mail_receiver.h"
#include "registry/comcheck.h"
#include "registry/party_request.h"
#include "registry/received_mail.h"

namespace entente {
namespace {

using registry::fixture::key;
using test::LiveRegistry;
using test::run_entente;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPublicUrl = "https://registry.example";
constexpr const char* kRound = "2026-q4";

Json duty_contact(const std::string& name, const std::vector<std::string>& addresses, const char* language = "en") {
  Json out{{"role", "duty"}, {"name", name}, {"channels", Json::array()}};
  for (const std::string& address : addresses) out["channels"].push_back(Json{{"kind", "email"}, {"address", address}});
  out["channels"].push_back(Json{{"kind", "phone"}, {"address", "+33155501234"}});
  out["languages"] = {language};
  out["tlp"] = "TLP:GREEN";
  return out;
}

class Comcheck : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(live.start({"--public-url", kPublicUrl})) << live.errors(); }

  void approve(const std::string& id, const char* category = "private-sector") {
    auto makers = LiveRegistry::makers();
    Json predicate = makers.pledge_predicate(id);
    predicate["organisation"]["category"] = category;
    if (std::string_view(category) == "state") predicate.erase("domains");
    const std::string pledge = live.put(registry::fixture::entry("pledge", registry::fixture::sha("the call"), predicate, {&key(id)}));
    live.put(makers.approval(id, pledge, {live.key("officer-1"), live.key("officer-2")}));
    ASSERT_TRUE(keys::write_key_file(live.path(id + ".key"), key(id)).has_value());
  }
  std::string opened(const std::string& id) { return live.path(id + ".opened.json"); }
  test::RunResult run(std::vector<std::string> arguments) { return run_entente(arguments); }
  void deposit(const std::string& id, const std::vector<Json>& contacts) {
    const Json document{{"organisation", Json{{"id", id}}}, {"contacts", contacts}};
    test::spit(live.path(id + ".json"), document.dump());
    for (const char* old : {".opened.json", ".opened.dsse.json"}) std::filesystem::remove(live.path(id + old));
    const auto made = run({"registry", "contacts", "make", live.path(id + ".json"), "--key", live.path(id + ".key"), "--out", opened(id)});
    ASSERT_EQ(made.code, 0) << made.err;
    const auto sent = run({"registry", "contacts", "send", live.url(), opened(id)});
    ASSERT_EQ(sent.code, 0) << sent.err;
  }
  // In every file below the folder.
  static std::vector<std::string> files_with(const std::string& folder, const std::string& text) {
    std::vector<std::string> out;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder))
      if (file.is_regular_file() && test::slurp(file.path()).find(text) != std::string::npos) out.push_back(file.path().string());
    return out;
  }
  static mode_t mode_of(const std::filesystem::path& path) {
    struct stat info{};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777U;
  }
  std::string round_file(const std::string& name) { return live.folder() + "/private/comcheck/" + kRound + "/" + name; }
  std::vector<std::string> comcheck(const char* step, std::vector<std::string> more = {}) {
    std::vector<std::string> out{"registry", "comcheck", step, live.folder(), kRound};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  std::vector<std::string> sending() {
    return comcheck("send", {"--smtp", "127.0.0.1:" + std::to_string(sink.port()), "--smtp-tls", "none", "--mail-from",
                             "check@registry.example", "--json"});
  }
  // The code a message to this address carries, and its question's right answer.
  std::pair<std::string, std::string> check_of(const std::string& address);
  http::ClientResponse answer(const std::string& nonce, const std::string& text) {
    return live.post(std::string("/comcheck/") + kRound + "/answers", Json{{"nonce", nonce}, {"answer", text}}.dump());
  }
  void plan_and_draw();
  void send_all();
  void answers_come_in();
  void answer_in_a_browser(const std::string& nonce, const std::string& right);
  void close_and_verify();

  LiveRegistry live;
  test::MailReceiver sink{"<refused"};
};

std::string decoded(const std::string& message) { return registry::ReceivedMail::parse(message).value().text; }

std::pair<std::string, std::string> Comcheck::check_of(const std::string& address) {
  for (const auto& message : sink.mails()) {
    // The mailbox that serves two organisations is written in two ways; either may be the one used.
    if (::strcasecmp(message.to.c_str(), address.c_str()) != 0) continue;
    const std::string text = decoded(message.message);
    const std::string mark = std::string(kPublicUrl) + "/comcheck#" + kRound + ".";
    const std::string nonce = text.substr(text.find(mark) + mark.size(), 22);
    for (const auto& question : registry::comcheck_questions().list)
      if (text.find(question.english) != std::string::npos || text.find(question.french) != std::string::npos)
        return {nonce, std::string(question.answers.front())};
  }
  ADD_FAILURE() << "no message to " << address;
  return {};
}

TEST_F(Comcheck, ContactsAreShownToWhomTheyAreFor) {
  approve("alpha");
  approve("beta");
  approve("land", "state");
  Json press{{"role", "press"},
             {"name", "Pia Press"},
             {"channels", Json::array({Json{{"kind", "web"}, {"address", "https://alpha.example/press"}}})}};
  press["languages"] = {"en"};
  press["tlp"] = "TLP:CLEAR";
  Json policy = duty_contact("Paul Policy", {"policy@alpha.example"});
  policy["role"] = "policy";
  policy["tlp"] = "TLP:AMBER";
  deposit("alpha", {press, duty_contact("Dora Duty", {"duty@alpha.example"}), policy});
  EXPECT_EQ(mode_of(opened("alpha")), 0600U);
  for (const auto& file : std::filesystem::directory_iterator(live.folder() + "/private/contacts")) EXPECT_EQ(mode_of(file.path()), 0600U);

  const auto everybody = live.get("/supporters/alpha/contacts");
  EXPECT_EQ(everybody.header("Cache-Control"), "no-store");
  EXPECT_THAT(everybody.body, HasSubstr("Pia Press"));
  EXPECT_THAT(everybody.body, Not(testing::AnyOf(HasSubstr("Dora"), HasSubstr("Paul"), HasSubstr("duty@"))));
  const auto read = [&](const std::string& by) {
    return run({"registry", "contacts", "read", live.url(), "alpha", "--key", live.path(by + ".key"), "--as", by});
  };
  EXPECT_THAT(read("beta").out, testing::AllOf(HasSubstr("Dora Duty"), HasSubstr("duty@alpha.example"), Not(HasSubstr("Paul"))));
  EXPECT_THAT(read("land").out, HasSubstr("Paul Policy"));
  EXPECT_THAT(read("alpha").out, HasSubstr("Paul Policy")) << "its owner sees all";
  ASSERT_TRUE(keys::write_key_file(live.path("stranger.key"), key("stranger")).has_value());
  for (const char* name : {"stranger", "beta"}) {  // nobody's key, under a supporter's name or its own
    const auto refused = run({"registry", "contacts", "read", live.url(), "alpha", "--key", live.path("stranger.key"), "--as", name});
    EXPECT_EQ(refused.code, 1) << "a refusal is a finding";
    EXPECT_THAT(refused.err, HasSubstr("not-entitled"));
  }
  EXPECT_EQ(run({"registry", "contacts", "open", opened("alpha"), "--log", live.log()}).code, 0);
  EXPECT_EQ(run({"registry", "contacts", "open", opened("alpha"), "--url", live.url()}).code, 0);
  const auto alone = run({"registry", "contacts", "show", opened("alpha"), "--entry", "1"});
  test::spit(live.path("alone.json"), alone.out);
  EXPECT_EQ(run({"registry", "contacts", "open", live.path("alone.json"), "--log", live.log()}).code, 0);
  std::string forged = alone.out;
  forged.replace(forged.find("Dora"), 4, "Dosa");
  test::spit(live.path("forged.json"), forged);
  EXPECT_EQ(run({"registry", "contacts", "open", live.path("forged.json"), "--log", live.log()}).code, 1);
  // What the ledger was never told is a finding, however it is asked; what cannot be asked or read is an error.
  std::string unknown = alone.out;
  unknown.replace(unknown.find("\"alpha\""), 7, "\"nobody\"");
  test::spit(live.path("unknown.json"), unknown);
  EXPECT_EQ(run({"registry", "contacts", "open", live.path("unknown.json"), "--log", live.log()}).code, 1);
  EXPECT_EQ(run({"registry", "contacts", "open", live.path("unknown.json"), "--url", live.url()}).code, 1);
  EXPECT_EQ(run({"registry", "contacts", "open", opened("alpha"), "--url", "http://127.0.0.1:1"}).code, 2);
  test::spit(live.path("nothing.json"), "[");
  EXPECT_EQ(run({"registry", "contacts", "open", live.path("nothing.json"), "--url", live.url()}).code, 2);
  const std::string kept = test::slurp(opened("alpha")), input = test::slurp(live.path("alpha.json"));
  for (const std::string& out : {opened("alpha"), live.path("alpha.json")}) {
    const auto again = run({"registry", "contacts", "make", live.path("alpha.json"), "--key", live.path("alpha.key"), "--out", out});
    EXPECT_EQ(again.code, 2);
    EXPECT_THAT(again.err, HasSubstr("nothing is overwritten"));
  }
  EXPECT_EQ(test::slurp(opened("alpha")), kept) << "the only salts of the set";
  EXPECT_EQ(test::slurp(live.path("alpha.json")), input);
  const auto nowhere =
      run({"registry", "contacts", "make", live.path("alpha.json"), "--key", live.path("alpha.key"), "--out", live.path("no/x.json")});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_THAT(nowhere.err, testing::AllOf(HasSubstr("no/x.json"), Not(HasSubstr(".tmp"))));
  EXPECT_THAT(run({"registry", "contacts", "show", opened("alpha"), "--entry", "9"}).err,
              testing::AllOf(HasSubstr(opened("alpha")), HasSubstr("no entry 9")));
}

TEST_F(Comcheck, ErasedContactsAreNowhere) {
  approve("alpha");
  approve("beta");
  deposit("alpha", {duty_contact("Dora Duty", {"duty@alpha.example"})});
  const std::string private_folder = live.folder() + "/private";
  EXPECT_FALSE(files_with(private_folder, "Dora Duty").empty());
  const auto foreign = run({"registry", "contacts", "erase", live.url(), "alpha", "--key", live.path("beta.key")});
  EXPECT_EQ(foreign.code, 1) << foreign.out;
  EXPECT_FALSE(files_with(private_folder, "Dora Duty").empty());
  const auto erased = run({"registry", "contacts", "erase", live.url(), "alpha", "--key", live.path("alpha.key")});
  EXPECT_EQ(erased.code, 0) << erased.err;
  EXPECT_THAT(files_with(live.folder(), "Dora Duty"), testing::IsEmpty());
  EXPECT_THAT(files_with(live.folder(), "duty@alpha.example"), testing::IsEmpty());
  const auto read = run({"registry", "contacts", "read", live.url(), "alpha", "--key", live.path("beta.key"), "--as", "beta"});
  EXPECT_THAT(read.out, testing::AllOf(Not(HasSubstr("Dora")), HasSubstr("duty  not deposited")));
  EXPECT_EQ(LiveRegistry::json(live.get("/supporters/alpha/contacts"))["deposited"], false);

  deposit("alpha", {duty_contact("Dora Duty", {"duty@alpha.example"})});
  const std::string older = test::slurp(opened("alpha"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  deposit("alpha", {duty_contact("Nina New", {"new@alpha.example"})});
  EXPECT_THAT(files_with(live.folder(), "Dora Duty"), testing::IsEmpty()) << "a newer set drops the older document";
  EXPECT_EQ(LiveRegistry::status_and_code(live.post("/supporters/alpha/contacts", older)), "409 not-opened");
  const std::string pledge = LiveRegistry::json(live.get("/supporters/alpha"))["pledge"]["sha256"].is_string()
                                 ? LiveRegistry::json(live.get("/supporters/alpha"))["pledge"]["sha256"].get<std::string>()
                                 : LiveRegistry::json(live.get("/supporters/alpha/signup"))["pledge"]["sha256"].get<std::string>();
  live.put(LiveRegistry::makers().about("withdrawal", "pledge", pledge, "alpha", {{"by", "organisation"}}, {&key("alpha")}));
  EXPECT_EQ(LiveRegistry::json(live.get("/supporters/alpha/contacts"))["deposited"], false);
  EXPECT_THAT(files_with(live.folder(), "Nina New"), testing::IsEmpty()) << "so does a withdrawal";
}

void Comcheck::plan_and_draw() {
  const Instant start = std::chrono::floor<std::chrono::seconds>(now()) + std::chrono::seconds(8);
  const auto plan = [&](const std::string& key_file, const std::string& url) {
    return run(comcheck("plan", {"--start", format_time(start), "--end", format_time(start + std::chrono::hours(2)), "--spread", "1s",
                                 "--public-url", kPublicUrl, "--key", key_file, "--send", url, "--json"}));
  };
  ASSERT_TRUE(keys::write_key_file(live.path("unknown.key"), key("unknown")).has_value());
  EXPECT_EQ(plan(live.path("unknown.key"), live.url()).code, 1);
  EXPECT_FALSE(std::filesystem::exists(round_file("plan.json"))) << "a key the ledger does not know leaves nothing behind";
  const auto unreached = plan(live.folder() + "/keys/officer-2.key", "http://127.0.0.1:1");
  EXPECT_EQ(unreached.code, 2);
  EXPECT_THAT(unreached.err, HasSubstr("entente registry send http://127.0.0.1:1 " + round_file("commitment.dsse.json")));
  const auto undrawn = run(comcheck("draw"));
  EXPECT_EQ(undrawn.code, 2);
  EXPECT_THAT(undrawn.err, HasSubstr("does not cover the commitment"));
  const auto planned = plan(live.folder() + "/keys/officer-1.key", live.url());
  ASSERT_EQ(planned.code, 0) << planned.err;
  EXPECT_EQ(Json::parse(planned.out)["contacts"], 5) << "six entries, two of them of one mailbox";
  EXPECT_EQ(answer("AAAAAAAAAAAAAAAAAAAAAA", "11").status, 404U) << "not drawn";
  // As after an answer that was lost: the ledger has the commitment. A wrong key changes nothing, and neither does a right one.
  const std::string sent = test::slurp(round_file("commitment.dsse.json"));
  EXPECT_EQ(plan(live.path("unknown.key"), live.url()).code, 1);
  const auto repeated = plan(live.folder() + "/keys/officer-2.key", live.url());
  EXPECT_EQ(repeated.code, 0) << repeated.err;
  EXPECT_EQ(Json::parse(repeated.out)["commitment"], Json::parse(planned.out)["commitment"]);
  EXPECT_EQ(test::slurp(round_file("commitment.dsse.json")), sent);
  const auto drawn = run(comcheck("draw"));
  ASSERT_EQ(drawn.code, 0) << drawn.err;
  EXPECT_THAT(drawn.err, Not(HasSubstr("later statements")));
  const std::string before = test::slurp(round_file("draw.json"));
  EXPECT_EQ(run(comcheck("draw")).code, 0);
  EXPECT_EQ(test::slurp(round_file("draw.json")), before) << "a second draw changes nothing";
  EXPECT_EQ(mode_of(round_file("plan.json")), 0600U);
  const auto replanned = plan(live.folder() + "/keys/officer-1.key", live.url());
  EXPECT_EQ(replanned.code, 2);
  const auto none = run({"registry", "comcheck", "show", live.folder(), "r9"});
  EXPECT_THAT(none.err, HasSubstr("there is no round \"r9\""));
  const auto early = run(comcheck("close", {"--key", live.folder() + "/keys/officer-1.key"}));
  EXPECT_EQ(early.code, 2);
  EXPECT_THAT(early.err, HasSubstr("answers are taken until"));
}

void Comcheck::send_all() {
  const auto first = run(sending());
  ASSERT_EQ(first.code, 0) << first.err;
  for (int i = 0; i < 100 && sink.mails().size() < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    ASSERT_EQ(run(sending()).code, 0);
  }
  ASSERT_EQ(sink.mails().size(), 5U) << "a refused address gives way to the contact's next";
  const auto again = run(sending());
  EXPECT_EQ(Json::parse(again.out)["sent"], 0) << again.out;
  EXPECT_EQ(sink.mails().size(), 5U) << "each once";
  EXPECT_EQ(mode_of(round_file("events.jsonl")), 0600U);
  for (const auto& message : sink.mails()) {
    EXPECT_THAT(message.message, HasSubstr("EXERCISE")) << "in the subject, or encoded there";
    EXPECT_THAT(decoded(message.message), HasSubstr("EXERCISE"));
    EXPECT_THAT(message.message, HasSubstr("Auto-Submitted: auto-generated"));
  }
}

// The link of the message, as a person follows it: opening sends nothing, a wrong answer is told in the page's language, a right one
// counts.
void Comcheck::answer_in_a_browser(const std::string& nonce, const std::string& right) {
  if (!test::has_browser()) return;  // tests/e2e/pages_test.cc says so
  const std::string link = "/comcheck?lang=fr#" + std::string(kRound) + "." + nonce;
  const Json opened = test::browse(live, live.path("browser-opened"), "answer", Json{{"link", link}});
  EXPECT_EQ(opened["result"]["nonce"], nonce) << "put into the form";
  EXPECT_EQ(opened["result"]["round"], kRound);
  EXPECT_EQ(opened["result"]["address"].get<std::string>().find(nonce), std::string::npos) << "and out of the address";
  EXPECT_EQ(opened["posts"], Json::array()) << "opening the link sends nothing";
  const Json wrong = test::browse(live, live.path("browser-wrong"), "answer", Json{{"link", link}, {"answer", "peut-être"}});
  EXPECT_THAT(wrong["result"]["status"].get<std::string>(), HasSubstr("Ce n'est pas la bonne réponse"));
  const Json taken = test::browse(live, live.path("browser-right"), "answer", Json{{"link", link}, {"answer", " " + right + " "}});
  EXPECT_EQ(taken["result"]["status"], "Merci. Votre réponse a été enregistrée.");
  EXPECT_EQ(taken["result"]["kind"], "message good");
}

void Comcheck::answers_come_in() {
  const auto [nonce, right] = check_of("duty@alpha.example");
  EXPECT_EQ(LiveRegistry::status_and_code(answer(nonce, "perhaps")), "422 wrong-answer");
  EXPECT_EQ(LiveRegistry::status_and_code(answer("AAAAAAAAAAAAAAAAAAAAAA", right)), "404 not-found");
  EXPECT_EQ(live.get(std::string("/comcheck/") + kRound + "/answers").status, 405U);
  answer_in_a_browser(nonce, right);
  const auto taken = live.post(std::string("/comcheck/") + kRound + "/answers", "nonce=" + nonce + "&answer=+" + right,
                               "application/x-www-form-urlencoded");
  ASSERT_EQ(taken.status, 200U) << taken.body;
  EXPECT_EQ(LiveRegistry::json(taken)["class"], "within-1h");
  EXPECT_EQ(answer(nonce, right).body, taken.body) << "asked again, the same";
  EXPECT_EQ(LiveRegistry::status_and_code(answer(nonce, "other")), "409 closed");

  const auto [guessed, rest] = check_of("duty@delta.example");
  for (const char* left : {"4 more tries", "3 more tries", "2 more tries", "one more try", "this was the last try"}) {
    const auto no = answer(guessed, "no");
    EXPECT_EQ(no.status, 422U);
    EXPECT_EQ(LiveRegistry::json(no)["hint"], left);
  }
  EXPECT_EQ(LiveRegistry::status_and_code(answer(guessed, rest)), "409 closed") << "five wrong answers";

  const auto signed_answer = [&](const std::string& by) {
    const auto [code, text] = check_of("second@zeta.example");
    return live.post(std::string("/comcheck/") + kRound + "/answers",
                     registry::sign_request({.kind = registry::RequestKind::comcheck_answer,
                                             .origin = "registry.example/ledger",
                                             .by = kRound,
                                             .about = text,
                                             .nonce = code,
                                             .at = now()},
                                            key(by)),
                     "application/vnd.dsse.envelope.v1+json");
  };
  EXPECT_EQ(LiveRegistry::status_and_code(signed_answer("stranger")), "403 not-entitled");
  ASSERT_TRUE(keys::write_key_file(live.path("desk.key"), key("zeta-desk")).has_value());
  const auto [zeta_code, zeta_answer] = check_of("second@zeta.example");
  const auto reply = [&](const std::string& text) {
    return run({"registry", "comcheck", "reply", live.url(), kRound, zeta_code, text, "--key", live.path("desk.key")});
  };
  EXPECT_EQ(reply("perhaps").code, 1);
  EXPECT_THAT(reply(zeta_answer).out, HasSubstr("counted: within-1h"));

  const auto come_back = [&](const std::string& fields, const std::string& body) {
    test::spit(live.path("back.eml"), fields + "\r\n\r\n" + body);
    return run(comcheck("answer", {"--mail", live.path("back.eml")}));
  };
  const std::string beta_code = check_of("duty@beta.example").first;
  const auto out_of_office = come_back("From: duty@beta.example\r\nSubject: Away\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: <" +
                                           registry::comcheck_questions().digest().hex() + "@x>",
                                       "I am away. You wrote: " + beta_code);
  EXPECT_EQ(out_of_office.code, 0) << out_of_office.err;
  std::string original;
  for (const auto& message : sink.mails())
    if (message.to == "duty@gamma.example") original = message.message;
  const auto bounced =
      come_back("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status",
                "no such mailbox\r\n\r\n" + original);
  EXPECT_EQ(bounced.code, 0) << bounced.err << bounced.out;
  const auto person = come_back("From: duty@delta.example\r\nSubject: Re: check", "here I am: " + guessed);
  EXPECT_EQ(person.code, 1);
  EXPECT_THAT(person.out, HasSubstr("not counted"));
}

void Comcheck::close_and_verify() {
  const std::string locked = run(comcheck("show")).out;
  EXPECT_THAT(locked, testing::AllOf(HasSubstr("drawn; answers are taken until"), HasSubstr("locked")));
  const auto close = [&](const std::string& key_file, const std::string& url) {
    return run(comcheck("close", {"--key", key_file, "--now", "--reason", "a test", "--send", url}));
  };
  const auto wrong = close(live.path("unknown.key"), live.url());
  EXPECT_EQ(wrong.code, 1) << wrong.out;
  EXPECT_FALSE(std::filesystem::exists(round_file("closed"))) << "refused before anything is written";
  EXPECT_THAT(run(comcheck("show")).out, HasSubstr("drawn; answers"));
  const auto unreached = close(live.folder() + "/keys/officer-1.key", "http://127.0.0.1:1");
  EXPECT_EQ(unreached.code, 2);
  EXPECT_THAT(unreached.err, HasSubstr("entente registry send http://127.0.0.1:1 " + round_file("closed/round.dsse.json")));
  EXPECT_THAT(run(comcheck("show")).out, testing::AllOf(HasSubstr("closed 2"), HasSubstr("(a test)")));
  const auto closed = run(
      comcheck("close", {"--key", live.folder() + "/keys/officer-2.key", "--now", "--reason", "a test", "--send", live.url(), "--json"}));
  ASSERT_EQ(closed.code, 0) << closed.err;
  EXPECT_THAT(closed.err, HasSubstr("signed anew")) << "it was another officer's";
  const Json result = Json::parse(closed.out);
  EXPECT_EQ(result["entries"], 6);
  EXPECT_EQ(result["classes"], (Json{{"auto-reply", 1}, {"bounced", 1}, {"no-answer", 1}, {"within-1h", 3}})) << closed.out;
  EXPECT_EQ(LiveRegistry::json(live.get("/comchecks"))["items"][0]["merkle_root"], result["merkle_root"]);
  const auto again = run(
      comcheck("close", {"--key", live.folder() + "/keys/officer-2.key", "--now", "--reason", "a test", "--send", live.url(), "--json"}));
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(Json::parse(again.out)["merkle_root"], result["merkle_root"]);
  // As after an answer that was lost: a wrong key changes nothing of what the ledger has.
  const std::string in_ledger = test::slurp(round_file("closed/round.dsse.json"));
  EXPECT_EQ(close(live.path("unknown.key"), live.url()).code, 1);
  EXPECT_EQ(test::slurp(round_file("closed/round.dsse.json")), in_ledger);
  EXPECT_EQ(close(live.folder() + "/keys/officer-1.key", live.url()).code, 0);
  EXPECT_EQ(test::slurp(round_file("closed/round.dsse.json")), in_ledger) << "the ledger's statement stays, whoever closes again";
  for (const char* id : {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"}) {
    const std::string file = round_file(std::string("closed/parties/") + id + ".json");
    const auto by_log = run({"registry", "comcheck", "verify", file, "--log", live.log()});
    EXPECT_EQ(by_log.code, 0) << by_log.err;
    EXPECT_THAT(by_log.out, testing::AllOf(HasSubstr("which the ledger has"), HasSubstr("asked when it was drawn")));
    EXPECT_EQ(run({"registry", "comcheck", "verify", file, "--url", live.url()}).code, 0);
  }
  test::spit(live.path("other.json"), R"({"format":"something else"})");
  EXPECT_EQ(run({"registry", "comcheck", "verify", live.path("other.json"), "--log", live.log()}).code, 2) << "no party's file at all";
  test::spit(live.path("empty.json"), "");
  EXPECT_EQ(run({"registry", "comcheck", "verify", live.path("empty.json"), "--log", live.log()}).code, 2);
  const std::string honest = test::slurp(round_file("closed/parties/delta.json"));
  const auto forged = [&](const std::string& from, const std::string& to) {
    std::string text = honest;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    test::spit(live.path("forged.json"), text);
    return run({"registry", "comcheck", "verify", live.path("forged.json"), "--log", live.log()}).code;
  };
  EXPECT_EQ(forged("no-answer", "auto-reply"), 1);
  EXPECT_EQ(forged("\"round\": \"2026-q4\"", "\"round\": \"2026-q3\""), 1);
  EXPECT_EQ(forged("\"spread\": 1", "\"spread\": 2"), 1) << "another plan than was committed to";
  EXPECT_EQ(forged("\"index\": ", "\"index\": 1"), 1);
  EXPECT_EQ(LiveRegistry::status_and_code(answer(check_of("duty@beta.example").first, check_of("duty@beta.example").second)), "409 closed");
}

TEST_F(Comcheck, ARoundFromPlanToProof) {
  for (const char* id : {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"}) approve(id);
  deposit("alpha", {duty_contact("Dora Duty", {"duty@alpha.example"})});
  deposit("beta", {duty_contact("Bea Beta", {"duty@beta.example"}, "fr")});
  deposit("gamma", {duty_contact("Gus Gamma", {"duty@gamma.example"})});
  deposit("delta", {duty_contact("Dan Delta", {"duty@delta.example"})});
  deposit("epsilon", {duty_contact("Dora Duty", {"Duty@alpha.example"})});  // the same mailbox serves two
  Json zeta = duty_contact("Zoe Zeta", {"refused@zeta.example", "second@zeta.example"});
  zeta["keys"] = Json::array({Json{{"vkey", registry::fixture::vkey("zeta-desk")}}});
  deposit("zeta", {zeta});
  plan_and_draw();
  if (HasFatalFailure()) return;
  send_all();
  if (HasFatalFailure()) return;
  answers_come_in();
  close_and_verify();
  const auto published =
      run({"publish", live.path("public"), "--registry", live.folder(), "--public-url", kPublicUrl, "--no-pages", "--json"});
  ASSERT_EQ(published.code, 0) << published.err;
  for (const char* text : {"@alpha.example", "@beta.example", "@zeta.example", "Dora Duty", "Zoe Zeta", "+33155501234"}) {
    EXPECT_THAT(files_with(live.log(), text), testing::IsEmpty()) << text;
    EXPECT_THAT(files_with(live.path("public"), text), testing::IsEmpty()) << text;
    EXPECT_THAT(files_with(live.folder() + "/private/comcheck", text), testing::IsEmpty()) << text;
    EXPECT_EQ(test::slurp(live.folder() + "/registry.sqlite").find(text), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace entente
