// Folders as sources. A log of Entente has no tile files; its tiles are cut from the level files by Ledger. Anything else is read as the
// static files a tlog-tiles log is published as.
#include "ledger/source.h"

#include <fmt/format.h>

#include "core/file.h"
#include "ledger/ledger.h"

namespace entente::ledger {
namespace fs = std::filesystem;
namespace {

std::optional<std::uint64_t> small_decimal(std::string_view text, std::uint64_t max) {
  const auto value = merkle::parse_decimal(text);
  if (!value || *value > max) return std::nullopt;
  return *value;
}

// "x001/x234/067" → 1234067; every group has three digits, all but the last an x.
std::optional<std::uint64_t> parse_tile_number(std::string_view text) {
  std::uint64_t n = 0;
  for (bool first = true;; first = false) {
    const bool more = text.starts_with('x');
    if (more) text.remove_prefix(1);
    if (text.size() < 3 || (more && (text.size() < 4 || text[3] != '/')) || (!more && text.size() != 3)) return std::nullopt;
    std::uint64_t group = 0;
    for (const char c : text.substr(0, 3)) {
      if (c < '0' || c > '9') return std::nullopt;
      group = group * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (first && more && group == 0) return std::nullopt;  // a leading group of zeros would be a second spelling
    if (n > (kMaxTreeSize - group) / 1000) return std::nullopt;
    n = n * 1000 + group;
    if (!more) return n;
    text.remove_prefix(4);
  }
}

Result<std::optional<std::string>> bounded(Result<std::string> content, std::size_t max_bytes, std::string_view path) {
  if (!content) return fail(std::move(content.error()));
  if (content->size() > max_bytes) return fail(fmt::format("{} has {} bytes, at most {} are read", path, content->size(), max_bytes));
  return std::optional(std::move(*content));
}

Fetch ledger_source(Ledger log) {
  return [log = std::make_shared<Ledger>(std::move(log))](std::string_view path,
                                                          std::size_t max_bytes) -> Result<std::optional<std::string>> {
    if (path == kCheckpointFile) {
      ENTENTE_CHECK(log->refresh());
      return bounded(log->checkpoint(), max_bytes, path);
    }
    const auto name = parse_tile_name(path);
    if (!name) return std::nullopt;
    const std::uint64_t have = name->level ? hashes_at(log->size(), *name->level) : log->size();
    if (name->n > have / kTileWidth || name->n * kTileWidth + name->width > have) return std::nullopt;
    return bounded(name->level ? log->tile(*name->level, name->n, name->width) : log->entry_bundle(name->n, name->width), max_bytes, path);
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

std::optional<TileName> parse_tile_name(std::string_view path) {
  constexpr std::string_view kTile = "tile/";
  constexpr std::string_view kEntries = "entries";
  if (!path.starts_with(kTile)) return std::nullopt;
  path.remove_prefix(kTile.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  TileName out{.width = kTileWidth};
  if (const std::string_view level = path.substr(0, slash); level != kEntries) {
    const auto value = small_decimal(level, kTileLevels - 1);
    if (!value) return std::nullopt;
    out.level = static_cast<unsigned>(*value);
  }
  path.remove_prefix(slash + 1);
  if (const std::size_t partial = path.find(".p/"); partial != std::string_view::npos) {
    const auto width = small_decimal(path.substr(partial + 3), kTileWidth - 1);
    if (!width || *width == 0) return std::nullopt;
    out.width = static_cast<unsigned>(*width);
    path = path.substr(0, partial);
  }
  const auto n = parse_tile_number(path);
  if (!n || *n > kMaxTreeSize / kTileWidth) return std::nullopt;
  out.n = *n;
  return out;
}

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
