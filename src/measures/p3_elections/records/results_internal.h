// Between the readers of reported results; nobody else's.
#pragma once

#include "measures/p3_elections/records/results.h"

namespace entente::measures::p3_elections::records {

inline constexpr std::size_t kMaxResultsChoices = 16'384;  // of one contest; they are looked up one by one

// NIST SP 1500-100 version 2 and Clarity's detail: `text` starts with an element.
[[nodiscard]] Result<ReportedResults> parse_results_xml(std::string_view text, std::string name);
[[nodiscard]] Result<ReportedResults> parse_results_json(std::string_view text, std::string name);
[[nodiscard]] Result<ReportedResults> parse_results_csv(std::string_view text, std::string name);

// Counts of one choice in units by way of voting, and their total where given: files have either or both.
class CountsByWay {
 public:
  void add(std::uint32_t unit, std::string_view way, std::uint64_t votes, std::uint64_t line);  // `way` "total": all of them
  // Puts one count of each unit into the contest: the total where given, else the sum; notes where both are there and differ.
  void finish(ReportedResults& results, ReportedContest& contest, std::uint32_t choice);

 private:
  struct Sum {
    std::uint32_t unit = kWholeUnit;
    std::uint64_t parts = 0, line = 0;
    std::optional<std::uint64_t> total;
    bool apart = false, twice = false;
  };
  std::vector<Sum> sums_;  // in the order met
  std::unordered_map<std::uint32_t, std::size_t> at_;
};

// NIST SP 1500-100 version 2, what of it makes results, before references are followed: in its files what is referred to comes later.
struct ErrCount {
  std::string unit, way;  // `way` with the class of device, if any
  std::uint64_t votes = 0, line = 0;
};
struct ErrSelection {
  std::vector<std::string> candidates, parties;  // ids
  std::string text;                              // of a ballot measure
  bool write_in = false;
  std::vector<ErrCount> counts;
};
struct ErrOther {
  std::string unit;
  std::optional<std::uint64_t> overvotes, undervotes;
  std::uint64_t line = 0;
};
struct ErrContest {
  std::string name;
  std::uint32_t votes_allowed = 0;
  std::vector<ErrSelection> selections;
  std::vector<ErrOther> others;
};
struct ErrUnit {
  std::string id, name, kind;
  std::vector<std::string> parts;
};
struct ErrReport {
  std::string election, scope;
  std::vector<ErrUnit> units;
  std::vector<ErrContest> contests;
  std::unordered_map<std::string, std::string> candidates, parties;  // id → name, abbreviation
};
// Follows the references. Error: one to nothing, a contest twice, a unit named twice.
[[nodiscard]] Result<ReportedResults> err_results(const ErrReport& report, std::string name);

}  // namespace entente::measures::p3_elections::records
