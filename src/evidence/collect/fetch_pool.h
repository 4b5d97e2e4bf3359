// Fetches many addresses on a few threads and keeps what it got in a folder on disk, so that a collection that was broken off goes on where
// it stopped. Internal to the collectors.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/progress.h"
#include "csaf/fetch_log.h"
#include "evidence/collect/web.h"
#include "evidence/folder.h"

namespace entente::evidence {

struct FetchLimits {
  unsigned threads = 4;
  unsigned attempts = 3;  // for one address, where no answer or 429 or 5xx came; not where the certificate or the address is refused
  std::chrono::milliseconds pause{500};  // before the second attempt; doubled before each further one
  unsigned redirects = 5;
  std::uint64_t total_bytes = std::uint64_t{4} << 30;
  std::chrono::seconds time{3'600};
};

struct FetchJob {
  csaf::Purpose purpose = csaf::Purpose::advisory;
  std::string url;
};

inline constexpr const char* kFetchLogFile = "fetch-log.json";  // what the collector itself writes into the folder

class FetchPool {
 public:
  using Clock = std::function<Instant()>;
  // `folder` is made, or is that of an earlier collection of the same `subject`, whose files of the last 24 hours are used again.
  // Errors: the folder holds what is no collection.
  [[nodiscard]] static Result<FetchPool> open(const std::filesystem::path& folder, const std::string& subject, WebGetMaker web,
                                              FetchLimits limits, Loopback loopback, Clock clock);

  // Records in the order of the jobs; none for what was asked for before. With `hosts`, an address or redirect to any other is not asked.
  [[nodiscard]] std::vector<csaf::FetchRecord> run(const std::vector<FetchJob>& jobs, Progress& progress,
                                                   const std::set<std::string>* hosts = nullptr);
  [[nodiscard]] Result<std::string> body(const csaf::FetchRecord& record) const;
  [[nodiscard]] std::filesystem::path file_of(const csaf::FetchRecord& record) const;

  [[nodiscard]] const std::vector<csaf::FetchRecord>& records() const { return records_; }  // all so far
  [[nodiscard]] std::uint64_t reused() const { return reused_; }
  [[nodiscard]] std::string stopped() const;  // the limit that was reached; empty: none
  [[nodiscard]] bool must_stop() const;       // whether a limit is reached now; it is then what stopped
  // Removes what the collection put into the folder, for it has gone into a bundle; and the folder, if nothing else is in it.
  void discard() const;

 private:
  struct State;
  FetchPool(std::filesystem::path folder, std::unique_ptr<State> state);
  [[nodiscard]] csaf::FetchRecord fetch(const FetchJob& job, const WebGet& get, const std::set<std::string>* hosts) const;
  [[nodiscard]] std::string objection(const std::string& url, const std::set<std::string>* hosts) const;
  void keep(csaf::FetchRecord& record, const std::string& body) const;

  std::filesystem::path folder_;
  std::shared_ptr<State> state_;
  std::vector<csaf::FetchRecord> records_;
  std::set<std::string> asked_;
  std::uint64_t reused_ = 0;
};

}  // namespace entente::evidence
