// Git repositories as packages and advisories name them: one spelling for the many of an address, and commits. OSV's GIT ranges
// (https://ossf.github.io/osv-schema/, affected[].ranges[].repo) and the `vcs_url` of purls (SPDX's download location syntax).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "measures/p6_supply/osv.h"

namespace entente::measures::p6_supply {

// "https://github.com/Owner/Repo.git", "git+ssh://git@github.com/owner/repo", "git@github.com:owner/repo" → "github.com/owner/repo". The
// host, and the path on hosts known not to tell cases apart, in lower case. Empty: no address of a repository.
[[nodiscard]] std::string git_repository(std::string_view address);

// A full commit hash: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.
[[nodiscard]] bool is_commit(std::string_view text);

// "git+https://host/repo.git@v1.2#sub" as address and what stands behind '@'; both may be empty.
struct VcsReference {
  std::string repository, revision;
};
[[nodiscard]] VcsReference vcs_reference(std::string_view vcs_url);

// What the GIT ranges of a record say of single commits and tags of one repository, without knowing its history.
struct GitFacts {
  std::set<std::string, std::less<>> affected;  // commits that introduce or are the last affected; listed tags
  std::set<std::string, std::less<>> repaired;  // commits that repair it in every range of the repository
};
// By repository. A commit that one range calls affected and another repaired is in neither set.
[[nodiscard]] std::map<std::string, GitFacts> git_facts(const OsvRecord& record);

}  // namespace entente::measures::p6_supply
