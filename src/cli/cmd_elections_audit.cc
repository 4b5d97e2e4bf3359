// `entente elections audit`: an audit of one's own, step by step. The library writes each step's document; here it becomes a signed
// statement in a ledger, whose receipt lies in the audit's folder below receipts/. Steps that could not be logged at once are logged later,
// in order.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>

#include "cli/elections.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "measures/p3_elections/audit/certificate.h"
#include "measures/p3_elections/audit/workflow.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
namespace audit = measures::p3_elections::audit;

constexpr const char* kAuditExamples = R"(  entente elections audit init county/ --plan plan.json
      makes the audit's folder from a plan, manifests and vote records
  entente elections audit commit county/ --key county.key --ledger log/ --ledger-key log.key
      fixes all of it in the log; from here on nothing can change unseen
  entente elections audit seed county/ --seed 06712395840217364985 --source "twenty ten-sided dice, county hall" --key …
  entente elections audit sample county/        round-1/pull-list.csv says which cards to fetch
  entente elections audit form county/ > seen.csv
      what the audit board fills in
  entente elections audit record county/ seen.csv
  entente elections audit risk county/          confirmed, or another round: sample, record, risk
  entente elections audit certify county/
  entente elections verify --record county/ --receipts county/receipts --log log.key.vkey --signer county.key.vkey
      what anybody does with the published folder

With --key and --ledger (and --ledger-key) each step is signed and logged; entente elections audit log does it for steps made without.
The plan and all files: docs/elections-audit.md. A sample: examples/elections/)";

struct AuditGiven {
  std::string folder, plan, seed, source, at, csv;
  std::vector<std::string> full_count;
  std::uint64_t draws = 0;
  bool without_ledger = false;
  StepSigning signing;
};

constexpr std::uint64_t kMaxStepDocument = std::uint64_t{1} << 30;  // as the library writes them

fs::path receipts_of(const AuditGiven& given) { return fs::path(given.folder) / "receipts"; }

struct StepFile {
  std::string step, path, stem;
  std::uint64_t round = 0;
};

// The documents there can be, in the order of the steps.
std::vector<StepFile> step_files(std::uint32_t rounds) {
  std::vector<StepFile> out{{"commit", "commitment.json", "01-commitment", 0}, {"seed", "seed.json", "02-seed", 0}};
  for (std::uint32_t round = 1; round <= rounds; ++round)
    for (const auto& [step, name] : {std::pair("sample", "sample"), std::pair("record", "interpretations"), std::pair("risk", "risk")})
      out.push_back({step, fmt::format("round-{}/{}.json", round, name), fmt::format("03-round-{:04}-{}", round, name), round});
  out.push_back({"certify", "certificate.json", "04-certificate", rounds});
  return out;
}

// Signs and logs every step whose receipt is not there yet, in order. Nothing without a key.
Result<std::vector<LoggedDocument>> log_steps(const AuditGiven& given) {
  std::vector<LoggedDocument> out;
  if (given.signing.key.empty()) return out;
  const fs::path folder = given.folder;
  ENTENTE_TRY(const audit::AuditState state, audit::audit_state(folder));
  ENTENTE_TRY(const std::string plan, read_file(folder / "audit.json", kMaxStepDocument));
  std::error_code ec;
  for (const StepFile& file : step_files(state.round)) {
    if (!fs::exists(folder / file.path, ec)) continue;
    const std::string done = given.signing.ledger.empty() ? ".dsse.json" : ".tlog-proof";
    if (fs::exists(receipts_of(given) / (file.stem + done), ec)) continue;
    ENTENTE_TRY(const std::string text, read_file(folder / file.path, kMaxStepDocument));
    ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, file.path));
    Json predicate{{"audit", {{"sha256", sha256(plan).hex()}}},
                   {"step", file.step},
                   {"round", file.round},
                   {"document", {{"sha256", sha256(text).hex()}}},
                   {"at", format_time(whole_now())}};
    const auto previous = json_get(document.root(), "previous");
    if (const auto digest = previous ? json_string(*previous, "sha256") : std::nullopt) predicate["previous"] = {{"sha256", *digest}};
    if (file.step == "seed") predicate["seed"] = json_string(document.root(), "seed").value_or("");
    ENTENTE_CHECK(make_folders(receipts_of(given)));
    ENTENTE_CHECK(write_file_atomic(receipts_of(given) / (file.stem + ".json"), text));
    ENTENTE_TRY(auto logged,
                sign_and_log(given.signing, "election-step/v1", file.path, sha256(text), predicate, receipts_of(given), file.stem));
    out.push_back(std::move(logged));
  }
  return out;
}

