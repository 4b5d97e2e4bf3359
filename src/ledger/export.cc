// Tiles below the size of the checkpoint exported before are complete and durable, so they are kept unread; everything else is written to a
// temporary name and renamed. One syncfs(2) before the checkpoint makes all of it durable at once: an fsync for each of thousands of small
// files would take longer than everything else.
#include "ledger/export.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "core/file.h"
#include "merkle/note.h"

namespace entente::ledger {
namespace fs = std::filesystem;
namespace {

class Exporter {
 public:
  Exporter(const Ledger& log, fs::path out, Progress& progress) : log_(log), out_(std::move(out)), progress_(progress) {}

  Result<Exported> run() {
    result_.size = log_.size();
    ENTENTE_CHECK(make_folders(out_));
    ENTENTE_CHECK(find_earlier());
    progress_.step("writing tiles", log_.size() / kTileWidth);
    for (unsigned level = 0; level < kTileLevels; ++level) ENTENTE_CHECK(row(level));
    ENTENTE_CHECK(row(std::nullopt));
    ENTENTE_CHECK(sync_all());
    ENTENTE_TRY(const std::string note, log_.checkpoint());
    ENTENTE_CHECK(write_file_atomic(out_ / kCheckpointFile, note));
    for (unsigned level = 0; level < kTileLevels; ++level) ENTENTE_CHECK(remove_partials(level));
    ENTENTE_CHECK(remove_partials(std::nullopt));
    progress_.done();
    return result_;
  }

 private:
  Result<void> find_earlier() {
    std::error_code ec;
    const fs::path path = out_ / kCheckpointFile;
    if (!fs::exists(path, ec)) return {};
    ENTENTE_TRY(const std::string note, read_file(path, merkle::kMaxNoteBytes));
    const auto verified = merkle::verify_checkpoint(note, log_.verifier());
    if (!verified)
      return fail("the folder holds a checkpoint that is not this log's", {.file = path.string()}, "export into another folder");
    const merkle::Checkpoint& old = verified->checkpoint;
    if (old.size > log_.size())
      return fail(fmt::format("the folder holds {} entries of this log, more than the {} there are here", old.size, log_.size()),
                  {.file = path.string()});
    ENTENTE_TRY(const merkle::Proof proof, log_.consistency(old.size, log_.size()));
    ENTENTE_TRY(const std::string latest_note, log_.checkpoint());
    ENTENTE_TRY(const auto latest, merkle::verify_checkpoint(latest_note, log_.verifier()));
    if (const auto fits = merkle::verify_consistency(old.size, log_.size(), old.root, latest.checkpoint.root, proof); !fits)
      return fail("the folder holds another history of this log: " + fits.error().what, {.file = path.string()},
                  "keep both checkpoints: they prove a fork");
    earlier_ = old.size;
    return {};
  }

  using Level = std::optional<unsigned>;  // nullopt: entry bundles
  static std::uint64_t count_at(merkle::TreeSize size, Level level) { return hashes_at(size, level.value_or(0)); }
  static std::string path_of(Level level, std::uint64_t n, unsigned width) {
    return level ? tile_path(*level, n, width) : bundle_path(n, width);
  }
  Result<std::string> content(Level level, std::uint64_t n, unsigned width) const {
    return level ? log_.tile(*level, n, width) : log_.entry_bundle(n, width);
  }

  Result<void> row(Level level) {
    const std::uint64_t full = count_at(log_.size(), level) / kTileWidth;
    const auto rest = static_cast<unsigned>(count_at(log_.size(), level) % kTileWidth);
    const std::uint64_t old_full = count_at(earlier_, level) / kTileWidth;
    std::error_code ec;
    for (std::uint64_t n = 0; n < full; ++n) {
      const std::string path = path_of(level, n, kTileWidth);
      if (n < old_full && fs::exists(out_ / path, ec)) {
        ++result_.kept;
      } else {
        ENTENTE_TRY(const std::string bytes, content(level, n, kTileWidth));
        ENTENTE_CHECK(write(path, bytes));
      }
      if (!level) progress_.advance(1);
    }
    if (rest == 0) return {};
    ENTENTE_TRY(const std::string bytes, content(level, full, rest));
    return write(path_of(level, full, rest), bytes);
  }

  Result<void> write(const std::string& path, std::string_view bytes) {
    const fs::path target = out_ / path;
    if (const auto there = read_file(target, bytes.size()); there && *there == bytes) {
      ++result_.kept;
      return {};
    }
    if (target.parent_path() != last_folder_) {
      ENTENTE_CHECK(make_folders(target.parent_path()));
      last_folder_ = target.parent_path();
    }
    const fs::path temporary = fs::path(target).concat(".tmp");
    const auto os_error = [&](std::string_view doing) {
      return fail(fmt::format("cannot {}: {}", doing, std::strerror(errno)), {.file = target.string()});
    };
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return os_error("create");
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const int code = errno;
        ::close(fd);
        errno = code;
        return os_error("write");
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::close(fd) != 0) return os_error("write");
    if (::rename(temporary.c_str(), target.c_str()) != 0) return os_error("rename into place");
    ++result_.written;
    return {};
  }

  Result<void> sync_all() {
    const int fd = ::open(out_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail(fmt::format("cannot open: {}", std::strerror(errno)), {.file = out_.string()});
    const int done = ::syncfs(fd);
    const int code = errno;
    ::close(fd);
    if (done != 0) return fail(fmt::format("cannot make durable (syncfs): {}", std::strerror(code)), {.file = out_.string()});
    return {};
  }

  // Partial tiles can only be left where the earlier export ended.
  Result<void> remove_partials(Level level) {
    const std::uint64_t full = count_at(log_.size(), level) / kTileWidth;
    const std::uint64_t n = count_at(earlier_, level) / kTileWidth;
    if (n >= full) return {};
    const fs::path folder = out_ / (path_of(level, n, kTileWidth) + ".p");
    std::error_code ec;
    if (!fs::exists(folder, ec)) return {};
    fs::remove_all(folder, ec);
    if (ec) return fail("cannot remove partial tiles: " + ec.message(), {.file = folder.string()});
    ++result_.removed;
    return {};
  }

  const Ledger& log_;
  const fs::path out_;
  Progress& progress_;
  merkle::TreeSize earlier_ = 0;
  fs::path last_folder_;
  Exported result_;
};

}  // namespace

Result<Exported> export_static(const Ledger& log, const fs::path& out, Progress& progress) { return Exporter(log, out, progress).run(); }

}  // namespace entente::ledger
