// File name patterns of [[evidence]]: '*' and '?' in the last segment of a path.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::assess {

// '*' stands for any run of bytes (also none), '?' for one UTF-8 character, everything else for itself. Linear in practice, never worse
// than |pattern| · |name|. A leading '.' is matched only by a written '.'.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view name);

// The regular files below `root` that `path` names, as paths relative to `root` in byte order; at least one, else an error with a hint.
// `path` must be a safe relative path, and no file may lie outside `root` once links are followed.
[[nodiscard]] Result<std::vector<std::string>> expand(const std::filesystem::path& root, std::string_view path);

}  // namespace entente::assess
