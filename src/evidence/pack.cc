// Packing: manifest.json, then the files in manifest order, as tar entries with every field that could differ between machines set
// to a constant. Each file is hashed while it is written, so what is packed is what the manifest says even if a file changes in
// between.
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "core/file.h"
#include "core/utf8.h"
#include "evidence/archive.h"
#include "evidence/bundle.h"
#include "evidence/compare.h"
#include "evidence/folder.h"
#include "evidence/manifest.h"

namespace entente::evidence {
namespace fs = std::filesystem;
namespace {

// Tar through libarchive into an ArchiveOutput.
class TarWriter {
 public:
  TarWriter(ArchiveOutput& output, std::string shown) : output_(output), shown_(std::move(shown)) {}
  ~TarWriter() { archive_write_free(tar_); }
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  Result<void> start() {
    if (tar_ == nullptr) return fail("not enough memory to write an archive", {.file = shown_});
    if (archive_write_set_format_pax_restricted(tar_) != ARCHIVE_OK || archive_write_add_filter_none(tar_) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(tar_, 1) != ARCHIVE_OK ||
        archive_write_open2(tar_, this, nullptr, &TarWriter::on_write, nullptr, nullptr) != ARCHIVE_OK)
      return broken();
    return {};
  }

  Result<void> begin_file(const std::string& path, std::uint64_t size) {
    archive_entry* entry = archive_entry_new();
    if (entry == nullptr) return fail("not enough memory to write an archive", {.file = shown_});
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_uid(entry, 0);
    archive_entry_set_gid(entry, 0);
    const int code = archive_write_header(tar_, entry);
    archive_entry_free(entry);
    return code == ARCHIVE_OK ? Result<void>{} : broken();
  }

