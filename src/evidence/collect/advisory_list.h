// The advisories that a provider's lists name, each once, with the files beside them, within bounds. Internal to the collectors.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "evidence/collect/fetch_pool.h"

namespace entente::evidence {

// Of one advisory; a feed names three at most where all is well.
inline constexpr std::size_t kMaxBeside = 8;
// Room for the addresses: so much for each advisory allowed, and a little.
inline constexpr std::size_t kAddressBytesEach = 1'024, kAddressBytesMore = 65'536;

class AdvisoryList {
 public:
  explicit AdvisoryList(std::size_t limit) : limit_(limit) {}

  // `beside`: hash and signature files a list names; for .sha256, .sha512 and .asc, whichever none of them ends with, the usual place is
  // taken. An advisory that is named again gets the further files. False: the list is full, and `stopped` says of what.
  bool add(const std::string& url, const std::vector<std::string>& beside);

  [[nodiscard]] std::size_t size() const { return advisories_.size(); }
  [[nodiscard]] std::size_t files() const { return files_; }  // advisories and what lies beside them
  [[nodiscard]] const std::string& stopped() const { return stopped_; }
  // Appends the requests for the advisory of this number, in the order of adding.
  void add_jobs(std::size_t number, std::vector<FetchJob>& jobs) const;

 private:
  struct Advisory {
    const std::string* url = nullptr;
    std::uint8_t usual = 0;           // a bit for each of the three endings
    std::vector<std::string> beside;  // at other places
  };
  [[nodiscard]] bool takes(std::size_t bytes);

  std::size_t limit_, bytes_ = 0, files_ = 0;
  std::string stopped_;
  std::map<std::string, std::size_t> numbers_;  // no hash, for which strangers can make collisions
  std::vector<Advisory> advisories_;
};

}  // namespace entente::evidence
