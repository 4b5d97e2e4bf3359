// `entente elections assertions`: of a ranked contest, what an audit must confirm so that no other candidate can have won (RAIRE), or
// whether assertions that others published prove what they claim.
#include <fmt/format.h>

#include <memory>

#include "cli/elections.h"
#include "cli/table.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "measures/p3_elections/irv/assertions_json.h"
#include "measures/p3_elections/irv/ballots_text.h"
#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/irv/raire.h"
#include "measures/p3_elections/irv/tabulate.h"

namespace entente::cli {
namespace {

namespace irv = measures::p3_elections::irv;

constexpr const char* kIrvExamples = R"(  entente elections assertions ballots.raire
      counts each contest and finds the assertions that are easiest to audit
  entente elections assertions ballots.raire --contest 339 --winner 15 --limit 0.03 --cards 293555
  entente elections assertions ballots.txt --output assertions.json
  entente elections assertions ballots.raire --check published.json
      do published assertions rule out every other winner, and do the ballots bear them out?

Ballots: RAIRE's .raire, the text format of audit-irv-cp, raire-rs' JSON. docs/elections-irv.md
Exit 1: a tie, another winner than reported, or assertions that leave a way open.)";

struct IrvGiven {
  std::string ballots, contest, winner, check, output, measure = "comparison";
  double limit = 0.05, gamma = 1.1;
  std::uint64_t cards = 0;
};

Result<std::vector<irv::BallotContest>> read_ranked(const std::string& path) {
  ENTENTE_TRY(const std::string text, read_input(path));
  const std::string name = input_name(path);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  std::vector<irv::BallotContest> out;
  if (first != std::string::npos && text[first] == '{') {
    ENTENTE_TRY(auto one, irv::read_raire_problem(text, name));
    out.push_back(std::move(one));
    return out;
  }
  const std::string_view head = std::string_view(text).substr(0, 2000);
  if (head.find("-+-") != std::string_view::npos || head.find("---") != std::string_view::npos) {
    ENTENTE_TRY(auto one, irv::read_usirv(text, name));
    out.push_back(std::move(one));
    return out;
  }
  ENTENTE_TRY(auto raire, irv::read_raire(text, name));
  for (irv::BallotContest& one : raire.contests) {
    if (!one.auditable) one.auditable = raire.ballots;
    out.push_back(std::move(one));
  }
  return out;
}

std::string candidate_name(const irv::BallotContest& contest, irv::Candidate candidate) {
  return candidate < contest.rankings.names.size() ? contest.rankings.names[candidate] : std::to_string(candidate);
}

Result<irv::Candidate> candidate_named(const irv::BallotContest& contest, const std::string& name) {
  for (std::size_t i = 0; i < contest.rankings.names.size(); ++i)
    if (contest.rankings.names[i] == name) return static_cast<irv::Candidate>(i);
  return fail(fmt::format("no candidate \"{}\" in contest \"{}\"", printable(name, 200), printable(contest.id, 200)), {},
              "names as in the file; entente elections assertions without --winner shows who won");
}

struct IrvOutcome {
  const irv::BallotContest* contest = nullptr;
  irv::IrvCount count;
  std::optional<irv::Candidate> winner;
  irv::RaireResult found;
  std::optional<irv::Cover> cover;  // of what is printed
  struct Checked {
    irv::PublishedAssertions published;
    irv::Cover cover;
    std::vector<std::string> not_borne_out;
  };
  std::optional<Checked> checked;
  bool good = false;
};

Result<IrvOutcome::Checked> check_published(const irv::BallotContest& contest, const IrvGiven& given, irv::Candidate winner) {
  ENTENTE_TRY(const std::string text, read_input(given.check));
  ENTENTE_TRY(auto all, irv::read_assertions(text, input_name(given.check), [&](std::string_view) { return contest.rankings.names; }));
  for (irv::PublishedAssertions& one : all) {
    if (!one.contest.empty() && one.contest != contest.id) continue;
    IrvOutcome::Checked out{std::move(one), {}, {}};
    ENTENTE_TRY(out.cover, irv::check_cover(contest.rankings.candidates, out.published.winner.value_or(winner), out.published.assertions));
    for (const irv::Assertion& assertion : out.published.assertions) {
      const irv::AssertionVotes votes = irv::assertion_votes(contest.rankings, assertion);
      if (votes.winner <= votes.loser)
        out.not_borne_out.push_back(
            fmt::format("{}: {} to {}", irv::describe(assertion, contest.rankings.names), votes.winner, votes.loser));
    }
    return out;
  }
  return fail(fmt::format("no assertions of contest \"{}\"", printable(contest.id, 200)), {.file = given.check});
}

Result<IrvOutcome> judge_ranked(const irv::BallotContest& contest, const IrvGiven& given) {
  IrvOutcome out;
  out.contest = &contest;
  ENTENTE_TRY(out.count, irv::count_irv(contest.rankings));
  out.winner = given.winner.empty() ? (contest.winner ? contest.winner : out.count.winner) : std::nullopt;
  if (!given.winner.empty()) { ENTENTE_TRY(out.winner, candidate_named(contest, given.winner)); }
  if (!out.winner) {
    out.found.outcome = irv::RaireResult::Outcome::tie;
    out.found.possible_winners = out.count.possible_winners;
    return out;
  }
  if (!given.check.empty()) {
    ENTENTE_TRY(out.checked, check_published(contest, given, *out.winner));
    out.good = out.checked->cover.complete && !out.checked->cover.contradictory && out.checked->not_borne_out.empty();
    return out;
  }
  irv::RaireOptions options;
  options.difficulty.measure =
      given.measure == "polling" ? irv::Difficulty::Measure::polling_bravo : irv::Difficulty::Measure::comparison_cards;
  options.difficulty.risk_limit = given.limit;
  options.difficulty.gamma = given.gamma;
  options.difficulty.cards = given.cards != 0 ? given.cards : contest.auditable.value_or(0);
  ENTENTE_TRY(out.found, irv::find_assertions(contest.rankings, *out.winner, options));
  out.good = out.found.outcome == irv::RaireResult::Outcome::assertions;
  if (!out.good) return out;
  std::vector<irv::Assertion> plain;
  for (const irv::RatedAssertion& one : out.found.assertions) plain.push_back(one.assertion);
  ENTENTE_TRY(out.cover, irv::check_cover(contest.rankings.candidates, *out.winner, plain));
  if (!out.cover->complete) return fail("the assertions found leave an order open: this is a fault of Entente, please report it");
  return out;
}

std::string order_text(const irv::BallotContest& contest, const std::vector<irv::Candidate>& order) {
  std::string out;
  for (const irv::Candidate c : order) out += (out.empty() ? "" : ", ") + printable(candidate_name(contest, c), 100);
  return out;
}

Json irv_json(const IrvOutcome& outcome) {
  const irv::BallotContest& contest = *outcome.contest;
  Json out{{"contest", contest.id},
           {"ballots", contest.rankings.ballots},
           {"candidates", contest.rankings.names},
           {"winner", outcome.winner ? Json(candidate_name(contest, *outcome.winner)) : Json(nullptr)},
           {"holds", outcome.good}};
  Json order = Json::array();
  for (const irv::Candidate c : outcome.count.order) order.push_back(candidate_name(contest, c));
  out["elimination_order"] = std::move(order);
  if (outcome.checked) {
    Json counter = Json::array();
    for (const irv::Candidate c : outcome.checked->cover.counter_example) counter.push_back(candidate_name(contest, c));
    out["check"] = {{"assertions", outcome.checked->published.assertions.size()},
                    {"complete", outcome.checked->cover.complete},
                    {"counter_example", std::move(counter)},
                    {"not_borne_out", outcome.checked->not_borne_out}};
    return out;
  }
  out["outcome"] = outcome.found.outcome == irv::RaireResult::Outcome::assertions     ? "assertions"
                   : outcome.found.outcome == irv::RaireResult::Outcome::wrong_winner ? "wrong-winner"
                                                                                      : "tie";
  Json list = Json::array();
  for (const irv::RatedAssertion& one : outcome.found.assertions)
    list.push_back({{"type", one.assertion.kind == irv::AssertionKind::not_eliminated_next ? "NEN" : "NEB"},
                    {"text", irv::describe(one.assertion, contest.rankings.names)},
                    {"winner_votes", one.winner_votes},
                    {"loser_votes", one.loser_votes},
                    {"difficulty", one.difficulty}});
  out["assertions"] = std::move(list);
  return out;
}

void print_checked(const IrvOutcome& outcome) {
  const IrvOutcome::Checked& checked = *outcome.checked;
  const bool complete = checked.cover.complete && !checked.cover.contradictory;
  fmt::print("  {} published assertions; {}\n", checked.published.assertions.size(),
             complete ? paint(stdout, Colour::green, "every order of elimination with another winner contradicts one of them")
                      : paint(stdout, Colour::red, "they do not prove the winner"));
  if (!checked.cover.counter_example.empty())
    fmt::print("  an order they leave open: {}\n", order_text(*outcome.contest, checked.cover.counter_example));
  for (const std::string& one : checked.not_borne_out)
    fmt::print("  {} {}\n", paint(stdout, Colour::red, "not true of these ballots:"), printable(one, 400));
}

void print_ranked(const IrvOutcome& outcome) {
  const irv::BallotContest& contest = *outcome.contest;
  fmt::print("{}  {} ballots, {} candidates",
             paint(stdout, Colour::bold, contest.id.empty() ? "contest" : "contest " + printable(contest.id, 200)),
             contest.rankings.ballots, contest.rankings.candidates);
  if (outcome.winner) fmt::print("; winner {}", printable(candidate_name(contest, *outcome.winner), 200));
  fmt::print("\n  eliminated in order: {}\n", order_text(contest, outcome.count.order));
  if (outcome.checked) return print_checked(outcome);
  if (!outcome.good) {
    fmt::print("  {}: no assertion can confirm it; count the contest in full\n",
               paint(stdout, Colour::red,
                     outcome.found.outcome == irv::RaireResult::Outcome::wrong_winner ? "these ballots have another winner"
                                                                                      : "the winner hangs on a tie"));
    if (!outcome.found.other_order.empty()) fmt::print("  another order they allow: {}\n", order_text(contest, outcome.found.other_order));
    return;
  }
  if (outcome.found.assertions.empty()) return fmt::print("  uncontested: nothing to confirm\n");
  Table table;
  table.column("assertion", Fit::cut);
  for (const char* title : {"for", "against", "margin", "cards"}) table.column(title);
  for (const irv::RatedAssertion& one : outcome.found.assertions)
    table.row({{printable(irv::describe(one.assertion, contest.rankings.names), 400)},
               {std::to_string(one.winner_votes)},
               {std::to_string(one.loser_votes)},
               {std::to_string(one.margin())},
               {fmt::format("{:.6g}", one.difficulty)}});
  table.print(stdout, terminal_width(stdout));
}

Result<int> elections_assertions(const Context& context, const IrvGiven& given) {
  ENTENTE_TRY(const auto contests, read_ranked(given.ballots));
  std::vector<IrvOutcome> outcomes;
  for (const irv::BallotContest& contest : contests) {
    if (!given.contest.empty() && contest.id != given.contest) continue;
    ENTENTE_TRY(auto outcome, judge_ranked(contest, given));
    outcomes.push_back(std::move(outcome));
  }
  if (outcomes.empty()) return fail(fmt::format("no contest \"{}\"", printable(given.contest, 200)), {.file = given.ballots});
  if (!given.output.empty()) {
    if (outcomes.size() != 1) return fail("several contests, and one output", {}, "choose one with --contest");
    if (!outcomes.front().good || outcomes.front().checked) return fail("there are no assertions to write");
    const IrvOutcome& one = outcomes.front();
    ENTENTE_CHECK(write_file_atomic(
        given.output, irv::write_assertions(one.contest->rankings, *one.winner, one.found.assertions, one.found.max_difficulty)));
  }
  const bool good = std::all_of(outcomes.begin(), outcomes.end(), [](const IrvOutcome& o) { return o.good; });
  if (context.json) {
    Json list = Json::array();
    for (const IrvOutcome& one : outcomes) list.push_back(irv_json(one));
    print_json(Json{{"contests", std::move(list)}});
  } else {
    for (const IrvOutcome& one : outcomes) print_ranked(one);
  }
  return good ? kOk : kFindings;
}

}  // namespace

