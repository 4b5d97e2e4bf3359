// Unpacking: one pass over the stream. The first entry must be the manifest; from then on an entry is taken only if the manifest
// lists its path, it has not come before, it is a plain file, and its size is the listed one. So no byte is written that the manifest
// did not announce, whatever the archive claims. The manifest itself is written last.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "core/file.h"
#include "core/utf8.h"
#include "evidence/archive.h"
#include "evidence/bundle.h"
#include "evidence/folder.h"
#include "evidence/manifest.h"

namespace entente::evidence {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMaxTail = std::uint64_t{1} << 20;  // zero bytes behind the last entry: tar's end and its blocking

struct Header {
  std::string path;
  std::uint64_t size = 0;
};

// Tar through libarchive out of an ArchiveInput.
class TarReader {
 public:
  explicit TarReader(ArchiveInput& input) : input_(input) {}
  ~TarReader() { archive_read_free(tar_); }
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  Result<void> start() {
    if (tar_ == nullptr) return fail("not enough memory to read an archive", {.file = input_.shown()});
    if (archive_read_support_format_tar(tar_) != ARCHIVE_OK ||
        archive_read_open(tar_, this, nullptr, &TarReader::on_read, nullptr) != ARCHIVE_OK)
      return broken("");
    return {};
  }

  // The next entry, which must be a plain file; nullopt at the end.
  Result<std::optional<Header>> next() {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(tar_, &entry);
    if (code == ARCHIVE_EOF) return std::optional<Header>{};
    if (code != ARCHIVE_OK) return broken("");
    const char* raw = archive_entry_pathname(entry);
    Header out{raw != nullptr ? raw : "", 0};
    if (!is_safe_relative_path(out.path)) return refuse(out.path, "unsafe path in the archive");
    if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr)
      return refuse(out.path, "a link in the archive");
    if (archive_entry_filetype(entry) != AE_IFREG) return refuse(out.path, "something that is no plain file in the archive");
    if (archive_entry_sparse_count(entry) != 0) return refuse(out.path, "a sparse file in the archive");
    if (archive_entry_size_is_set(entry) == 0 || archive_entry_size(entry) < 0)
      return refuse(out.path, "a file without a size in the archive");
    out.size = static_cast<std::uint64_t>(archive_entry_size(entry));
    return std::optional(std::move(out));
  }

  // The current entry's bytes, exactly header.size of them.
  Result<Digest> content(const Header& header, const Consumer& consumer) {
    Sha256 hash;
    std::uint64_t have = 0;
    while (true) {
      const void* data = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int code = archive_read_data_block(tar_, &data, &size, &offset);
      if (code == ARCHIVE_EOF) break;
      if (code != ARCHIVE_OK) return broken(header.path);
      if (static_cast<std::uint64_t>(offset) != have || size > header.size - have)
        return refuse(header.path, "a file with holes in the archive");
      const ByteView piece(static_cast<const std::uint8_t*>(data), size);
      have += size;
      hash.update(piece);
      ENTENTE_CHECK(consumer(piece));
    }
    if (have != header.size) return refuse(header.path, "a file cut short in the archive");
    return hash.finish();
  }

  // Behind the last entry: nothing but zero bytes, and not many.
  Result<void> drain() {
    std::uint64_t tail = 0;
    for (ByteView piece = rest(); true;) {
      tail += piece.size();
      if (tail > kMaxTail || std::any_of(piece.begin(), piece.end(), [](std::uint8_t b) { return b != 0; }))
        return fail("bytes behind the last file of the archive", {.file = input_.shown()}, "something was appended to it");
      ENTENTE_TRY(piece, input_.next());
      if (piece.empty()) return {};
    }
  }

  tl::unexpected<Error> refuse(const std::string& path, std::string what) const {
    return fail(std::move(what), {.file = input_.shown(), .pointer = printable(path)},
                "a packed bundle holds manifest.json and the files it lists");
  }

 private:
  static la_ssize_t on_read(archive* tar, void* self, const void** data) {
    auto& reader = *static_cast<TarReader*>(self);
    auto piece = reader.input_.next();
    if (piece) {
      reader.last_ = *piece;
      reader.given_ += piece->size();
      *data = piece->data();
      return static_cast<la_ssize_t>(piece->size());
    }
    archive_set_error(tar, EIO, "%s", piece.error().what.c_str());
    reader.fault_ = std::move(piece.error());
    return -1;
  }

  // What libarchive was given and has not used: filter_bytes counts what it used.
  ByteView rest() const {
    const la_int64_t used = archive_filter_bytes(tar_, 0);
    const std::uint64_t left = used < 0 || static_cast<std::uint64_t>(used) > given_ ? 0 : given_ - static_cast<std::uint64_t>(used);
    return left <= last_.size() ? last_.last(static_cast<std::size_t>(left)) : last_;
  }

  tl::unexpected<Error> broken(const std::string& path) const {
    if (!fault_.what.empty()) {
      Error error = fault_;
      error.where.pointer = printable(path);
      return fail(std::move(error));
    }
    const char* words = archive_error_string(tar_);
    return fail(fmt::format("the archive cannot be read: {}", printable(words != nullptr ? words : "unknown error")),
                {.file = input_.shown(), .pointer = printable(path)}, "it was altered or damaged; fetch it again");
  }

