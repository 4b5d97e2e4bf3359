// `entente elections tabulate` and `manifest`: cast vote records of any system counted under each contest's rule, and on request held
// against published results; ballot manifests as they are read.
#include <fmt/format.h>

#include <memory>

#include "cli/elections.h"
#include "cli/table.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/records/manifest.h"
#include "measures/p3_elections/records/results.h"
#include "measures/p3_elections/records/tabulate.h"
#include "measures/p3_elections/review/review.h"
#include "measures/p3_elections/totals.h"

namespace entente::cli {
namespace {

namespace p3 = measures::p3_elections;
namespace records = measures::p3_elections::records;

constexpr const char* kTabulateExamples = R"(  entente elections tabulate cvrs.csv
      what it is (Dominion, ES&S, Hart, ClearBallot, NIST SP 1500-103, RAIRE) is seen from the content
  entente elections tabulate CvrExport_*.json ContestManifest.json CandidateManifest.json
  entente elections tabulate cvrs.zip --results results.xml
      do published totals follow from the votes? NIST SP 1500-100, Clarity, statements of votes
  entente elections tabulate cvrs.csv --contest "Mayor" --json

Exit 1: totals that are not equal to the votes or contradict each other, or a card with two records
(P3-CVR-DUPLICATE). docs/elections-records.md)";

constexpr const char* kManifestExamples = R"(  entente elections manifest AdamsBallotManifest.csv
      batches and cards as they are read, in the order of the draw
  entente elections manifest manifest.xlsx --json)";

struct TabulateGiven {
  std::vector<std::string> files;
  std::vector<std::string> results;
  std::string contest;
  std::size_t rows = 50;
};

std::string amount(std::uint64_t n, std::string_view singular) { return fmt::format("{} {}{}", n, singular, n == 1 ? "" : "s"); }

std::uint64_t duplicates_of(const records::CvrReport& found) { return found.count(records::CvrProblemKind::duplicate_card); }

std::string duplicates_summary(std::uint64_t duplicates) {
  return fmt::format("{} of a card that has one already; the counts hold {}", amount(duplicates, "record"),
                     duplicates == 1 ? "it" : "them");
}

// Like the findings of `verify --json`.
Json findings_json(const records::CvrReport& found) {
  Json out = Json::array();
  const std::uint64_t duplicates = duplicates_of(found);
  if (duplicates == 0) return out;
  Json rows = Json::array();
  for (const records::CvrProblem* one : p3::duplicate_cards(found)) rows.push_back({{"where", one->where.str()}, {"text", one->what}});
  out.push_back({{"code", p3::review::kCvrDuplicate},
                 {"severity", p3::review::to_string(p3::review::Severity::failure)},
                 {"summary", duplicates_summary(duplicates)},
                 {"rows", std::move(rows)}});
  return out;
}

Json problems_json(const records::CvrReport& found) {
  Json out = Json::array();
  for (const records::CvrProblem& one : found.problems)
    out.push_back({{"kind", to_string(one.kind)}, {"where", one.where.str()}, {"what", one.what}});
  return out;
}

Json comparison_json(const p3::TotalsComparison& compared) {
  Json rows = Json::array();
  for (const p3::TotalsRow& row : compared.rows)
    rows.push_back({{"contest", row.contest},
                    {"choice", row.choice},
                    {"state", to_string(row.state)},
                    {"from_votes", row.from_votes},
                    {"reported", row.reported},
                    {"line", row.line}});
  return {{"contests", compared.contests},
          {"choices", compared.choices},
          {"not_equal", compared.differing},
          {"votes_apart", compared.difference},
          {"contradicting", compared.contradicting},
          {"contradictions", compared.contradictions},
          {"rows", std::move(rows)}};
}

Json tally_json(const records::CvrContest& contest, const records::ContestTally& tally) {
  Json choices = Json::array();
  for (std::size_t i = 0; i < contest.choices.size(); ++i) choices.push_back({{"name", contest.choices[i]}, {"votes", tally.votes[i]}});
  return {{"name", contest.name},           {"votes_allowed", contest.votes_allowed}, {"ranked", contest.ranked},
          {"cards", tally.cards},           {"overvoted", tally.overvoted},           {"blank", tally.blank},
          {"undervotes", tally.undervotes}, {"choices", std::move(choices)}};
}

void print_tally(const records::CvrContest& contest, const records::ContestTally& tally) {
  fmt::print("{}  {}, {} overvoted, {} blank{}\n", paint(stdout, Colour::bold, printable(contest.name, 400)), amount(tally.cards, "card"),
             tally.overvoted, tally.blank, contest.ranked ? "; first choices" : "");
  for (std::size_t i = 0; i < contest.choices.size(); ++i) fmt::print("  {:>10}  {}\n", tally.votes[i], printable(contest.choices[i], 400));
}

