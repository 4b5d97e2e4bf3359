// Bundles on disk: opening, reading one file, creating. Creating copies all items in parallel, hashing what is written rather than
// what was there before, and writes the manifest last: a folder without a manifest is no bundle, so a half-made one is never taken
// for whole.
#include "evidence/bundle.h"

#include <fmt/format.h>
#include <algorithm>
#include <atomic>

#include "core/file.h"
#include "core/parallel.h"
#include "core/utf8.h"
#include "evidence/folder.h"
#include "evidence/manifest.h"

namespace entente::evidence {
namespace fs = std::filesystem;
namespace {

// Copies one item and returns size and digest of what was written.
Result<Streamed> copy_item(const Item& item, const Folder& target, const BundleLimits& limits, std::atomic<std::uint64_t>& total) {
  const std::string to = (target.path() / item.path).string();
  ENTENTE_TRY(const Fd in, open_regular(item.from));
  ENTENTE_TRY(Fd out, target.create_file(item.path));
  ENTENTE_TRY(const Streamed copied, stream(in.get(), limits.max_file_bytes, item.from.string(), [&](ByteView piece) -> Result<void> {
                if (total.fetch_add(piece.size()) + piece.size() > limits.max_total_bytes)
                  return fail(fmt::format("the files have more than {} bytes together", limits.max_total_bytes),
                              {.file = item.from.string()}, "make two bundles");
                return write_all(out.get(), piece, to);
              }));
  ENTENTE_CHECK(finish_file(std::move(out), to));
  return copied;
}

Result<std::vector<Evidence>> planned_entries(std::vector<Item>& items, const BundleLimits& limits) {
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.path < b.path; });
  std::vector<Evidence> out;
  for (const Item& item : items)
    out.push_back({item.kind,
                   item.path,
                   item.media_type.empty() ? guess_media_type(item.kind, item.path) : item.media_type,
                   {},
                   0,
                   item.collected_at,
                   item.source});
  if (const auto fault = find_fault(out, limits))
    return fail(fault->what, {.file = fault->index < items.size() ? items[fault->index].from.string() : ""}, fault->hint);
  return out;
}

}  // namespace

std::string_view name(Problem::Kind kind) {
  switch (kind) {
    case Problem::Kind::changed: return "changed";
    case Problem::Kind::missing: return "missing";
    case Problem::Kind::extra: return "extra";
    case Problem::Kind::unsafe_path: return "unsafe path";
    case Problem::Kind::manifest: return "manifest";
    case Problem::Kind::archive: return "archive";
  }
  return "?";
}

Result<Bundle> Bundle::open(const fs::path& folder, BundleLimits limits) {
  ENTENTE_TRY(const Folder root, Folder::open(folder));
  const std::string shown = (folder / kManifestName).string();
  ENTENTE_TRY(const Fd fd, root.open_file(kManifestName));
  ENTENTE_TRY(const std::string text, read_all(fd.get(), kMaxManifestBytes, shown));
  ENTENTE_TRY(Manifest manifest, parse_manifest(text, shown, limits));
  if (!manifest.complaints.empty()) return fail(manifest.complaints.front());
  Bundle out;
  out.folder_ = folder;
  out.entries_ = std::move(manifest.entries);
  out.digest_ = sha256(text);
  out.limits_ = limits;
  return out;
}

std::vector<const Evidence*> Bundle::of_kind(std::string_view kind) const {
  std::vector<const Evidence*> out;
  for (const Evidence& entry : entries_)
    if (entry.kind == kind) out.push_back(&entry);
  return out;
}

Result<std::string> Bundle::read(const Evidence& entry) const {
  const std::string shown = (folder_ / entry.path).string();
  if (entry.size > limits_.max_file_bytes)
    return fail(fmt::format("{} bytes, the limit is {}", entry.size, limits_.max_file_bytes), {.file = shown});
  ENTENTE_TRY(const Folder root, Folder::open(folder_));
  ENTENTE_TRY(const Fd fd, root.open_file(entry.path));
  std::string out;
  ENTENTE_TRY(const Streamed got, stream(fd.get(), limits_.max_file_bytes, shown, [&](ByteView piece) -> Result<void> {
                if (piece.size() > entry.size - out.size()) return fail("the file is longer than the manifest says", {.file = shown});
                out.append(as_text(piece));
                return {};
              }));
  if (got.size != entry.size)
    return fail(fmt::format("the file has {} bytes, the manifest says {}", got.size, entry.size), {.file = shown});
  if (got.sha256 != entry.sha256)
    return fail("the file was changed: its SHA-256 is not the manifest's", {.file = shown},
                "entente evidence verify names everything that differs");
  return out;
}

Result<Bundle> create(const fs::path& folder, std::vector<Item> items, Progress& progress, BundleLimits limits) {
  ENTENTE_TRY(std::vector<Evidence> entries, planned_entries(items, limits));
  ENTENTE_TRY(NewFolder target, NewFolder::make(folder));
  ENTENTE_TRY(const Folder root, Folder::open(folder));
  progress.step("copying evidence", items.size());
  std::vector<Result<Streamed>> copied(items.size(), Streamed{});
  std::atomic<std::uint64_t> total{0};
  parallel_for(items.size(), [&](std::size_t i) {
    copied[i] = copy_item(items[i], root, limits, total);
    progress.advance();
  });
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!copied[i]) return fail(std::move(copied[i].error()));
    entries[i].sha256 = copied[i]->sha256;
    entries[i].size = copied[i]->size;
    paths.push_back(entries[i].path);
  }
  ENTENTE_CHECK(sync_folders(folder, paths));
  ENTENTE_CHECK(write_file_atomic(folder / kManifestName, manifest_text(entries)));
  progress.done();
  ENTENTE_TRY(Bundle out, Bundle::open(folder, limits));
  target.keep();
  return out;
}

Result<OpenedBundle> open_any(const fs::path& folder_or_archive, Progress& progress, BundleLimits limits) {
  std::error_code ec;
  if (fs::is_directory(folder_or_archive, ec)) {
    ENTENTE_TRY(Bundle bundle, Bundle::open(folder_or_archive, limits));
    return OpenedBundle{nullptr, std::move(bundle)};
  }
  ENTENTE_TRY(TemporaryFolder made, TemporaryFolder::make("entente-bundle"));
  auto keep = std::make_shared<TemporaryFolder>(std::move(made));
  ENTENTE_TRY(Bundle bundle, unpack(folder_or_archive, keep->path() / "bundle", progress, limits));
  return OpenedBundle{std::move(keep), std::move(bundle)};
}

}  // namespace entente::evidence
