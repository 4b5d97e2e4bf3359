// Where `assess` and `assessment export` put their files for other tools.
#pragma once

#include <filesystem>
#include <vector>

#include "core/error.h"

namespace entente::cli {

// Whether a file can be written there, asked before the work is done: its folder exists, and it is no folder itself.
[[nodiscard]] Result<void> check_export_place(const std::filesystem::path& file);

// `path` is `folder` or lies below it. Both canonical.
[[nodiscard]] bool is_inside(const std::filesystem::path& path, const std::filesystem::path& folder);

// The same file, whatever the two paths are called: by links, `..` or another spelling. A file that is not there equals only its own path.
[[nodiscard]] bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

// Every file that assessing this profile reads besides the profile itself: what [[evidence]] matches (SBOMs of products are among it) and
// the files of attestations. A profile or pattern that cannot be read gives none; whoever collects the evidence says what is wrong.
[[nodiscard]] std::vector<std::filesystem::path> files_of_profile(const std::filesystem::path& org_toml);

}  // namespace entente::cli
