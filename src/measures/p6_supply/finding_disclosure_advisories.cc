// The finding for control P6-04, "advisories are machine-readable": the provider's role by CSAF 2.0, whether the provider is the
// organisation's own, and how many of its own CVE numbers of the last twelve months have an advisory that is valid.
#include <algorithm>
#include <set>

#include "core/ascii.h"
#include "core/data.h"
#include "core/utf8.h"
#include "csaf/provider_check.h"
#include "csaf/web_url.h"
#include "measures/p6_supply/finding_disclosure.h"
#include "measures/p6_supply/own_cves.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::uint64_t kCoveredPercent = 95;
constexpr std::int64_t kOwnCveDays = 365;
constexpr std::size_t kMaxNamedCves = 1'000;

// What the advisories say of the organisation's own CVE numbers.
struct CveCoverage {
  bool given = false;  // there is a list that can be read
  std::uint64_t counted = 0, covered = 0;
  std::vector<OwnCve> missing;
  std::vector<Unreadable> bad;
  [[nodiscard]] bool enough() const { return given && covered * 100 >= kCoveredPercent * counted; }
};

CveCoverage coverage_of(const FindingContext& c, const csaf::ProviderReport& provider) {
  CveCoverage out;
  std::set<std::string_view> told;
  for (const csaf::ProviderAdvisory& a : provider.advisories)
    if (a.valid && a.logged) told.insert(a.cves.begin(), a.cves.end());
  std::set<std::string> seen;
  for (const evidence::Evidence* entry : c.bundle.of_kind("cves.own")) {
    const auto text = c.bundle.read(*entry);
    const auto list = text ? parse_own_cves(*text, entry->path) : Result<std::vector<OwnCve>>(fail(text.error()));
    if (!list) {
      out.bad.push_back({entry, list.error()});
      continue;
    }
    out.given = true;
    for (const OwnCve& cve : *list) {
      if (cve.published > c.at || days_between(cve.published, c.at) > kOwnCveDays || !seen.insert(cve.id).second) continue;
      ++out.counted;
      if (told.contains(cve.id))
        ++out.covered;
      else
        out.missing.push_back(cve);
    }
  }
  return out;
}

Json advisory_row(std::string_view item, std::string_view verdict, std::string_view note) {
  return {{"item", item}, {"verdict", verdict}, {"note", printable(note, 400)}};
}

void add_provider_rows(Finding& finding, const csaf::ProviderReport& provider, const CveCoverage& cves) {
  for (const csaf::Requirement& r : provider.requirements)
    finding.rows.push_back(advisory_row(fmt::format("{} {}", r.number, r.title), csaf::name(r.verdict), r.reason));
  for (const Unreadable& bad : cves.bad) {
    finding.rows.push_back(advisory_row(bad.evidence->path, "unreadable", bad.error.str()));
    finding.places.push_back({bad.evidence->sha256, bad.error.where.pointer});
  }
  for (const std::string& why : provider.unread) finding.rows.push_back(advisory_row("provider's file", "unreadable", why));
  for (const csaf::ProviderFile* log : provider.bad_logs) finding.places.push_back({log->sha256, ""});
  for (const OwnCve& cve : cves.missing) {
    if (finding.rows.size() > kMaxNamedCves) break;
    finding.rows.push_back(advisory_row(cve.id, "no advisory", "published " + format_date(cve.published)));
  }
  for (const csaf::ProviderAdvisory& a : provider.advisories)
    if (!a.logged && finding.rows.size() <= kMaxNamedCves)
      finding.rows.push_back(
          advisory_row(a.file->name, a.valid ? "valid" : "invalid", a.valid ? "the log of the collection does not know it" : a.problem));
  for (const csaf::ProviderAdvisory& a : provider.advisories)
    if (!a.valid && finding.places.size() < kMaxPlaces) finding.places.push_back({a.file->sha256, ""});
}

// Whose provider was looked at, and how.
struct Belonging {
  bool foreign = false;  // it is another's: what is valid there shows nothing of this organisation
  std::string why_not;   // why it does not count as this organisation's provider; empty: it does
};

