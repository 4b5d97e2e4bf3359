// Where advisories come from: a folder of .json, a .zip of .json (as osv.dev publishes them), .jsonl, .jsonl.zst, a JSON array
// or one record. Told apart by content, not by file name (folders excepted).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "measures/p6_supply/osv.h"

namespace entente::measures::p6_supply {

struct AdvisorySource {
  std::string name;                  // what errors call it
  std::filesystem::path path;        // a file or a folder, if `bytes` is absent
  std::optional<std::string> bytes;  // the content itself

  [[nodiscard]] static AdvisorySource file(std::filesystem::path path) { return {path.string(), path, std::nullopt}; }
  [[nodiscard]] static AdvisorySource memory(std::string name, std::string bytes) { return {std::move(name), {}, std::move(bytes)}; }
};

// Among several sources: whether one without a usable record is an error, or is counted and left out as a bad record is.
enum class BadSource : std::uint8_t { refuse, leave_out };

struct SourceLimits {
  std::uint64_t max_bytes = std::uint64_t{8} << 30;          // of one source, unpacked
  std::uint64_t max_record_bytes = std::uint64_t{16} << 20;  // of one record
  std::uint64_t max_records = 5'000'000;
};

struct ReadReport {
  std::uint64_t read = 0;           // records understood
  std::uint64_t bad = 0;            // records not understood
  std::vector<Error> first_errors;  // of the bad ones, at most 20, each with file and line or entry
};

// Calls `take` once for each record, in the order of the source, on the calling thread (parsing runs in parallel, batch by
// batch, so memory stays bounded). A bad record is counted and skipped. Errors: the source cannot be read or is no such
// source, or it holds records and all of them are bad (then the first one's error).
[[nodiscard]] Result<ReadReport> read_advisories(const AdvisorySource& source, const std::function<void(OsvRecord&&)>& take,
                                                 Progress& progress, const SourceLimits& limits = {});

}  // namespace entente::measures::p6_supply