// What to type next, with the folder's own name.
std::string step_hint(const AuditGiven& given, const audit::AuditState& state) {
  const auto command = [&](std::string_view rest) {
    return fmt::format("entente elections audit {}", fmt::format(fmt::runtime(rest), given.folder));
  };
  std::error_code ec;
  const bool logged = fs::exists(receipts_of(given) / "01-commitment.tlog-proof", ec);
  if (state.committed && !state.seed && !logged) return command("log {} --key KEY --ledger LEDGER (the commitment is in no log yet)");
  switch (state.next) {
    case audit::Step::init: return command("init {} --plan plan.json");
    case audit::Step::commit: return command("commit {} --key KEY --ledger LEDGER");
    case audit::Step::seed:
      return "draw the seed in public, then " + command("seed {} --seed TEXT --source TEXT --key KEY --ledger LEDGER");
    case audit::Step::sample: return command("sample {}");
    case audit::Step::record:
      return fmt::format("look at the cards of {}/round-{}/pull-list.csv, then ", given.folder, state.round) +
             command("record {} seen.csv");
    case audit::Step::risk: return command("risk {}");
    case audit::Step::certify: break;
  }
  return state.confirmed ? command("certify {}") : "another round: " + command("sample {}");
}

Result<int> finish_step(const Context& context, const AuditGiven& given, const audit::StepDocument& done) {
  ENTENTE_TRY(const auto logged, log_steps(given));
  ENTENTE_TRY(const audit::AuditState state, audit::audit_state(given.folder));
  if (context.json) {
    Json list = Json::array();
    for (const LoggedDocument& one : logged)
      list.push_back({{"statement", one.statement}, {"receipt", one.receipt}, {"index", one.index ? Json(*one.index) : Json(nullptr)}});
    print_json(Json{{"step", to_string(done.step)},
                    {"document", done.path},
                    {"digest", done.digest.str()},
                    {"content", done.content},
                    {"logged", std::move(list)},
                    {"next", state.certified ? Json(nullptr) : Json(to_string(state.next))}});
    return kOk;
  }
  fmt::print("{}  {}  {}\n", paint(stdout, Colour::bold, to_string(done.step)),
             printable((fs::path(given.folder) / done.path).string(), 4096), done.digest.str());
  for (const LoggedDocument& one : logged)
    fmt::print("  logged     {}{}\n", printable(one.receipt.empty() ? one.statement : one.receipt, 4096),
               one.index ? fmt::format("  (entry {})", *one.index) : std::string());
  if (!context.quiet && !state.certified) fmt::print(stderr, "next: {}\n", step_hint(given, state));
  return kOk;
}

Result<int> audit_init(const Context& context, const AuditGiven& given) {
  ENTENTE_TRY(const auto done, audit::init_audit(given.folder, given.plan));
  return finish_step(context, given, done);
}

Result<int> audit_commit(const Context& context, const AuditGiven& given) {
  ENTENTE_TRY(const auto done, audit::commit_audit(given.folder));
  return finish_step(context, given, done);
}

