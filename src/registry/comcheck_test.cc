// Contacts and communication checks without disk and network, but for the round's folder: commitments, hours, the draw by fixed vectors,
// classes, the result's tree and a party's file.
#include "registry/comcheck.h"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "core/file.h"
#include "merkle/note.h"
#include "registry/comcheck_folder.h"
#include "registry/comcheck_mail.h"
#include "registry/party_request.h"
#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using fixture::key;
using fixture::when;
using testing::ElementsAre;
using testing::HasSubstr;

ContactSalt salt_of(std::uint8_t byte) {
  ContactSalt out;
  out.fill(byte);
  return out;
}

constexpr std::string_view kContactsText = R"({"organisation":{"id":"alpha"},"contacts":[
{"role":"duty","name":"Desk","channels":[{"kind":"email","address":"duty@alpha.example"},{"kind":"phone","address":"+33155501234"}],
 "languages":["fr","en"],"hours":{"time_zone":"Europe/Paris","weekly":[{"days":["mon","tue","wed","thu","fri"],"from":"09:00","to":"17:30"}]},
 "keys":[{"openpgp":"0123456789ABCDEF0123456789ABCDEF01234567"}],"tlp":"TLP:GREEN"},
{"role":"press","channels":[{"kind":"web","address":"https://alpha.example/press"}],"languages":["en"],"tlp":"TLP:CLEAR"}]})";

ContactDocument contacts_alpha() {
  ContactDocument out = ContactDocument::parse(kContactsText, "contacts.json").value();
  out.salt = salt_of(1);
  out.contacts[0].salt = salt_of(2);
  out.contacts[1].salt = salt_of(3);
  return out;
}

ContactSet set_of(const ContactDocument& document) {
  ContactSet out{.commitment = document.commitment().value()};
  for (const Contact& c : document.contacts)
    out.contacts.push_back({.role = c.role,
                            .commitment = c.commitment().value(),
                            .channels = static_cast<std::uint32_t>(c.channels.size()),
                            .languages = c.languages,
                            .audience = std::string(audience(c.tlp))});
  return out;
}

TEST(ContactDocuments, OpenWhatWasCommittedToAndNothingElse) {
  const ContactDocument mine = contacts_alpha();
  const ContactSet set = set_of(mine);
  EXPECT_OK(opens(mine, set));
  const auto again = ContactDocument::parse(json_pretty(mine.json()), "again").value();
  EXPECT_EQ(again, mine);
  EXPECT_TRUE(opens(again, set).has_value()) << "white space and order of members do not matter";
  for (const auto& change : std::vector<std::function<void(ContactDocument&)>>{
           [](auto& d) { d.contacts[0].name = "Desl"; }, [](auto& d) { d.contacts[0].channels[0].address = "duty@alpha.example.org"; },
           [](auto& d) { (*d.contacts[1].salt)[31] ^= 1U; }, [](auto& d) { (*d.salt)[0] ^= 1U; }, [](auto& d) { d.organisation = "beta"; },
           [](auto& d) { d.contacts[0].hours.reset(); }, [](auto& d) { std::swap(d.contacts[0], d.contacts[1]); },
           [](auto& d) { d.contacts.pop_back(); }, [](auto& d) { d.contacts[1].tlp = Tlp::amber; }}) {
    ContactDocument other = mine;
    change(other);
    EXPECT_FALSE(opens(other, set));
  }
  EXPECT_EQ(row_of(mine.contacts[1], set), 1U);
  const auto shown =
      ShownContact::parse(json_compact(ShownContact{.organisation = "alpha", .contact = mine.contacts[1]}.json()), "one").value();
  EXPECT_TRUE(opens(shown.contact, set.contacts[1]).has_value()) << "one entry alone";
  ContactSet told_otherwise = set;
  told_otherwise.contacts[0].audience = "public";
  EXPECT_FALSE(opens(mine, told_otherwise));
  ContactDocument fresh = mine;
  fresh.draw_salts();
  EXPECT_NE(fresh.commitment().value(), mine.commitment().value());
  EXPECT_NE(*fresh.contacts[0].salt, *fresh.contacts[1].salt);
}

