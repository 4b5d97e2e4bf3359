// The files of a Colorado audit as the Secretary of State publishes them, read and put in one place. Internal to the review of Colorado.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/records/manifest.h"
#include "measures/p3_elections/records/results.h"
#include "measures/p3_elections/review/corla.h"
#include "measures/p3_elections/risk/kaplan_markov.h"

namespace entente::measures::p3_elections::review {

// A county's name without blanks, signs and case: "La Plata", "LaPlata" and "la plata " are one county.
[[nodiscard]] std::string county_key(std::string_view name);

struct CorlaCounty {
  std::uint32_t id = 0;  // the order of the universe
  std::string name;
  std::optional<records::Manifest> manifest;
  std::string manifest_file;  // relative; empty where there is none
};

// A row of roundN-contest.csv.
struct CorlaContestRow {
  std::string_view contest, reason, status;
  std::vector<std::string> winners;
  std::uint64_t winners_allowed = 1, cards = 0, contest_cards = 0;
  std::uint64_t risk_limit_e8 = 0, overstatements = 0, optimistic = 0, estimated = 0;
  risk::KaplanMarkov audit;  // margin, cards, gamma, draws and discrepancies
  std::uint64_t line = 0;
  [[nodiscard]] bool targeted() const { return reason != "opportunistic_benefits"; }
};

struct CorlaRound {
  std::uint32_t number = 0;
  std::string file;
  std::vector<CorlaContestRow> rows;
  std::unordered_map<std::string_view, std::size_t> by_contest;
  [[nodiscard]] const CorlaContestRow* find(std::string_view contest) const {
    const auto found = by_contest.find(contest);
    return found == by_contest.end() ? nullptr : &rows[found->second];
  }
};

// A row of roundN-contestSelection.csv: which vote records were drawn, by the system's own numbers. Its order is not that of the draw.
struct CorlaSelectionRow {
  std::string_view contest;
  std::uint64_t margin = 0, chosen = 0, distinct = 0, line = 0;
};

// A row of ResultsReportSummary.csv.
struct CorlaReportRow {
  std::string_view contest, targeted, winner, limit_met, risk, limit, diluted_margin, runner_up;
  std::uint64_t winner_votes = 0, total_votes = 0;
  risk::KaplanMarkov audit;
  std::uint64_t line = 0;
};

struct CorlaDiscrepancyRow {
  std::string_view county, contest, card, record_choice, board_choice, reason;
  std::uint64_t line = 0;
};

template <class T>
struct CorlaFile {
  std::string file;  // relative; empty: absent
  std::vector<T> rows;
  [[nodiscard]] bool present() const { return !file.empty(); }
};

struct CorlaRecord {
  std::string seed, seed_file;
  std::uint64_t seed_line = 0;
  std::deque<CorlaCounty> counties;                                                 // by id
  std::unordered_map<std::string, std::size_t> county_index;                        // by county_key
  std::unordered_map<std::string_view, std::vector<std::size_t>> contest_counties;  // indexes in `counties`, ascending
  std::string counties_file;
  std::deque<CorlaRound> rounds;  // ascending
  std::map<std::uint32_t, CorlaFile<CorlaSelectionRow>> selections;
  CorlaFile<CorlaReportRow> report;
  CorlaFile<CorlaDiscrepancyRow> discrepancies;
  std::string audited_file;
  std::unordered_map<std::string, std::uint64_t> audited;  // county_key + ' ' + imprinted id → line
  std::string batch_file;
  std::vector<BatchCount> batches;
  std::optional<records::ReportedResults> state, county;  // tabulate.csv and tabulateCounty.csv

  std::deque<std::string> made;  // texts of files and single cells: what the views above point into

  [[nodiscard]] const CorlaRound* last_round() const { return rounds.empty() ? nullptr : &rounds.back(); }
};

// Reads what there is; files that cannot be read or are not there become findings of `review`, and every file is listed there with its
// digest. Error: the folder itself cannot be read.
[[nodiscard]] Result<CorlaRecord> read_corla_record(const std::filesystem::path& folder, const CorlaOptions& options, Review& review);

// The parts of the review. Each adds its checks, findings and contests.
void review_corla_universes(const CorlaRecord& record, Review& review);
void review_corla_sizes(const CorlaRecord& record, Review& review);
void review_corla_report(const CorlaRecord& record, Review& review);
void review_corla_reconcile(const CorlaRecord& record, Review& review);
void review_corla_contests(const CorlaRecord& record, const CorlaOptions& options, Review& review);

// The cards of all counties that hold the contest, added to `chain` by county id (in the order of contest_counties); nullopt where a
// manifest is missing or the contest is in no county.
[[nodiscard]] std::optional<std::uint64_t> corla_universe(const CorlaRecord& record, std::string_view contest,
                                                          records::ManifestChain* chain);
// Votes of the whole state, most first, with the choices' names; empty where there are none.
using CorlaVotes = std::vector<std::pair<std::uint64_t, std::string_view>>;
[[nodiscard]] CorlaVotes corla_votes(const CorlaRecord& record, std::string_view contest);
// "Anna Example","Bo Example": the exports leave quotes inside a name single, so names part at `","` and not by the rule of CSV.
[[nodiscard]] std::vector<std::string> corla_names(std::string_view text);

// Adds a finding if it has rows (or says so by itself).
void add_finding(Review& review, std::string_view code, Severity severity, std::string contest, std::string summary, std::vector<Row> rows);
// "1 contest", "12 contests".
[[nodiscard]] std::string counted(std::uint64_t n, std::string_view one, std::string_view many);

}  // namespace entente::measures::p3_elections::review