Result<int> audit_seed(const Context& context, const AuditGiven& given) {
  std::error_code ec;
  ENTENTE_TRY(const audit::AuditState state, audit::audit_state(given.folder));
  if (!given.without_ledger && state.committed && !fs::exists(receipts_of(given) / "01-commitment.tlog-proof", ec)) {
    return fail("the commitment is in no log: whoever knows the seed could still change a manifest", {.file = given.folder},
                "entente elections audit log DIR --key KEY --ledger LEDGER; or --without-ledger, to try out");
  }
  if (!given.without_ledger && given.signing.ledger.empty()) {
    return fail("the seed must stand in the same log, after the commitment", {}, "add --key KEY --ledger LEDGER");
  }
  audit::SeedInput input{given.seed, given.source, whole_now()};
  if (!given.at.empty()) { ENTENTE_TRY(input.at, parse_time_option("--at", given.at)); }
  ENTENTE_TRY(const auto done, audit::seed_audit(given.folder, input));
  return finish_step(context, given, done);
}

Result<int> audit_sample(const Context& context, const AuditGiven& given) {
  ENTENTE_TRY(const auto done, audit::sample_audit(given.folder, given.draws == 0 ? std::nullopt : std::optional(given.draws)));
  return finish_step(context, given, done);
}

Result<int> audit_form(const Context& /*context*/, const AuditGiven& given) {
  ENTENTE_TRY(const std::string form, audit::interpretation_form(given.folder));
  std::fwrite(form.data(), 1, form.size(), stdout);
  return kOk;
}

Result<int> audit_record(const Context& context, const AuditGiven& given) {
  ENTENTE_TRY(const auto done, audit::record_audit(given.folder, given.csv));
  return finish_step(context, given, done);
}

Result<int> audit_risk(const Context& context, const AuditGiven& given) {
  ENTENTE_TRY(const auto done, audit::risk_audit(given.folder));
  ENTENTE_TRY(const auto review, audit::verify_certificate(given.folder));
  if (!context.json) {
    print_review(review, 50);
    fmt::print("\n");
  }
  ENTENTE_TRY(const int code, finish_step(context, given, done));
  ENTENTE_TRY(const audit::AuditState state, audit::audit_state(given.folder));
  return code == kOk && !state.confirmed ? kFindings : code;
}

Result<int> audit_certify(const Context& context, const AuditGiven& given) {
  ENTENTE_TRY(const auto done, audit::certify_audit(given.folder, given.full_count));
  return finish_step(context, given, done);
}

Result<int> audit_log(const Context& context, const AuditGiven& given) {
  if (given.signing.ledger.empty()) return fail("log needs --key and --ledger", {}, "see `entente elections audit log --help`");
  ENTENTE_TRY(const auto logged, log_steps(given));
  if (context.json) {
    Json list = Json::array();
    for (const LoggedDocument& one : logged)
      list.push_back({{"receipt", one.receipt}, {"index", one.index ? Json(*one.index) : Json(nullptr)}});
    print_json(Json{{"logged", std::move(list)}});
  } else {
    for (const LoggedDocument& one : logged) fmt::print("{}  (entry {})\n", printable(one.receipt, 4096), one.index.value_or(0));
    if (logged.empty()) fmt::print("everything is in the log already\n");
  }
  return kOk;
}

Result<int> audit_status(const Context& context, const AuditGiven& given) {
  ENTENTE_TRY(const audit::AuditState state, audit::audit_state(given.folder));
  std::error_code ec;
  const bool logged = fs::exists(receipts_of(given) / "01-commitment.tlog-proof", ec);
  if (context.json) {
    print_json(Json{{"planned", state.planned},
                    {"committed", state.committed},
                    {"commitment_logged", logged},
                    {"seed", state.seed ? Json(*state.seed) : Json(nullptr)},
                    {"round", state.round},
                    {"recorded", state.recorded},
                    {"measured", state.measured},
                    {"confirmed", state.confirmed},
                    {"certified", state.certified},
                    {"next", state.certified ? Json(nullptr) : Json(to_string(state.next))}});
    return kOk;
  }
  fmt::print("committed  {}\nseed       {}\nround      {}\n",
             !state.committed ? "no"
             : logged         ? "yes, in a log"
                              : "yes, in no log",
             state.seed ? printable(*state.seed, 400) : "none", state.round);
  if (state.round > 0) fmt::print("recorded   {}\nmeasured   {}\n", state.recorded ? "yes" : "no", state.measured ? "yes" : "no");
  fmt::print("{}\n", state.certified ? "certified" : fmt::format("next       {}", step_hint(given, state)));
  return kOk;
}

}  // namespace