  ArchiveInput& input_;
  archive* tar_ = archive_read_new();
  ByteView last_;
  std::uint64_t given_ = 0;
  Error fault_;
};

struct ReadManifest {
  std::string text;
  std::vector<Evidence> entries;
};

Result<ReadManifest> read_manifest(TarReader& tar, const std::string& shown, const BundleLimits& limits) {
  ENTENTE_TRY(const auto header, tar.next());
  if (!header || header->path != kManifestName)
    return tar.refuse(header ? header->path : "", fmt::format("the first file of a packed bundle must be {}", kManifestName));
  if (header->size > kMaxManifestBytes)
    return tar.refuse(header->path, fmt::format("the manifest has more than {} bytes", kMaxManifestBytes));
  ReadManifest out;
  ENTENTE_TRY([[maybe_unused]] const Digest digest, tar.content(*header, [&](ByteView piece) -> Result<void> {
    out.text.append(as_text(piece));
    return {};
  }));
  auto manifest = parse_manifest(out.text, shown + ":" + std::string(kManifestName), limits);
  if (manifest && !manifest->complaints.empty()) manifest = fail(manifest->complaints.front());
  if (!manifest) {
    Error error = std::move(manifest.error());
    if (!error.where.pointer.empty()) error.what += fmt::format(" (at {})", error.where.pointer);
    error.where.pointer = kManifestName;
    return fail(std::move(error));
  }
  out.entries = std::move(manifest->entries);
  return out;
}

// One listed file: into `target` if there is one.
Result<void> read_entry(TarReader& tar, const Header& header, const Evidence& entry, const Folder* target, Progress& progress) {
  Fd fd;
  const std::string shown = target != nullptr ? (target->path() / entry.path).string() : "";
  if (target != nullptr) { ENTENTE_TRY(fd, target->create_file(entry.path)); }
  ENTENTE_TRY(const Digest digest, tar.content(header, [&](ByteView piece) -> Result<void> {
    progress.advance(piece.size());
    return target != nullptr ? write_all(fd.get(), piece, shown) : Result<void>{};
  }));
  if (digest != entry.sha256)
    return tar.refuse(entry.path, fmt::format("changed: sha256 is {}, the manifest says {}", digest.hex(), entry.sha256.hex()));
  return target != nullptr ? finish_file(std::move(fd), shown) : Result<void>{};
}

Result<void> read_entries(TarReader& tar, const std::vector<Evidence>& entries, const Folder* target, Progress& progress) {
  std::vector<bool> seen(entries.size());
  while (true) {
    ENTENTE_TRY(const auto header, tar.next());
    if (!header) break;
    const auto it = std::lower_bound(entries.begin(), entries.end(), header->path,
                                     [](const Evidence& e, const std::string& path) { return e.path < path; });
    if (it == entries.end() || it->path != header->path) return tar.refuse(header->path, "the manifest does not list this file");
    const auto index = static_cast<std::size_t>(it - entries.begin());
    if (seen[index]) return tar.refuse(header->path, "the archive holds this file twice");
    seen[index] = true;
    if (header->size != it->size) return tar.refuse(header->path, fmt::format("{} bytes, the manifest says {}", header->size, it->size));
    ENTENTE_CHECK(read_entry(tar, *header, *it, target, progress));
  }
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (!seen[i]) return tar.refuse(entries[i].path, "missing: the manifest lists it, the archive does not hold it");
  return {};
}

}  // namespace

Result<std::vector<Evidence>> read_archive(ArchiveInput& input, const Folder* target, Progress& progress, const BundleLimits& limits) {
  const Utf8Locale locale;
  if (!locale.ok()) return fail("this system has no C.UTF-8 locale", {.file = input.shown()});
  TarReader tar(input);
  ENTENTE_CHECK(tar.start());
  ENTENTE_TRY(ReadManifest manifest, read_manifest(tar, input.shown(), limits));
  std::uint64_t total = 0;
  std::vector<std::string> paths;
  for (const Evidence& entry : manifest.entries) {
    total += entry.size;
    paths.push_back(entry.path);
  }
  progress.step(target != nullptr ? "unpacking evidence" : "reading evidence", total);
  ENTENTE_CHECK(read_entries(tar, manifest.entries, target, progress));
  ENTENTE_CHECK(tar.drain());
  progress.done();
  if (target != nullptr) {
    ENTENTE_CHECK(sync_folders(target->path(), paths));
    ENTENTE_CHECK(write_file_atomic(target->path() / kManifestName, manifest.text));
  }
  return std::move(manifest.entries);
}

Result<Bundle> unpack(const fs::path& archive, const fs::path& folder, Progress& progress, BundleLimits limits) {
  ENTENTE_TRY(ArchiveInput input, ArchiveInput::open(archive));
  ENTENTE_TRY(NewFolder target, NewFolder::make(folder));
  ENTENTE_TRY(const Folder root, Folder::open(folder));
  ENTENTE_TRY([[maybe_unused]] const auto entries, read_archive(input, &root, progress, limits));
  ENTENTE_TRY(Bundle out, Bundle::open(folder, limits));
  target.keep();
  return out;
}

}  // namespace entente::evidence