// What is no finding. Rows of cards with two records are among the findings.
void print_problems(const records::CvrReport& found, std::size_t max_rows) {
  std::size_t shown = 0, all = found.problems.size() - p3::duplicate_cards(found).size();
  for (const records::CvrProblem& one : found.problems) {
    if (one.kind == records::CvrProblemKind::duplicate_card) continue;
    if (shown++ == max_rows) {
      fmt::print(stderr, "  … and {} more\n", all - max_rows);
      return;
    }
    const std::string place = printable(one.where.str(), 400);
    fmt::print(stderr, "{} {}{}{}: {}\n", paint(stderr, Colour::yellow, "note:"), place, place.empty() ? "" : ": ", to_string(one.kind),
               printable(one.what, 400));
  }
}

void print_duplicates(const records::CvrReport& found, std::size_t max_rows) {
  const std::uint64_t duplicates = duplicates_of(found);
  if (duplicates == 0) return;
  fmt::print("{} {}\n", paint(stdout, Colour::red, fmt::format("✗ {}", p3::review::kCvrDuplicate)), duplicates_summary(duplicates));
  std::size_t shown = 0;
  for (const records::CvrProblem* one : p3::duplicate_cards(found)) {
    if (shown == max_rows) break;
    ++shown;
    fmt::print("  {}: {}\n", printable(one->where.str(), 400), printable(one->what, 400));
  }
  if (shown < duplicates) fmt::print("  … and {} more (--rows N, --json)\n", duplicates - shown);
}

// `duplicates`: records counted that should not be, so that equal totals are no good news.
std::string comparison_outcome(const p3::TotalsComparison& compared, std::uint64_t duplicates) {
  if (compared.differing > 0)
    return paint(stdout, Colour::red, fmt::format("{} not equal, {} apart", compared.differing, amount(compared.difference, "vote")));
  if (compared.contradicting > 0)
    return paint(stdout, Colour::red,
                 fmt::format("equal to the votes, but {} within the results", amount(compared.contradicting, "contradiction")));
  if (duplicates > 0) return paint(stdout, Colour::red, "equal to the votes only with cards that are counted twice");
  return paint(stdout, Colour::green, "all equal to the votes");
}

void print_comparison(const std::string& name, const p3::TotalsComparison& compared, std::uint64_t duplicates, std::size_t max_rows) {
  fmt::print("{}  {} in {}, {}\n", paint(stdout, Colour::bold, printable(name, 400)), amount(compared.choices, "choice"),
             amount(compared.contests, "contest"), comparison_outcome(compared, duplicates));
  std::size_t shown = 0;
  for (const p3::TotalsRow& row : compared.rows) {
    if (row.state == p3::TotalsRow::State::equal) continue;
    if (shown++ == max_rows) {
      fmt::print("  … and more (--rows N, --json)\n");
      break;
    }
    fmt::print("  {}{}{}: {} in the votes, {} reported ({}{})\n", printable(row.contest, 200), row.choice.empty() ? "" : ", ",
               printable(row.choice, 200), row.from_votes, row.reported, to_string(row.state),
               row.line == 0 ? std::string() : fmt::format(", line {}", row.line));
  }
  for (std::size_t i = 0; i < compared.contradictions.size(); ++i) {
    if (i == max_rows) return fmt::print("  … and {} more (--rows N, --json)\n", compared.contradicting - max_rows);
    fmt::print("  contradiction: {}\n", printable(compared.contradictions[i], 400));
  }
}

Result<int> elections_tabulate(const Context& context, const TabulateGiven& given) {
  const std::vector<std::filesystem::path> paths(given.files.begin(), given.files.end());
  ENTENTE_TRY(const records::CvrRead votes, records::read_cvrs(paths));
  const std::vector<records::ContestTally> tallies = records::tabulate(votes.table);
  std::vector<std::pair<std::string, p3::TotalsComparison>> compared;
  bool good = true;
  for (const std::string& path : given.results) {
    ENTENTE_TRY(const records::ReportedResults results, records::read_results(path));
    compared.emplace_back(path, p3::compare_totals(votes.table, tallies, results));
    good = good && compared.back().second.good();
    if (compared.back().second.contests == 0)
      return fail("no contest of the results has the name of one of the vote records", {.file = path}, "give both with the same names");
  }
  const std::uint64_t duplicates = duplicates_of(votes.report);
  good = good && duplicates == 0;
  const auto wanted = [&](const records::CvrContest& contest) { return given.contest.empty() || contest.name == given.contest; };
  const auto is_wanted = std::any_of(votes.table.contests.begin(), votes.table.contests.end(), wanted);
  if (!is_wanted && !given.contest.empty())
    return fail(fmt::format("no contest \"{}\" in the vote records", printable(given.contest, 200)), {},
                "names are as exported; without --contest all are shown");
  if (context.json) {
    Json contests = Json::array(), results = Json::array();
    for (std::size_t i = 0; i < tallies.size(); ++i)
      if (wanted(votes.table.contests[i])) contests.push_back(tally_json(votes.table.contests[i], tallies[i]));
    for (const auto& [name, one] : compared) {
      Json entry = comparison_json(one);
      entry["file"] = name;
      results.push_back(std::move(entry));
    }
    print_json(Json{{"format", to_string(votes.report.format)},
                    {"version", votes.report.version},
                    {"cards", votes.table.cards.size()},
                    {"duplicate_cards", duplicates},
                    {"contests", std::move(contests)},
                    {"results", std::move(results)},
                    {"findings", findings_json(votes.report)},
                    {"notes", problems_json(votes.report)}});
    return good ? kOk : kFindings;
  }
  if (!context.quiet) {
    fmt::print(stderr, "{}{}: {}, {}\n", to_string(votes.report.format),
               votes.report.version.empty() ? "" : " " + printable(votes.report.version, 60), amount(votes.table.cards.size(), "card"),
               amount(votes.table.contests.size(), "contest"));
    print_problems(votes.report, given.rows);
  }
  if (compared.empty() || !given.contest.empty()) {
    for (std::size_t i = 0; i < tallies.size(); ++i)
      if (wanted(votes.table.contests[i])) print_tally(votes.table.contests[i], tallies[i]);
  }
  for (const auto& [name, one] : compared) print_comparison(name, one, duplicates, given.rows);
  print_duplicates(votes.report, given.rows);
  return good ? kOk : kFindings;
}

