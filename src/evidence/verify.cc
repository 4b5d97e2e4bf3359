// Verification: the folder is listed once without following links and merged with the manifest (both in byte order); the files that
// both know are hashed in parallel, each problem going to its own slot, so the report is the same on any number of threads.
#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/parallel.h"
#include "core/utf8.h"
#include "evidence/archive.h"
#include "evidence/bundle.h"
#include "evidence/compare.h"
#include "evidence/folder.h"
#include "evidence/manifest.h"

namespace entente::evidence {
namespace fs = std::filesystem;
namespace {

using Kind = Problem::Kind;

std::uint64_t max_found(const BundleLimits& limits) { return 1000 + 4 * std::min<std::uint64_t>(limits.max_files, 1'000'000'000); }

std::optional<Problem> check_content(const Folder& root, const Evidence& entry, Progress& progress) {
  const auto fd = root.open_file(entry.path);
  if (!fd) return Problem{Kind::changed, entry.path, printable(fd.error().what)};
  std::uint64_t seen = 0;
  const auto got = stream(fd->get(), entry.size, entry.path, [&](ByteView piece) -> Result<void> {
    seen += piece.size();
    progress.advance(piece.size());
    return {};
  });
  if (!got) return Problem{Kind::changed, entry.path, printable(got.error().what)};
  if (got->size != entry.size)
    return Problem{Kind::changed, entry.path, fmt::format("{} bytes, the manifest says {}", got->size, entry.size)};
  if (got->sha256 != entry.sha256)
    return Problem{Kind::changed, entry.path, fmt::format("sha256 is {}, the manifest says {}", got->sha256.hex(), entry.sha256.hex())};
  return std::nullopt;
}

void check_contents(const Folder& root, const std::vector<Evidence>& entries, std::vector<Problem>& problems, Progress& progress) {
  std::set<std::string_view> known_bad;
  for (const Problem& problem : problems) known_bad.insert(problem.path);
  std::uint64_t total = 0;
  for (const Evidence& entry : entries) total += entry.size;
  progress.step("hashing evidence", total);
  std::vector<std::optional<Problem>> found(entries.size());
  parallel_for(entries.size(), [&](std::size_t i) {
    if (!known_bad.contains(entries[i].path)) found[i] = check_content(root, entries[i], progress);
  });
  progress.done();
  for (auto& problem : found)
    if (problem) problems.push_back(std::move(*problem));
}

Problem manifest_problem(const Error& error) {
  std::string message = printable(error.what);
  if (error.where.line)
    message += fmt::format(" (line {}, column {}{}{})", *error.where.line, error.where.column.value_or(1),
                           error.where.pointer.empty() ? "" : ", at ", printable(error.where.pointer));
  return {Kind::manifest, std::string(kManifestName), std::move(message)};
}

Result<std::vector<Problem>> verify_folder(const fs::path& path, Progress& progress, const BundleLimits& limits) {
  ENTENTE_TRY(const Folder root, Folder::open(path));
  const std::string shown = (path / kManifestName).string();
  const auto fd = root.open_file(kManifestName);
  if (!fd) {
    std::error_code ec;
    const bool there = fs::exists(fs::symlink_status(path / kManifestName, ec));
    return std::vector{Problem{there ? Kind::manifest : Kind::missing, std::string(kManifestName), printable(fd.error().what)}};
  }
  const auto text = read_all(fd->get(), kMaxManifestBytes, shown);
  if (!text) return std::vector{manifest_problem(text.error())};
  const auto manifest = parse_manifest(*text, shown, limits);
  if (!manifest) return std::vector{manifest_problem(manifest.error())};
  ENTENTE_TRY(std::vector<Problem> problems, compare_names(root, manifest->entries, limits));
  check_contents(root, manifest->entries, problems, progress);
  for (const Error& complaint : manifest->complaints) problems.push_back(manifest_problem(complaint));
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) { return a.path < b.path; });
  return problems;
}

}  // namespace

Result<std::vector<Problem>> compare_names(const Folder& folder, const std::vector<Evidence>& entries, const BundleLimits& limits) {
  ENTENTE_TRY(const std::vector<Found> list, folder.list(max_found(limits)));
  std::map<std::string_view, const Evidence*> wanted;
  std::set<std::string_view> parents;
  for (const Evidence& entry : entries) {
    wanted.emplace(entry.path, &entry);
    const std::string_view path = entry.path;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1))
      parents.insert(path.substr(0, slash));
  }
  std::vector<Problem> out;
  std::set<std::string_view> seen;
  std::set<std::string_view> holding;  // folders with something in them: what is in them is named instead
  for (const Found& item : list)
    if (const std::size_t slash = item.path.rfind('/'); slash != std::string::npos)
      holding.insert(std::string_view(item.path).substr(0, slash));
  for (const Found& item : list) {
    const auto it = wanted.find(item.path);
    if (item.type == EntryType::link || item.type == EntryType::other) {
      if (it != wanted.end()) seen.insert(item.path);
      out.push_back({Kind::unsafe_path, item.path, item.type == EntryType::link ? "a symbolic link" : "neither a file nor a folder"});
    } else if (item.type == EntryType::folder) {
      if (it != wanted.end()) {
        seen.insert(item.path);
        out.push_back({Kind::changed, item.path, "a folder, the manifest lists a file"});
      } else if (!parents.contains(item.path) && !holding.contains(item.path)) {
        out.push_back({Kind::extra, item.path, "a folder with nothing the manifest lists"});
      }
    } else if (it != wanted.end()) {
      seen.insert(item.path);
      if (item.size != it->second->size)
        out.push_back({Kind::changed, item.path, fmt::format("{} bytes, the manifest says {}", item.size, it->second->size)});
    } else if (item.path != kManifestName) {
      out.push_back({Kind::extra, item.path, "the manifest does not list it"});
    }
  }
  for (const Evidence& entry : entries)
    if (!seen.contains(entry.path)) out.push_back({Kind::missing, entry.path, "the manifest lists it, the folder does not hold it"});
  std::stable_sort(out.begin(), out.end(), [](const Problem& a, const Problem& b) { return a.path < b.path; });
  return out;
}

Result<std::vector<Problem>> verify(const fs::path& folder_or_archive, Progress& progress, BundleLimits limits) {
  std::error_code ec;
  if (fs::is_directory(folder_or_archive, ec)) return verify_folder(folder_or_archive, progress, limits);
  ENTENTE_TRY(ArchiveInput input, ArchiveInput::open(folder_or_archive));
  const auto read = read_archive(input, nullptr, progress, limits);
  if (read) return std::vector<Problem>{};
  const Error& error = read.error();
  return std::vector{Problem{Kind::archive, error.where.pointer.empty() ? folder_or_archive.filename().string() : error.where.pointer,
                             printable(error.what)}};
}

}  // namespace entente::evidence
