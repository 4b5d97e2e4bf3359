// `entente csaf collect` fetches what a provider of advisories publishes into an evidence bundle; `entente csaf provider` judges such a
// bundle without network.
#include <fmt/format.h>
#include <cstdio>
#include <memory>

#include "cli/cli.h"
#include "cli/table.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "csaf/provider_check.h"
#include "csaf/web_url.h"
#include "evidence/collect/collect_csaf.h"
#include "http/certificates.h"

namespace entente::cli {
namespace {

constexpr const char* kCollectExamples = R"(  entente csaf collect vendor.example -o vendor
      looks at the well-known path, security.txt and the DNS path, and fetches all the metadata leads to
  entente csaf collect https://vendor.example/csaf/provider-metadata.json -o vendor --since 2026-01-01
  entente csaf collect vendor.example -o vendor --ca inner-ca.pem --resolve vendor.example:443:10.1.2.3
      a provider of an inner network: its own certificate authority, and an address that needs no DNS
  entente csaf provider vendor

What cannot be fetched is recorded in the bundle (csaf.fetch-log). If it is broken off, the same command goes on with what lies in
vendor.partial for 24 hours. Only https:// and public addresses are asked (private ones that --resolve names too). At the end each host is
asked for one advisory without TLS, since it should not be there.
Exit code 0: there is a provider; 1: no provider metadata was found, or a limit was reached; 2: nothing could be written.)";
constexpr const char* kProviderExamples = R"(  entente csaf provider vendor
  entente csaf provider vendor.tar.zst --at 2026-11-28 --json

Each of the requirements 1 to 20 of CSAF 2.0, section 7.1, is held, failed or not tested, with the reason; the roles of section 7.2
follow from them. --at is the instant keys and signatures are judged at (default: when the bundle's files were collected).
Exit code 0: the declared role is filled; 1: it is not, or none is declared; 2: the bundle cannot be read.)";

struct CsafProviderGiven {
  std::string asked, bundle, since, at, certificates, extra_certificates;
  std::vector<std::string> resolve;
  std::size_t max_advisories = 20'000;
  unsigned jobs = 4, minutes = 60, timeout = 60;
  bool insecure_loopback = false;
};

// How the web is asked. Errors: a file that holds no certificates, a text that is no route.
Result<evidence::WebOptions> web_options(const CsafProviderGiven& given) {
  evidence::WebOptions out{.loopback = given.insecure_loopback ? evidence::Loopback::allow : evidence::Loopback::refuse,
                           .timeout = std::chrono::seconds(given.timeout),
                           .ca_file = given.certificates};
  if (!given.certificates.empty()) { ENTENTE_CHECK(http::read_certificates(given.certificates)); }
  if (!given.extra_certificates.empty()) { ENTENTE_TRY(out.extra_certificates, http::read_certificates(given.extra_certificates)); }
  for (const std::string& text : given.resolve) {
    ENTENTE_TRY(http::Route route, http::parse_route(text));
    out.routes.push_back(std::move(route));
  }
  return out;
}

// What is wrong with the options is said before anything is asked or written: it must not look like a fault of the provider.
Result<void> check_collection(const CsafProviderGiven& given) {
  if (given.insecure_loopback) return {};
  const std::string& asked = given.asked;
  const bool is_url = asked.find("://") != std::string::npos;
  if (asked.starts_with("http://"))
    return fail("only https:// is asked", {}, "write https://; for a test on this machine add --insecure-loopback");
  const auto url = csaf::parse_web_url(is_url ? asked : "https://" + asked + "/");
  if (url && csaf::is_loopback(*url))
    return fail("\"" + printable(asked, 200) + "\" is this machine; only public addresses are asked", {},
                "for a test add --insecure-loopback");
  return {};
}

int run_csaf_collect(const Context& context, const CsafProviderGiven& given) {
  if (const auto checked = check_collection(given); !checked) return report(context, checked.error());
  evidence::CsafCollection wanted{.asked = given.asked, .bundle = given.bundle};
  if (!given.since.empty()) {
    const auto since = parse_time_option("--since", given.since);
    if (!since) return report(context, since.error());
    wanted.since = *since;
  }
  wanted.max_advisories = given.max_advisories;
  wanted.limits.threads = given.jobs;
  wanted.limits.time = std::chrono::minutes(given.minutes);
  const auto web = web_options(given);
  if (!web) return report(context, web.error());
  wanted.loopback = web->loopback;
  wanted.web = evidence::web_client(*web);
  for (const http::Route& route : web->routes) wanted.resolve.push_back(route.str());
  if (!web->extra_certificates.empty()) wanted.extra_certificates = sha256(web->extra_certificates);
  Progress progress(context.progress());
  const auto collected = evidence::collect_csaf(wanted, progress);
  progress.done();
  if (!collected) return report(context, collected.error());
  const csaf::FetchLog& log = collected->log;
  std::map<std::string_view, std::pair<std::size_t, std::size_t>> counts;  // asked, got
  for (const csaf::FetchRecord& r : log.requests) {
    auto& [asked, got] = counts[csaf::name(r.purpose)];
    ++asked;
    if (r.ok()) ++got;
  }
  const bool found = std::ranges::any_of(log.discovery, [](const csaf::DiscoveryStep& s) { return !s.found.empty(); });
  if (context.json) {
    Json out{{"bundle", given.bundle}, {"digest", collected->bundle.str()}, {"reused", collected->reused}, {"stopped", log.stopped}};
    out["discovery"] = log.json()["discovery"];
    out["requests"] = Json::object();
    for (const auto& [name, count] : counts) out["requests"][std::string(name)] = {{"asked", count.first}, {"got", count.second}};
    print_json(out);
  } else if (!context.quiet) {
    for (const csaf::DiscoveryStep& s : log.discovery)
      std::printf("%s  %-12s  %s\n",
                  paint(stdout, s.found.empty() ? Colour::yellow : Colour::green, s.found.empty() ? "no " : "yes").c_str(), s.way.c_str(),
                  printable(s.found.empty() ? s.url + ": " + s.note : s.found, 300).c_str());
    for (const auto& [name, count] : counts) std::printf("     %-18s %zu of %zu\n", std::string(name).c_str(), count.second, count.first);
    std::printf("%s, digest %s\n", printable(given.bundle).c_str(), collected->bundle.str().c_str());
  }
  if (!log.stopped.empty()) print_warnings({"the collection is not complete: " + log.stopped});
  return found && log.stopped.empty() ? kOk : kFindings;
}

Json provider_json(const csaf::ProviderReport& r) {
  Json out{{"metadata_url", r.metadata_url}, {"declared_role", r.declared()}, {"reached_role", r.reached()}};
  out["requirements"] = Json::array();
  for (const csaf::Requirement& row : r.requirements)
    out["requirements"].push_back({{"number", row.number},
                                   {"title", row.title},
                                   {"verdict", csaf::name(row.verdict)},
                                   {"reason", row.reason},
                                   {"examples", row.examples}});
  out["roles"] = Json::array();
  for (const csaf::RoleVerdict& role : r.roles)
    out["roles"].push_back({{"role", role.role}, {"verdict", csaf::name(role.verdict)}, {"lacking", role.lacking}});
  out["keys"] = Json::array();
  for (const csaf::PgpKey& key : r.keys)
    out["keys"].push_back({{"fingerprint", key.fingerprint},
                           {"algorithm", key.algorithm},
                           {"bits", key.bits},
                           {"expired", key.expired},
                           {"revoked", key.revoked}});
  out["advisories"] = Json::array();
  for (const csaf::ProviderAdvisory& a : r.advisories)
    out["advisories"].push_back({{"url", a.url},
                                 {"id", a.id},
                                 {"tlp", a.tlp},
                                 {"valid", a.valid},
                                 {"problem", a.problem},
                                 {"hash_problem", a.hash_problem},
                                 {"signature_problem", a.signature_problem},
                                 {"cves", a.cves}});
  out["unread"] = r.unread;
  return out;
}

// " (failed: 7; not tested: 8, 10)"
std::string lacking_clause(const csaf::ProviderReport& r, const csaf::RoleVerdict& role) {
  std::vector<std::string> parts;
  for (const csaf::Verdict verdict : {csaf::Verdict::failed, csaf::Verdict::not_tested}) {
    std::vector<unsigned> numbers;
    for (const unsigned n : role.lacking)
      if (r.requirements.at(n - 1).verdict == verdict) numbers.push_back(n);
    if (!numbers.empty())
      parts.push_back(fmt::format("{}: {}", verdict == csaf::Verdict::failed ? "failed" : "not tested", fmt::join(numbers, ", ")));
  }
  return parts.empty() ? std::string() : fmt::format(" ({})", fmt::join(parts, "; "));
}

void print_provider(const csaf::ProviderReport& r, bool quiet) {
  for (const csaf::Requirement& row : r.requirements) {
    if (quiet && row.verdict != csaf::Verdict::failed) continue;
    const Colour colour = row.verdict == csaf::Verdict::held     ? Colour::green
                          : row.verdict == csaf::Verdict::failed ? Colour::red
                                                                 : Colour::yellow;
    std::printf("%2u  %s  %s: %s\n", row.number, paint(stdout, colour, fmt::format("{:<10}", csaf::name(row.verdict))).c_str(),
                std::string(row.title).c_str(), printable(row.reason, 400).c_str());
    for (std::size_t i = row.verdict == csaf::Verdict::held ? 0 : 1; i < row.examples.size(); ++i)
      std::printf("                  %s\n", paint(stdout, Colour::dim, printable(row.examples[i], 300)).c_str());
  }
  for (const csaf::RoleVerdict& role : r.roles) {
    if (quiet) continue;
    std::printf("%s: %s%s\n", std::string(role.role).c_str(), std::string(csaf::name(role.verdict)).c_str(),
                lacking_clause(r, role).c_str());
  }
  for (const std::string& why : r.unread) std::printf("unread: %s\n", printable(why).c_str());
  std::printf("declared: %s; filled: %s; %zu advisories, %zu valid\n", r.declared().empty() ? "none" : std::string(r.declared()).c_str(),
              r.reached().empty() ? "none" : std::string(r.reached()).c_str(), r.advisories.size(),
              static_cast<std::size_t>(std::ranges::count_if(r.advisories, &csaf::ProviderAdvisory::valid)));
}

// A role that is declared is filled, or a higher one.
bool fills_declared_role(const csaf::ProviderReport& r) {
  for (const csaf::RoleVerdict& role : r.roles)
    if (role.role == r.declared()) return role.verdict == csaf::Verdict::held;
  return false;
}

int run_csaf_provider(const Context& context, const CsafProviderGiven& given) {
  std::optional<Instant> at;
  if (!given.at.empty()) {
    const auto parsed = parse_time_option("--at", given.at);
    if (!parsed) return report(context, parsed.error());
    at = *parsed;
  }
  Progress progress(context.progress());
  const auto opened = evidence::open_any(given.bundle, progress);
  progress.done();
  if (!opened) return report(context, opened.error());
  std::vector<csaf::ProviderFile> files;
  Instant newest = Instant::min();
  for (const std::string_view kind : csaf::provider_kinds()) {
    for (const evidence::Evidence* entry : opened->bundle.of_kind(kind)) {
      auto text = opened->bundle.read(*entry);
      if (!text) return report(context, text.error());
      files.push_back({entry->kind, entry->path, entry->source, std::move(*text), entry->sha256});
      newest = std::max(newest, entry->collected_at);
    }
  }
  if (files.empty())
    return report(context, Error{"the bundle holds nothing of a CSAF provider", {.file = given.bundle}, "make one: entente csaf collect"});
  const auto data = context.data();
  if (!data) return report(context, data.error());
  const auto validator = csaf::Validator::load(**data);
  if (!validator) return report(context, validator.error());
  const auto judged = csaf::check_provider(files, *validator, at.value_or(newest));
  if (!judged) return report(context, judged.error());
  if (context.json)
    print_json(provider_json(*judged));
  else
    print_provider(*judged, context.quiet);
  return fills_declared_role(*judged) ? kOk : kFindings;
}

}  // namespace

