// Questions about paths, asked before anything is written: whether a file can lie there, and what must not be overwritten.
#include "cli/assessment_files.h"

#include <algorithm>

#include "assess/glob.h"
#include "catalog/profile.h"
#include "core/file.h"

namespace entente::cli {

namespace fs = std::filesystem;

Result<void> check_export_place(const fs::path& file) {
  std::error_code ec;
  const fs::path parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(parent, ec)) return fail("the folder to write into does not exist", {.file = parent.string()}, "make it first");
  if (!file.has_filename() || fs::is_directory(file, ec)) return fail("this is a folder, a file is to be written", {.file = file.string()});
  return {};
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto [end, at] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code ec;
  if (fs::equivalent(a, b, ec)) return true;
  const fs::path left = fs::weakly_canonical(a, ec);
  if (ec) return false;
  const fs::path right = fs::weakly_canonical(b, ec);
  return !ec && left == right;
}

std::vector<fs::path> files_of_profile(const fs::path& org_toml) {
  std::vector<fs::path> out;
  const auto text = read_file(org_toml, catalog::kMaxProfileBytes);
  if (!text) return out;
  const auto profile = catalog::Profile::parse(*text, org_toml.string());
  if (!profile) return out;
  const fs::path root = org_toml.has_parent_path() ? org_toml.parent_path() : fs::path(".");
  const auto add = [&](const std::string& pattern) {
    const auto files = assess::expand(root, pattern);
    if (!files) return;
    for (const std::string& file : *files) out.push_back(root / file);
  };
  for (const catalog::EvidenceSource& source : profile->evidence) add(source.path);
  for (const catalog::Attestation& attestation : profile->attestations)
    if (!attestation.file_path.empty()) add(attestation.file_path);
  return out;
}

}  // namespace entente::cli
