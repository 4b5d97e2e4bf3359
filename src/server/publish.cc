// Files are compared with what is to be written, and left alone where they are equal, so a second run touches only what changed. Others are
// written beside and renamed over; one syncfs(2) makes all of them durable before the manifest says so. Which log files there are follows
// from the tree's size, not from what happens to lie in the folder: nothing foreign gets into the manifest.
#include "server/publish.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

#include "core/file.h"
#include "core/version.h"
#include "ledger/export.h"
#include "ledger/format.h"
#include "ledger/ledger.h"
#include "ledger/remote_tree.h"
#include "ledger/source.h"
#include "merkle/checkpoint.h"
#include "server/published_pages.h"
#include "verify/publication.h"

namespace entente::server {
namespace fs = std::filesystem;
namespace {

using verify::Publication;

class Publisher {
 public:
  Publisher(fs::path out, Publication& publication) : out_(std::move(out)), publication_(publication) {}

  Result<void> put(const std::string& path, std::string_view content) {
    if (!is_safe_relative_path(path)) return fail(fmt::format("\"{}\" is no name for a file", path));
    publication_.files.insert_or_assign(path, verify::PublishedFile{content.size(), sha256(content)});
    const fs::path target = out_ / path;
    std::error_code absent;
    if (fs::file_size(target, absent) == content.size() && !absent)
      if (const auto there = read_file(target, content.size()); there && *there == content) return {};
    ++written_;
    if (target.parent_path() != last_folder_) {
      ENTENTE_CHECK(make_folders(target.parent_path()));
      last_folder_ = target.parent_path();
    }
    const fs::path temporary = fs::path(target).concat(".tmp");
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    std::error_code failed;
    if (file) fs::rename(temporary, target, failed);
    if (!file || failed) {
      const std::string why = failed ? failed.message() : std::strerror(errno);
      fs::remove(temporary, failed);
      return fail("cannot write: " + why, {.file = target.string()});
    }
    return {};
  }
  Result<void> sync() const {
    const int fd = ::open(out_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = fd >= 0 && ::syncfs(fd) == 0;
    const int code = errno;
    if (fd >= 0) ::close(fd);
    if (!done) return fail(fmt::format("cannot make durable (syncfs): {}", std::strerror(code)), {.file = out_.string()});
    return {};
  }
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  const fs::path out_;
  Publication& publication_;
  fs::path last_folder_;
  std::uint64_t written_ = 0;
};

// All files of a log of that size: tiles and bundles, of the last ones the width they have.
Result<void> put_log(Publisher& publisher, const ledger::Ledger& log) {
  const auto row = [&](std::optional<unsigned> level) -> Result<void> {
    const std::uint64_t count = ledger::hashes_at(log.size(), level.value_or(0));
    for (std::uint64_t n = 0; n * ledger::kTileWidth < count; ++n) {
      const auto width = static_cast<unsigned>(std::min<std::uint64_t>(ledger::kTileWidth, count - n * ledger::kTileWidth));
      ENTENTE_TRY(const std::string bytes, level ? log.tile(*level, n, width) : log.entry_bundle(n, width));
      ENTENTE_CHECK(publisher.put("log/" + (level ? ledger::tile_path(*level, n, width) : ledger::bundle_path(n, width)), bytes));
    }
    return {};
  };
  for (unsigned level = 0; level < ledger::kTileLevels; ++level) ENTENTE_CHECK(row(level));
  ENTENTE_CHECK(row(std::nullopt));
  ENTENTE_TRY(const std::string note, log.checkpoint());
  return publisher.put("log/" + std::string(ledger::kCheckpointFile), note);
}

EntrySource source_of(const ledger::Ledger& log) {
  return {.size = log.size(),
          .each =
              [&log](registry::Leaf first, std::uint64_t count, const std::function<Result<void>(std::string)>& take) {
                return log.each_entry(first, count, [&](merkle::LeafIndex, ByteView bytes) { return take(std::string(as_text(bytes))); });
              },
          .entry = [&log](registry::Leaf leaf) { return log.entry(leaf); },
          .log_key = log.verifier().str()};
}

// What the folder holds by its manifest; empty where it has none.
Result<Publication> publication_before(const fs::path& out) {
  const fs::path path = out / verify::kPublicationManifest;
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) return Publication();
  ENTENTE_TRY(const std::string text, read_file(path, verify::kMaxPublicationManifest));
  if (!verify::is_publication(text))
    return fail("the folder holds something else: its manifest.json is not of a published registry", {.file = path.string()},
                "publish into another folder");
  auto publication = Publication::parse(text, path.string());
  if (!publication) {
    Error error = publication.error();
    error.hint = "remove it and publish again; then files that are not wanted any more stay";
    return tl::unexpected(std::move(error));
  }
  return publication;
}

// Whatever lies in a published folder is read by strangers as the registry's word, but for the manifest itself and what other services of a
// host keep in its two places.
bool is_of_publication(std::string_view path) {
  return path != verify::kPublicationManifest && !path.starts_with(".well-known/") && !path.starts_with('.');
}

// Below these folders everything is the publication's: what an interrupted or failed run left there goes, too.
bool is_own_folder(std::string_view path, const Publication& now) {
  const std::string_view first = path.substr(0, path.find('/'));
  if (first.size() == path.size()) return false;
  if (first == "assets") return true;
  const std::string prefix = std::string(first) + "/";
  const auto listed = now.files.lower_bound(prefix);
  return first != "log" && listed != now.files.end() && listed->first.starts_with(prefix);
}

Result<std::uint64_t> remove_stale(const fs::path& out, const Publication& before, const Publication& now) {
  std::uint64_t removed = 0;
  std::set<std::string, std::less<>> stale;
  for (const auto& [path, file] : before.files)
    if (!now.files.contains(path)) stale.insert(path);
  ENTENTE_TRY(const auto there, list_files(out, verify::kMaxPublishedFiles));
  for (const std::string& path : there)
    if (!now.files.contains(path) && is_own_folder(path, now)) stale.insert(path);
  for (const std::string& path : stale) {
    std::error_code failed;
    if (fs::symlink_status(out / path, failed).type() == fs::file_type::regular && fs::remove(out / path, failed)) ++removed;
    // Folders that are empty now go too; the first that is not ends it.
    for (fs::path folder = fs::path(path).parent_path(); !folder.empty(); folder = folder.parent_path())
      if (!fs::remove(out / folder, failed) || failed) break;
  }
  return removed;
}

// Entries of a published folder, each bundle authenticated up to the root; the last bundle is kept, since leaves are asked for in order.
class PublishedEntries {
 public:
  explicit PublishedEntries(ledger::RemoteTree tree) : tree_(std::move(tree)) {}
  Result<std::string> entry(registry::Leaf leaf) {
    if (leaf >= tree_.size()) return fail("there is no such entry");
    if (leaf < first_ || leaf - first_ >= held_.size()) {
      held_.clear();
      first_ = leaf - leaf % ledger::kTileWidth;
      const std::uint64_t end = std::min<std::uint64_t>(tree_.size(), first_ + ledger::kTileWidth);
      ENTENTE_CHECK(tree_.each_bundle(first_, end, [&](auto, std::span<const ByteView> entries, auto) -> Result<void> {
        for (const ByteView bytes : entries) held_.emplace_back(as_text(bytes));
        return {};
      }));
    }
    return held_.at(leaf - first_);
  }
  EntrySource source() {
    return {
        .size = tree_.size(),
        .each = [this](registry::Leaf first, std::uint64_t count, const std::function<Result<void>(std::string)>& take) -> Result<void> {
          for (registry::Leaf leaf = first; leaf < first + count; ++leaf) {
            ENTENTE_TRY(std::string bytes, entry(leaf));
            ENTENTE_CHECK(take(std::move(bytes)));
          }
          return {};
        },
        .entry = [this](registry::Leaf leaf) { return entry(leaf); }};
  }

