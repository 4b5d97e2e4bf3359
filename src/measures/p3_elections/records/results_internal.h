// Between the readers of reported results; nobody else's.
#pragma once

#include "measures/p3_elections/records/results.h"

namespace entente::measures::p3_elections::records {

// NIST SP 1500-100 version 2 and Clarity's detail: `text` starts with an element.
[[nodiscard]] Result<ReportedResults> parse_results_xml(std::string_view text, std::string name);
[[nodiscard]] Result<ReportedResults> parse_results_json(std::string_view text, std::string name);
[[nodiscard]] Result<ReportedResults> parse_results_csv(std::string_view text, std::string name);

// Counts of one selection in one unit by way of voting, and their total where given: NIST's files have either or both.
class CountsByWay {
 public:
  void add(std::uint32_t unit, std::string_view type, std::uint64_t votes, std::uint64_t line);
  // Puts one count of each unit into the contest: the total where given, else the sum; notes where both are there and differ.
  void finish(ReportedResults& results, ReportedContest& contest, std::uint32_t choice);

 private:
  struct Sum {
    std::uint64_t parts = 0, line = 0;
    std::optional<std::uint64_t> total;
    bool apart = false;
  };
  std::vector<std::pair<std::uint32_t, Sum>> sums_;  // in the order met
};

}  // namespace entente::measures::p3_elections::records
