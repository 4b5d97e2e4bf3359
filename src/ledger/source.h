// Where a mirror, a monitor or a verifier reads a log from: the resources of tlog-tiles (https://c2sp.org/tlog-tiles), by URL or in a
// folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "merkle/signed_note.h"

namespace entente::ledger {

// "checkpoint", "tile/0/x001/067.p/12", "tile/entries/000" … → its bytes; nullopt: there is no such resource (404). More than `max_bytes`
// is an error. What it gives is not verified by anything. One thread at a time.
using Fetch = std::function<Result<std::optional<std::string>>(std::string_view path, std::size_t max_bytes)>;

// A folder: a log or mirror of Entente (its latest checkpoint at every call), or static tlog-tiles files.
[[nodiscard]] Result<Fetch> folder_source(const std::filesystem::path& folder);

}  // namespace entente::ledger