TEST(ContactDocuments, WhatIsRefused) {
  const auto refused = [](std::string_view from, std::string_view to) {
    std::string text(kContactsText);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const auto parsed = ContactDocument::parse(text, "contacts.json");
    return parsed ? "" : parsed.error().str();
  };
  EXPECT_THAT(refused("duty@alpha.example", "duty alpha.example"), HasSubstr("/contacts/0/channels/0/address"));
  EXPECT_THAT(refused("+33155501234", "0155501234"), HasSubstr("no address of kind phone"));
  EXPECT_THAT(refused("https://alpha.example/press", "http://alpha.example/press"), HasSubstr("kind web"));
  EXPECT_THAT(refused("Europe/Paris", "Europe/Nowhere"), HasSubstr("no time zone"));
  EXPECT_THAT(refused("Europe/Paris", "GMT+3"), HasSubstr("no time zone"));
  EXPECT_THAT(refused("17:30", "08:30"), HasSubstr("ends before it begins"));
  EXPECT_NE(refused("\"duty\"", "\"boss\""), "");
  EXPECT_NE(refused("TLP:GREEN", "TLP:RED"), "");
  EXPECT_NE(refused("\"name\":\"Desk\"", "\"nick\":\"Desk\""), "");
  EXPECT_NE(refused("\"languages\":[\"fr\",\"en\"]", "\"languages\":[]"), "");
  EXPECT_NE(refused("\"tlp\":\"TLP:GREEN\"", "\"tlp\":\"TLP:GREEN\",\"salt\":\"AAAA\""), "");
  EXPECT_EQ(refused("Europe/Paris", "+05:30"), "");
  EXPECT_THAT(contacts_alpha().warnings(), testing::SizeIs(2)) << "the press desk: one channel, no mail";
}

TEST(ContactHoursOf, FollowTheContactsOwnClock) {
  const ContactHours hours = *contacts_alpha().contacts[0].hours;  // Paris, Monday to Friday, 09:00 to 17:30
  EXPECT_TRUE(within(hours, when("2026-11-27T08:00:00Z")));        // Friday, winter: 09:00
  EXPECT_FALSE(within(hours, when("2026-11-27T07:59:59Z")));
  EXPECT_TRUE(within(hours, when("2026-07-03T07:00:00Z")));   // Friday, summer: 09:00
  EXPECT_FALSE(within(hours, when("2026-07-03T15:30:00Z")));  // 17:30 is not included
  EXPECT_FALSE(within(hours, when("2026-11-28T12:00:00Z")));  // Saturday
  const ContactHours east{.time_zone = "+12:00", .weekly = {{.days = 1, .from = 0, .to = 24 * 60}}};
  EXPECT_TRUE(within(east, when("2026-11-29T12:00:00Z"))) << "Sunday noon is Monday there";
  EXPECT_FALSE(within(east, when("2026-11-30T12:00:00Z")));
}

ComcheckPlan plan_q4() {
  ComcheckPlan out{.round = "2026-q4",
                   .origin = "registry.example/ledger",
                   .starts = when("2026-12-01T00:00:00Z"),
                   .ends = when("2026-12-08T00:00:00Z")};
  out.spread = std::chrono::days(6);
  out.roles = {"duty"};
  out.page = "https://registry.example/comcheck";
  out.secret = sha256(ByteView(salt_of(7)));
  out.questions = comcheck_questions().digest();
  out.contacts = 1;
  return out;
}
AskedMember asked_alpha() { return {.supporter = "alpha", .commitment = sha256("alpha's duty contact")}; }

