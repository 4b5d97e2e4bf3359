// Reported results: what a file is, and the sums between its levels. The readers are results_csv.cc and results_nist.cc.
#include "measures/p3_elections/records/results.h"

#include <algorithm>
#include <map>

#include "measures/p3_elections/records/results_internal.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/encoding.h"

namespace entente::measures::p3_elections::records {

namespace {

std::string results_place(const ResultsFinding& f) {
  return f.contest + (f.choice.empty() ? "" : ", " + f.choice) + (f.unit.empty() ? "" : ", " + f.unit);
}

// By (choice, unit).
using ResultsTable = std::map<std::pair<std::uint32_t, std::uint32_t>, const ReportedCount*>;

ResultsTable results_table(const ReportedContest& contest) {
  ResultsTable out;
  for (const ReportedCount& c : contest.counts) out.emplace(std::pair(c.choice, c.unit), &c);
  return out;
}

void results_compare(ResultsCheck& check, ResultsFinding finding) {
  ++check.of;
  if (finding.stated == finding.summed) {
    ++check.good;
    return;
  }
  finding.text =
      results_place(finding) + ": " + std::to_string(finding.stated) + " stated, the parts add up to " + std::to_string(finding.summed);
  check.findings.push_back(std::move(finding));
}

// The parts of the whole: those the file names, else the units that are part of no other one.
std::vector<std::uint32_t> results_top_units(const ReportedResults& results) {
  std::vector<bool> is_part(results.units.size(), false);
  if (!results.units[kWholeUnit].parts.empty()) return results.units[kWholeUnit].parts;
  for (const ReportedUnit& unit : results.units)
    for (const std::uint32_t part : unit.parts) is_part[part] = true;
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 1; i < results.units.size(); ++i)
    if (!is_part[i]) out.push_back(i);
  return out;
}

}  // namespace

const ReportedContest* ReportedResults::contest(std::string_view name) const {
  const auto found = contest_index_.find(std::string(name));
  return found == contest_index_.end() ? nullptr : &contests[found->second];
}

std::uint32_t ReportedResults::unit_of(std::string_view name, std::string_view kind) {
  const auto [it, fresh] = unit_index_.try_emplace(std::string(name), static_cast<std::uint32_t>(units.size()));
  if (fresh) units.push_back({.name = std::string(name), .kind = std::string(kind), .parts = {}});
  return it->second;
}

ReportedContest& ReportedResults::contest_of(std::string_view name) {
  const auto [it, fresh] = contest_index_.try_emplace(std::string(name), static_cast<std::uint32_t>(contests.size()));
  if (fresh) contests.emplace_back().name = name;
  return contests[it->second];
}

std::uint32_t ReportedResults::choice_of(ReportedContest& contest, std::string_view name) {
  const auto found = std::ranges::find(contest.choices, name, &ReportedChoice::name);
  if (found != contest.choices.end()) return static_cast<std::uint32_t>(found - contest.choices.begin());
  contest.choices.push_back({.name = std::string(name), .party = {}, .write_in = false});
  return static_cast<std::uint32_t>(contest.choices.size() - 1);
}

void CountsByWay::add(std::uint32_t unit, std::string_view way, std::uint64_t votes, std::uint64_t line) {
  const auto [at, fresh] = at_.try_emplace(unit, sums_.size());
  if (fresh) sums_.push_back({.unit = unit, .parts = 0, .line = line, .total = {}});
  Sum& sum = sums_[at->second];
  if (way == "total") {
    sum.twice = sum.twice || (sum.total && *sum.total != votes);
    sum.total = votes;
  } else {
    sum.parts += votes;
    sum.apart = true;
  }
}

void CountsByWay::finish(ReportedResults& results, ReportedContest& contest, std::uint32_t choice) {
  for (const Sum& sum : sums_) {
    const std::string place =
        contest.name + ", " + contest.choices[choice].name + (sum.unit == kWholeUnit ? std::string() : ", " + results.units[sum.unit].name);
    if (sum.twice) results.contradictions.push_back(place + ": two totals that differ");
    if (sum.total && sum.apart && *sum.total != sum.parts)
      results.contradictions.push_back(place + ": the total is " + std::to_string(*sum.total) + ", the ways of voting add up to " +
                                       std::to_string(sum.parts));
    contest.counts.push_back({.unit = sum.unit, .choice = choice, .votes = sum.total.value_or(sum.parts), .line = sum.line});
  }
  sums_.clear();
  at_.clear();
}

Result<ReportedResults> parse_results(std::string_view bytes, std::string name) {
  if (bytes.size() > kMaxResultsBytes) return fail("reported results of more than 512 MiB", {.file = name});
  if (tables::packing_of(bytes) == tables::Packing::zip)
    return fail("an archive or workbook where results are expected", {.file = name}, "unpack it, or export it as CSV or XML");
  ENTENTE_TRY(const tables::DecodedText text, tables::decode_text(bytes, name));
  std::string_view start = text.text();
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  // An XML text names its own encoding, so the parser has the bytes as they are.
  if (start.starts_with('<')) return parse_results_xml(bytes, std::move(name));
  if (start.starts_with('{')) return parse_results_json(start, std::move(name));
  return parse_results_csv(text.text(), std::move(name));
}

