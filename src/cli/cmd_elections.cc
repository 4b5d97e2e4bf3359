// `entente elections`: the group of commands of the elections engine.
#include "cli/elections.h"

namespace entente::cli {

namespace {

constexpr const char* kElectionsExamples = R"(  entente elections verify --record colorado-2024/
      recomputes an audit that others published: every draw, every risk, every sum
  entente elections verify --kind arlo --record georgia/ --html report.html
  entente elections audit init county/ --plan plan.json
      an audit of your own; entente elections audit --help has the steps
  entente elections e2e election.bel
      every proof of an ElectionGuard or Belenios record
  entente elections tabulate cvrs.csv --results results.csv
      whether published totals follow from published votes
  entente elections assertions ballots.raire
      what an audit of a ranked contest has to confirm)";

}  // namespace

void add_elections(CLI::App& app, Context& context) {
  CLI::App* group =
      add_command(app, context, "elections", "audit an election, and recompute audits that others published", kElectionsExamples, nullptr);
  group->require_subcommand(1);
  add_elections_verify(*group, context);
  add_elections_audit(*group, context);
  add_elections_commit(*group, context);
  add_elections_e2e(*group, context);
  add_elections_tabulate(*group, context);
  add_elections_irv(*group, context);
}

}  // namespace entente::cli