void add_elections_irv(CLI::App& group, Context& context) {
  auto given = std::make_shared<IrvGiven>();
  CLI::App* command =
      add_command(group, context, "assertions", "what an audit of a ranked contest must confirm (RAIRE)", kIrvExamples, [&context, given] {
        const auto done = elections_assertions(context, *given);
        return done ? *done : report(context, done.error());
      });
  command->add_option("ballots", given->ballots, "ranked ballots; - for standard input")->required()->type_name("FILE");
  command->add_option("--contest", given->contest, "only this contest")->type_name("ID");
  command->add_option("--winner", given->winner, "the reported winner (default: as the file says, or as counted)")->type_name("NAME");
  command->add_option("--check", given->check, "judge these published assertions instead of finding our own")->type_name("FILE");
  command->add_option("--measure", given->measure, "how hard an assertion is to audit, in cards")
      ->check(CLI::IsMember({"comparison", "polling"}))
      ->capture_default_str();
  command->add_option("--limit", given->limit, "the risk limit")->check(CLI::Range(0.000001, 0.999999))->capture_default_str();
  command->add_option("--gamma", given->gamma, "error inflation of the comparison")->check(CLI::Range(1.0, 100.0))->capture_default_str();
  command->add_option("--cards", given->cards, "cards sampled from (default: as the file says, or its ballots)")->check(whole_number());
  command->add_option("--output", given->output, "write the assertions (raire-rs' JSON)")->type_name("FILE");
}

}  // namespace entente::cli