void add_csaf_provider(CLI::App& csaf, Context& context) {
  const auto given = std::make_shared<CsafProviderGiven>();
  CLI::App* collect = add_command(csaf, context, "collect", "fetch a provider's advisories, hashes, signatures and keys into a bundle",
                                  kCollectExamples, [&context, given] { return run_csaf_collect(context, *given); });
  collect->add_option("provider", given->asked, "a domain, or the URL of a provider-metadata.json")->required()->type_name("DOMAIN|URL");
  collect->add_option("-o,--output", given->bundle, "the bundle to make; must not exist, or be empty")->required()->type_name("DIR");
  collect->add_option("--since", given->since, "leave out advisories not changed since")->type_name("TIME");
  collect->add_option("--max-advisories", given->max_advisories, "fetch no more than so many")
      ->check(whole_number())
      ->capture_default_str();
  collect->add_option("--jobs", given->jobs, "so many requests at a time")->check(CLI::Range(1U, 16U))->capture_default_str();
  collect->add_option("--minutes", given->minutes, "stop after so long")->check(CLI::Range(1U, 1'440U))->capture_default_str();
  collect->add_option("--timeout", given->timeout, "seconds one answer may take")->check(CLI::Range(1U, 600U))->capture_default_str();
  CLI::Option* only =
      collect->add_option("--certificates", given->certificates, "PEM certificates to trust in place of the system's")->type_name("FILE");
  collect->add_option("--ca", given->extra_certificates, "PEM certificates to trust beside the system's")
      ->type_name("FILE")
      ->excludes(only);
  collect
      ->add_option("--resolve", given->resolve,
                   "connect to ADDRESS for this host and port, whatever its name leads to; ADDRESS may be a private one; may be repeated")
      ->type_name("HOST:PORT:ADDRESS[:PORT]")
      ->allow_extra_args(false);
  collect->add_flag("--insecure-loopback", given->insecure_loopback,
                    "also ask loopback and private addresses, and this machine without TLS: for tests only");
  CLI::App* provider = add_command(csaf, context, "provider", "judge a collected provider by the requirements and roles of the standard",
                                   kProviderExamples, [&context, given] { return run_csaf_provider(context, *given); });
  provider->add_option("bundle", given->bundle, "a bundle's folder, or a .tar.zst")->required()->type_name("PATH");
  provider->add_option("--at", given->at, "judge keys and signatures at this time")->type_name("TIME");
}

}  // namespace entente::cli
