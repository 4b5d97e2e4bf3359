// Expands the file patterns of org.toml. Matching is the usual two-pointer walk: on a mismatch after a '*' the star takes one more byte and
// the rest starts again, so no recursion and no exponential case. A found file must, with every link resolved, still lie below the
// profile's folder: org.toml may come from somebody else and must not pull /etc/shadow into a bundle that will be published.
#include "assess/glob.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"

namespace entente::assess {

namespace fs = std::filesystem;

namespace {

std::size_t utf8_length(std::string_view name, std::size_t at) {
  std::size_t end = at + 1;
  while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) ++end;
  return end - at;
}

bool has_wildcard(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

// `file` with every link resolved lies below `root` (already resolved) and is a regular file.
Result<void> check_inside(const fs::path& root, const fs::path& file, std::string_view written) {
  std::error_code ec;
  const fs::path real = fs::canonical(file, ec);
  if (ec)
    return fail(fmt::format("no file \"{}\"", written), {.file = file.string()}, "paths are relative to org.toml; check the spelling");
  const auto parts = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
  if (parts.first != root.end()) {
    return fail(fmt::format("\"{}\" leads out of the profile's folder", written), {.file = file.string()},
                "copy the file below the folder of org.toml: what is published must lie there");
  }
  if (!fs::is_regular_file(real, ec) || ec) {
    return fail(fmt::format("\"{}\" is not a regular file", written), {.file = file.string()},
                "name a file, or a pattern such as sbom/*.json");
  }
  return {};
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view name) {
  if (!name.empty() && name.front() == '.' && (pattern.empty() || pattern.front() != '.')) return false;
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_n = n;
    } else if (p < pattern.size() && pattern[p] == '?') {
      n += utf8_length(name, n);
      ++p;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++n;
      ++p;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_n;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Result<std::vector<std::string>> expand(const fs::path& root, std::string_view path) {
  if (!is_safe_relative_path(path)) {
    return fail(fmt::format("unsafe path \"{}\"", path), {}, "write paths relative to org.toml, without \"..\" and with '/' between parts");
  }
  std::error_code ec;
  const fs::path real_root = fs::canonical(root, ec);
  if (ec) return fail("cannot open the profile's folder", {.file = root.string()});
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string_view::npos ? "" : std::string(path.substr(0, slash + 1));
  const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (has_wildcard(folder)) {
    return fail(fmt::format("\"{}\" has a wildcard before its last part", path), {},
                "* and ? may stand in the last part only; add one [[evidence]] a folder");
  }
  std::vector<std::string> found;
  if (!has_wildcard(last)) {
    ENTENTE_CHECK(check_inside(real_root, root / path, path));
    found.emplace_back(path);
    return found;
  }
  for (fs::directory_iterator it(root / folder, ec), end; !ec && it != end; it.increment(ec)) {
    const std::string name = it->path().filename().string();
    std::error_code type_error;
    if (!matches_pattern(last, name) || it->is_directory(type_error)) continue;
    ENTENTE_CHECK(check_inside(real_root, it->path(), folder + name));
    found.push_back(folder + name);
  }
  if (ec)
    return fail(fmt::format("cannot read the folder of \"{}\"", path), {.file = (root / folder).string()},
                "paths are relative to org.toml");
  if (found.empty()) {
    return fail(fmt::format("no file matches \"{}\"", path), {.file = (root / folder).string()},
                "paths are relative to org.toml; check the pattern or remove the [[evidence]]");
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace entente::assess