std::string checkpoint_of(std::uint64_t size, std::string_view root) {
  const merkle::Checkpoint head{.origin = "registry.example/ledger", .size = size, .root = sha256(root)};
  return merkle::sign_note(head.str(), {&key("registry.example/ledger")}).value();
}
ComcheckSeed seed_of(std::uint64_t size, std::string_view root) {
  return comcheck_seed(checkpoint_of(size, root), key("registry.example/ledger").verifier()).value();
}

TEST(ComcheckDraw, IsAFunctionOfItsInputs) {
  // Vectors: recomputed by docs/comcheck.md's formulas with Python's hmac and hashlib (tests/independent/comcheck_vectors.py).
  const Digest seed = sha256("seed");
  const ComcheckDraw drawn = draw(seed, plan_q4(), asked_alpha());
  EXPECT_EQ(format_time(drawn.send_at), "2026-12-06T04:43:48Z");
  EXPECT_EQ(drawn.question, 2U);
  EXPECT_THAT(draw_channels(seed, "2026-q4", asked_alpha(), 4), ElementsAre(3, 0, 2, 1));
  EXPECT_EQ(comcheck_nonce(salt_of(7), "2026-q4", asked_alpha()), "MqRs2KH-1_2PgDLntV-05Q");
  EXPECT_EQ(comcheck_questions().digest(), comcheck_questions().digest());
}

TEST(ComcheckDraw, AnotherCheckpointGivesOtherTimes) {
  const ComcheckSeed one = seed_of(8, "a"), other_root = seed_of(8, "b"), other_size = seed_of(9, "a");
  EXPECT_EQ(one.seed, seed_of(8, "a").seed);
  EXPECT_NE(one.seed, other_root.seed);
  EXPECT_NE(one.seed, other_size.seed);
  EXPECT_NE(draw(one.seed, plan_q4(), asked_alpha()).send_at, draw(other_root.seed, plan_q4(), asked_alpha()).send_at);
  AskedMember other = asked_alpha();
  other.supporter = "beta";
  EXPECT_NE(draw(one.seed, plan_q4(), asked_alpha()).send_at, draw(one.seed, plan_q4(), other).send_at);
  EXPECT_FALSE(comcheck_seed(checkpoint_of(8, "a"), key("another").verifier())) << "the log's key did not sign it";
}

TEST(ComcheckDraw, FillsTheSpreadAndTheQuestions) {
  std::set<std::size_t> questions;
  std::array<int, 6> days{};
  for (int i = 0; i < 600; ++i) {
    const AskedMember contact{.supporter = "s", .commitment = sha256(std::to_string(i))};
    const ComcheckDraw drawn = draw(sha256("seed"), plan_q4(), contact);
    ASSERT_GE(drawn.send_at, plan_q4().starts);
    ASSERT_LT(drawn.send_at, plan_q4().starts + plan_q4().spread);
    questions.insert(drawn.question);
    ++days[static_cast<std::size_t>((drawn.send_at - plan_q4().starts) / std::chrono::days(1))];
    auto order = draw_channels(sha256("seed"), "2026-q4", contact, 5);
    std::ranges::sort(order);
    ASSERT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
  }
  EXPECT_EQ(questions.size(), comcheck_questions().list.size());
  for (const int n : days) EXPECT_GT(n, 60);
}

TEST(ComcheckQuestions, AnswersArePlain) {
  for (const ComcheckQuestion& q : comcheck_questions().list) {
    EXPECT_FALSE(q.english.empty() || q.french.empty());
    for (const std::string_view answer : q.answers) EXPECT_TRUE(is_right_answer(q, answer)) << answer;
    EXPECT_FALSE(is_right_answer(q, ""));
    EXPECT_FALSE(is_right_answer(q, "I am out of the office"));
    EXPECT_FALSE(is_right_answer(q, std::string(q.english))) << "the question sent back is no answer";
  }
  EXPECT_TRUE(is_right_answer(comcheck_questions().list[2], "  Eleven. "));
}

