// Two questions about paths, asked before anything is read or written.
#include "cli/assessment_files.h"

#include <algorithm>

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

}  // namespace entente::cli
