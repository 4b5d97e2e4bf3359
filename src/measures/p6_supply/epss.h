// EPSS (FIRST): for each CVE the estimated probability of exploitation in the next 30 days, and its percentile. The scores are daily: the
// date they were computed for is part of every answer. A score is no evidence that a flaw is exploited; KEV is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

struct EpssScore {
  float probability = 0;  // 0 to 1
  float percentile = 0;   // 0 to 1: share of all scored CVEs with this probability or less
};

// Immutable once read; thread-safe. 16 bytes a CVE.
class EpssScores {
 public:
  // The CSV as FIRST publishes it: "#model_version:v2025.03.14,score_date:2026-11-24T00:00:00+0000", "cve,epss,percentile", rows. Refused,
  // with the line: no score_date, another header, a number outside 0 to 1, a CVE twice; a table read half would hide the rest.
  [[nodiscard]] static Result<EpssScores> parse(std::string_view csv, const std::string& name);
  // The same from a file, which may be compressed with gzip; at most 256 MiB of text.
  [[nodiscard]] static Result<EpssScores> read(const std::filesystem::path& path);

  [[nodiscard]] std::optional<EpssScore> find(std::string_view cve) const;
  [[nodiscard]] Instant score_date() const { return score_date_; }
  [[nodiscard]] const std::string& model() const { return model_; }  // may be empty
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    std::uint64_t cve = 0;  // year × 2⁴⁰ + number
    EpssScore score;
  };
  std::vector<Row> rows_;  // ascending by cve
  Instant score_date_{};
  std::string model_;
};

}  // namespace entente::measures::p6_supply