TEST(ComcheckQuestions, OfEveryProgramSoFarAreKnown) {
  // Computed from the sources of those programs (155c9b5, 07933ed): a list is never changed, a new one is added.
  for (const char* digest : {"72070906b4090f0fd657a1b7bd0e388be983b1be275f9e8a7162d94ff9b4ff0e",
                             "47417b2f99fac05ca40ce505a2c66d582486b722a56d2ebd8b6bd9fb9a563f89"}) {
    const ComcheckQuestions* found = find_comcheck_questions(Digest::from_hex(digest).value());
    ASSERT_NE(found, nullptr) << digest;
    EXPECT_EQ(found->list.size(), 12U);
    const std::string text = json_compact(found->json());
    EXPECT_EQ(ComcheckQuestions::from(JsonDocument::parse(text, "questions").value().root()).value().list, found->list);
  }
  EXPECT_EQ(comcheck_questions().digest().hex(), "47417b2f99fac05ca40ce505a2c66d582486b722a56d2ebd8b6bd9fb9a563f89");
  EXPECT_EQ(find_comcheck_questions(sha256("others")), nullptr);
  for (const char* bad : {R"({})", R"({"questions":[]})", R"({"questions":[{"en":"a","fr":"b","answers":[]}]})",
                          R"({"questions":[{"en":"","fr":"b","answers":["c"]}]})", R"({"questions":[{"en":"a","answers":["c"]}]})"})
    EXPECT_FALSE(ComcheckQuestions::from(JsonDocument::parse(bad, "questions").value().root())) << bad;
}

TEST(ComcheckPlans, AskEachMailboxOnce) {
  ContactDocument alpha = contacts_alpha(), beta = contacts_alpha();
  beta.organisation = "beta";
  beta.contacts[0].channels[0].address = "Duty@alpha.example";
  beta.contacts[0].salt = salt_of(9);
  const AskedList list = list_contacts({alpha, beta}, {"duty", "press"}, salt_of(4));
  ASSERT_EQ(list.contacts.size(), 1U) << "the press desk has no mail";
  EXPECT_EQ(list.contacts[0].members.size(), 2U);
  EXPECT_LT(list.contacts[0].members[0].commitment, list.contacts[0].members[1].commitment);
  EXPECT_TRUE(list_contacts({alpha}, {"policy"}, salt_of(4)).contacts.empty());
  const auto document = JsonDocument::parse(json_compact(list.json()), "asked").value();
  EXPECT_EQ(AskedList::from(document.root())->digest(), list.digest());
  EXPECT_NE(list_contacts({alpha, beta}, {"duty"}, salt_of(5)).digest(), list.digest());

  const auto plan = JsonDocument::parse(json_compact(plan_q4().json()), "plan").value();
  EXPECT_EQ(ComcheckPlan::from(plan.root()).value(), plan_q4());
  EXPECT_NE(plan_q4().commitment(salt_of(1)).value(), plan_q4().commitment(salt_of(2)).value());
  for (const auto& change : std::vector<std::function<void(ComcheckPlan&)>>{
           [](auto& p) { p.round = "../x"; }, [](auto& p) { p.ends = p.starts; }, [](auto& p) { p.spread = std::chrono::days(8); },
           [](auto& p) { p.page = "javascript:x"; }, [](auto& p) { p.contacts = 0; }}) {
    ComcheckPlan other = plan_q4();
    change(other);
    EXPECT_FALSE(other.commitment(salt_of(1)));
  }
}

ComcheckEvent happened(ComcheckEventKind kind, std::string_view at, std::string contact = "c", std::string detail = {}) {
  return {.kind = kind, .at = when(at), .contact = std::move(contact), .detail = std::move(detail)};
}

TEST(ComcheckClasses, ByWallTimeSinceSending) {
  const Instant sent = when("2026-12-01T10:00:00Z");
  EXPECT_EQ(latency_class(sent, sent + std::chrono::hours(1)), "within-1h");
  EXPECT_EQ(latency_class(sent, sent + std::chrono::hours(1) + std::chrono::seconds(1)), "within-4h");
  EXPECT_EQ(latency_class(sent, sent + std::chrono::hours(24)), "within-24h");
  EXPECT_EQ(latency_class(sent, sent + std::chrono::hours(72)), "within-72h");
  EXPECT_EQ(latency_class(sent, sent + std::chrono::hours(73)), "late");
}