std::string host_asked(std::string_view asked) {
  const std::string whole(asked);
  const auto url = csaf::parse_web_url(whole.find("://") != std::string::npos ? whole : "https://" + whole + "/");
  return url ? url->host : std::string();
}

Belonging belonging_of(const Profile& profile, const csaf::ProviderReport& provider) {
  if (!provider.collection) return {};  // then no role is filled anyway
  const std::string asked = host_asked(provider.collection->asked), served = host_asked(provider.metadata_url);
  if (!is_host_of(profile, asked) && !is_host_of(profile, served)) {
    const std::string host = printable(asked.empty() ? provider.collection->asked : asked, 200);
    return {true, profile.domains.empty() ? fmt::format("the profile names no domain, so whose provider {} is cannot be told", host)
                                          : fmt::format("the provider asked for, {}, is none of the profile's domains", host)};
  }
  if (provider.collection->loopback) return {false, "it was collected with loopback addresses allowed, which is a test"};
  return {};
}

Json provider_detail(const csaf::ProviderReport& provider, const CveCoverage& cves, std::size_t valid) {
  Json roles = Json::object();
  for (const csaf::RoleVerdict& r : provider.roles)
    roles[std::string(r.role)] = {{"verdict", csaf::name(r.verdict)}, {"lacking", r.lacking}};
  const auto& from = provider.collection;
  return {{"metadata_url", provider.metadata_url},
          {"asked", from ? Json(printable(from->asked, 300)) : Json(nullptr)},
          {"collected", from ? Json(format_time(from->finished)) : Json(nullptr)},
          {"collection_incomplete", from ? Json(printable(from->incomplete, 300)) : Json(nullptr)},
          {"declared_role", provider.declared()},
          {"reached_role", provider.reached()},
          {"roles", std::move(roles)},
          {"advisories", provider.advisories.size()},
          {"advisories_valid", valid},
          {"own_cves_given", cves.given},
          {"own_cves_of_365_days", cves.counted},
          {"own_cves_covered", cves.covered},
          {"satisfied_from_percent", kCoveredPercent}};
}

// The first requirement that keeps the provider's role from being filled.
std::string provider_advice(const csaf::ProviderReport& provider) {
  const auto& role = provider.roles.at(1);
  for (const csaf::Verdict wanted : {csaf::Verdict::failed, csaf::Verdict::not_tested}) {
    for (const unsigned n : role.lacking) {
      const csaf::Requirement& r = provider.requirements.at(n - 1);
      if (r.verdict != wanted) continue;
      if (wanted == csaf::Verdict::not_tested)
        return fmt::format(
            "collect the provider by its domain (entente csaf collect DOMAIN -o BUNDLE): requirement {} ({}) was not tested: {}", n,
            r.title, r.reason);
      return fmt::format("meet requirement {} ({}) of CSAF 2.0: {}", n, r.title, printable(r.reason, 300));
    }
  }
  return "run entente csaf provider on the bundle";
}

std::string coverage_clause(const CveCoverage& cves) {
  if (!cves.bad.empty()) return fmt::format("; {} cannot be read", cves.bad.front().evidence->path);
  if (!cves.given) return "; which CVE numbers are the organisation's own is not said";
  if (cves.counted == 0) return "; no CVE number of its own in 365 days";
  return fmt::format("; {} of {} own CVE numbers of 365 days have an advisory", cves.covered, cves.counted);
}

std::string_view role_clause(const csaf::ProviderReport& provider, bool counts) {
  if (!counts) return "the role of a CSAF provider is not shown to be filled";
  return provider.roles.at(2).verdict == csaf::Verdict::held ? "CSAF trusted provider" : "CSAF provider";
}

