// Requirements 11 to 17: the two ways of distribution. A way the metadata does not name is not tested; one it names must hold in all parts.
#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "csaf/provider_rows.h"
#include "csaf/web_url.h"

namespace entente::csaf {
namespace {

constexpr std::string_view kNoDirectory = "the provider metadata names no directory_url";
constexpr std::string_view kNoRolie = "the provider metadata names no ROLIE feed";

bool was_left_out(const ProviderView& view, std::optional<Instant> updated) {
  const FetchLog* log = view.log();
  return log != nullptr && (!log->stopped.empty() || (log->since && updated && *updated < *log->since));
}

const ProviderAdvisory* advisory_at(const ProviderCase& c, std::string_view url) {
  const auto at = c.by_url.find(url);
  return at == c.by_url.end() ? nullptr : at->second;
}

Requirement year_row(const ProviderCase& c) {
  Tally tally;
  for (const ProviderAdvisory& a : c.report.advisories) {
    if (!a.logged) continue;
    const bool listed = std::ranges::any_of(c.directories, [&](const SeenDirectory& d) { return a.url.starts_with(d.base); });
    if (!listed) continue;
    std::string folder = folder_of(a.url);
    if (!folder.empty()) folder.pop_back();
    const std::string_view year = last_segment(folder);
    if (!a.initial)
      tally.failure(fmt::format("{} has no initial_release_date", last_segment(a.url)));
    else if (year == format_date(*a.initial).substr(0, 4))
      tally.hold();
    else
      tally.failure(fmt::format("{} lies in {}, not in {}", last_segment(a.url), year, format_date(*a.initial).substr(0, 4)));
  }
  return tally.row(11, "advisories", "no advisory lies below the directory");
}

// Advisories of this directory that are known, as paths relative to it.
std::vector<std::pair<std::string, const ProviderAdvisory*>> below(const ProviderCase& c, const SeenDirectory& d) {
  std::vector<std::pair<std::string, const ProviderAdvisory*>> out;
  for (const ProviderAdvisory& a : c.report.advisories)
    if (a.logged && a.url.starts_with(d.base)) out.emplace_back(a.url.substr(d.base.size()), &a);
  return out;
}

void note_issues(Tally& tally, std::string_view file, const std::vector<ProviderIssue>& issues) {
  for (const ProviderIssue& issue : issues) tally.failure(fmt::format("{} {} {}", file, issue.pointer, issue.what));
}

Requirement index_row(const ProviderCase& c) {
  Tally tally;
  for (const SeenDirectory& d : c.directories) {
    if (!d.index) {
      tally.failure(d.base + "index.txt: " + d.index_problem);
      continue;
    }
    note_issues(tally, "index.txt", d.index->issues);
    const std::set<std::string> paths(d.index->paths.begin(), d.index->paths.end());
    for (const auto& [path, advisory] : below(c, d)) paths.contains(path) ? tally.hold() : tally.failure(path + " is not listed");
    for (const std::string& path : paths) {
      const Seen seen = c.view.at(d.base + path);
      if (seen.file == nullptr && seen.record != nullptr && path.ends_with(".json"))
        tally.failure(fmt::format("{} is listed, but {}", path, absence(seen)));
    }
    if (tally.count() == 0) tally.open("index.txt lists nothing that was fetched");
  }
  return tally.row(12, "entries", "");
}

Requirement changes_row(const ProviderCase& c) {
  Tally tally;
  for (const SeenDirectory& d : c.directories) {
    if (!d.changes) {
      tally.failure(d.base + "changes.csv: " + d.changes_problem);
      continue;
    }
    note_issues(tally, "changes.csv", d.changes->issues);
    std::map<std::string, std::set<Instant>> dates;
    for (const Change& change : d.changes->changes) dates[change.path].insert(change.at);
    for (const auto& [path, advisory] : below(c, d)) {
      const auto at = dates.find(path);
      if (at == dates.end())
        tally.failure(path + " is not listed");
      else if (advisory->current && *at->second.rbegin() != *advisory->current)
        tally.failure(fmt::format("{} is dated {}, but was released at {}", path, format_time(*at->second.rbegin()),
                                  format_time(*advisory->current)));
      else
        tally.hold();
    }
    if (tally.count() == 0) tally.open("changes.csv lists nothing that was fetched");
  }
  return tally.row(13, "entries", "");
}

Requirement listing_row(const ProviderCase& c) {
  if (!c.view.logged()) return make_row(14, Verdict::not_tested, "there is no log of the collection");
  Tally tally;
  std::map<std::string, std::set<std::string>> shown;  // folder → addresses its page links to
  std::set<std::string> judged;
  for (const SeenDirectory& d : c.directories) {
    for (const auto& [path, advisory] : below(c, d)) {
      const std::string folder = folder_of(advisory->url);
      const Seen page = c.view.at(folder);
      if (page.file == nullptr) {
        if (judged.insert(folder).second) tally.failure(folder + ": " + absence(page));
        continue;
      }
      if (judged.insert(folder).second)
        for (const std::string& link : links_of_html(page.file->text)) shown[folder].insert(resolved(folder, link));
      shown[folder].contains(advisory->url) ? tally.hold()
                                            : tally.failure(fmt::format("{} does not link to {}", folder, last_segment(path)));
    }
    if (judged.empty()) {
      const Seen page = c.view.at(d.base);
      page.file != nullptr ? tally.hold() : tally.failure(d.base + ": " + absence(page));
    }
  }
  return tally.row(14, "advisories", "");
}

// The content's src should be the address of the link "self". What leads nowhere is only remarked upon, since CSAF goes by the link
// (gocsaf's own sample provider is of that kind, and its checker passes it); what leads to another document misleads.
bool judge_content(const ProviderCase& c, const SeenFeed& feed, const RolieEntry& entry, const Seen& advisory, Tally& tally) {
  const std::string content = resolved(feed.url, entry.content_src);
  if (entry.content_src.empty() || content == advisory.record->url) return true;
  const Seen there = c.view.at(content);
  if (there.file == nullptr) {
    tally.remark(fmt::format("the content.src of {} is {}, and {}", last_segment(advisory.record->url), content, absence(there)));
  } else if (there.file->sha256 != advisory.file->sha256) {
    tally.failure(fmt::format("the content.src of {} leads to another document, {}", last_segment(advisory.record->url), content));
    return false;
  }
  return true;
}

void judge_entry(const ProviderCase& c, const SeenFeed& feed, const RolieEntry& entry, Tally& tally) {
  const std::string url = resolved(feed.url, entry.url());
  const Seen seen = c.view.at(url);
  if (seen.file == nullptr) {
    if (seen.record == nullptr && (!c.view.logged() || was_left_out(c.view, entry.updated))) return;
    return tally.failure(fmt::format("{} is listed, but {}", url, absence(seen)));
  }
  if (!judge_content(c, feed, entry, seen, tally)) return;
  // What lies beside the advisory must stand in the entry.
  for (const char* ending : {".sha256", ".sha512", ".asc"}) {
    const Seen beside = c.view.at(url + ending);
    if (beside.file == nullptr) continue;
    const auto hrefs = entry.hrefs(std::string_view(ending) == ".asc" ? "signature" : "hash");
    if (std::ranges::none_of(hrefs, [&](const std::string& h) { return resolved(feed.url, h) == url + ending; }))
      return tally.failure(fmt::format("the entry of {} does not name its {} file", last_segment(url), ending));
  }
  const ProviderAdvisory* advisory = advisory_at(c, url);
  if (advisory != nullptr && !advisory->tlp.empty() && feed.label != "UNLABELED" && advisory->tlp != feed.label)
    return tally.failure(fmt::format("{} is labelled TLP:{}, its feed TLP:{}", last_segment(url), advisory->tlp, feed.label));
  tally.hold();
}

Requirement feed_row(const ProviderCase& c) {
  Tally tally;
  bool open_to_all = false;
  for (const SeenFeed& feed : c.feeds) {
    const bool closed = feed.label == "AMBER" || feed.label == "RED";
    open_to_all = open_to_all || !closed;
    if (!feed.feed) {
      if (closed) continue;  // requirement 5 speaks of it
      feed.record == nullptr && !c.view.logged() ? tally.open(feed.url + ": " + feed.problem)
                                                 : tally.failure(feed.url + ": " + feed.problem);
      continue;
    }
    note_issues(tally, last_segment(feed.url), feed.feed->issues);
    tally.hold();
    for (const RolieEntry& entry : feed.feed->entries) judge_entry(c, feed, entry, tally);
  }
  if (!open_to_all) tally.failure("there is no feed of TLP:WHITE, TLP:GREEN or unlabelled advisories");
  return tally.row(15, "feeds and entries", "");
}

Requirement service_row(const ProviderCase& c) {
  const std::vector<Seen> services = c.view.of(Purpose::service);
  Tally tally;
  std::set<std::string> listed;
  for (const Seen& service : services) {
    if (service.file == nullptr) {
      tally.failure(service.record->url + ": " + absence(service));
      continue;
    }
    const auto parsed = RolieService::parse(service.file->text, service.file->name);
    if (!parsed) {
      tally.failure(service.record->url + ": " + parsed.error().what);
      continue;
    }
    note_issues(tally, last_segment(service.record->url), parsed->issues);
    for (const std::string& href : parsed->collections) listed.insert(resolved(service.record->url, href));
    tally.hold();
  }
  if (services.empty()) return make_row(16, Verdict::held, "no service document is used; it is optional");
  for (const SeenFeed& feed : c.feeds)
    if (!listed.contains(feed.url) && !listed.empty()) tally.failure("no service document lists " + feed.url);
  return tally.row(16, "service documents and feeds", "");
}

Requirement category_row(const ProviderCase& c) {
  const std::vector<Seen> documents = c.view.of(Purpose::category);
  if (documents.empty()) return make_row(17, Verdict::held, "no category document is used; it is optional");
  Tally tally;
  for (const Seen& one : documents) {
    const auto parsed =
        one.file != nullptr ? RolieCategories::parse(one.file->text, one.file->name) : Result<RolieCategories>(fail(absence(one)));
    if (!parsed)
      tally.failure(one.record->url + ": " + parsed.error().what);
    else if (!parsed->issues.empty())
      note_issues(tally, last_segment(one.record->url), parsed->issues);
    else
      tally.hold();
  }
  return tally.row(17, "category documents", "");
}

}  // namespace

std::vector<Requirement> directory_rows(const ProviderCase& c) {
  if (c.directories.empty()) {
    std::vector<Requirement> out;
    for (unsigned n = 11; n <= 14; ++n) out.push_back(make_row(n, Verdict::not_tested, std::string(kNoDirectory)));
    return out;
  }
  return {year_row(c), index_row(c), changes_row(c), listing_row(c)};
}

std::vector<Requirement> rolie_rows(const ProviderCase& c) {
  if (c.feeds.empty()) {
    std::vector<Requirement> out;
    for (unsigned n = 15; n <= 17; ++n) out.push_back(make_row(n, Verdict::not_tested, std::string(kNoRolie)));
    return out;
  }
  return {feed_row(c), service_row(c), category_row(c)};
}

}  // namespace entente::csaf
