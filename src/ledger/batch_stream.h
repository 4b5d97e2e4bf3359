// The body of POST /add-batch: entries one after another, each as uint16 big-endian length ‖ bytes, as in an entry bundle.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::ledger {

inline constexpr std::size_t kMaxBatchEntries = 65'536;

// At least one entry, at most kMaxBatchEntries, and nothing behind the last. The error carries the offset.
[[nodiscard]] Result<std::vector<std::string>> parse_batch(std::string_view stream);
// The inverse. Every entry has at most kMaxEntryBytes bytes.
[[nodiscard]] std::string write_batch_stream(const std::vector<std::string>& entries);

}  // namespace entente::ledger
