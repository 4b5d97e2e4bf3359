// Folders as sources. A log of Entente has no tile files; its tiles are cut from the level files by Ledger. Anything else is read as the
// static files a tlog-tiles log is published as.
#include "ledger/source.h"

#include <fmt/format.h>

#include "core/file.h"
#include "ledger/ledger.h"
#include "ledger/resource.h"

namespace entente::ledger {
namespace fs = std::filesystem;
namespace {

Result<std::optional<std::string>> bounded(Result<std::string> content, std::size_t max_bytes, std::string_view path) {
  if (!content) return fail(std::move(content.error()));
  if (content->size() > max_bytes) return fail(fmt::format("{} has {} bytes, at most {} are read", path, content->size(), max_bytes));
  return std::optional(std::move(*content));
}

Fetch ledger_source(Ledger log) {
  return
      [log = std::make_shared<Ledger>(std::move(log))](std::string_view path, std::size_t max_bytes) -> Result<std::optional<std::string>> {
        if (path == kCheckpointFile) {
          ENTENTE_CHECK(log->refresh());
          return bounded(log->checkpoint(), max_bytes, path);
        }
        const auto name = parse_resource(path);
        if (!name) return std::nullopt;
        const bool tile = name->kind == Resource::Kind::tile;
        const std::uint64_t have = tile ? hashes_at(log->size(), name->level) : log->size();
        if (name->n > have / kTileWidth || name->n * kTileWidth + name->width > have) return std::nullopt;
        return bounded(tile ? log->tile(name->level, name->n, name->width) : log->entry_bundle(name->n, name->width), max_bytes, path);
      };
}

Fetch static_source(fs::path folder) {
  return [folder = std::move(folder)](std::string_view path, std::size_t max_bytes) -> Result<std::optional<std::string>> {
    if (!is_safe_relative_path(path)) return fail(fmt::format("\"{}\" is no path of a log's resource", path));
    std::error_code ec;
    if (!fs::exists(folder / path, ec)) return std::nullopt;
    return bounded(read_file(folder / path, max_bytes), max_bytes, path);
  };
}

}  // namespace

Result<Fetch> folder_source(const fs::path& folder) {
  std::error_code ec;
  if (!fs::is_directory(folder, ec)) return fail("no such folder", {.file = folder.string()});
  if (fs::exists(folder / kVerifierFile, ec)) {
    ENTENTE_TRY(Ledger log, Ledger::open_read(folder));
    return ledger_source(std::move(log));
  }
  return static_source(folder);
}

}  // namespace entente::ledger
