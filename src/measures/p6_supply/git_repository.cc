// Addresses of repositories are taken apart by hand: scheme, user and ".git" go, the host is folded. The facts of a record are gathered
// over all its ranges of a repository, because a commit that repairs one line of development may stand in another that is not repaired.
#include "measures/p6_supply/git_repository.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/ascii.h"

namespace entente::measures::p6_supply {
namespace {

constexpr std::array<std::string_view, 3> kCaselessHosts{"github.com", "gitlab.com", "bitbucket.org"};

struct RepositoryRanges {
  std::vector<std::set<std::string, std::less<>>> repaired;  // of each range
  std::set<std::string, std::less<>> affected, tags;
};

void gather_range(const OsvRange& range, RepositoryRanges& out) {
  std::set<std::string, std::less<>> repaired;
  for (const OsvEvent& event : range.events) {
    if (!is_commit(event.version)) continue;  // "0", or a hash cut short
    if (event.kind == OsvEvent::Kind::fixed) repaired.insert(lower(event.version));
    if (event.kind == OsvEvent::Kind::introduced || event.kind == OsvEvent::Kind::last_affected) out.affected.insert(lower(event.version));
  }
  out.repaired.push_back(std::move(repaired));
}

GitFacts settle_facts(const RepositoryRanges& ranges) {
  GitFacts out;
  const auto repaired_somewhere = [&](const std::string& commit) {
    return std::any_of(ranges.repaired.begin(), ranges.repaired.end(), [&](const auto& set) { return set.contains(commit); });
  };
  for (const std::string& commit : ranges.affected)
    if (!repaired_somewhere(commit)) out.affected.insert(commit);
  for (const std::string& commit : ranges.repaired.empty() ? std::set<std::string, std::less<>>() : ranges.repaired.front()) {
    const bool everywhere =
        std::all_of(ranges.repaired.begin(), ranges.repaired.end(), [&](const auto& set) { return set.contains(commit); });
    if (everywhere && !ranges.affected.contains(commit) && !ranges.tags.contains(commit)) out.repaired.insert(commit);
  }
  out.affected.insert(ranges.tags.begin(), ranges.tags.end());
  return out;
}

}  // namespace

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && std::all_of(text.begin(), text.end(), [](char c) {
           const char folded = lower(c);
           return is_digit(c) || (folded >= 'a' && folded <= 'f');
         });
}

std::string git_repository(std::string_view address) {
  if (address.starts_with("git+")) address.remove_prefix(4);
  const std::size_t scheme = address.find("://");
  const bool scp = scheme == std::string_view::npos && address.starts_with("git@");  // git@host:path
  if (scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  const std::size_t user = address.substr(0, address.find('/')).rfind('@');
  if (user != std::string_view::npos) address.remove_prefix(user + 1);
  address = address.substr(0, address.find_first_of("?#"));
  while (address.ends_with('/')) address.remove_suffix(1);
  if (address.ends_with(".git")) address.remove_suffix(4);
  const std::size_t host_end = address.find_first_of(scp ? ":" : "/");
  if (host_end == std::string_view::npos || host_end == 0 || host_end + 1 >= address.size()) return {};
  std::string host = lower(address.substr(0, host_end));
  if (host.starts_with("www.")) host.erase(0, 4);
  if (host.find('.') == std::string::npos) return {};
  const std::string_view path = address.substr(host_end + 1);
  const bool caseless = std::find(kCaselessHosts.begin(), kCaselessHosts.end(), host) != kCaselessHosts.end();
  return host + "/" + (caseless ? lower(path) : std::string(path));
}

VcsReference vcs_reference(std::string_view vcs_url) {
  vcs_url = vcs_url.substr(0, vcs_url.find('#'));
  const std::size_t slash = vcs_url.rfind('/'), at = vcs_url.rfind('@');
  // Behind the path: before it stands the user. A tag may hold a slash ("release/1.0"), then the first '@' after the host counts.
  std::size_t split = at != std::string_view::npos && slash != std::string_view::npos && at > slash ? at : std::string_view::npos;
  if (split == std::string_view::npos) {
    const std::size_t host = vcs_url.find("://");
    const std::size_t path = vcs_url.find('/', host == std::string_view::npos ? 0 : host + 3);
    if (path != std::string_view::npos) split = vcs_url.find('@', path);
  }
  if (split == std::string_view::npos) return {git_repository(vcs_url), {}};
  return {git_repository(vcs_url.substr(0, split)), std::string(vcs_url.substr(split + 1))};
}

std::map<std::string, GitFacts> git_facts(const OsvRecord& record) {
  std::map<std::string, RepositoryRanges> repositories;
  for (const OsvAffected& affected : record.affected) {
    std::set<std::string> named;
    for (const OsvRange& range : affected.ranges) {
      if (range.type != OsvRange::Type::git) continue;
      std::string repository = git_repository(range.repo);
      if (repository.empty()) continue;
      gather_range(range, repositories[repository]);
      named.insert(std::move(repository));
    }
    if (affected.ecosystem == "GIT" && !git_repository(affected.name).empty()) named.insert(git_repository(affected.name));
    // Without a package the listed versions are tags; of which repository is clear only where there is one.
    const bool tags = affected.name.empty() || affected.ecosystem == "GIT";
    if (!tags || named.size() != 1) continue;
    for (const std::string& version : affected.versions)
      repositories[*named.begin()].tags.insert(is_commit(version) ? lower(version) : version);
  }
  std::map<std::string, GitFacts> out;
  for (const auto& [repository, ranges] : repositories) out.emplace(repository, settle_facts(ranges));
  return out;
}

}  // namespace entente::measures::p6_supply