 private:
  ledger::RemoteTree tree_;
  registry::Leaf first_ = 0;
  std::vector<std::string> held_;
};

Result<merkle::Checkpoint> checkpoint_of(const fs::path& folder, const std::optional<keys::VerifierKey>& key) {
  ENTENTE_TRY(const std::string note, read_file(folder / "log" / ledger::kCheckpointFile, merkle::kMaxNoteBytes));
  if (key) {
    ENTENTE_TRY(const auto verified, merkle::verify_checkpoint(note, *key));
    return verified.checkpoint;
  }
  ENTENTE_TRY(const merkle::Note parsed, merkle::Note::parse(note));
  return merkle::Checkpoint::parse(parsed.text);
}

// The log's key as the folder itself gives it, where the checkpoint is signed by it: a check without --log knows no other. Else empty.
std::string published_log_key(const fs::path& folder, const std::string& note) {
  const auto text = read_file(folder / "api/v1/ledger/index.json", verify::kMaxPublicationManifest);
  const auto document = text ? JsonDocument::parse(*text, "ledger") : Result<JsonDocument>(fail("none"));
  const auto vkey = document ? json_string(document->root(), "vkey") : std::nullopt;
  const auto key = vkey ? keys::VerifierKey::parse(*vkey) : Result<keys::VerifierKey>(fail("none"));
  return key && merkle::verify_checkpoint(note, *key) ? key->str() : std::string();
}

// Publishing renames files over what lies in its folder: over a live log's checkpoint it would take the log from its server. And what else
// is in a registry's folder (keys, contacts) must not end up where people are given files from.
Result<void> check_apart(const fs::path& log_folder, const fs::path& out) {
  std::error_code failed;
  const fs::path registry = fs::weakly_canonical(fs::absolute(log_folder), failed).parent_path();
  const fs::path target = fs::weakly_canonical(fs::absolute(out), failed);
  const auto within = [](const fs::path& inner, const fs::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
  };
  if (within(target, registry) || within(registry, target))
    return fail("the published files must not lie in the registry's own folder, nor around it", {.file = out.string()},
                "publish into another folder, such as public/ beside it");
  return {};
}

// ---- pages

Result<void> put_pages(Publisher& publisher, const fs::path& web, const fs::path& out, Publication& now, Published& done,
                       Progress& progress) {
  if (web.empty()) return {};
  ENTENTE_TRY(const auto bundle, WebBundle::open(web));
  now.web = bundle->digest();
  const TakePage take = [&](const std::string& path, std::string_view bytes) {
    ++done.pages;
    return publisher.put(path, bytes);
  };
  const auto node = find_node();
  if (node) return each_rendered_page(*bundle, *node, out, now.public_url, take, progress);
  done.pages_note = fmt::format("{}: instead of pages the app was published, which needs JavaScript", node.error().what);
  return each_app_page(*bundle, take);
}

bool is_snapshot_or_log(std::string_view path) { return path.starts_with("api/") || path.starts_with("log/"); }

// Pages are compared if they can be made as they were; else `out` says why they were not.
Result<void> compare_pages(const fs::path& folder, const Publication& publication, const fs::path& web, PublicationCheck& out,
                           Progress& progress) {
  if (!publication.web) {
    for (const auto& [path, file] : publication.files)
      if (!is_snapshot_or_log(path)) out.differences.push_back({path, "is listed, but the manifest names no web pages it could be of"});
    return {};
  }
  const auto not_compared = [&](std::string why) -> Result<void> {
    out.pages_note = "pages were not compared: " + std::move(why);
    return {};
  };
  if (web.empty()) return not_compared("the web pages they were made by are not here");
  ENTENTE_TRY(const auto bundle, WebBundle::open(web));
  if (bundle->digest() != *publication.web)
    return not_compared(fmt::format("they were made by other web pages ({}) than those in {}", publication.web->str(), web.string()));
  std::set<std::string, std::less<>> made;
  const TakePage take = [&](const std::string& path, std::string_view bytes) -> Result<void> {
    made.insert(path);
    ++out.pages;
    const auto there = read_file(folder / path);
    if (!there)
      out.differences.push_back({path, there.error().what});
    else if (*there != bytes)
      out.differences.push_back({path, "is not the page the published files give"});
    return {};
  };
  const auto not_found = publication.files.find(kNotFoundPage);
  const std::string app = bundle->shell(bundle->description().languages.front(), ShellMode::static_files);
  if (not_found != publication.files.end() && not_found->second.sha256 == sha256(app)) {
    ENTENTE_CHECK(each_app_page(*bundle, take));
  } else {
    const auto node = find_node();
    if (!node) return not_compared(node.error().what);
    ENTENTE_CHECK(each_rendered_page(*bundle, *node, folder, publication.public_url, take, progress));
  }
  for (const auto& [path, file] : publication.files)
    if (!is_snapshot_or_log(path) && !made.contains(path)) out.differences.push_back({path, "is none of the pages"});
  return {};
}

}  // namespace

Result<Published> publish(const fs::path& log_folder, const fs::path& out, const SnapshotOptions& options, const fs::path& web,
                          Progress& progress) {
  ENTENTE_CHECK(check_apart(log_folder, out));
  ENTENTE_TRY(const ledger::Ledger log, ledger::Ledger::open_read(log_folder));
  ENTENTE_CHECK(make_folders(out));
  ENTENTE_TRY(const Publication before, publication_before(out));
  // Refuses another log, and a history that is not this one's.
  ENTENTE_TRY(const ledger::Exported exported, ledger::export_static(log, out / "log", progress));
  Publication now{.tool = std::string(version()), .data = options.data->digest(), .public_url = options.public_url};
  ENTENTE_TRY(now.checkpoint, log.checkpoint());
  Publisher publisher(out, now);
  EntrySource source = source_of(log);
  source.checkpoint = now.checkpoint;
  ENTENTE_TRY(const auto snapshots, Snapshots::make(std::move(source), options, progress));
  ENTENTE_CHECK(snapshots->each([&](const std::string& path, std::string_view body) { return publisher.put(path, body); }, progress));
  ENTENTE_CHECK(put_log(publisher, log));
  Published done{.entries = log.size()};
  ENTENTE_CHECK(put_pages(publisher, web, out, now, done, progress));
  ENTENTE_CHECK(publisher.sync());
  ENTENTE_CHECK(write_file_atomic(out / verify::kPublicationManifest, now.text()));
  progress.done();
  const std::uint64_t checkpoint = now.checkpoint == before.checkpoint ? 0 : 1;
  done.files = now.files.size();
  done.written = publisher.written() + exported.written + checkpoint;
  ENTENTE_TRY(done.removed, remove_stale(out, before, now));
  return done;
}

Result<PublicationCheck> check_publication(const fs::path& folder, const std::optional<keys::VerifierKey>& key, SnapshotOptions options,
                                           const fs::path& web, Progress& progress) {
  const fs::path manifest = folder / verify::kPublicationManifest;
  ENTENTE_TRY(const std::string text, read_file(manifest, verify::kMaxPublicationManifest));
  ENTENTE_TRY(const Publication publication, Publication::parse(text, manifest.string()));
  if (publication.data != options.data->digest())
    return fail("published with other catalogues and schemas than this program has", {.file = manifest.string()},
                fmt::format("check with entente {}, or name their folder with --data", publication.tool));
  options.public_url = publication.public_url;
  ENTENTE_TRY(const merkle::Checkpoint checkpoint, checkpoint_of(folder, key));
  ENTENTE_TRY(const ledger::Fetch fetch, ledger::folder_source(folder / "log"));
  ENTENTE_TRY(auto tree, ledger::RemoteTree::open(fetch, checkpoint.size, checkpoint.root));
  PublishedEntries entries(std::move(tree));
  EntrySource source = entries.source();
  source.checkpoint = publication.checkpoint;
  source.log_key = key ? key->str() : published_log_key(folder, publication.checkpoint);
  ENTENTE_TRY(const auto snapshots, Snapshots::make(std::move(source), std::move(options), progress));
  PublicationCheck out{.entries = checkpoint.size};
  std::set<std::string, std::less<>> made;
  ENTENTE_CHECK(snapshots->each(
      [&](const std::string& path, std::string_view body) -> Result<void> {
        made.insert(path);
        ++out.compared;
        const auto there = read_file(folder / path);
        if (!there)
          out.differences.push_back({path, there.error().what});
        else if (*there != body)
          out.differences.push_back({path, "is not what the ledger's entries give"});
        return {};
      },
      progress));
  ENTENTE_TRY(const auto files, list_files(folder, verify::kMaxPublishedFiles));
  for (const std::string& path : files)
    if (path.starts_with("api/") && !made.contains(path))
      out.differences.push_back({path, "follows from no entry of the ledger"});
    else if (!publication.files.contains(path) && is_of_publication(path))
      out.differences.push_back({path, "is not in the manifest"});
  ENTENTE_CHECK(compare_pages(folder, publication, web, out, progress));
  progress.done();
  return out;
}

}  // namespace entente::server
