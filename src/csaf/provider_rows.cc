// Requirements 1 to 10 and 18 to 20: the documents, how they are reached, and what vouches for them.
#include "csaf/provider_rows.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <set>

#include "core/ascii.h"
#include "csaf/web_url.h"

namespace entente::csaf {
namespace {

constexpr std::array<std::string_view, 20> kRequirementTitles{"Valid CSAF documents",
                                                              "Filename",
                                                              "TLS",
                                                              "TLP:WHITE freely accessible",
                                                              "TLP:AMBER and TLP:RED protected",
                                                              "No redirects",
                                                              "provider-metadata.json",
                                                              "security.txt",
                                                              "Well-known URL",
                                                              "DNS path",
                                                              "One folder per year",
                                                              "index.txt",
                                                              "changes.csv",
                                                              "Directory listings",
                                                              "ROLIE feed",
                                                              "ROLIE service document",
                                                              "ROLIE category document",
                                                              "Integrity",
                                                              "Signatures",
                                                              "Public OpenPGP key"};
constexpr std::size_t kMaxRowExamples = 10;

std::string shown_url(const ProviderAdvisory& a) { return std::string(last_segment(a.url)); }

bool refused(unsigned status) { return status == 401 || status == 403; }

// What http:// brought where https:// had brought an advisory. That no answer came, or another page, or a redirect to https:// is well.
void judge_without_tls(const ProviderView& view, Tally& tally) {
  for (const FetchRecord& plain : *view.log()->without_tls) {
    const std::string_view path = std::string_view(plain.url).substr(std::string_view("http").size());
    const Seen secure = view.at("https" + std::string(path));
    if (secure.record != nullptr && plain.sha256 && plain.sha256 == secure.record->sha256)
      tally.failure(plain.url + " is served without TLS as well");
    else if (plain.error.find("not a public address") != std::string::npos)
      tally.open(plain.url + " was not asked: " + plain.error);
    else if (!plain.redirects.empty() && plain.status >= 300 && plain.status < 400 && plain.redirects.back().starts_with("http:"))
      tally.open(plain.url + " is sent on to " + plain.redirects.back() + ", which was not asked");
    else
      tally.hold();
  }
}

Requirement tls_row(const ProviderView& view) {
  if (!view.logged()) return make_row(3, Verdict::not_tested, "there is no log of the collection");
  Tally tally;
  for (const Seen& one : view.all()) {
    std::vector<std::string> urls{one.record->url};
    urls.insert(urls.end(), one.record->redirects.begin(), one.record->redirects.end());
    const bool secure = std::ranges::all_of(urls, [](const std::string& u) { return u.starts_with("https://"); });
    const auto parts = parse_web_url(one.record->url);
    if (secure && one.record->status != 0)
      tally.hold();
    else if (!secure && view.log()->loopback && parts && is_loopback(*parts))
      tally.open(one.record->url + " was asked without TLS on this machine, as a test");
    else if (!secure)
      tally.failure(one.record->url + " is not https://");
    else if (one.record->error.find("certificate") != std::string::npos)
      tally.failure(one.record->url + ": " + one.record->error);
  }
  const bool tried = view.log()->without_tls.has_value();
  if (tried) judge_without_tls(view, tally);
  Requirement row = tally.row(3, "addresses", "nothing was asked");
  if (row.verdict != Verdict::held) return row;
  const std::size_t hosts = tried ? view.log()->without_tls->size() : 0;
  if (hosts == 0)
    row.reason += "; whether the same is there without TLS was not tried";
  else
    row.reason += fmt::format("; without TLS the advisory asked for at {} host{} did not come", hosts, hosts == 1 ? "" : "s");
  if (view.log()->extra_certificates) row.reason += "; certificates the user named were trusted beside the system's";
  return row;
}

Requirement white_row(const ProviderCase& c) {
  Tally tally;
  for (const ProviderAdvisory& a : c.report.advisories)
    if (a.logged && a.tlp == "WHITE") tally.hold();  // it came without any credentials
  for (const SeenFeed& feed : c.feeds) {
    if (feed.label != "WHITE") continue;
    if (feed.record != nullptr && refused(feed.record->status)) tally.failure(fmt::format("{} is refused to strangers", feed.url));
    if (!feed.feed) continue;
    for (const RolieEntry& entry : feed.feed->entries) {
      const Seen seen = c.view.at(resolved(feed.url, entry.url()));
      if (seen.record != nullptr && refused(seen.record->status)) tally.failure(fmt::format("{}: {}", seen.record->url, absence(seen)));
    }
  }
  if (!c.view.logged() && tally.count() > 0)
    return make_row(4, Verdict::not_tested, "there is no log of the collection: how the advisories were reached is not known");
  return tally.row(4, "advisories", "no advisory is labelled TLP:WHITE");
}

Requirement protected_row(const ProviderCase& c) {
  Tally tally;
  for (const ProviderAdvisory& a : c.report.advisories)
    if (a.logged && (a.tlp == "AMBER" || a.tlp == "RED"))
      tally.failure(fmt::format("{} is labelled TLP:{} and came to a stranger", shown_url(a), a.tlp));
  for (const SeenFeed& feed : c.feeds) {
    if (feed.label != "AMBER" && feed.label != "RED") continue;
    if (feed.record != nullptr && refused(feed.record->status)) tally.hold();
  }
  if (tally.count() == 0 && std::ranges::none_of(c.report.advisories, &ProviderAdvisory::logged))
    return make_row(5, Verdict::not_tested, "there is no advisory");
  if (tally.count() == 0) return make_row(5, Verdict::held, "nothing a stranger can reach is labelled TLP:AMBER or TLP:RED");
  return tally.row(5, "documents and feeds", "");
}

Requirement redirect_row(const ProviderView& view) {
  if (!view.logged()) return make_row(6, Verdict::not_tested, "there is no log of the collection");
  if (std::ranges::none_of(view.all(), [](const Seen& s) { return s.file != nullptr && s.record->purpose == Purpose::advisory; }))
    return make_row(6, Verdict::not_tested, "there is no advisory");
  std::vector<std::string> redirected;
  for (const Seen& one : view.all())
    if (!one.record->redirects.empty()) redirected.push_back(one.record->url + " → " + one.record->redirects.back());
  if (redirected.empty()) return make_row(6, Verdict::held, "nothing is redirected");
  Requirement row = make_row(6, Verdict::held,
                             fmt::format("{} of {} addresses are redirected, by HTTP header, as is allowed but should not be",
                                         redirected.size(), view.all().size()));
  redirected.resize(std::min(redirected.size(), kMaxRowExamples));
  row.examples = std::move(redirected);
  return row;
}

const DiscoveryStep* step_of(const ProviderView& view, std::string_view way) {
  if (!view.logged()) return nullptr;
  const auto at = std::ranges::find_if(view.log()->discovery, [&](const DiscoveryStep& s) { return s.way == way; });
  return at == view.log()->discovery.end() ? nullptr : &*at;
}

Requirement discovery_row(const ProviderCase& c, unsigned number, std::string_view way) {
  if (!c.view.logged()) return make_row(number, Verdict::not_tested, "there is no log of the collection");
  const DiscoveryStep* step = step_of(c.view, way);
  if (step == nullptr)
    return make_row(number, Verdict::not_tested, fmt::format("\"{}\" was asked for, so this way was not tried", c.view.log()->asked));
  if (step->found.empty()) return make_row(number, Verdict::failed, fmt::format("{}: {}", step->url, step->note));
  if (!step->found.starts_with("https://"))
    return make_row(number, Verdict::not_tested, fmt::format("{} was asked without TLS on this machine, as a test", step->found));
  const Seen found = c.view.at(step->found);
  if (found.record != nullptr && !found.record->redirects.empty() && way != "security.txt")
    return make_row(number, Verdict::failed, fmt::format("{} does not serve it directly, but redirects", step->url));
  return make_row(number, Verdict::held, fmt::format("{} leads to {}", step->url, step->found));
}

Requirement metadata_row(const ProviderCase& c) {
  if (!c.report.metadata) return make_row(7, Verdict::failed, "no provider-metadata.json was found");
  const auto& issues = c.report.metadata->issues;
  if (issues.empty()) return make_row(7, Verdict::held, "it is valid");
  Requirement row =
      make_row(7, Verdict::failed, fmt::format("it breaks its schema in {} place{}", issues.size(), issues.size() == 1 ? "" : "s"));
  for (const ProviderIssue& issue : issues)
    if (row.examples.size() < kMaxRowExamples)
      row.examples.push_back(fmt::format("{} {}", issue.pointer.empty() ? "/" : issue.pointer, issue.what));
  return row;
}

Requirement key_row(const ProviderCase& c) {
  if (!c.report.metadata || c.report.metadata->keys.empty())
    return make_row(20, Verdict::failed, "the provider metadata names no OpenPGP key");
  Tally tally;
  for (std::size_t i = 0; i < c.report.key_files.size(); ++i) {
    const ProviderKeyFile& file = c.report.key_files[i];
    const std::string& wanted = c.report.metadata->keys[i].fingerprint;
    if (!file.problem.empty()) {
      const std::string what = file.url + ": " + file.problem;
      c.view.logged() ? tally.failure(what) : tally.open(what);
      continue;
    }
    const auto fits = [&](const PgpKey& k) {
      return (wanted.empty() || lower(k.fingerprint) == lower(wanted)) &&
             std::ranges::find(file.fingerprints, k.fingerprint) != file.fingerprints.end();
    };
    const auto at = std::ranges::find_if(c.report.keys, fits);
    if (at == c.report.keys.end())
      tally.failure(fmt::format("{} holds no key with the fingerprint {}", file.url, wanted));
    else if (at->revoked || at->expired)
      tally.failure(fmt::format("the key {} {}", at->fingerprint, at->revoked ? "is revoked" : "has expired"));
    else
      tally.hold();
  }
  return tally.row(20, "keys", "");
}

}  // namespace

std::string_view requirement_title(unsigned number) { return kRequirementTitles.at(number - 1); }

Requirement make_row(unsigned number, Verdict verdict, std::string reason) {
  return {.number = number, .title = requirement_title(number), .verdict = verdict, .reason = std::move(reason)};
}

Requirement Tally::row(unsigned number, std::string_view what, std::string nothing) const {
  if (count() == 0) return make_row(number, Verdict::not_tested, std::move(nothing));
  const auto& named = failures_.empty() ? open_ : failures_;
  const Verdict verdict = !failures_.empty() ? Verdict::failed : !open_.empty() ? Verdict::not_tested : Verdict::held;
  Requirement out = make_row(
      number, verdict,
      named.empty() ? fmt::format("all {} {}", held_, what) : fmt::format("{} of {} {}: {}", named.size(), count(), what, named.front()));
  out.examples.assign(named.begin(), named.begin() + static_cast<std::ptrdiff_t>(std::min(named.size(), kMaxRowExamples)));
  if (!remarks_.empty()) out.reason += fmt::format("; but {}", remarks_.front());
  for (std::size_t i = named.empty() ? 1 : 0; i < remarks_.size() && out.examples.size() < kMaxRowExamples; ++i)
    out.examples.push_back(remarks_[i]);
  return out;
}

std::vector<Requirement> document_rows(const ProviderCase& c) {
  Tally valid, names;
  for (const ProviderAdvisory& a : c.report.advisories) {
    a.valid ? valid.hold() : valid.failure(shown_url(a) + ": " + a.problem);
    if (!a.logged) continue;
    const std::string wanted = file_name_of(a.id);
    if (!parse_web_url(a.url))  // a file of ours may be called anything
      names.open(fmt::format("the address of {} is not known, since there is no log of the collection", shown_url(a)));
    else if (a.id.empty())
      names.failure(shown_url(a) + " has no tracking ID");
    else if (last_segment(a.url) == wanted)
      names.hold();
    else
      names.failure(fmt::format("{} should be called {}", shown_url(a), wanted));
  }
  std::vector<Requirement> out{valid.row(1, "advisories", "there is no advisory"), names.row(2, "advisories", "there is no advisory")};
  out.push_back(tls_row(c.view));
  out.push_back(white_row(c));
  out.push_back(protected_row(c));
  out.push_back(redirect_row(c.view));
  return out;
}

std::vector<Requirement> discovery_rows(const ProviderCase& c) {
  return {metadata_row(c), discovery_row(c, 8, "security.txt"), discovery_row(c, 9, "well-known"), discovery_row(c, 10, "dns")};
}

std::vector<Requirement> trust_rows(const ProviderCase& c) {
  Tally hashes, signatures;
  for (const ProviderAdvisory& a : c.report.advisories) {
    if (!a.logged) continue;
    a.hash_problem.empty() ? hashes.hold() : hashes.failure(shown_url(a) + ": " + a.hash_problem);
    a.signature_problem.empty() ? signatures.hold() : signatures.failure(shown_url(a) + ": " + a.signature_problem);
  }
  return {hashes.row(18, "advisories", "there is no advisory"), signatures.row(19, "advisories", "there is no advisory"), key_row(c)};
}

}  // namespace entente::csaf