TEST(ComcheckClasses, WhatHappenedDecides) {
  using Kind = ComcheckEventKind;
  const auto intent = happened(Kind::intent, "2026-12-01T10:00:00Z"), sent = happened(Kind::sent, "2026-12-01T10:00:01Z");
  const auto answered = happened(Kind::answered, "2026-12-01T12:00:00Z", "c", "form");
  const auto result = [](std::vector<ComcheckEvent> events) {
    const auto progress = comcheck_progress(events);
    return std::string(result_class(progress.at("c")).value_or("left out"));
  };
  EXPECT_EQ(result({intent, sent}), "no-answer");
  EXPECT_EQ(result({intent, sent, answered}), "within-4h");
  EXPECT_EQ(result({intent}), "left out") << "nobody knows whether it was sent";
  EXPECT_EQ(result({intent, happened(Kind::unsure, "2026-12-01T10:00:05Z")}), "left out");
  EXPECT_EQ(result({intent, answered}), "within-4h") << "it was, after all";
  EXPECT_EQ(result({intent, happened(Kind::deferred, "2026-12-01T10:00:01Z")}), "left out");
  EXPECT_EQ(result({intent, happened(Kind::refused, "2026-12-01T10:00:01Z")}), "bounced");
  EXPECT_EQ(result({intent, happened(Kind::refused, "2026-12-01T10:00:01Z"), intent, sent}), "no-answer") << "the next address took it";
  EXPECT_EQ(result({intent, sent, happened(Kind::auto_reply, "2026-12-01T10:00:09Z")}), "auto-reply");
  EXPECT_EQ(result({intent, sent, happened(Kind::auto_reply, "2026-12-01T10:00:09Z"), answered}), "within-4h");
  EXPECT_EQ(result({intent, sent, happened(Kind::bounced, "2026-12-01T10:00:09Z")}), "bounced");
  EXPECT_EQ(result({happened(Kind::gone, "2026-12-01T10:00:00Z")}), "left out");
  EXPECT_EQ(result({intent, sent, happened(Kind::closed, "2026-12-01T11:00:00Z", ""), answered}), "no-answer") << "after the close";
}

TEST(ComcheckMails, SayWhatTheyAreInBothLanguages) {
  const ComcheckPlan plan = plan_q4();
  ComcheckMail mail{
      .from = MailAddress::parse("check@registry.example").value(), .to = MailAddress::parse("duty@alpha.example").value(), .plan = &plan};
  mail.organisations = {"alpha", "beta"};
  mail.role = "duty";
  mail.nonce = "AAAAAAAAAAAAAAAAAAAAAA";
  mail.question = &comcheck_questions().list[2];
  EXPECT_THAT(comcheck_message(mail).body, testing::Not(HasSubstr("DKIM"))) << "said only where replies are read";
  mail.replies = true;
  for (const MailLanguage language : {MailLanguage::english, MailLanguage::french}) {
    mail.language = language;
    const MailMessage message = comcheck_message(mail);
    EXPECT_THAT(message.subject, HasSubstr("EXERCISE"));
    EXPECT_THAT(message.body, testing::AllOf(HasSubstr("EXERCISE"), HasSubstr("https://registry.example/comcheck#2026-q4." + mail.nonce),
                                             HasSubstr("beta")));
    EXPECT_OK(compose(message));
  }
  EXPECT_THAT(comcheck_message(mail).body, HasSubstr("Combien font sept et quatre"));
  // No English sentence in a French mail: none of the questions', and no code of a role.
  for (const ComcheckQuestion& question : comcheck_questions().list)
    for (const char* role : {"policy", "technical", "duty", "press", "victim-support"}) {
      mail.role = role;
      mail.question = &question;
      const std::string body = comcheck_message(mail).body;
      for (const char* word : {" the ", " is ", "Calm", "How", "Which", " duty", " policy", " technical ", "victim-", "contact of"})
        EXPECT_THAT(body, testing::Not(HasSubstr(word)));
    }
  EXPECT_TRUE(is_right_answer(comcheck_questions().list[0], "Porte"));
  EXPECT_TRUE(is_right_answer(comcheck_questions().list[1], "la table"));
  EXPECT_EQ(mail_language(contacts_alpha().contacts[0]), MailLanguage::french);
  EXPECT_EQ(comcheck_message_id(mail.nonce).find(mail.nonce), std::string::npos);
}