Finding judge_provider(const FindingContext& c, const csaf::ProviderReport& provider, Finding finding) {
  const CveCoverage cves = coverage_of(c, provider);
  const Belonging belonging = belonging_of(c.profile, provider);
  const auto valid = static_cast<std::size_t>(std::ranges::count_if(provider.advisories, &csaf::ProviderAdvisory::valid));
  const bool all_valid = valid > 0 && valid == provider.advisories.size();
  const bool is_provider = provider.roles.at(1).verdict == csaf::Verdict::held && belonging.why_not.empty();
  const bool unreadable = !cves.bad.empty() || !provider.bad_logs.empty();
  finding.status = unreadable || !all_valid         ? Status::not_satisfied
                   : belonging.foreign              ? Status::not_assessed
                   : !is_provider || !cves.enough() ? Status::partial
                                                    : Status::satisfied;
  finding.summary =
      fmt::format("{}: {} of {} advisories valid{}{}{}.", role_clause(provider, is_provider), valid, provider.advisories.size(),
                  coverage_clause(cves), belonging.why_not.empty() ? "" : "; " + belonging.why_not,
                  provider.bad_logs.empty() ? "" : fmt::format("; {} cannot be read", provider.bad_logs.front()->name));
  finding.detail = provider_detail(provider, cves, valid);
  if (provider.collection) finding.own_dates.emplace_back(provider.collection->log->sha256, provider.collection->finished);
  add_provider_rows(finding, provider, cves);
  if (finding.status == Status::satisfied) return finding;
  if (!provider.bad_logs.empty())
    finding.fix = fmt::format("collect the provider again (entente csaf collect DOMAIN -o BUNDLE): {} cannot be read",
                              provider.bad_logs.front()->name);
  else if (!cves.bad.empty())
    finding.fix = fmt::format("mend {}: {}", cves.bad.front().evidence->path, cves.bad.front().error.what);
  else if (valid < provider.advisories.size())
    finding.fix = provider_advice(provider);
  else if (!belonging.why_not.empty())
    finding.fix =
        fmt::format("collect the organisation's own provider by its domain (entente csaf collect DOMAIN -o BUNDLE): {}", belonging.why_not);
  else if (all_valid && !provider.collection)
    finding.fix =
        "collect the provider by its domain (entente csaf collect DOMAIN -o BUNDLE) and give the log too, which says how it is published";
  else if (!all_valid || !is_provider)
    finding.fix = provider_advice(provider);
  else if (!cves.given)
    finding.fix = "list the organisation's own CVE numbers of twelve months as evidence of kind cves.own (an empty list if there are none)";
  else
    finding.fix = fmt::format("publish an advisory for {}", cves.missing.front().id);
  return finding;
}

}  // namespace

bool is_host_of(const Profile& profile, std::string_view host) {
  const std::string name = lower(host);
  return std::ranges::any_of(profile.domains, [&](const std::string& own) {
    const std::string domain = lower(own);
    return !domain.empty() && (name == domain || name.ends_with("." + domain));
  });
}

Finding machine_readable_advisories_finding(const FindingContext& c) {
  Finding finding;
  finding.control = kAdvisoriesMachineReadable;
  std::vector<csaf::ProviderFile> files;
  std::string unread;
  for (const std::string_view kind : csaf::provider_kinds()) {
    for (const evidence::Evidence* entry : c.bundle.of_kind(kind)) {
      finding.evidence.push_back(entry->sha256);
      auto text = c.bundle.read(*entry);
      if (text)
        files.push_back({entry->kind, entry->path, entry->source, std::move(*text), entry->sha256});
      else if (unread.empty())
        unread = text.error().what;
    }
  }
  for (const evidence::Evidence* entry : c.bundle.of_kind("cves.own")) finding.evidence.push_back(entry->sha256);
  static const auto validator = csaf::Validator::load(DataSet::embedded());
  auto provider = validator ? csaf::check_provider(files, *validator, c.at) : Result<csaf::ProviderReport>(fail(validator.error()));
  if (!provider || !unread.empty()) {
    finding.status = Status::not_satisfied;
    finding.summary = fmt::format("The provider's files cannot be judged: {}.", provider ? unread : provider.error().what);
    finding.fix = "collect them again: entente csaf collect DOMAIN -o BUNDLE";
    return finding;
  }
  return judge_provider(c, *provider, std::move(finding));
}

}  // namespace entente::measures::p6_supply
