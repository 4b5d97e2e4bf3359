// The finding for control P3-05, "election domains are hardened", made of a list of domains with results of named tools. The engines of
// principles 2 and 7 are not there yet, so what the list says was not measured again: the control is partial at most, and says why.
#include <algorithm>
#include <array>

#include "core/data.h"
#include "core/json.h"
#include "core/utf8.h"
#include "measures/p3_elections/findings.h"
#include "schema/schema.h"

namespace entente::measures::p3_elections {

namespace {

constexpr std::array<std::string_view, 9> kDomainTests{"P7-01", "P7-02", "P7-03",  "P7-04",        "P7-05",
                                                       "P2-06", "P2-07", "dnssec", "registry-lock"};
constexpr std::int64_t kDomainDays = 7;
constexpr JsonLimits kDomainLimits{.max_bytes = std::size_t{16} << 20, .max_depth = 10};

const Result<schema::Schema>& domains_schema() {
  static const Result<schema::Schema> schema = []() -> Result<schema::Schema> {
    constexpr std::string_view kPath = "schemas/election-domains-v1.json";
    ENTENTE_TRY(const std::string_view text, DataSet::embedded().file(kPath));
    return schema::Schema::compile(text, DataSet::embedded().display_name(kPath));
  }();
  return schema;
}

struct DomainState {
  const evidence::Evidence* evidence = nullptr;
  std::string name;
  bool login = false;
  std::uint64_t passed = 0;
  std::vector<std::pair<std::string, std::string>> open;  // test, "fail", "not tested", "older than 7 days"
};

Result<std::vector<DomainState>> read_domains(const Bundle& bundle, const evidence::Evidence& entry, Instant at) {
  ENTENTE_TRY(const std::string text, bundle.read(entry));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, entry.path, kDomainLimits));
  const auto& schema = domains_schema();
  if (!schema) return fail(schema.error());
  ENTENTE_CHECK(schema::check(*schema, document));
  std::vector<DomainState> out;
  const auto list = json_array(document.root(), "domains");
  if (!list) return fail("no domains", {.file = entry.path});
  for (const JsonView one : *list) {
    DomainState domain{&entry, std::string(json_string(one, "name").value_or("")), json_bool(one, "login").value_or(true), 0, {}};
    const auto tests = json_get(one, "tests");
    for (const std::string_view test : kDomainTests) {
      const auto result = tests ? json_get(*tests, test) : std::nullopt;
      if (!result) {
        domain.open.emplace_back(test, "not tested");
        continue;
      }
      ENTENTE_TRY(const Instant day, parse_date(json_string(*result, "date").value_or("")));
      const auto word = json_string(*result, "result").value_or("fail");
      if (day > at)
        domain.open.emplace_back(test, "dated after the instant judged");
      else if (at - day > std::chrono::days(kDomainDays + 1))
        domain.open.emplace_back(test, "older than 7 days");
      else if (word == "fail")
        domain.open.emplace_back(test, "fail");
      else
        ++domain.passed;
    }
    out.push_back(std::move(domain));
  }
  return out;
}

}  // namespace

Finding domains_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kDomainsHardened;
  std::vector<UnreadEvidence> bad;
  std::vector<DomainState> domains;
  for (const evidence::Evidence* entry : context.bundle.of_kind("elections.domains")) {
    finding.evidence.push_back(entry->sha256);
    auto some = read_domains(context.bundle, *entry, context.at);
    if (!some)
      bad.push_back({entry, some.error()});
    else
      std::move(some->begin(), some->end(), std::back_inserter(domains));
  }
  if (unreadable(finding, bad)) return finding;
  std::uint64_t good = 0, logins = 0, logins_good = 0;
  const DomainState* worst = nullptr;
  for (const DomainState& domain : domains) {
    good += domain.open.empty();
    logins += domain.login;
    logins_good += domain.login && domain.open.empty();
    for (const auto& [test, state] : domain.open)
      finding.rows.push_back({{"domain", printable(domain.name, 253)}, {"login", domain.login}, {"test", test}, {"state", state}});
    if (domain.open.empty()) continue;
    if (finding.places.size() < kMaxPlaces) finding.places.push_back({domain.evidence->sha256, ""});
    if (worst == nullptr || std::pair(domain.login, domain.open.size()) > std::pair(worst->login, worst->open.size())) worst = &domain;
  }
  finding.status = good * 100 >= domains.size() * 80 && logins_good == logins ? Status::partial : Status::not_satisfied;
  finding.summary =
      fmt::format("{} of {} pass every test by the tools named, {} of {} where people log in; Entente has not measured them itself.", good,
                  count_of(domains.size(), "domain"), logins_good, logins);
  finding.detail = {{"domains", domains.size()},         {"domains_good", good},  {"login_domains", logins},
                    {"login_domains_good", logins_good}, {"tests", kDomainTests}, {"measured_by_entente", false}};
  finding.fix = worst == nullptr ? "nothing to repair: the control stays partial until Entente measures P7 and P2 itself"
                                 : fmt::format("repair {} of {} ({})", worst->open.front().first, printable(worst->name, 253),
                                               worst->open.front().second);
  return finding;
}

}  // namespace entente::measures::p3_elections