TEST(PartyRequests, HaveOneSpellingAndOneSigner) {
  const PartyRequest request{.kind = RequestKind::contact_read,
                             .origin = "registry.example/ledger",
                             .by = "alpha",
                             .about = "beta",
                             .nonce = fresh_nonce(),
                             .at = when("2026-11-28T00:00:00Z")};
  const std::string text = sign_request(request, key("alpha"));
  const SentRequest sent = SentRequest::parse(text).value();
  EXPECT_EQ(sent.request, request);
  EXPECT_TRUE(sent.signed_by(key("alpha").verifier()));
  EXPECT_FALSE(sent.signed_by(key("beta").verifier()));
  EXPECT_FALSE(SentRequest::parse(text + " "));
  for (std::size_t i = 0; i < text.size(); i += 7) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    const auto other = SentRequest::parse(flipped);
    EXPECT_FALSE(other && other->signed_by(key("alpha").verifier()) && other->request != request) << i;
  }
}

// A round of three contacts of four supporters in a folder.
class ComcheckRounds : public testing::Test {
 protected:
  void SetUp() override {
    record.plan = plan_q4();
    record.asked.salt = salt_of(4);
    for (const char* id : {"alpha", "beta", "gamma"})
      record.asked.contacts.push_back({.members = {{.supporter = id, .commitment = sha256(std::string("contact of ") + id)}}});
    record.asked.contacts[0].members.push_back({.supporter = "delta", .commitment = sha256("contact of delta")});
    record.plan.asked = record.asked.digest();
    record.plan.contacts = 3;
    record.plan_salt = salt_of(5);
    record.secret = salt_of(7);
    record.entry_key = salt_of(8);
  }
  [[nodiscard]] std::string id(std::size_t i) const { return record.asked.contacts[i].id(); }
  void draw_and_send(ComcheckFolder& round) {
    ASSERT_OK(round.keep_draw(checkpoint, key("registry.example/ledger").verifier(), when("2026-11-30T00:00:00Z")));
    for (std::size_t i = 0; i < 3; ++i) {
      const Instant at = draw(round.record().drawn->seed.seed, record.plan, record.asked.contacts[i].members.front()).send_at;
      ASSERT_OK(round.append({.kind = ComcheckEventKind::intent, .at = at, .contact = id(i)}));
      ASSERT_OK(round.append({.kind = ComcheckEventKind::sent, .at = at, .contact = id(i), .detail = "within"}));
      if (i == 0)
        ASSERT_OK(
            round.append({.kind = ComcheckEventKind::answered, .at = at + std::chrono::hours(2), .contact = id(i), .detail = "form"}));
    }
    ASSERT_OK(round.append({.kind = ComcheckEventKind::closed, .at = when("2026-12-12T00:00:00Z")}));
  }
  ComcheckRecord record;
  const std::string checkpoint = checkpoint_of(8, "a");
  const keys::VerifierKey log = key("registry.example/ledger").verifier();
  TemporaryFolder folder = TemporaryFolder::make("comcheck").value();
};

