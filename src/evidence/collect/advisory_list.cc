// An address is kept once; the usual places of hashes and signatures are three bits, and become addresses when they are asked for.
#include "evidence/collect/advisory_list.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace entente::evidence {
namespace {

constexpr std::array<std::string_view, 3> kUsualEndings{".sha256", ".sha512", ".asc"};

csaf::Purpose purpose_beside(std::string_view url) { return url.ends_with(".asc") ? csaf::Purpose::signature : csaf::Purpose::hash; }

}  // namespace

bool AdvisoryList::takes(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ <= limit_ * kAddressBytesEach + kAddressBytesMore) return true;
  stopped_ = "the addresses of the advisories are too long to be kept";
  return false;
}

bool AdvisoryList::add(const std::string& url, const std::vector<std::string>& beside) {
  if (!stopped_.empty()) return false;
  const auto [at, fresh] = numbers_.try_emplace(url, advisories_.size());
  if (fresh) {
    if (advisories_.size() == limit_) { stopped_ = fmt::format("there are more than {} advisories", limit_); }
    if (!stopped_.empty() || !takes(url.size())) {
      numbers_.erase(at);
      return false;
    }
    advisories_.push_back({.url = &at->first});
    ++files_;
  }
  Advisory& one = advisories_[at->second];
  for (std::size_t i = 0; i < kUsualEndings.size(); ++i) {
    const auto ends_so = [&](const std::string& file) { return file.ends_with(kUsualEndings[i]); };
    const bool usual =
        std::ranges::none_of(beside, ends_so) || std::ranges::find(beside, url + std::string(kUsualEndings[i])) != beside.end();
    if (!usual || (one.usual >> i & 1) != 0) continue;
    one.usual = static_cast<std::uint8_t>(one.usual | 1U << i);
    ++files_;
  }
  for (const std::string& file : beside) {
    const bool usual = std::ranges::any_of(kUsualEndings, [&](std::string_view ending) { return file == url + std::string(ending); });
    if (usual || one.beside.size() == kMaxBeside || std::ranges::find(one.beside, file) != one.beside.end()) continue;
    if (!takes(file.size())) return false;
    one.beside.push_back(file);
    ++files_;
  }
  return true;
}

void AdvisoryList::add_jobs(std::size_t number, std::vector<FetchJob>& jobs) const {
  const Advisory& one = advisories_[number];
  jobs.push_back({csaf::Purpose::advisory, *one.url});
  for (const std::string& file : one.beside) jobs.push_back({purpose_beside(file), file});
  for (std::size_t i = 0; i < kUsualEndings.size(); ++i)
    if ((one.usual >> i & 1) != 0) {
      std::string file = *one.url + std::string(kUsualEndings[i]);
      jobs.push_back({purpose_beside(file), std::move(file)});
    }
}

}  // namespace entente::evidence
