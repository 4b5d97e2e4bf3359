// What an organisation says of its own record, from the pledge to, seldom, its end; and what the registry says of it.
#include <fmt/format.h>
#include <algorithm>

#include "chance.h"
#include "story.h"

namespace entente::example {
namespace {

using std::chrono::days;
using std::chrono::hours;
using Member = std::shared_ptr<Organisation>;

struct Said {
  std::string_view language, text;
};
constexpr Said kWhy[] = {
    {"en", "Our customers' work runs over networks nobody owns alone."},
    {"en", "We were hit once. We would rather help than wait for the next time."},
    {"en", "A promise that can be checked is worth more than one that cannot."},
    {"fr", "Nos usagers dépendent de réseaux que personne ne possède seul."},
    {"fr", "La sécurité des autres est une part de la nôtre."},
    {"de", "Sichere Netze sind für uns kein Wettbewerb, sondern eine Voraussetzung."},
    {"es", "La confianza se demuestra, no se declara."},
    {"el", "Η ασφάλεια των δικτύων είναι κοινή υπόθεση."},
    {"ar", "أمن الشبكات مسؤولية مشتركة."},
    {"zh", "网络安全是共同的责任。"},
};
constexpr std::pair<unsigned, std::string_view> kReservations[] = {
    {8, "Our sector's law on active defence is under review; until then we read this principle as it stands today."},
    {5, "Disclosure of weaknesses in plants of our customers follows contracts signed before this pledge."},
    {4, "Obligations towards our supervisory authority come first."},
    {6, "Products beyond their end of support are maintained for existing contracts only."},
    {9, "We take part where our means allow it."},
};

Json pledge_json(Chronicle& chronicle, const Organisation& o, Chance& chance) {
  Json identity = o.identity.json();
  Json out{{"organisation", std::move(identity)}};
  const bool french = o.language == "fr" || (o.language == "ar" && chance.percent(40));
  out["text"] = {
      {"language", french ? "fr" : "en"}, {"version", kTextVersion}, {"sha256", sha256(french ? kTextFrench : kTextEnglish).hex()}};
  if (chance.percent(9)) {
    Json principles = Json::array();
    for (int p = 1; p <= 9; ++p)
      if (p == 9 || chance.percent(75)) principles.push_back(p);
    out["principles"] = std::move(principles);
  } else if (chance.percent(8)) {
    const auto& [principle, text] = chance.pick(kReservations);
    out["reservations"] = Json::array({Json{{"principle", principle}, {"text", text}}});
  }
  if (chance.percent(55)) {
    std::vector<Said> fitting;
    for (const Said& said : kWhy)
      if (said.language == o.language || said.language == "en") fitting.push_back(said);
    const Said& said = chance.pick(fitting);
    out["why"] = {{"language", said.language}, {"text", said.text}};
  }
  out["key"] = chronicle.vkey(o.key);
  out["domains"] = {o.domain()};
  return out;
}

Json about(const char* member, const Digest& digest, const Organisation& o) {
  return {{member, digest_json(digest)}, {"organisation", id_json(o.id())}};
}

Result<void> pledge(Chronicle& chronicle, Organisation& o) {
  Chance chance(chronicle.seed(), "pledge of " + o.id());
  ENTENTE_TRY(o.pledge, chronicle.say(Kind::pledge, pledge_json(chronicle, o, chance), {o.key}));
  if (!o.imported) o.record = o.pledge;
  return {};
}

// `key`: the challenge was bound to it.
Result<Digest> prove_domain(Chronicle& chronicle, const Organisation& o, const std::string& key, int holds) {
  const std::string topic = fmt::format("proof of {} at {}", o.id(), chronicle.now_text());
  Chance chance(chronicle.seed(), topic);
  const bool by_page = chance.percent(25), signed_zone = chance.percent(55);
  const std::string_view dnssec = signed_zone ? "secure" : "insecure";
  Json predicate{{"organisation", id_json(o.id())},
                 {"domain", o.domain()},
                 {"method", by_page ? "https-well-known" : "dns-txt"},
                 {"challenge", to_base64(chronicle.stand_in(topic + ", challenge").view())},
                 {"key", chronicle.vkey(key)},
                 {"dnssec", dnssec}};
  for (const char* place : {"lisbon", "nairobi"})
    predicate["vantages"].push_back(
        Json{{"name", place}, {"dnssec", dnssec}, {"answer", digest_json(chronicle.stand_in(fmt::format("{}, {}", topic, place)))}});
  predicate["canary"] = by_page ? "not-checked" : "no-answer";
  predicate["evidence"] = digest_json(chronicle.stand_in(topic));
  predicate["until"] = format_time(chronicle.now() + days(holds));
  return chronicle.say(Kind::domain_proof, std::move(predicate), {std::string(kVerifier)});
}

Result<void> prove(Chronicle& chronicle, const Organisation& o, int holds = 400) {
  ENTENTE_CHECK(prove_domain(chronicle, o, o.key, holds));
  return {};
}

// One or two statements, as it happened that the officers were at their desks.
Result<void> decide(Chronicle& chronicle, const Organisation& o, bool approve) {
  Chance chance(chronicle.seed(), "decision on " + o.id());
  const int first = static_cast<int>(chance.between(1, 3)), second = first % 3 + 1;
  Json predicate = about("pledge", o.pledge, o);
  predicate["decision"] = approve ? "approved" : "refused";
  if (!approve) predicate["reason"] = "The applicant could not show that it is the organisation it names.";
  if (chance.percent(60)) {
    ENTENTE_CHECK(chronicle.say(Kind::approval, std::move(predicate), {officer(first), officer(second)}));
    return {};
  }
  ENTENTE_CHECK(chronicle.say(Kind::approval, predicate, {officer(first)}));
  ENTENTE_CHECK(chronicle.say(Kind::approval, std::move(predicate), {officer(second)}));
  return {};
}

Result<void> renew(Chronicle& chronicle, const Organisation& o) {
  Json predicate = about("pledge", o.pledge, o);
  predicate["until"] = format_time(chronicle.now() + days(760));
  ENTENTE_CHECK(chronicle.say(Kind::renewal, std::move(predicate), {o.key}));
  return {};
}

Result<void> correct(Chronicle& chronicle, const Organisation& o, Json changes, std::string_view reason) {
  Json predicate = about("corrects", o.pledge, o);
  predicate["changes"] = std::move(changes);
  predicate["reason"] = reason;
  ENTENTE_CHECK(chronicle.say(Kind::correction, std::move(predicate), {o.key}));
  return {};
}

Result<void> name_contacts(Chronicle& chronicle, const Organisation& o) {
  const std::string topic = fmt::format("contacts of {} at {}", o.id(), chronicle.now_text());
  Chance chance(chronicle.seed(), topic);
  Json contacts = Json::array();
  for (const char* role : {"duty", "technical", "policy", "press"}) {
    if (!contacts.empty() && !chance.percent(60)) continue;
    const std::string_view audience = std::string_view(role) == "press" ? "public" : chance.percent(30) ? "states" : "supporters";
    Json languages = Json::array({"en"});
    if (o.language.size() == 2 && o.language != "en") languages.push_back(o.language);
    contacts.push_back(Json{{"role", role},
                            {"commitment", digest_json(chronicle.stand_in(fmt::format("{}, {}", topic, role)))},
                            {"channels", chance.between(1, 3)},
                            {"languages", std::move(languages)},
                            {"audience", audience}});
  }
  ENTENTE_CHECK(chronicle.say(
      Kind::contact_set,
      {{"organisation", id_json(o.id())}, {"commitment", digest_json(chronicle.stand_in(topic))}, {"contacts", contacts}}, {o.key}));
  return {};
}

Result<void> join_instrument(Chronicle& chronicle, const Organisation& o, std::string_view instrument, bool confirmed) {
  const std::string list = fmt::format("members of {} at {}", instrument, chronicle.now_text());
  ENTENTE_CHECK(chronicle.say(Kind::instrument_membership,
                              {{"organisation", id_json(o.id())},
                               {"instrument", instrument},
                               {"status", "member"},
                               {"since", format_date(chronicle.now() - days(200))},
                               {"proof", digest_json(chronicle.stand_in(list))},
                               {"url", fmt::format("https://{}.example/members", instrument)}},
                              {confirmed ? std::string(kVerifier) : o.key}));
  return {};
}

void plan_joining(Chronicle& chronicle, const Member& o) {
  Chance chance(chronicle.seed(), "joining of " + o->id());
  const Instant start = o->joined;
  chronicle.plan(start, [&chronicle, o] { return pledge(chronicle, *o); });
  chronicle.plan(start + hours(chance.between(2, 70)), [&chronicle, o] { return prove(chronicle, *o); });
  chronicle.plan(start + hours(chance.between(74, 400)), [&chronicle, o] { return decide(chronicle, *o, true); });
}

// Renewals about every two years, domain proofs about once a year, contacts, memberships.
void plan_upkeep(Chronicle& chronicle, const Member& o, Instant until) {
  Chance chance(chronicle.seed(), "upkeep of " + o->id());
  const bool careful = o->quality == Quality::good || chance.percent(65);
  const Instant settled = o->joined + days(20);
  for (Instant t = settled + days(chance.between(560, 720)); t < until && careful; t += days(chance.between(600, 720)))
    chronicle.plan(t, [&chronicle, o] { return renew(chronicle, *o); });
  Instant latest = until - days(chance.percent(70) ? chance.between(3, 80) : chance.between(100, 330));
  for (Instant t = latest; t > settled && (careful || t == latest); t -= days(chance.between(300, 380)))
    if (careful || chance.percent(60)) chronicle.plan(t, [&chronicle, o] { return prove(chronicle, *o); });
  if (chance.percent(o->quality == Quality::good ? 95 : 55))
    chronicle.plan(settled + days(chance.between(1, 60)), [&chronicle, o] { return name_contacts(chronicle, *o); });
  if (careful && chance.percent(40) && settled + days(500) < until)
    chronicle.plan(until - days(chance.between(10, 300)), [&chronicle, o] { return name_contacts(chronicle, *o); });
  for (const std::string_view instrument : {"invented-accord", "invented-routing-norms", "invented-disclosure-pledge"})
    if (chance.percent(14))
      chronicle.plan(settled + days(chance.between(30, 100)), [&chronicle, o, instrument, confirmed = chance.percent(50)] {
        return join_instrument(chronicle, *o, instrument, confirmed);
      });
}

// A new name, a shorter list of principles, a better reason.
void plan_correction(Chronicle& chronicle, const Member& o, std::size_t number) {
  const Instant at = o->joined + days(60 + 37 * static_cast<int>(number % 9));
  chronicle.plan(at, [&chronicle, o, number]() -> Result<void> {
    if (number % 3 == 0) {
      o->identity.name += number % 2 == 0 ? " (Group)" : " International";
      return correct(chronicle, *o, Json::array({Json{{"pointer", "/organisation/name"}, {"to", o->identity.name}}}),
                     "We changed our name.");
    }
    if (number % 3 == 1)
      return correct(chronicle, *o,
                     Json::array({Json{{"pointer", "/why/language"}, {"to", "en"}},
                                  Json{{"pointer", "/why/text"}, {"to", "Because our suppliers asked us to, and they were right."}}}),
                     "Our reason was missing, or out of date.");
    return correct(
        chronicle, *o,
        Json::array({Json{{"pointer", "/organisation/register_number"}, {"to", fmt::format("Invented register {}", 1000 + number)}}}),
        "The register number was missing.");
  });
}

Result<void> set_keys(Chronicle& chronicle, Organisation& o, const std::string& fresh) {
  Json predicate = about("record", o.record, o);
  predicate["cause"] = "rotation";
  predicate["keys"] = {chronicle.vkey(fresh)};
  ENTENTE_CHECK(chronicle.say(Kind::key_set, std::move(predicate), {o.key, fresh}));
  o.key = fresh;
  return {};
}

// A key that is lost: a proof bound to the new key, the secretariat's quorum, and a public wait.
Result<void> recover_key(Chronicle& chronicle, Organisation& o, const std::string& fresh) {
  ENTENTE_TRY(const Digest proof, prove_domain(chronicle, o, fresh, 90));
  Json predicate = about("record", o.record, o);
  predicate["cause"] = "loss";
  predicate["keys"] = {chronicle.vkey(fresh)};
  predicate["proof"] = digest_json(proof);
  ENTENTE_CHECK(chronicle.say(Kind::key_set, std::move(predicate), {officer(1), officer(3), fresh}));
  return {};
}

// Its holder says that it was in other hands for some weeks; a new key is there already.
Result<void> revoke_key(Chronicle& chronicle, Organisation& o, const std::string& fresh) {
  const std::string old = o.key;
  Json keys = about("record", o.record, o);
  keys["cause"] = "rotation";
  keys["keys"] = {chronicle.vkey(old), chronicle.vkey(fresh)};
  ENTENTE_CHECK(chronicle.say(Kind::key_set, std::move(keys), {old, fresh}));
  const std::string vkey = chronicle.vkey(old);
  o.key = fresh;
  ENTENTE_CHECK(chronicle.say(Kind::key_revocation,
                              {{"key", vkey},
                               {"fingerprint", digest_json(sha256(vkey))},
                               {"organisation", id_json(o.id())},
                               {"cause", "compromised"},
                               {"since", format_time(chronicle.now() - days(30))},
                               {"by", "holder"},
                               {"reason", "The machine that held the key was found to be open to others."}},
                              {fresh}));
  return {};
}

void plan_keys(Chronicle& chronicle, const Members& staying) {
  int number = 0;
  for (std::size_t i = 3; i < staying.size(); i += 19, ++number) {
    const Member o = staying[i];
    if (o->imported) continue;
    const std::string fresh = o->domain() + "/worthless-2";
    if (number % 5 == 3 && o->joined < moment(2026, 8, 1)) {
      chronicle.plan(moment(2026, 11, 27) + hours(number), [&chronicle, o, fresh] { return revoke_key(chronicle, *o, fresh); });
    } else if (number % 5 == 1 && o->joined < moment(2025, 4, 1)) {
      const Instant lost = moment(2025, 6, 2) + days(number);
      chronicle.plan(lost, [&chronicle, o, fresh] { return recover_key(chronicle, *o, fresh); });
      chronicle.plan(lost + days(7) + std::chrono::minutes(1), [o, fresh]() -> Result<void> {  // the wait of the rules is over
        o->key = fresh;
        return {};
      });
    } else if (o->joined + days(400) < the_end()) {
      chronicle.plan(o->joined + days(400), [&chronicle, o, fresh] { return set_keys(chronicle, *o, fresh); });
    }
  }
}

Result<void> end(Chronicle& chronicle, const Organisation& o, std::size_t number, const Organisation& successor) {
  if (number % 7 == 2 || number % 7 == 5) {
    Json predicate = about("record", o.record, o);
    predicate["successor"] = id_json(successor.id());
    predicate["form"] = number % 2 == 0 ? "merger" : "takeover";
    predicate["reason"] = fmt::format("{} became a part of {}.", o.identity.name, successor.identity.name);
    predicate["on"] = format_date(chronicle.now() - days(14));
    ENTENTE_CHECK(chronicle.say(Kind::succession, std::move(predicate), {o.key, successor.key}));
  } else if (number % 7 == 3) {
    Json predicate = about("record", o.record, o);
    predicate["reason"] = "The organisation was dissolved.";
    ENTENTE_CHECK(chronicle.say(Kind::removal, std::move(predicate), {officer(2), officer(3)}));
  } else {
    Json predicate = about("pledge", o.pledge, o);
    predicate["by"] = "organisation";
    if (number % 2 == 0) predicate["reason"] = "Our new owners have a pledge of their own.";
    ENTENTE_CHECK(chronicle.say(Kind::withdrawal, std::move(predicate), {o.key}));
  }
  return {};
}

}  // namespace

void plan_records(Chronicle& chronicle, const Members& staying, const Members& leaving, const Members& waiting, const Members& refused) {
  std::size_t number = 0;
  for (const Member& o : staying) {
    if (o->imported && !o->claims) continue;
    plan_joining(chronicle, o);
    plan_upkeep(chronicle, o, the_end());
    if (++number % 8 == 0 && o->joined < moment(2026, 2, 1)) plan_correction(chronicle, o, number / 8);
  }
  plan_keys(chronicle, staying);
  for (std::size_t i = 0; i < leaving.size(); ++i) {
    const Member o = leaving[i];
    const Member successor = staying.at(2 * i);  // among the first to join
    plan_joining(chronicle, o);
    const Instant last = moment(2024, 1, 10) + days(71 * static_cast<int>(i));
    plan_upkeep(chronicle, o, last);
    chronicle.plan(last, [&chronicle, o, successor, i] { return end(chronicle, *o, i, *successor); });
  }
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const Member o = waiting[i];
    chronicle.plan(o->joined, [&chronicle, o] { return pledge(chronicle, *o); });
    if (i % 2 == 0) chronicle.plan(o->joined + hours(30), [&chronicle, o] { return prove(chronicle, *o); });
    if (i == 0)
      chronicle.plan(o->joined + days(4), [&chronicle, o]() -> Result<void> {
        Json predicate = about("pledge", o->pledge, *o);
        predicate["decision"] = "approved";
        ENTENTE_CHECK(chronicle.say(Kind::approval, std::move(predicate), {officer(1)}));
        return {};
      });
  }
  for (const Member& o : refused) {
    chronicle.plan(o->joined, [&chronicle, o] { return pledge(chronicle, *o); });
    chronicle.plan(o->joined + days(12), [&chronicle, o] { return decide(chronicle, *o, false); });
  }
}

}  // namespace entente::example
