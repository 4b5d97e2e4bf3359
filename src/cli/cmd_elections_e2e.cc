// `entente elections e2e`: verifies the published record of an end-to-end verifiable election, every proof and every sum.
#include <fmt/format.h>

#include <memory>

#include "cli/elections.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "measures/p3_elections/e2e/record_check.h"

namespace entente::cli {
namespace {

namespace e2e = measures::p3_elections::e2e;

constexpr const char* kE2eExamples = R"(  entente elections e2e election.bel
      a Belenios archive: events, credentials, ballots' proofs, tally, trustees' decryptions
  entente elections e2e record.tar.xz
      an ElectionGuard record, packed or as a folder
  entente elections e2e record/ --json

Known by their content: ElectionGuard 0.95 and 2.0, Belenios. Group parameters are pinned: a record cannot choose its own.
What is checked, by the numbers of the specifications: docs/elections-e2e.md. Exit 1: something does not hold, and where.)";

struct E2eGiven {
  std::string record;
  std::size_t rows = 20;
};

Json e2e_json(const e2e::RecordCheck& check) {
  Json out{{"system", check.system},  {"version", check.version}, {"title", check.title},      {"ballots", check.ballots},
           {"holds", check.good()},   {"checks", Json::array()},  {"findings", Json::array()}, {"more_findings", check.more_findings},
           {"tallies", Json::array()}};
  for (const e2e::CheckCount& one : check.checks) out["checks"].push_back({{"name", one.name}, {"good", one.good}, {"of", one.of}});
  for (const e2e::RecordFinding& one : check.findings)
    out["findings"].push_back({{"code", one.code}, {"message", one.message}, {"place", one.place}});
  for (const e2e::ContestTally& contest : check.tallies) {
    Json options = Json::array();
    for (const e2e::OptionVotes& option : contest.options) options.push_back({{"option", option.option}, {"votes", option.votes}});
    out["tallies"].push_back({{"contest", contest.contest}, {"options", std::move(options)}});
  }
  return out;
}

void print_e2e(const e2e::RecordCheck& check, std::size_t max_rows) {
  fmt::print("{}  {} {}: {} ({} ballots)\n",
             check.good() ? paint(stdout, Colour::green, "HOLDS") : paint(stdout, Colour::red, "DOES NOT HOLD"), check.system,
             printable(check.version, 100), printable(check.title, 400), check.ballots);
  fmt::print("\n{}\n", paint(stdout, Colour::bold, "Checked"));
  for (const e2e::CheckCount& one : check.checks)
    fmt::print("  {} {:>9} of {:<9} {}\n", one.good == one.of ? paint(stdout, Colour::green, "ok ") : paint(stdout, Colour::red, "NO "),
               one.good, one.of, printable(one.name, 200));
  if (!check.tallies.empty()) fmt::print("\n{}\n", paint(stdout, Colour::bold, check.good() ? "Tally, proven" : "Tally, as published"));
  for (const e2e::ContestTally& contest : check.tallies) {
    fmt::print("  {}\n", printable(contest.contest, 400));
    for (const e2e::OptionVotes& option : contest.options) fmt::print("    {:>9}  {}\n", option.votes, printable(option.option, 400));
  }
  if (check.good()) return;
  fmt::print("\n{}\n", paint(stdout, Colour::bold, "Findings"));
  std::size_t shown = 0;
  for (const e2e::RecordFinding& one : check.findings) {
    if (shown++ == max_rows) break;
    fmt::print("  {} {}\n      {}\n", paint(stdout, Colour::red, one.code), printable(one.message, 1000), printable(one.place, 1000));
  }
  const std::size_t left = check.findings.size() - std::min(shown, check.findings.size()) + check.more_findings;
  if (left > 0) fmt::print("  … and {} more (--rows N, --json)\n", left);
}

Result<int> elections_e2e(const Context& context, const E2eGiven& given) {
  Progress progress(context.progress());
  ENTENTE_TRY(const e2e::RecordCheck check, e2e::check_record(given.record, {}, progress));
  progress.done();
  if (context.json)
    print_json(e2e_json(check));
  else
    print_e2e(check, given.rows);
  return check.good() ? kOk : kFindings;
}

}  // namespace

void add_elections_e2e(CLI::App& group, Context& context) {
  auto given = std::make_shared<E2eGiven>();
  CLI::App* command = add_command(group, context, "e2e", "verify an ElectionGuard or Belenios record", kE2eExamples, [&context, given] {
    const auto done = elections_e2e(context, *given);
    return done ? *done : report(context, done.error());
  });
  command->add_option("record", given->record, "the record: an archive or a folder")->required()->type_name("RECORD");
  command->add_option("--rows", given->rows, "findings shown")->check(whole_number())->capture_default_str();
}

}  // namespace entente::cli
