// For tests: a small audit in Colorado's files, made up. Three counties, a state-wide contest, one of a county, an uncontested one and a
// tie.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "measures/p3_elections/risk/kaplan_markov.h"
#include "measures/p3_elections/sampling/corla.h"
#include "test_support.h"

namespace entente::measures::p3_elections::review::mini {

struct Contest {
  std::string name, reason, status;
  std::vector<int> counties;
  std::vector<std::pair<std::string, std::map<int, int>>> votes;  // choice → county → votes; the winner first
  std::uint64_t over2 = 0;
};

// County id → (name, file, header, batches: tabulator, batch, cards).
struct County {
  std::string name, file, header;
  std::vector<std::tuple<std::string, std::string, int>> batches;
};

inline std::map<int, County> counties() {
  std::map<int, County> out;
  out[1] = {"Alpha",
            "AlphaBallotManifest.csv",
            "\xEF\xBB\xBF"
            "County,Tabulator,Batch ,# of Ballot,Box # Location",
            {}};
  out[2] = {"Beta Hills", "BetaHillsBallotManifest.csv", "Beta Hills County,,,,\nCounty,Tabulator ID,Batch,# of Ballot Cards,Location", {}};
  out[64] = {"Gamma", "GammaBallotManifest.csv", "County,Device ID,Batch,# in Batch,Location", {}};
  for (auto& [id, county] : out)
    for (int b = 1; b <= 12; ++b) county.batches.emplace_back(std::to_string(100 + id), std::to_string((b * 7) % 12 + 1), 20 + b + id % 5);
  return out;
}

inline std::vector<Contest> contests() {
  return {
      {"Governor of Example",
       "state_wide_contest",
       "risk_limit_achieved",
       {1, 2, 64},
       {{"Ada Example", {{1, 200}, {2, 190}, {64, 180}}}, {"Ben \"Bo\" Example", {{1, 90}, {2, 100}, {64, 80}}}}},
      {"Alpha Sheriff", "county_wide_contest", "risk_limit_achieved", {1}, {{"Cy Example", {{1, 220}}}, {"Di Example", {{1, 60}}}}, 1},
      {"Alpha Sheriff ", "opportunistic_benefits", "ended", {2}, {{"Eve Example", {{2, 150}}}, {"Flo Example", {{2, 120}}}}},
      {"Beta Clerk", "opportunistic_benefits", "not_auditable", {2}, {{"Gil Example", {{2, 250}}}}},
      {"Gamma Question", "opportunistic_benefits", "not_auditable", {64}, {{"Yes/For", {{64, 100}}}, {"No/Against", {{64, 100}}}}},
  };
}

inline constexpr const char* kSeed = "00423142135623730950488";

inline std::string quoted(const std::string& cell) {
  std::string out = "\"";
  for (const char c : cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

// Writes the record into `folder`.
inline void write(const std::filesystem::path& folder) {
  using test::spit;
  const std::map<int, County> all = counties();
  std::map<int, int> cards;
  std::string batches = "county_name,scanner_id,batch_id,count_per_manifest,count_per_cvr_file,difference\n";
  for (const auto& [id, county] : all) {
    std::string text = county.header + "\r\n";
    for (const auto& [tabulator, batch, count] : county.batches) {
      text += county.name + " ," + tabulator + ',' + batch + ',' + std::to_string(count) + ",Box 1\r\n";
      batches += county.name + ',' + tabulator + ',' + batch + ',' + std::to_string(count) + ',' + std::to_string(count) + ",0\n";
      cards[id] += count;
    }
    spit(folder / county.file, text + ",,,,\r\n");
  }
  spit(folder / "batchCountComparison.csv", batches);
  spit(folder / "seed.csv", std::string("seed\n") + kSeed + "\n");

  std::string by_county = "county_id,county_name,contest_name,contest_id\n", tabulate = "contest_name,choice,votes\n";
  std::string tabulate_county = "county_name,contest_name,choice,votes\n", selection = "min_margin,contest_name,contest_cvr_ids\n";
  std::string discrepancies =
      "\"Example Discrepancy "
      "Report\",,,,,,\n\"county_name\",\"contest_name\",\"imprinted_id\",\"choice_per_voting_computer\",\"audit_board_selection\",\"audit_"
      "reason\",\"Discrepancy Reason\"\n";
  std::string round =
      "contest_name,audit_reason,random_audit_status,winners_allowed,ballot_card_count,contest_ballot_card_count,winners,min_margin,risk_"
      "limit,"
      "audited_sample_count,two_vote_over_count,one_vote_over_count,one_vote_under_count,two_vote_under_count,disagreement_count,other_"
      "count,gamma,"
      "overstatements,optimistic_samples_to_audit,estimated_samples_to_audit\n";
  std::string report =
      "\"Summary\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No "
      "data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\",\"No data\"\n"
      "\"Contest\",\"targeted\",\"Winner\",\"Risk Limit met?\",\"Risk measurement %\",\"Audit Risk Limit %\",\"diluted margin %\",\"disc "
      "+2\",\"disc +1\",\"disc -1\",\"disc -2\",\"gamma\",\"audited sample count\",\"ballot count\",\"min margin\",\"votes for "
      "winner\",\"votes for runner up\",\"total votes\",\"disagreement count (included in +2 and +1)\"\n";
  std::set<std::pair<std::string, std::string>> audited;
  for (const Contest& contest : contests()) {
    risk::KaplanMarkov a;
    std::map<std::string, int> votes;
    int total = 0;
    for (const int id : contest.counties) {
      by_county += std::to_string(id) + ',' + all.at(id).name + ',' + quoted(contest.name) + ",7\n";
      a.cards += static_cast<std::uint64_t>(cards[id]);
    }
    for (const auto& [choice, per_county] : contest.votes) {
      for (const auto& [id, count] : per_county) {
        tabulate_county += all.at(id).name + ',' + quoted(contest.name) + ',' + quoted(choice) + ',' + std::to_string(count) + '\n';
        votes[choice] += count;
        total += count;
      }
      tabulate += quoted(contest.name) + ',' + quoted(choice) + ',' + std::to_string(votes[choice]) + '\n';
    }
    const std::string winner = contest.votes[0].first;
    a.margin = contest.votes.size() < 2 ? 0 : static_cast<std::uint64_t>(votes[winner] - votes[contest.votes[1].first]);
    a.over2 = contest.over2;
    const std::uint64_t limit = 3'000'000, size = risk::kaplan_markov_size(a, limit).value();
    const bool targeted = contest.reason != "opportunistic_benefits";
    std::string ids = "[";
    if (targeted) {
      a.draws = size + 1;
      std::map<std::uint64_t, std::size_t> numbers;
      const std::vector<std::uint64_t> draws = sampling::corla_draws(kSeed, 1, a.draws, a.cards);
      std::map<std::string, int> times;
      std::string once;  // a card drawn exactly once carries the discrepancy
      for (std::uint64_t position : draws) {
        ids += (ids.size() > 1 ? "," : "") + std::to_string(5000 + numbers.try_emplace(position, numbers.size()).first->second);
        for (const int id : contest.counties) {
          if (position > static_cast<std::uint64_t>(cards[id])) {
            position -= static_cast<std::uint64_t>(cards[id]);
            continue;
          }
          for (const auto& [tabulator, batch, count] : all.at(id).batches) {
            if (position <= static_cast<std::uint64_t>(count)) {
              const std::string card = tabulator + '-' + batch + '-' + std::to_string(position);
              audited.emplace(all.at(id).name, card);
              if (++times[all.at(id).name + ',' + card] == 1) once = all.at(id).name + ',' + card;
              break;
            }
            position -= static_cast<std::uint64_t>(count);
          }
          break;
        }
      }
      if (contest.over2 != 0) {
        for (const auto& [card, n] : times)
          if (n == 1) once = card;
        discrepancies += once.substr(0, once.find(',')) + ',' + quoted(contest.name) + ',' + once.substr(once.find(',') + 1) + ',' +
                         quoted(quoted(winner)) + ',' + quoted(quoted(contest.votes[1].first)) + ",N/A,Audit Board Error\n";
      }
    }
    selection += std::to_string(a.margin) + ',' + quoted(contest.name) + ',' + quoted(ids + "]") + '\n';
    // The exports quote names without doubling what is inside.
    const std::string winners = quoted('"' + winner + '"');
    const std::string n = std::to_string(a.draws);
    round += quoted(contest.name) + ',' + contest.reason + ',' + contest.status + ",1," + std::to_string(a.cards) + ',' +
             std::to_string(a.cards) + ',' + winners + ',' + std::to_string(a.margin) + ",0.03000000," + n + ',' + std::to_string(a.over2) +
             ",0,0,0,0,0,1.03905000,0," + std::to_string(size) + ',' + std::to_string(size) + '\n';
    const std::uint64_t risk = risk::kaplan_markov_thousandths(a).value();
    report += quoted(contest.name) + ',' + (targeted ? "Yes" : "No") + ',' + quoted(winner) + ',' + (risk <= 30 ? "Yes" : "No") + ',' +
              quoted(risk::corla_percent(risk)) + ",3.0," + risk::corla_diluted_margin(a.margin, a.cards) + ',' + std::to_string(a.over2) +
              ",0,0,0,1.03905000," + n + ',' + std::to_string(a.cards) + ',' + std::to_string(a.margin) + ',' +
              std::to_string(votes[winner]) + ',' + (contest.votes.size() > 1 ? std::to_string(votes[contest.votes[1].first]) : "No data") +
              ',' + std::to_string(total) + ",0\n";
  }
  std::string ids = "county_id,county_name,imprinted_id\n";
  for (const auto& [county, card] : audited) ids += "9," + county + ',' + card + '\n';
  spit(folder / "audited_imprinted_ids.csv", ids);
  spit(folder / "contestsByCounty.csv", by_county);
  spit(folder / "tabulate.csv", tabulate);
  spit(folder / "tabulateCounty.csv", tabulate_county);
  spit(folder / "round1-contest.csv", round);
  spit(folder / "round1-contestSelection.csv", selection);
  spit(folder / "ResultsReportSummary.csv", report + "\"End of worksheet\",,,\n");
  spit(folder / "ExampleDiscrepancyReport.csv", discrepancies + "\"End of worksheet\",,,\n");
}

}  // namespace entente::measures::p3_elections::review::mini
