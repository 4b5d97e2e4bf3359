// Four rounds: find the metadata (7.3.1: well-known path, security.txt, DNS path; all three are always tried, since each is a requirement
// of its own); fetch the lists it names; fetch what the lists name; ask each host for one advisory without TLS. Of several metadata
// documents the first valid one is followed.
#include "evidence/collect/collect_csaf.h"

#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "core/ascii.h"
#include "core/file.h"
#include "core/utf8.h"
#include "csaf/listing.h"
#include "csaf/provider_metadata.h"
#include "csaf/rolie.h"
#include "csaf/security_txt.h"
#include "csaf/web_url.h"
#include "evidence/collect/advisory_list.h"
#include "evidence/collect/without_tls.h"

namespace entente::evidence {
namespace {

using csaf::FetchRecord;
using csaf::Purpose;

constexpr std::size_t kMaxMetadataDocuments = 8;
// What one provider may have asked in all: addresses of lists, pages of folders, keys, and hosts they may lie on.
constexpr std::size_t kMaxLists = 500, kMaxListedFolders = 1'000, kMaxKeys = 100, kMaxHosts = 32;
constexpr std::size_t kJobsAtOnce = 2'000;
constexpr std::string_view kWellKnownMetadata = "/.well-known/csaf/provider-metadata.json";

// Where to look.
struct Target {
  std::string direct;  // a provider-metadata.json; else
  std::string origin;  // "https://vendor.example"
  std::string domain;  // empty: the origin is none of a domain (an address, a port)
};

Result<Target> target_of(const std::string& asked) {
  const bool has_scheme = asked.find("://") != std::string::npos;
  const auto url = csaf::parse_web_url(has_scheme ? asked : "https://" + asked + "/");
  if (!url || (!has_scheme && url->path != "/"))
    return fail(fmt::format("\"{}\" is neither a domain nor a URL", printable(asked, 200)), {},
                "for example vendor.example, or https://vendor.example/csaf/provider-metadata.json");
  if (url->path != "/") return Target{.direct = url->str()};
  Target out{.origin = url->origin()};
  if (url->port.empty() && !csaf::is_loopback(*url) && url->host.find_first_not_of("0123456789.") != std::string::npos &&
      !url->host.starts_with('['))
    out.domain = url->host;
  return out;
}

class CsafCollector {
 public:
  CsafCollector(const CsafCollection& wanted, FetchPool& pool, csaf::FetchLog& log, Progress& progress)
      : wanted_(wanted), pool_(pool), log_(log), progress_(progress) {}

  void run(const Target& target) {
    discover(target);
    if (!found_.empty()) follow(found_.front());
    log_.requests = pool_.records();
    if (pool_.stopped().empty()) log_.without_tls = ask_without_tls(log_.requests, wanted_, progress_);
    if (log_.stopped.empty()) log_.stopped = pool_.stopped();
  }

 private:
  struct Found {
    std::string url;
    csaf::ProviderMetadata metadata;
  };

  std::optional<std::string> fetch_one(Purpose purpose, const std::string& url) {
    progress_.step("Looking for provider metadata");
    (void)pool_.run({{purpose, url}}, progress_);
    const auto& all = pool_.records();
    const auto at = std::ranges::find_if(all, [&](const FetchRecord& r) { return r.url == url; });
    if (at == all.end() || !at->ok()) {
      why_ = at == all.end() ? "not asked" : at->error;
      return std::nullopt;
    }
    auto text = pool_.body(*at);
    if (!text) why_ = text.error().what;
    return text ? std::optional(std::move(*text)) : std::nullopt;
  }

  // Asks for a metadata document; true if there is one, which is then among found_.
  bool try_metadata(const std::string& url) {
    if (std::ranges::any_of(found_, [&](const Found& f) { return f.url == url; })) return true;
    const auto text = fetch_one(Purpose::metadata, url);
    if (!text) return false;
    auto metadata = csaf::ProviderMetadata::parse(*text, url);
    if (!metadata || (metadata->role.empty() && metadata->canonical_url.empty())) {
      why_ = metadata ? "what it answered is no provider metadata" : metadata.error().what;
      return false;
    }
    if (found_.size() < kMaxMetadataDocuments) found_.push_back({url, std::move(*metadata)});
    return true;
  }

