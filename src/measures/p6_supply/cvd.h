// What shows that a finder of a vulnerability is heard: the policy on coordinated disclosure and the report of a test. docs/disclosure.md
// has the forms and the lists of words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

inline constexpr std::size_t kMaxPolicyBytes = std::size_t{8} << 20;
// Of the holidays a test's record names: so many in one year, and so many that shorten one span. More would be a way to be punctual.
inline constexpr std::size_t kMaxHolidaysOfYear = 20;
inline constexpr std::int64_t kMaxHolidaysCounted = 3;
inline constexpr std::string_view kCvdTestReportType = "https://entente.example/cvd-test-report/v1";

struct CvdPolicy {
  enum class Said { no, partly, yes };
  bool from_record = false;  // a record in the shape of disclose.io's diodb, not the policy's own text
  Said safe_harbour = Said::no, scope = Said::no;
  std::string safe_harbour_by, scope_by;  // the words found, or the member of the record
  [[nodiscard]] static Result<CvdPolicy> parse(std::string_view text, const std::string& name);
};

struct CvdTestReport {
  std::string nonce, channel, reply;
  Instant sent{};
  std::optional<Instant> acknowledged;  // by a reply that quotes the nonce
  std::vector<Instant> holidays;        // days
  [[nodiscard]] static Result<CvdTestReport> parse(std::string_view text, const std::string& name);
  // Working days (Monday to Friday, UTC, less the first kMaxHolidaysCounted of the holidays among them) after the day of sending, up to and
  // including that of `until`.
  [[nodiscard]] std::int64_t working_days(Instant until) const;
};

}  // namespace entente::measures::p6_supply