Result<ReportedResults> read_results(const std::filesystem::path& path, std::uint64_t max_bytes) {
  ENTENTE_TRY(const tables::FileText file, tables::FileText::open(path, max_bytes));
  return parse_results(file.bytes(), path.string());
}

ResultsCheck check_sums(const ReportedResults& results) {
  ResultsCheck check;
  const std::vector<std::uint32_t> top = results_top_units(results);
  for (const ReportedContest& contest : results.contests) {
    const ResultsTable table = results_table(contest);
    for (const ReportedCount& count : contest.counts) {
      const std::vector<std::uint32_t>& parts = count.unit == kWholeUnit ? top : results.units[count.unit].parts;
      std::uint64_t sum = 0;
      bool any = false;
      for (const std::uint32_t part : parts)
        if (const auto found = table.find({count.choice, part}); found != table.end()) sum += found->second->votes, any = true;
      if (!any) continue;
      results_compare(check, {.contest = contest.name,
                              .choice = contest.choices[count.choice].name,
                              .unit = results.units[count.unit].name,
                              .stated = count.votes,
                              .summed = sum,
                              .file = results.file,
                              .line = count.line,
                              .text = {}});
    }
  }
  return check;
}

ResultsCheck check_sums(const ReportedResults& whole, const ReportedResults& parts) {
  ResultsCheck check;
  const auto missing = [&](const ReportedResults& from, const std::string& contest, const std::string& choice, const std::string& other,
                           std::uint64_t line) {
    ++check.of;
    ResultsFinding f{.kind = ResultsFinding::Kind::missing,
                     .contest = contest,
                     .choice = choice,
                     .unit = {},
                     .file = from.file,
                     .line = line,
                     .text = {}};
    f.text = results_place(f) + ": in " + from.file + ", not in " + other;
    check.findings.push_back(std::move(f));
  };
  for (const ReportedContest& contest : whole.contests) {
    const ReportedContest* other = parts.contest(contest.name);
    std::unordered_map<std::string_view, std::uint64_t> sums;
    if (other != nullptr)
      for (const ReportedCount& c : other->counts)
        if (c.unit != kWholeUnit && parts.units[c.unit].parts.empty()) sums[other->choices[c.choice].name] += c.votes;
    for (const ReportedCount& c : contest.counts) {
      if (c.unit != kWholeUnit) continue;
      const std::string& choice = contest.choices[c.choice].name;
      const auto sum = sums.find(choice);
      if (sum == sums.end()) {
        missing(whole, contest.name, choice, parts.file, c.line);
        continue;
      }
      results_compare(check, {.contest = contest.name,
                              .choice = choice,
                              .unit = {},
                              .stated = c.votes,
                              .summed = sum->second,
                              .file = whole.file,
                              .line = c.line,
                              .text = {}});
    }
  }
  for (const ReportedContest& contest : parts.contests) {
    const ReportedContest* other = whole.contest(contest.name);
    for (const ReportedChoice& choice : contest.choices) {
      if (other != nullptr && std::ranges::find(other->choices, choice.name, &ReportedChoice::name) != other->choices.end()) continue;
      missing(parts, contest.name, choice.name, whole.file, 0);
    }
  }
  return check;
}

ResultsCheck check_identity(const ReportedResults& results) {
  ResultsCheck check;
  for (const ReportedContest& contest : results.contests) {
    std::unordered_map<std::uint32_t, std::uint64_t> votes;
    for (const ReportedCount& c : contest.counts) votes[c.unit] += c.votes;
    const auto holds = [&](const ReportedTotals& t, std::uint64_t n) {
      return votes[t.unit] + *t.undervotes + *t.overvotes * n == *t.ballots * n;
    };
    const auto complete = [](const ReportedTotals& t) { return t.ballots && t.undervotes && t.overvotes; };
    std::uint64_t allowed = contest.votes_allowed, best = 0;
    for (std::uint64_t n = 1; contest.votes_allowed == 0 && n <= 50; ++n) {
      const auto good = static_cast<std::uint64_t>(
          std::ranges::count_if(contest.totals, [&](const ReportedTotals& t) { return complete(t) && holds(t, n); }));
      if (good > best) best = good, allowed = n;
    }
    if (allowed == 0) allowed = 1;
    for (const ReportedTotals& t : contest.totals) {
      if (!complete(t)) continue;
      ++check.of;
      if (holds(t, allowed)) {
        ++check.good;
        continue;
      }
      ResultsFinding f{.kind = ResultsFinding::Kind::identity,
                       .contest = contest.name,
                       .choice = {},
                       .unit = results.units[t.unit].name,
                       .stated = *t.ballots * allowed,
                       .summed = votes[t.unit] + *t.undervotes + *t.overvotes * allowed,
                       .file = results.file,
                       .line = t.line,
                       .text = {}};
      f.text = results_place(f) + ": " + std::to_string(*t.ballots) + " ballots with " + std::to_string(allowed) + " vote" +
               (allowed == 1 ? "" : "s") + " each, but " + std::to_string(votes[t.unit]) + " votes, " + std::to_string(*t.undervotes) +
               " undervotes and " + std::to_string(*t.overvotes) + " overvoted ballots make " + std::to_string(f.summed);
      check.findings.push_back(std::move(f));
    }
  }
  return check;
}

}  // namespace entente::measures::p3_elections::records