TEST_F(ComcheckRounds, APartyProvesItsOwnEntryAndCannotForgeIt) {
  auto round = ComcheckFolder::create(folder.path(), record).value();
  draw_and_send(round);
  const ComcheckClosing closing = close_round(round.record(), round.events().value()).value();
  EXPECT_EQ(closing.entries, 4U);
  EXPECT_THAT(closing.classes, ElementsAre(testing::Pair("no-answer", 2), testing::Pair("within-4h", 2)));
  EXPECT_EQ(close_round(round.record(), round.events().value())->root, closing.root) << "the same for the same events";
  ComcheckRound published{
      .round = "2026-q4", .checkpoint = round.record().drawn->seed.checkpoint, .tree_size = 8, .merkle_root = closing.root};
  published.classes = {{"no-answer", 2}, {"within-4h", 2}};
  const Commitment plan{.leaf = 7};
  for (const auto& [supporter, file] : closing.parties) {
    const auto party = check_party(json_pretty(file), supporter, &log);
    ASSERT_OK(party);
    EXPECT_OK(check_party_against(*party, published, &plan));
    EXPECT_EQ(party->entries.at(0).result, supporter == "alpha" || supporter == "delta" ? "within-4h" : "no-answer");
    EXPECT_EQ(json_compact(file).find(supporter == "beta" ? "gamma" : "beta"), std::string::npos) << "tells of nobody else";
  }
  const auto party = check_party(json_pretty(closing.parties.at("beta")), "beta", nullptr).value();
  const Commitment late{.leaf = 8};
  EXPECT_FALSE(check_party_against(party, published, &late)) << "committed to after the draw";
  EXPECT_FALSE(check_party_against(party, published, nullptr));
  ComcheckRound other = published;
  other.merkle_root = sha256("x");
  EXPECT_FALSE(check_party_against(party, other, &plan));
  const std::string honest = json_compact(closing.parties.at("beta"));
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"no-answer", "auto-reply"},
                                                                                 {"\\\"within\\\"", "\\\"outside\\\""},
                                                                                 {"\"spread\":518400", "\"spread\":518401"},
                                                                                 {to_base64(salt_of(7)), to_base64(salt_of(6))}}) {
    std::string forged = honest;
    ASSERT_NE(forged.find(from), std::string::npos) << from;
    forged.replace(forged.find(from), from.size(), to);
    const auto checked = check_party(forged, "forged", &log);
    EXPECT_FALSE(checked && check_party_against(*checked, published, &plan)) << from;
  }
}

TEST_F(ComcheckRounds, TheFolderKeepsWhatItWasTold) {
  {
    auto round = ComcheckFolder::create(folder.path(), record).value();
    EXPECT_FALSE(ComcheckFolder::create(folder.path(), record)) << "a name is used once";
    draw_and_send(round);
    EXPECT_FALSE(round.keep_draw(checkpoint_of(9, "b"), log, when("2026-11-30T00:00:00Z"))) << "drawn once";
  }
  const std::filesystem::path events = folder.path() / "2026-q4" / "events.jsonl";
  const std::string whole = read_file(events).value();
  { std::ofstream(events, std::ios::app) << R"({"event":"answ)"; }  // a crash in the middle of an append
  const auto round = ComcheckFolder::open(folder.path(), "2026-q4", log).value();
  EXPECT_EQ(round.record().drawn->seed.size, 8U);
  EXPECT_EQ(round.events()->size(), 8U);
  ASSERT_OK(round.append({.kind = ComcheckEventKind::wrong, .at = when("2026-12-12T00:00:00Z"), .contact = id(0)}));
  EXPECT_EQ(round.events()->size(), 9U);
  EXPECT_TRUE(read_file(events)->starts_with(whole));
  EXPECT_FALSE(ComcheckFolder::open(folder.path(), "2026-q4", key("another").verifier())) << "another log's key";
  EXPECT_FALSE(ComcheckFolder::open(folder.path(), "../2026-q4", log));
  std::string plan = read_file(folder.path() / "2026-q4/plan.json").value();
  plan.replace(plan.find("518400"), 6, "518000");
  test::spit(folder.path() / "2026-q4/plan.json", plan);
  test::spit(folder.path() / "2026-q4/asked.json", json_compact(AskedList{.salt = salt_of(4)}.json()));
  EXPECT_FALSE(ComcheckFolder::open(folder.path(), "2026-q4", log)) << "another list than the plan's";
}