  void step(std::string way, const std::string& url) {
    why_.clear();
    const bool there = try_metadata(url);
    log_.discovery.push_back({std::move(way), url, there ? url : "", there ? "" : why_});
  }

  void discover(const Target& target) {
    if (!target.direct.empty()) {
      step("direct", target.direct);
    } else {
      step("well-known", target.origin + std::string(kWellKnownMetadata));
      discover_by_security_txt(target);
      if (!target.domain.empty()) step("dns", "https://csaf.data.security." + target.domain + "/");
    }
    std::ranges::stable_partition(found_, [](const Found& f) { return f.metadata.issues.empty(); });
  }

  void discover_by_security_txt(const Target& target) {
    std::string url = target.origin + "/.well-known/security.txt";
    auto text = fetch_one(Purpose::security_txt, url);
    if (!text) {
      url = target.origin + "/security.txt";
      text = fetch_one(Purpose::security_txt, url);
    }
    csaf::DiscoveryStep out{.way = "security.txt", .url = url};
    const auto parsed = text ? csaf::SecurityTxt::parse(*text, log_.started) : Result<csaf::SecurityTxt>(fail(why_));
    if (!parsed) {
      out.note = parsed.error().what;
    } else {
      const auto fields = parsed->values("csaf");
      if (fields.empty()) out.note = "it has no CSAF field";
      for (std::size_t i = 0; i < fields.size() && i < kMaxMetadataDocuments; ++i) {
        if (try_metadata(fields[i])) {
          if (out.found.empty()) out.found = fields[i];
        } else if (out.note.empty()) {
          out.note = printable(fields[i], 200) + ": " + why_;
        }
      }
    }
    log_.discovery.push_back(std::move(out));
  }

  void stop(std::string why) {
    if (log_.stopped.empty()) log_.stopped = std::move(why);
  }

  void allow_host(const std::string& url) {
    const auto parts = csaf::parse_web_url(url);
    if (!parts || hosts_.contains(parts->host)) return;
    if (hosts_.size() == kMaxHosts) return stop(fmt::format("the provider metadata names more than {} hosts", kMaxHosts));
    hosts_.insert(parts->host);
  }

  void follow(const Found& provider) {
    const csaf::ProviderMetadata& m = provider.metadata;
    allow_host(provider.url);
    allow_host(m.canonical_url);
    std::vector<FetchJob> keys, lists;
    for (const csaf::ProviderKey& key : m.keys) keys.push_back({Purpose::key, key.url});
    if (keys.size() > kMaxKeys) {
      keys.resize(kMaxKeys);
      stop(fmt::format("the provider metadata names more than {} keys", kMaxKeys));
    }
    std::vector<std::string> feeds, directories;  // each once
    for (const csaf::ProviderDistribution& d : m.distributions) {
      for (const csaf::ProviderFeed& feed : d.feeds)
        if (add_list(lists, Purpose::feed, feed.url)) feeds.push_back(feed.url);
      for (const std::string& url : d.services) (void)add_list(lists, Purpose::service, url);
      for (const std::string& url : d.categories) (void)add_list(lists, Purpose::category, url);
      if (const std::string base = directory_of(d); !base.empty()) {
        (void)add_list(lists, Purpose::index, base + "index.txt");
        (void)add_list(lists, Purpose::changes, base + "changes.csv");
        if (add_list(lists, Purpose::listing, base)) directories.push_back(base);
      }
    }
    progress_.step("Fetching keys and lists", keys.size() + lists.size());
    (void)pool_.run(keys, progress_);
    (void)pool_.run(lists, progress_, &hosts_);
    AdvisoryList listed(wanted_.max_advisories);
    const auto over = [&] { return !listed.stopped().empty() || pool_.must_stop(); };
    for (const std::string& url : feeds)
      if (!over()) read_feed(url, listed);
    for (const std::string& base : directories)
      if (!over()) read_directory(base, listed);
    if (!listed.stopped().empty()) stop(listed.stopped());
    fetch_listed(listed);
  }

