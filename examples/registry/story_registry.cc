// What the registry itself does: its rules and their changes, the older list it took over, releases of the catalogue, events, rounds of
// communication checks, some sealed reports.
#include <fmt/format.h>
#include <algorithm>

#include "chance.h"
#include "core/json.h"
#include "core/version.h"
#include "registry/import_statement.h"
#include "registry/make_statement.h"
#include "statement/statement.h"
#include "story.h"

namespace entente::example {
namespace {

using registry::Role;
using std::chrono::days;
using std::chrono::hours;

constexpr std::string_view kRules =
    "These rules are of an example. Every key comes from a seed that is written down, so nothing here proves anything.\n";

Json rules_json(Chronicle& chronicle, int officers, bool with_texts) {
  registry::Founding founding{.registry = std::string(kRegistryName), .log = std::string(kOrigin), .text = std::string(kRules)};
  founding.windows.assessment = days(30);
  const auto add = [&](Role role, const std::string& person, const keys::SigningKey& key) {
    founding.roster.push_back({.role = role, .person = person, .key = key.verifier()});
  };
  for (int n = 1; n <= officers; ++n) add(Role::secretariat, fmt::format("officer-{}", n), chronicle.key(officer(n)));
  add(Role::verifier, "verifier-1", chronicle.key(std::string(kVerifier)));
  add(Role::importer, "importer-1", chronicle.key(std::string(kImporter)));
  for (int n = 1; n <= 2; ++n) add(Role::assessor, fmt::format("assessor-{}", n), chronicle.key(assessor(n)));
  for (std::size_t n = 1; n <= kWitnesses; ++n)
    add(Role::witness, fmt::format("witness-{}", n), chronicle.key(witness(n), keys::KeyType::cosignature_v1));
  add(Role::monitor, "monitor-1", chronicle.key(std::string(kMonitor)));
  Json out = registry::founding_predicate(founding);
  out["quorum"]["witnesses"] = 2;
  if (with_texts)
    for (const auto& [language, text] : {std::pair("en", kTextEnglish), std::pair("fr", kTextFrench)})
      out["texts"].push_back(Json{{"language", language}, {"version", kTextVersion}, {"sha256", sha256(text).hex()}});
  return out;
}

void plan_rules(Chronicle& chronicle) {
  chronicle.plan(moment(2018, 11, 11, 8), [&chronicle]() -> Result<void> {
    ENTENTE_CHECK(chronicle.say(Kind::registry_rules, rules_json(chronicle, 3, true), {officer(1), officer(2)}));
    return {};
  });
  chronicle.plan(moment(2022, 5, 30, 8), [&chronicle]() -> Result<void> {
    Json rules = rules_json(chronicle, 4, true);
    rules["previous"] = digest_json(chronicle.state().rules()->envelope);
    ENTENTE_CHECK(chronicle.say(Kind::registry_rules, std::move(rules), {officer(1), officer(2)}));
    return {};
  });
}

// As a list of earlier years had them, with what such lists lack.
void plan_import(Chronicle& chronicle, const Members& members) {
  chronicle.plan(moment(2019, 9, 16, 10), [&chronicle, members]() -> Result<void> {
    Members imported;
    std::ranges::copy_if(members, std::back_inserter(imported), [](const auto& o) { return o->imported; });
    std::ranges::sort(imported, {}, [](const auto& o) { return o->id(); });
    Json records = Json::array();
    for (std::size_t i = 0; i < imported.size(); ++i) {
      const Organisation& o = *imported[i];
      Json identity{{"id", o.id()}, {"name", o.identity.name}};
      if (i % 6 != 5) identity["category"] = name(*o.identity.category);
      if (i % 4 != 3 && !o.identity.country.empty()) identity["country"] = o.identity.country;
      Json dates = i % 3 == 0   ? Json{{"signed_on", "2018-11-12"}}
                   : i % 3 == 1 ? Json{{"published_on", "2019-06-03"}}
                                : Json{{"signed_no_later_than", "2019-09-16"}};
      records.push_back(
          Json{{"organisation", std::move(identity)}, {"dates", std::move(dates)}, {"source", {{"id", o.id()}, {"file", o.id() + ".md"}}}});
    }
    const std::string content = registry::canonical_digest(records).hex();
    Json predicate{
        {"source",
         {{"name", "An older list (invented)"}, {"format", "json"}, {"files", 1}, {"sha256", chronicle.stand_in("older list").hex()}}},
        {"importer", chronicle.vkey(std::string(kImporter))},
        {"tool", {{"name", "entente"}, {"version", version()}}}};
    predicate["at"] = chronicle.now_text();
    predicate["part"] = {{"number", 1}, {"of", 1}, {"records", records.size()}, {"whole", sha256(content + "\n").hex()}};
    predicate["content"] = digest_json(Digest::from_hex(content).value());
    predicate["records"] = std::move(records);
    ENTENTE_TRY(const Digest envelope, chronicle.say(Kind::imported, std::move(predicate), {std::string(kImporter)}));
    for (const auto& o : imported) o->record = envelope;
    return {};
  });
}

struct Happening {
  std::string_view uid, kind, title, language, place, country, openness;
  int year;
  unsigned month, day;
  int length;  // days
  bool cancelled = false;
};
constexpr Happening kHappenings[] = {
    {"anniversary-2019", "meeting", "One year of the Call", "en", "Montréval-sous-Lune", "FRA", "invitation", 2019, 11, 12, 1},
    {"anniversary-2021", "meeting", "Three years of the Call", "en", "Lanternbridge", "CAN", "open", 2021, 11, 12, 1},
    {"exercise-2022", "exercise", "First exercise of the points of contact", "en", "", "", "supporters", 2022, 6, 14, 2},
    {"formation-2023", "training", "Formation : publier un security.txt", "fr", "Ponteclair", "FRA", "registration", 2023, 3, 21, 1},
    {"conference-2023", "conference", "Measured promises", "en", "Grünwachtal", "AUT", "registration", 2023, 10, 4, 2},
    {"exercise-2024", "exercise", "Second exercise of the points of contact", "en", "", "", "supporters", 2024, 6, 11, 2},
    {"conference-2025", "conference", "What the index does not know", "en", "Manarat al-Wahat", "TUN", "registration", 2025, 9, 30, 2},
    {"exercise-2025", "exercise", "Third exercise, with witnesses", "en", "", "", "supporters", 2025, 6, 17, 2},
    {"meeting-2026", "meeting", "Réunion des assesseurs", "fr", "Éclisselune", "FRA", "invitation", 2026, 4, 8, 1, true},
    {"anniversary-2026", "meeting", "Eight years of the Call", "en", "Astroyiali", "GRC", "open", 2026, 11, 12, 1},
    {"training-2026", "training", "How to read an interval", "en", "", "", "open", 2026, 12, 9, 1},
    {"exercise-2027", "exercise", "Fourth exercise of the points of contact", "en", "", "", "supporters", 2027, 2, 16, 2},
    {"conference-2027", "conference", "Nine principles, ten years on", "en", "Northmere", "IRL", "registration", 2027, 5, 19, 3},
};

void plan_event(Chronicle& chronicle, const Happening& h) {
  const auto tell = [&chronicle, &h](std::string_view status) -> Result<void> {
    const Instant starts = moment(h.year, h.month, h.day);
    Json predicate{{"uid", h.uid},     {"kind", h.kind},         {"status", status},
                   {"title", h.title}, {"language", h.language}, {"openness", h.openness}};
    if (!h.place.empty()) predicate["place"] = {{"name", h.place}, {"country", h.country}};
    predicate["starts"] = format_time(starts);
    predicate["ends"] = format_time(starts + days(h.length - 1) + hours(8));
    predicate["document"] = digest_json(chronicle.stand_in(fmt::format("page of {}, {}", h.uid, status)));
    predicate["url"] = fmt::format("https://registry.example/events/{}", h.uid);
    ENTENTE_CHECK(chronicle.say(Kind::event, std::move(predicate), {officer(1)}));
    return {};
  };
  const Instant starts = moment(h.year, h.month, h.day);
  const Instant announced = std::min(starts - days(60), the_end() - days(20));
  chronicle.plan(announced, [tell] { return tell("planned"); });
  if (h.cancelled)
    chronicle.plan(starts - days(9), [tell] { return tell("cancelled"); });
  else if (starts + days(h.length + 2) < the_end())
    chronicle.plan(starts + days(h.length + 2), [tell] { return tell("held"); });
}

// Every quarter from 2024 on: more contacts, and they answer a little better each time.
void plan_comchecks(Chronicle& chronicle) {
  for (int quarter = 0; quarter < 12; ++quarter) {
    const int year = 2024 + quarter / 4, of_year = quarter % 4 + 1;
    const Instant at = moment(year, static_cast<unsigned>(of_year * 3 - 1), 18, 16);
    if (at >= the_end()) continue;
    chronicle.plan(at, [&chronicle, quarter, year, of_year]() -> Result<void> {
      const std::string round = fmt::format("{}-q{}", year, of_year);
      Chance chance(chronicle.seed(), "round " + round);
      const int asked = 48 + 4 * quarter + static_cast<int>(chance.below(6));
      int left = asked;
      Json classes = Json::array();
      for (const auto& [latency, percent] :
           {std::pair("within-1h", 28 + 2 * quarter), std::pair("within-4h", 22), std::pair("within-24h", 16), std::pair("within-72h", 6),
            std::pair("auto-reply", 3), std::pair("bounced", 2)}) {
        const int count = std::min(left, asked * percent / 100);
        left -= count;
        classes.push_back(Json{{"class", latency}, {"count", count}});
      }
      classes.push_back(Json{{"class", "no-answer"}, {"count", left}});
      ENTENTE_CHECK(chronicle.say(Kind::comcheck_round,
                                  {{"round", round},
                                   {"drawn_at", format_time(chronicle.now() - days(9))},
                                   {"drawn_from",
                                    {{"origin", kOrigin},
                                     {"size", chronicle.state().next_leaf()},
                                     {"sha256", chronicle.stand_in("checkpoint for " + round).hex()}}},
                                   {"merkle_root", digest_json(chronicle.stand_in("entries of " + round))},
                                   {"entries", asked},
                                   {"classes", std::move(classes)}},
                                  {std::string(kMonitor)}));
      return {};
    });
  }
}

// A report sealed first and opened later; one that is still sealed.
void plan_sealed_reports(Chronicle& chronicle, const Members& members) {
  for (std::size_t n = 0; n < 3; ++n) {
    const auto holder = members.at(n);
    const Digest salt = chronicle.stand_in(fmt::format("salt {}", n)), content = chronicle.stand_in(fmt::format("report {}", n));
    const Digest sealed = statement::commitment(salt.view(), content).value();  // the salt has its 32 bytes
    const Instant at = moment(2026, 3, 2) + days(70 * static_cast<int>(n));
    chronicle.plan(at, [&chronicle, holder, sealed]() -> Result<void> {
      ENTENTE_CHECK(chronicle.say(Kind::commitment,
                                  {{"scheme", "salted-sha256/v1"},
                                   {"commitment", digest_json(sealed)},
                                   {"kind", "report"},
                                   {"reveal_by", format_time(chronicle.now() + days(180))}},
                                  {holder->key}));
      return {};
    });
    if (n == 2) continue;
    chronicle.plan(at + days(120), [&chronicle, holder, sealed, salt, content]() -> Result<void> {
      ENTENTE_CHECK(chronicle.say(Kind::reveal,
                                  {{"scheme", "salted-sha256/v1"},
                                   {"commitment", digest_json(sealed)},
                                   {"salt", to_base64(salt.view())},
                                   {"content", {{"sha256", content.hex()}, {"media_type", "application/pdf"}}}},
                                  {holder->key}));
      return {};
    });
  }
}

}  // namespace

std::string officer(int number) { return fmt::format("registry.example/officer-{}", number); }
std::string assessor(int number) { return fmt::format("registry.example/assessor-{}", number); }
std::string witness(std::size_t number) { return fmt::format("witness-{}.example/worthless", number); }

Instant moment(int year, unsigned month, unsigned day, int hour, int minute) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) + hours(hour) +
         std::chrono::minutes(minute);
}

void plan_registry(Chronicle& chronicle, const catalog::Catalog& catalog, const Members& members) {
  plan_rules(chronicle);
  plan_import(chronicle, members);
  chronicle.plan(moment(2023, 1, 10), [&chronicle, &catalog]() -> Result<void> {
    ENTENTE_CHECK(chronicle.say(Kind::catalogue_release,
                                {{"version", catalog.version()},
                                 {"catalog", digest_json(catalog.digest())},
                                 {"controls", digest_json(chronicle.stand_in("file of controls"))}},
                                {officer(1), officer(3)}));
    return {};
  });
  for (const Happening& happening : kHappenings) plan_event(chronicle, happening);
  plan_comchecks(chronicle);
  plan_sealed_reports(chronicle, members);
}

}  // namespace entente::example
