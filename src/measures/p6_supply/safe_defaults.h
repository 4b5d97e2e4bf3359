// A report on a product's defaults, as JSON of our own shape (data/schemas/safe-defaults-v1.json): who tested, when, and what became of the
// four tests of control P6-08 and of sections 5.1 to 5.13 of ETSI EN 303 645. docs/supply-findings.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

struct SafeDefaultsResult {
  enum class Outcome : std::uint8_t { fail, not_applicable, pass };
  std::string name;  // "mfa_offered", "5.6"
  std::string pointer;
  Outcome outcome = Outcome::fail;
  std::string note;
};
[[nodiscard]] std::string_view to_string(SafeDefaultsResult::Outcome outcome);  // "not-applicable"

struct SafeDefaultsReport {
  enum class Tester : std::uint8_t { self, outside_lab };
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

  std::string product, version;  // the version may be empty
  Tester tester = Tester::self;
  std::string tester_name;
  Instant date{};  // midnight UTC
  Digest report;
  std::vector<SafeDefaultsResult> tests;       // the four
  std::vector<SafeDefaultsResult> provisions;  // the thirteen

  // Refused, with line and pointer: what breaks the schema; so every test and provision is answered.
  [[nodiscard]] static Result<SafeDefaultsReport> parse(std::string_view text, const std::string& name);
};

}  // namespace entente::measures::p6_supply