void add_elections_audit(CLI::App& group, Context& context) {
  CLI::App* audits = add_command(group, context, "audit", "a risk-limiting audit of your own, step by step", kAuditExamples, nullptr);
  audits->require_subcommand(1);
  using Run = Result<int> (*)(const Context&, const AuditGiven&);
  const auto step = [&](const char* name, const char* description, const std::string& example, Run run) {
    auto given = std::make_shared<AuditGiven>();
    CLI::App* command = add_command(*audits, context, name, description, "  entente elections audit " + example, [&context, given, run] {
      const auto done = run(context, *given);
      return done ? *done : report(context, done.error());
    });
    command->add_option("folder", given->folder, "the audit's folder")->required()->type_name("DIR");
    return std::pair(command, given);
  };
  {
    auto [command, given] = step("init", "make the audit's folder from a plan", "init county/ --plan plan.json", audit_init);
    command->add_option("--plan", given->plan, "the plan; files it names lie beside it")->required()->type_name("FILE");
  }
  {
    auto [command, given] = step("commit", "fix plan, manifests, vote records and assertions",
                                 "commit county/ --key county.key --ledger log/ --ledger-key log.key", audit_commit);
    add_signing_options(*command, given->signing);
  }
  {
    auto [command, given] =
        step("seed", "take the seed, drawn in public after the commitment",
             "seed county/ --seed 06712395840217364985 --source \"dice, county hall\" --key county.key --ledger log/ --ledger-key log.key",
             audit_seed);
    command->add_option("--seed", given->seed, "at least 20 decimal digits; leading zeros count")->required()->type_name("TEXT");
    command->add_option("--source", given->source, "how and where it was drawn")->required()->type_name("TEXT");
    command->add_option("--at", given->at, "when it was drawn (default: now)")->type_name("TIME");
    command->add_flag("--without-ledger", given->without_ledger, "to try out: nothing shows that the commitment came first");
    add_signing_options(*command, given->signing);
  }
  {
    auto [command, given] = step("sample", "draw a round's sample", "sample county/ --draws 120", audit_sample);
    command->add_option("--draws", given->draws, "how many (default: as estimated)")->check(whole_number())->type_name("N");
    add_signing_options(*command, given->signing);
  }
  step("form", "print the CSV the audit board fills in", "form county/ > seen.csv", audit_form);
  {
    auto [command, given] = step("record", "take in what the audit board saw on paper", "record county/ seen.csv", audit_record);
    command->add_option("csv", given->csv, "the filled-in form")->required()->type_name("FILE");
    add_signing_options(*command, given->signing);
  }
  {
    auto [command, given] = step("risk", "measure the risk after this round; exit 1: another round is needed", "risk county/", audit_risk);
    add_signing_options(*command, given->signing);
  }
  {
    auto [command, given] = step("certify", "end the audit", "certify county/ --full-count \"Treasurer\"", audit_certify);
    command->add_option("--full-count", given->full_count, "a contest that is counted whole by hand instead (may be repeated)")
        ->type_name("CONTEST");
    add_signing_options(*command, given->signing);
  }
  {
    auto [command, given] = step("log", "sign and log every step that is in no log yet",
                                 "log county/ --key county.key --ledger log/ --ledger-key log.key", audit_log);
    add_signing_options(*command, given->signing);
  }
  step("status", "where the audit stands, and what comes next", "status county/", audit_status);
}

}  // namespace entente::cli
