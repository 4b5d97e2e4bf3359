// Where `assess` and `assessment export` put their files for other tools.
#pragma once

#include <filesystem>

#include "core/error.h"

namespace entente::cli {

// Whether a file can be written there, asked before the work is done: its folder exists, and it is no folder itself.
[[nodiscard]] Result<void> check_export_place(const std::filesystem::path& file);

// `path` is `folder` or lies below it. Both canonical.
[[nodiscard]] bool is_inside(const std::filesystem::path& path, const std::filesystem::path& folder);

}  // namespace entente::cli
