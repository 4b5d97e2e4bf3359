// A record of the log finds its file by the digest of its bytes, whatever the file is called in the bundle. Without a log each file speaks
// for itself by the source its manifest names.
#include "csaf/provider_view.h"

#include <fmt/format.h>
#include <set>

#include "csaf/web_url.h"

namespace entente::csaf {
namespace {

// Lists of one form, each file read once whatever addresses answered with it. Entries count each time, since they are judged each time.
template <class T>
class SeenLists {
 public:
  explicit SeenLists(std::size_t (*entries)(const T&)) : entries_(entries) {}

  std::shared_ptr<const T> read(const Seen& seen, std::string& problem) {
    if (seen.file == nullptr) {
      problem = absence(seen);
      return nullptr;
    }
    auto [at, fresh] = read_.try_emplace(seen.file);
    if (fresh) {
      auto parsed = T::parse(seen.file->text, seen.file->name);
      parsed ? void(at->second.list = std::make_shared<const T>(std::move(*parsed))) : void(at->second.problem = parsed.error().what);
    }
    problem = at->second.problem;
    if (!at->second.list) return nullptr;
    const std::size_t entries = entries_(*at->second.list);
    if (entries > kMaxSeenEntries - judged_) {
      problem = fmt::format("the lists hold more than {} entries in all; this one is not read", kMaxSeenEntries);
      if (fresh) at->second = {nullptr, problem};
      return nullptr;
    }
    judged_ += entries;
    return at->second.list;
  }

 private:
  struct Read {
    std::shared_ptr<const T> list;
    std::string problem;
  };
  std::size_t (*entries_)(const T&);
  std::size_t judged_ = 0;
  std::map<const ProviderFile*, Read> read_;
};

}  // namespace

ProviderView::ProviderView(const std::vector<ProviderFile>& files) {
  std::map<Digest, const ProviderFile*> by_digest;
  for (const ProviderFile& file : files) {
    by_digest.try_emplace(file.sha256, &file);
    if (file.kind != kFetchLogKind) continue;
    auto log = FetchLog::parse(file.text, file.name);
    if (!log) {
      unread_.push_back(log.error().str());
      bad_logs_.push_back(&file);
    } else if (!log_ || log_->finished < log->finished) {
      log_ = std::move(*log);
      log_file_ = &file;
    }
  }
  if (log_) {
    std::set<Digest> recorded;
    for (const FetchRecord& record : log_->requests)
      if (record.sha256 && record.purpose == Purpose::advisory) recorded.insert(*record.sha256);
    for (const ProviderFile& file : files)
      if (purpose_of_kind(file.kind) == Purpose::advisory && !recorded.contains(file.sha256)) unlogged_.push_back(&file);
    for (const FetchRecord& record : log_->requests) {
      const auto file = record.sha256 ? by_digest.find(*record.sha256) : by_digest.end();
      seen_.push_back({&record, file == by_digest.end() ? nullptr : file->second});
    }
  } else {
    made_up_.reserve(files.size());
    for (const ProviderFile& file : files) {
      const auto purpose = purpose_of_kind(file.kind);
      if (!purpose) continue;
      const std::string& url = parse_web_url(file.source) ? file.source : file.name;
      made_up_.push_back({.purpose = *purpose, .url = url, .status = 200, .sha256 = file.sha256, .size = file.text.size()});
      seen_.push_back({&made_up_.back(), &file});
    }
  }
  for (std::size_t i = 0; i < seen_.size(); ++i) by_url_.try_emplace(seen_[i].record->url, i);
}

std::string ProviderView::incomplete() const {
  if (!log_) return {};
  if (!log_->stopped.empty()) return "the collection stopped early: " + log_->stopped;
  if (log_->since) return fmt::format("the collection left out what did not change since {}", format_time(*log_->since));
  return {};
}

std::vector<Seen> ProviderView::of(Purpose purpose) const {
  std::vector<Seen> out;
  for (const Seen& one : seen_)
    if (one.record->purpose == purpose) out.push_back(one);
  return out;
}

Seen ProviderView::at(std::string_view url) const {
  const auto at = by_url_.find(url);
  return at == by_url_.end() ? Seen{} : seen_[at->second];
}

std::vector<SeenFeed> ProviderView::feeds(const ProviderMetadata& metadata) const {
  std::vector<SeenFeed> out;
  std::set<std::pair<std::string, std::string>> named;
  SeenLists<RolieFeed> lists([](const RolieFeed& feed) { return feed.entries.size(); });
  for (const ProviderDistribution& d : metadata.distributions) {
    for (const ProviderFeed& feed : d.feeds) {
      if (!named.emplace(feed.url, feed.tlp_label).second) continue;
      const Seen seen = at(feed.url);
      SeenFeed one{.url = feed.url, .label = feed.tlp_label, .record = seen.record};
      const bool full = out.size() == kMaxSeenLists;
      if (full)
        one.problem = fmt::format("the provider metadata names more than {} feeds; the rest is not read", kMaxSeenLists);
      else
        one.feed = lists.read(seen, one.problem);
      out.push_back(std::move(one));
      if (full) return out;
    }
  }
  return out;
}

std::vector<SeenDirectory> ProviderView::directories(const ProviderMetadata& metadata) const {
  std::vector<SeenDirectory> out;
  std::set<std::string> named;
  SeenLists<IndexFile> indexes([](const IndexFile& index) { return index.paths.size(); });
  SeenLists<ChangesFile> changes([](const ChangesFile& file) { return file.changes.size(); });
  for (const ProviderDistribution& d : metadata.distributions) {
    if (d.directory_url.empty()) continue;
    SeenDirectory one{.base = d.directory_url.ends_with('/') ? d.directory_url : d.directory_url + "/"};
    if (!named.insert(one.base).second) continue;
    if (out.size() == kMaxSeenLists) {
      one.index_problem = one.changes_problem =
          fmt::format("the provider metadata names more than {} directories; the rest is not read", kMaxSeenLists);
      out.push_back(std::move(one));
      return out;
    }
    one.index = indexes.read(at(one.base + "index.txt"), one.index_problem);
    one.changes = changes.read(at(one.base + "changes.csv"), one.changes_problem);
    out.push_back(std::move(one));
  }
  return out;
}

std::string absence(const Seen& seen) {
  if (seen.record == nullptr) return "it was not asked for";
  if (!seen.record->error.empty()) return seen.record->error;
  return "the bundle does not hold what it answered";
}

std::string resolved(std::string_view base, std::string_view reference) {
  const auto from = parse_web_url(base);
  const auto to = from ? resolve_url(*from, reference) : std::nullopt;
  return to ? to->str() : std::string();
}

}  // namespace entente::csaf