  Result<void> write(ByteView bytes) {
    while (!bytes.empty()) {
      const la_ssize_t n = archive_write_data(tar_, bytes.data(), bytes.size());
      if (n <= 0) return broken();
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
  }

  Result<void> finish() {
    if (archive_write_close(tar_) != ARCHIVE_OK) return broken();
    return output_.finish();
  }

 private:
  static la_ssize_t on_write(archive* tar, void* self, const void* data, std::size_t size) {
    auto& writer = *static_cast<TarWriter*>(self);
    auto written = writer.output_.write({static_cast<const std::uint8_t*>(data), size});
    if (written) return static_cast<la_ssize_t>(size);
    archive_set_error(tar, EIO, "%s", written.error().what.c_str());
    writer.fault_ = std::move(written.error());
    return -1;
  }

  // What the stream below said, or libarchive's own words.
  tl::unexpected<Error> broken() {
    if (!fault_.what.empty()) return fail(fault_);
    const char* words = archive_error_string(tar_);
    return fail(fmt::format("cannot write the archive: {}", words != nullptr ? words : "unknown error"), {.file = shown_});
  }

  ArchiveOutput& output_;
  std::string shown_;
  archive* tar_ = archive_write_new();
  Error fault_;
};

Result<void> pack_file(TarWriter& tar, const Folder& root, const Evidence& entry, Progress& progress) {
  const std::string shown = (root.path() / entry.path).string();
  ENTENTE_TRY(const Fd fd, root.open_file(entry.path));
  ENTENTE_CHECK(tar.begin_file(entry.path, entry.size));
  ENTENTE_TRY(const Streamed got, stream(fd.get(), entry.size, shown, [&](ByteView piece) -> Result<void> {
                progress.advance(piece.size());
                return tar.write(piece);
              }));
  if (got.size != entry.size || got.sha256 != entry.sha256)
    return fail("the file was changed: it is not what the manifest says", {.file = shown},
                "entente evidence verify names everything that differs");
  return {};
}

Result<void> write_tar(int fd, const std::string& shown, const Folder& root, std::string_view manifest,
                       const std::vector<Evidence>& entries, Progress& progress) {
  const Utf8Locale locale;
  if (!locale.ok()) return fail("this system has no C.UTF-8 locale", {.file = shown});
  ENTENTE_TRY(ArchiveOutput output, ArchiveOutput::make(fd, shown));
  TarWriter tar(output, shown);
  ENTENTE_CHECK(tar.start());
  ENTENTE_CHECK(tar.begin_file(std::string(kManifestName), manifest.size()));
  ENTENTE_CHECK(tar.write(as_bytes(manifest)));
  std::uint64_t total = 0;
  for (const Evidence& entry : entries) total += entry.size;
  progress.step("packing evidence", total);
  for (const Evidence& entry : entries) ENTENTE_CHECK(pack_file(tar, root, entry, progress));
  progress.done();
  return tar.finish();
}

// The archive would be an extra file of the bundle it packs.
bool lies_inside(const fs::path& archive, const fs::path& folder) {
  std::error_code ec;
  const fs::path inner = fs::weakly_canonical(fs::absolute(archive, ec), ec), outer = fs::weakly_canonical(fs::absolute(folder, ec), ec);
  const auto [o, i] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return o == outer.end();
}

Result<void> no_difference(const Folder& root, const std::vector<Evidence>& entries, const BundleLimits& limits) {
  ENTENTE_TRY(const std::vector<Problem> problems, compare_names(root, entries, limits));
  if (problems.empty()) return {};
  const Problem& first = problems.front();
  const std::string more = problems.size() > 1 ? fmt::format(" (and {} more)", problems.size() - 1) : "";
  return fail(fmt::format("the folder is not what its manifest says: {}: {}{}", name(first.kind), first.message, more),
              {.file = printable((root.path() / first.path).string())}, "entente evidence verify names everything that differs");
}

}  // namespace

Result<void> pack(const fs::path& folder, const fs::path& archive, Progress& progress, BundleLimits limits) {
  ENTENTE_TRY(const Folder root, Folder::open(folder));
  const std::string manifest_shown = (folder / kManifestName).string();
  ENTENTE_TRY(const Fd manifest_fd, root.open_file(kManifestName));
  ENTENTE_TRY(const std::string text, read_all(manifest_fd.get(), kMaxManifestBytes, manifest_shown));
  ENTENTE_TRY(const Manifest manifest, parse_manifest(text, manifest_shown, limits));
  if (!manifest.complaints.empty()) return fail(manifest.complaints.front());
  if (lies_inside(archive, folder))
    return fail("the archive would lie inside the bundle", {.file = archive.string()}, "name a file elsewhere");
  std::error_code ec;
  if (const fs::file_status there = fs::symlink_status(archive, ec); fs::exists(there) && !fs::is_regular_file(there))
    return fail("this exists and is not a regular file", {.file = archive.string()}, "name a file");
  ENTENTE_CHECK(no_difference(root, manifest.entries, limits));
  std::string temporary = (archive.parent_path() / fmt::format(".{}.XXXXXX", archive.filename().string())).string();
  Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (fd.get() < 0)
    return fail(fmt::format("cannot create: {}", std::strerror(errno)), {.file = archive.string()},
                errno == ENOENT ? "the folder does not exist" : "");
  auto done = write_tar(fd.get(), archive.string(), root, text, manifest.entries, progress);
  if (done && ::fchmod(fd.get(), 0644) != 0)
    done = fail(fmt::format("cannot set the mode: {}", std::strerror(errno)), {.file = archive.string()});
  if (done) done = finish_file(std::move(fd), archive.string());
  if (done && ::rename(temporary.c_str(), archive.c_str()) != 0)
    done = fail(fmt::format("cannot rename into place: {}", std::strerror(errno)), {.file = archive.string()});
  if (!done) {
    ::unlink(temporary.c_str());
    return done;
  }
  return sync_folder(archive.parent_path());
}

}  // namespace entente::evidence