struct ManifestGiven {
  std::string file;
  std::size_t rows = 1'000'000;
};

Result<int> elections_manifest(const Context& context, const ManifestGiven& given) {
  ENTENTE_TRY(const records::Manifest manifest, records::read_manifest(given.file));
  const auto twice = manifest.duplicates();
  if (context.json) {
    Json rows = Json::array();
    for (const records::ManifestBatch& batch : manifest.batches)
      rows.push_back({{"line", batch.line},
                      {"county", batch.county},
                      {"container", batch.container},
                      {"tabulator", batch.tabulator},
                      {"batch", batch.batch},
                      {"location", batch.location},
                      {"cards", batch.cards}});
    Json doubles = Json::array();
    for (const auto& [first, later] : twice)
      doubles.push_back({{"line", manifest.batches[later].line}, {"first_line", manifest.batches[first].line}});
    print_json(Json{{"cards", manifest.cards()}, {"batches", std::move(rows)}, {"duplicates", std::move(doubles)}});
    return twice.empty() ? kOk : kFindings;
  }
  Table table;
  table.column("line");
  if (manifest.has_container) table.column("container", Fit::cut);
  if (manifest.has_tabulator) table.column("tabulator", Fit::cut);
  table.column("batch", Fit::cut);
  table.column("cards");
  for (std::size_t i = 0; i < manifest.batches.size() && i < given.rows; ++i) {
    const records::ManifestBatch& batch = manifest.batches[i];
    std::vector<Cell> cells{{std::to_string(batch.line), Colour::dim}};
    if (manifest.has_container) cells.push_back({printable(batch.container, 200)});
    if (manifest.has_tabulator) cells.push_back({printable(batch.tabulator, 200)});
    cells.push_back({printable(batch.batch, 200)});
    cells.push_back({std::to_string(batch.cards)});
    table.row(std::move(cells));
  }
  table.print(stdout, terminal_width(stdout));
  fmt::print("{} in {} batch{}\n", amount(manifest.cards(), "card"), manifest.batches.size(), manifest.batches.size() == 1 ? "" : "es");
  for (const auto& [first, later] : twice)
    fmt::print("{} line {}: batch {} was named in line {} already\n", paint(stdout, Colour::red, "twice"), manifest.batches[later].line,
               printable(manifest.batches[later].batch, 200), manifest.batches[first].line);
  return twice.empty() ? kOk : kFindings;
}

}  // namespace

void add_elections_tabulate(CLI::App& group, Context& context) {
  auto given = std::make_shared<TabulateGiven>();
  CLI::App* command = add_command(group, context, "tabulate", "count cast vote records, and hold published totals against them",
                                  kTabulateExamples, [&context, given] {
                                    const auto done = elections_tabulate(context, *given);
                                    return done ? *done : report(context, done.error());
                                  });
  command->add_option("files", given->files, "vote records: all files of one export")->required()->type_name("FILE");
  command->add_option("--results", given->results, "published results (may be repeated)")->type_name("FILE");
  command->add_option("--contest", given->contest, "only this contest")->type_name("NAME");
  command->add_option("--rows", given->rows, "rows shown of each list")->check(whole_number())->capture_default_str();

  auto manifest = std::make_shared<ManifestGiven>();
  CLI::App* show = add_command(group, context, "manifest", "read a ballot manifest", kManifestExamples, [&context, manifest] {
    const auto done = elections_manifest(context, *manifest);
    return done ? *done : report(context, done.error());
  });
  show->add_option("file", manifest->file, "the manifest: CSV or XLSX")->required()->type_name("FILE");
  show->add_option("--rows", manifest->rows, "batches shown")->check(whole_number());
}

}  // namespace entente::cli