  static std::string directory_of(const csaf::ProviderDistribution& d) {
    if (d.directory_url.empty()) return {};
    return d.directory_url.ends_with('/') ? d.directory_url : d.directory_url + "/";
  }

  // False: it is among them already, or they are too many.
  bool note_list(std::vector<FetchJob>& jobs, Purpose purpose, const std::string& url) {
    if (lists_.contains(url)) return false;
    if (lists_.size() == kMaxLists) {
      stop(fmt::format("more than {} feeds and other lists are named", kMaxLists));
      return false;
    }
    lists_.insert(url);
    jobs.push_back({purpose, url});
    return true;
  }
  // Of the metadata, which is believed on where its lists lie.
  bool add_list(std::vector<FetchJob>& jobs, Purpose purpose, const std::string& url) {
    if (!note_list(jobs, purpose, url)) return false;
    allow_host(url);
    return true;
  }

  std::optional<std::string> body_of(const std::string& url) const {
    const auto at = std::ranges::find_if(pool_.records(), [&](const FetchRecord& r) { return r.url == url; });
    if (at == pool_.records().end() || !at->ok()) return std::nullopt;
    auto text = pool_.body(*at);
    return text ? std::optional(std::move(*text)) : std::nullopt;
  }

  bool too_old(std::optional<Instant> updated) const { return wanted_.since && updated && *updated < *wanted_.since; }

  void read_feed(const std::string& url, AdvisoryList& listed) {
    const auto text = body_of(url);
    const auto base = csaf::parse_web_url(url);
    const auto feed = text ? csaf::RolieFeed::parse(*text, url) : Result<csaf::RolieFeed>(fail("not there"));
    if (!feed || !base) return;
    std::vector<FetchJob> services;
    for (const csaf::RolieLink& link : feed->links)
      if (link.rel == "service")
        if (const auto to = csaf::resolve_url(*base, link.href)) (void)note_list(services, Purpose::service, to->str());
    (void)pool_.run(services, progress_, &hosts_);
    for (const csaf::RolieEntry& entry : feed->entries) {
      const auto advisory = csaf::resolve_url(*base, entry.url());
      if (!advisory || too_old(entry.updated)) continue;
      std::vector<std::string> beside;
      for (const char* rel : {"hash", "signature"})
        for (const std::string& href : entry.hrefs(rel))
          if (const auto file = csaf::resolve_url(*base, href)) beside.push_back(file->str());
      if (!listed.add(advisory->str(), beside)) return;
      // The entry may say that the advisory is elsewhere as well.
      const auto content = csaf::resolve_url(*base, entry.content_src);
      if (!entry.content_src.empty() && content && content->str() != advisory->str() && !listed.add(content->str(), {})) return;
    }
  }

  void read_directory(const std::string& base, AdvisoryList& listed) {
    const auto root = csaf::parse_web_url(base);
    if (!root) return;
    std::vector<FetchJob> folders;
    // False: the list is full.
    const auto add = [&](const std::string& path) {
      const auto url = path.ends_with(".json") ? csaf::resolve_url(*root, path) : std::nullopt;
      if (!url) return true;
      const std::string advisory = url->str();
      if (!listed.add(advisory, {})) return false;
      const std::string folder = csaf::folder_of(advisory);
      if (folder == base || folders_.contains(folder)) return true;
      if (folders_.size() == kMaxListedFolders) {
        stop(fmt::format("there are more than {} folders", kMaxListedFolders));
        return true;
      }
      folders_.insert(folder);
      folders.push_back({Purpose::listing, folder});
      return true;
    };
    add_paths(base, add);
    (void)pool_.run(folders, progress_, &hosts_);
  }

