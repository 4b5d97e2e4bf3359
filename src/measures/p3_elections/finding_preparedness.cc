// The finding for control P3-07, "election bodies, CSIRT and platforms are linked and have practised", from the organisation's own record.
// Its class is A: an attestation signed by somebody else goes before this finding, which is satisfied only where the exercise's report lies
// in the bundle and a statement of a communication check backs each answer.
#include <algorithm>
#include <array>

#include "core/data.h"
#include "core/json.h"
#include "core/utf8.h"
#include "measures/p3_elections/findings.h"
#include "schema/schema.h"

namespace entente::measures::p3_elections {

namespace {

constexpr std::array<std::string_view, 3> kPartners{"election-body", "csirt", "platform"};
constexpr std::int64_t kAnsweredDays = 60, kExerciseDays = 366;
constexpr JsonLimits kPreparednessLimits{.max_bytes = std::size_t{4} << 20, .max_depth = 10};

const Result<schema::Schema>& preparedness_schema() {
  static const Result<schema::Schema> schema = []() -> Result<schema::Schema> {
    constexpr std::string_view kPath = "schemas/election-preparedness-v1.json";
    ENTENTE_TRY(const std::string_view text, DataSet::embedded().file(kPath));
    return schema::Schema::compile(text, DataSet::embedded().display_name(kPath));
  }();
  return schema;
}

struct Preparedness {
  std::string election;
  Instant date{};
  struct Contact {
    std::string role, organisation, state;
    bool good = false;
  };
  std::vector<Contact> contacts;
  bool exercised = false, report_here = false;
  std::string exercise = "none";
};

bool in_bundle(const Bundle& bundle, std::string_view hex) {
  return std::ranges::any_of(bundle.entries(), [&](const evidence::Evidence& e) { return e.sha256.hex() == hex; });
}

// Within `days` before `until`, and not after the instant judged.
bool is_recent(Instant day, Instant until, Instant at, std::int64_t days) {
  return day <= at && day <= until + std::chrono::days(1) && until - day <= std::chrono::days(days);
}

Result<Preparedness> read_preparedness(const FindingContext& context, const evidence::Evidence& entry) {
  ENTENTE_TRY(const std::string text, context.bundle.read(entry));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, entry.path, kPreparednessLimits));
  const auto& schema = preparedness_schema();
  if (!schema) return fail(schema.error());
  ENTENTE_CHECK(schema::check(*schema, document));
  const Json root = to_json(document.root());
  Preparedness out;
  out.election = root.at("election").at("name").get<std::string>();
  ENTENTE_TRY(out.date, parse_date(root.at("election").at("date").get<std::string>()));
  const Instant until = std::min(out.date, context.at);
  for (const Json& one : root.at("contacts")) {
    Preparedness::Contact contact{one.at("role").get<std::string>(), one.at("organisation").get<std::string>(), "not checked", false};
    if (one.contains("checked")) {
      const Json& checked = one.at("checked");
      ENTENTE_TRY(const Instant day, parse_date(checked.at("date").get<std::string>()));
      if (!checked.at("answered").get<bool>())
        contact.state = "did not answer";
      else if (!is_recent(day, until, context.at, kAnsweredDays))
        contact.state = "not within 60 days before the election";
      else
        contact.good = true;
      if (contact.good)
        contact.state = checked.contains("round") && in_bundle(context.bundle, checked.at("round").get<std::string>())
                            ? "answered"
                            : "answered; no statement of it in the bundle";
    }
    out.contacts.push_back(std::move(contact));
  }
  if (root.contains("exercise")) {
    const Json& exercise = root.at("exercise");
    out.exercise = exercise.at("date").get<std::string>();
    ENTENTE_TRY(const Instant day, parse_date(out.exercise));
    const bool all = std::ranges::all_of(kPartners, [&](std::string_view role) {
      return std::ranges::any_of(exercise.at("took_part"), [&](const Json& r) { return r.get<std::string>() == role; });
    });
    out.exercised = all && is_recent(day, until, context.at, kExerciseDays);
    out.report_here = in_bundle(context.bundle, exercise.at("report_sha256").get<std::string>());
  }
  return out;
}

}  // namespace

Finding preparedness_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kPrepared;
  std::vector<UnreadEvidence> bad;
  std::optional<Preparedness> newest;
  for (const evidence::Evidence* entry : context.bundle.of_kind("elections.preparedness")) {
    finding.evidence.push_back(entry->sha256);
    auto one = read_preparedness(context, *entry);
    if (!one)
      bad.push_back({entry, one.error()});
    else if (!newest || newest->date <= one->date)
      newest = std::move(*one);
  }
  if (unreadable(finding, bad) || !newest) return finding;

  std::uint64_t answered = 0, backed = 0;
  std::string_view without;
  for (const std::string_view role : kPartners)
    if (std::ranges::none_of(newest->contacts, [&](const Preparedness::Contact& c) { return c.role == role; }) && without.empty())
      without = role;
  for (const Preparedness::Contact& contact : newest->contacts) {
    answered += contact.good;
    backed += contact.state == "answered";
    finding.rows.push_back({{"role", contact.role}, {"organisation", printable(contact.organisation, 200)}, {"state", contact.state}});
  }
  const bool all_answered = without.empty() && answered == newest->contacts.size();
  const bool proven = all_answered && backed == newest->contacts.size() && newest->exercised && newest->report_here;
  finding.status = proven ? Status::satisfied : without.empty() ? Status::partial : Status::not_satisfied;
  finding.summary =
      fmt::format("{}: {} of {} answered a check within 60 days before the election, {} backed by a statement; last exercise: {}.",
                  printable(newest->election, 200), answered, count_of(newest->contacts.size(), "contact"), backed, newest->exercise);
  finding.detail = {{"election_date", format_date(newest->date)},
                    {"contacts", newest->contacts.size()},
                    {"contacts_answered", answered},
                    {"contacts_backed_by_statement", backed},
                    {"exercised_within_12_months_with_all_three", newest->exercised},
                    {"exercise_report_in_bundle", newest->report_here}};
  if (!without.empty())
    finding.fix = fmt::format("name a point of contact of the {}", without);
  else if (!all_answered)
    finding.fix = "check that every contact answers: entente registry comcheck --help";
  else if (!newest->exercised)
    finding.fix = "hold an exercise with the election body, the CSIRT and a platform, and note it";
  else if (!proven)
    finding.fix = "add the statements comcheck-round and the exercise's report to the evidence";
  return finding;
}

}  // namespace entente::measures::p3_elections
