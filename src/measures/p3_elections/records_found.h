// Which kind of published audit a folder holds, and its review: the one place that knows all kinds.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/progress.h"
#include "measures/p3_elections/review/review.h"

namespace entente::measures::p3_elections {

enum class RecordKind { audit, corla, arlo, shangrla };
[[nodiscard]] std::string_view to_string(RecordKind kind);  // "corla"
[[nodiscard]] std::optional<RecordKind> parse_record_kind(std::string_view text);

// By what lies in the folder: our own audit and a SHANGRLA record have an audit.json that says which; Colorado's have ballot manifests of
// counties and seed.csv; Arlo's a report that begins with its section of election info. Error: none of these.
[[nodiscard]] Result<RecordKind> find_record_kind(const std::filesystem::path& folder);

// Recomputes all of it. Errors: what cannot be looked at at all; everything else is a finding.
[[nodiscard]] Result<review::Review> review_record(RecordKind kind, const std::filesystem::path& folder, Progress& progress);

// SHA-256 over the lines "<sha256>  <path>\n" of the record's files, by path: names the record in statements.
[[nodiscard]] Digest record_digest(const review::Review& review);

}  // namespace entente::measures::p3_elections