  // What changes.csv lists, in its order, then what only index.txt does. A path is too old if all its lines are.
  template <class F>
  void add_paths(const std::string& base, F add) {
    const auto changes_text = body_of(base + "changes.csv");
    const auto changes =
        changes_text ? csaf::ChangesFile::parse(*changes_text, base + "changes.csv") : Result<csaf::ChangesFile>(csaf::ChangesFile{});
    std::set<std::string_view> dated;
    if (changes) {
      for (const csaf::Change& change : changes->changes) {
        dated.insert(change.path);
        if (!too_old(change.at) && !add(change.path)) return;
      }
    }
    const auto text = body_of(base + "index.txt");
    const auto index = text ? csaf::IndexFile::parse(*text, base + "index.txt") : Result<csaf::IndexFile>(csaf::IndexFile{});
    if (!index) return;
    for (const std::string& path : index->paths)
      if (!dated.contains(path) && !add(path)) return;
  }

  // A few hundred at a time, so that their jobs are never all there at once.
  void fetch_listed(const AdvisoryList& listed) {
    progress_.step("Fetching advisories, hashes and signatures", listed.files());
    std::vector<FetchJob> jobs;
    for (std::size_t i = 0; i < listed.size(); ++i) {
      listed.add_jobs(i, jobs);
      if (jobs.size() < kJobsAtOnce && i + 1 < listed.size()) continue;
      (void)pool_.run(jobs, progress_, &hosts_);
      jobs.clear();
    }
  }

  const CsafCollection& wanted_;
  FetchPool& pool_;
  csaf::FetchLog& log_;
  Progress& progress_;
  std::vector<Found> found_;
  std::set<std::string> hosts_, lists_, folders_;
  std::string why_;
};

// "csaf.advisory/0f3a…-2026-0001.json": flat, so that one pattern of a profile names all files of a kind.
std::string bundle_path(const FetchRecord& record) {
  std::string file;
  for (const char c : csaf::last_segment(record.url)) file += is_alnum(c) || c == '.' || c == '-' || c == '_' ? c : '_';
  if (file.empty()) file = "index.html";
  if (file.size() > 120) file = file.substr(file.size() - 120);
  return fmt::format("{}/{}-{}", csaf::evidence_kind(record.purpose), sha256(record.url).hex().substr(0, 16), file);
}

}  // namespace

Result<CsafCollected> collect_csaf(const CsafCollection& wanted, Progress& progress) {
  ENTENTE_TRY(const Target target, target_of(wanted.asked));
  std::error_code ec;
  if (std::filesystem::exists(wanted.bundle, ec) && !std::filesystem::is_empty(wanted.bundle, ec))
    return fail("there is something already", {.file = wanted.bundle.string()}, "name a folder that does not exist");
  const FetchPool::Clock clock = wanted.clock ? wanted.clock : FetchPool::Clock(now);
  std::filesystem::path partial = wanted.bundle.lexically_normal();
  if (!partial.has_filename()) partial = partial.parent_path();
  partial += ".partial";
  ENTENTE_TRY(FetchPool pool, FetchPool::open(partial, wanted.asked, wanted.web, wanted.limits, wanted.loopback, clock));
  CsafCollected out;
  out.log.asked = wanted.asked;
  out.log.started = clock();
  out.log.since = wanted.since;
  out.log.loopback = wanted.loopback == Loopback::allow;
  out.log.resolve = wanted.resolve;
  out.log.extra_certificates = wanted.extra_certificates;
  CsafCollector(wanted, pool, out.log, progress).run(target);
  out.log.finished = clock();
  out.reused = pool.reused();

  std::vector<Item> items;
  for (const FetchRecord& record : out.log.requests)
    if (record.ok())
      items.push_back({std::string(csaf::evidence_kind(record.purpose)), pool.file_of(record), bundle_path(record), "",
                       std::chrono::floor<std::chrono::seconds>(record.at), record.url});
  ENTENTE_CHECK(write_file_atomic(partial / kFetchLogFile, json_pretty(out.log.json())));
  items.push_back({"csaf.fetch-log", partial / kFetchLogFile, "csaf.fetch-log/fetch-log.json", "",
                   std::chrono::floor<std::chrono::seconds>(out.log.finished), wanted.asked});
  ENTENTE_TRY(const Bundle bundle, create(wanted.bundle, std::move(items), progress));
  out.bundle = bundle.digest();
  pool.discard();
  return out;
}

}  // namespace entente::evidence
