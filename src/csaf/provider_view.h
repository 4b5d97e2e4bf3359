// The files of a provider joined with the log of their collection: by URL, by purpose, lists read. Internal to the room.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "csaf/listing.h"
#include "csaf/provider_check.h"
#include "csaf/rolie.h"

namespace entente::csaf {

struct Seen {
  const FetchRecord* record = nullptr;
  const ProviderFile* file = nullptr;  // nullptr: nothing came
};

struct SeenFeed {
  std::string url, label;
  const FetchRecord* record = nullptr;
  std::shared_ptr<const RolieFeed> feed;  // shared by all that name the same file
  std::string problem;                    // why there is none
};

struct SeenDirectory {
  std::string base;
  std::shared_ptr<const IndexFile> index;
  std::shared_ptr<const ChangesFile> changes;
  std::string index_problem, changes_problem;
};

// Metadata may name one list a thousand times, and lists of millions of lines; so much of each kind is judged, and the rest is a problem.
inline constexpr std::size_t kMaxSeenLists = 500;
inline constexpr std::size_t kMaxSeenEntries = 2'000'000;

class ProviderView {
 public:
  explicit ProviderView(const std::vector<ProviderFile>& files);

  [[nodiscard]] bool logged() const { return log_.has_value(); }
  [[nodiscard]] const FetchLog* log() const { return log_ ? &*log_ : nullptr; }
  [[nodiscard]] const ProviderFile* log_file() const { return log_file_; }
  [[nodiscard]] const std::vector<const ProviderFile*>& bad_logs() const { return bad_logs_; }
  // Advisories beside the log, whose bytes it did not record.
  [[nodiscard]] const std::vector<const ProviderFile*>& unlogged_advisories() const { return unlogged_; }
  // Why the collection does not hold all there is, as one clause; empty if it does, or if there is no log to say so.
  [[nodiscard]] std::string incomplete() const;
  [[nodiscard]] const std::vector<Seen>& all() const { return seen_; }
  [[nodiscard]] std::vector<Seen> of(Purpose purpose) const;
  [[nodiscard]] Seen at(std::string_view url) const;  // empty if it was not asked for
  // Each address once; a feed once for each label it is given.
  [[nodiscard]] std::vector<SeenFeed> feeds(const ProviderMetadata& metadata) const;
  [[nodiscard]] std::vector<SeenDirectory> directories(const ProviderMetadata& metadata) const;
  [[nodiscard]] const std::vector<std::string>& unread() const { return unread_; }

 private:
  std::optional<FetchLog> log_;
  const ProviderFile* log_file_ = nullptr;
  std::vector<const ProviderFile*> bad_logs_, unlogged_;
  std::vector<FetchRecord> made_up_;  // without a log: what the files say of themselves
  std::vector<Seen> seen_;
  std::map<std::string_view, std::size_t> by_url_;  // no hash, for which strangers can make collisions
  std::vector<std::string> unread_;
};

// Why a record has no file: "it answered 404", "it was not asked for".
[[nodiscard]] std::string absence(const Seen& seen);
// What the feed's entry names, as seen from the feed; empty if it is no address.
[[nodiscard]] std::string resolved(std::string_view base, std::string_view reference);

}  // namespace entente::csaf
