// Reported results of any format in one shape: contest → reporting unit → choice → votes, with ballots, undervotes and overvotes where the
// file has them; and the sums that must hold between levels. Plain data; functions are pure and thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::records {

inline constexpr std::uint64_t kMaxResultsBytes = std::uint64_t{512} << 20;
inline constexpr std::size_t kMaxResultsCounts = 50'000'000;  // numbers in one file

// A county, a precinct, … `parts` are the units it is made of (indexes), where the file says so.
struct ReportedUnit {
  std::string name;
  std::string kind;  // "county", "precinct", "state", …; empty where not said
  std::vector<std::uint32_t> parts;
};
inline constexpr std::uint32_t kWholeUnit = 0;  // of every file: all that it covers; units[0], without a name

struct ReportedChoice {
  std::string name;
  std::string party;  // as abbreviated; may be empty
  bool write_in = false;
};

struct ReportedCount {
  std::uint32_t unit = kWholeUnit;
  std::uint32_t choice = 0;
  std::uint64_t votes = 0;
  std::uint64_t line = 0;  // of its row, or of its element; 0 where not known (JSON)
};

// Of a contest in a unit. An overvote is a BALLOT with too many marks (it voids votes_allowed votes); an undervote is a VOTE not given.
struct ReportedTotals {
  std::uint32_t unit = kWholeUnit;
  std::optional<std::uint64_t> ballots, undervotes, overvotes;
  std::uint64_t line = 0;
};

struct ReportedContest {
  std::string name;
  std::uint32_t votes_allowed = 0;  // 0: not said
  std::vector<ReportedChoice> choices;
  std::vector<ReportedCount> counts;  // in the order of the file; at most one of a unit and choice
  std::vector<ReportedTotals> totals;
};

class ReportedResults {
 public:
  ReportedResults() : units(1) {}
  std::string file, format, title;
  std::vector<ReportedUnit> units;
  std::vector<ReportedContest> contests;  // in the order of the file
  // Numbers the file gives twice, apart and together, that do not agree (counts by way of voting and their total).
  std::vector<std::string> contradictions;

  // nullptr where there is none.
  [[nodiscard]] const ReportedContest* contest(std::string_view name) const;

  // For readers.
  std::uint32_t unit_of(std::string_view name, std::string_view kind);
  ReportedContest& contest_of(std::string_view name);
  static std::uint32_t choice_of(ReportedContest& contest, std::string_view name);

 private:
  std::unordered_map<std::string, std::uint32_t> unit_index_, contest_index_;
};

// What it is, is seen from the content: NIST SP 1500-100 version 2 (XML or JSON), Clarity's detail.xml and summary.csv, a statement of
// votes by precinct (CSV), Colorado's tabulate.csv and tabulateCounty.csv. Texts may be UTF-8 or Windows-1252; .xz and .gz are unpacked.
// Errors name file, line and column: none of these, a count that is none, a row that comes twice, a reference to nothing.
[[nodiscard]] Result<ReportedResults> read_results(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxResultsBytes);
[[nodiscard]] Result<ReportedResults> parse_results(std::string_view bytes, std::string name);

struct ResultsFinding {
  enum class Kind {
    sum,       // the parts do not add up to what is stated
    missing,   // a contest or choice of one file is not in the other
    identity,  // votes + undervotes + overvotes × n is not ballots × n
  } kind = Kind::sum;
  std::string contest, choice, unit;  // unit empty: the whole
  std::uint64_t stated = 0, summed = 0;
  std::string file;
  std::uint64_t line = 0;  // of what is stated
  std::string text;        // one sentence
};

struct ResultsCheck {
  std::uint64_t good = 0, of = 0;
  std::vector<ResultsFinding> findings;  // in the order of the file
};

// Within one file: each count of a unit that has parts, and of the whole, against the sum over its parts (the units that are part of no
// other, for the whole).
[[nodiscard]] ResultsCheck check_sums(const ReportedResults& results);
// Across files: each count of the whole in `whole` against the sum over the units of `parts`; choices match by name.
[[nodiscard]] ResultsCheck check_sums(const ReportedResults& whole, const ReportedResults& parts);
// votes + undervotes + overvotes × n = ballots × n in every unit that has the four. Where the file does not say how many votes a ballot
// has (n), the least n up to 50 is taken that holds in most units.
[[nodiscard]] ResultsCheck check_identity(const ReportedResults& results);

}  // namespace entente::measures::p3_elections::records
