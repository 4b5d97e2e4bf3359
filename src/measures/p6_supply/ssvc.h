// CISA's Binding Operational Directive 26-04 as a decision table of SSVC: how soon to repair, from four answers. What nobody knows stays
// open: then all outcomes that are still possible are given, never a guess. The days are a yardstick; the directive binds US federal
// agencies only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p6_supply {

enum class Known : std::uint8_t { unknown, no, yes };
enum class TechnicalImpact : std::uint8_t { unknown, partial, total };

struct BodInputs {
  Known in_kev = Known::unknown;
  Known exposed = Known::unknown;      // the asset can be reached from the internet: the owner knows
  Known automatable = Known::unknown;  // steps 1 to 4 of the kill chain can be automated
  TechnicalImpact impact = TechnicalImpact::unknown;
};
struct BodOutcome {
  std::optional<std::uint32_t> days;  // nullopt: with the next upgrade of the system
  bool forensics = false;             // besides, look for traces of a break-in

  bool operator==(const BodOutcome&) const = default;
};
// "3 days and forensics", "14 days", "with the next upgrade".
[[nodiscard]] std::string bod_text(const BodOutcome& outcome);

// The outcomes the inputs leave possible, most urgent first, without duplicates; exactly one where all four are known.
[[nodiscard]] std::vector<BodOutcome> bod_outcomes(const BodInputs& inputs);

// What is known of single vulnerabilities: CSV with the columns cve, automatable (yes, no), technical_impact (partial, total); an empty
// cell is unknown. CISA publishes these answers in its Vulnrichment records.
struct SsvcFacts {
  Known automatable = Known::unknown;
  TechnicalImpact impact = TechnicalImpact::unknown;
};
class SsvcTable {
 public:
  [[nodiscard]] static Result<SsvcTable> parse(std::string_view csv, const std::string& name);  // errors name the line
  [[nodiscard]] static Result<SsvcTable> read(const std::filesystem::path& path);
  [[nodiscard]] const SsvcFacts* find(std::string_view cve) const;  // nullptr if nothing is known

 private:
  std::map<std::string, SsvcFacts, std::less<>> rows_;
};

}  // namespace entente::measures::p6_supply