TEST_F(ComcheckRounds, AreOpenedByProgramsWithOtherQuestions) {
  // A later program's: this one never heard of its questions, and finds them in the folder.
  record.questions.list = {
      {.english = "Which word is no number: one, cup?", .french = "Quel mot n'est pas un nombre ?", .answers = {"cup"}}};
  EXPECT_FALSE(ComcheckFolder::create(folder.path(), record)) << "the plan names others";
  record.plan.questions = record.questions.digest();
  {
    auto round = ComcheckFolder::create(folder.path(), record).value();
    draw_and_send(round);
  }
  const std::filesystem::path questions = folder.path() / "2026-q4/questions.json";
  const auto round = ComcheckFolder::open(folder.path(), "2026-q4", log).value();
  EXPECT_EQ(round.record().questions.list, record.questions.list);
  EXPECT_EQ(draw(round.record().drawn->seed.seed, record.plan, record.asked.contacts[0].members.front(), 1).question, 0U);
  const ComcheckClosing closing = close_round(round.record(), round.events().value()).value();
  EXPECT_OK(check_party(json_pretty(closing.parties.at("beta")), "beta", &log));
  std::string forged = json_pretty(closing.parties.at("beta"));
  forged.replace(forged.find("one, cup"), 8, "one, cap");
  EXPECT_FALSE(check_party(forged, "forged", &log));
  Json without = closing.parties.at("beta");
  without.erase("questions");
  EXPECT_FALSE(check_party(json_pretty(without), "without", &log)) << "nobody here knows that list";
  const std::string kept = read_file(questions).value();
  test::spit(questions, json_compact(comcheck_questions().json()));
  EXPECT_FALSE(ComcheckFolder::open(folder.path(), "2026-q4", log)) << "others than the plan's";
  std::filesystem::remove(questions);
  EXPECT_FALSE(ComcheckFolder::open(folder.path(), "2026-q4", log));
  test::spit(questions, kept);
  EXPECT_OK(ComcheckFolder::open(folder.path(), "2026-q4", log));
}

TEST_F(ComcheckRounds, OfTheFirstProgramAreOpened) {
  // Planned before folders held their questions, with the list of that time.
  const ComcheckQuestions* first =
      find_comcheck_questions(Digest::from_hex("72070906b4090f0fd657a1b7bd0e388be983b1be275f9e8a7162d94ff9b4ff0e").value());
  ASSERT_NE(first, nullptr);
  record.questions = *first;
  record.plan.questions = first->digest();
  ASSERT_OK(ComcheckFolder::create(folder.path(), record));
  std::filesystem::remove(folder.path() / "2026-q4/questions.json");
  const auto round = ComcheckFolder::open(folder.path(), "2026-q4", log);
  ASSERT_OK(round);
  EXPECT_FALSE(is_right_answer(round->record().questions.list[0], "porte")) << "of a later list";
}

TEST_F(ComcheckRounds, TwoWritersAppendWholeLines) {
  const auto round = ComcheckFolder::create(folder.path(), record).value();
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t)
    writers.emplace_back([&] {
      for (int i = 0; i < 25; ++i)
        EXPECT_OK(round.update([&](const std::vector<ComcheckEvent>& events) -> Result<std::vector<ComcheckEvent>> {
          return std::vector{ComcheckEvent{
              .kind = ComcheckEventKind::wrong, .at = when("2026-12-01T00:00:00Z"), .contact = id(0), .channel = events.size()}};
        }));
    });
  for (std::thread& writer : writers) writer.join();
  const auto events = round.events().value();
  ASSERT_EQ(events.size(), 100U);
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].channel, i) << "each saw all before it";
}

}  // namespace
}  // namespace entente::registry
