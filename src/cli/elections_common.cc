// Signing, logging and showing for `entente elections`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "cli/elections.h"
#include "cli/ledger.h"
#include "cli/table.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "ledger/ledger.h"
#include "statement/statement.h"

namespace entente::cli {

namespace fs = std::filesystem;
namespace review = measures::p3_elections::review;
using measures::p3_elections::NamedBytes;
using measures::p3_elections::StepTrust;

void add_signing_options(CLI::App& command, StepSigning& given) {
  CLI::Option* key = command.add_option("--key", given.key, "sign a statement of it with this private key")->type_name("FILE");
  CLI::Option* ledger = command.add_option("--ledger", given.ledger, "append the statement to this ledger; made if there is none")
                            ->type_name("DIR")
                            ->needs(key);
  command.add_option("--ledger-key", given.ledger_key, "the ledger's own key (default: the one of --key)")
      ->type_name("FILE")
      ->needs(ledger);
}

void add_trust_options(CLI::App& command, StepTrustOptions& given) {
  command.add_option("--signer", given.signers, "whom the statements must come from: a vkey, or a file that holds it (may be repeated)")
      ->type_name("VKEY");
  command.add_option("--log", given.logs, "the log's vkey, or a file that holds it (may be repeated)")->type_name("VKEY");
  command.add_option("--policy", given.policy, "a trust policy (C2SP tlog-policy): logs, and the witnesses a checkpoint needs")
      ->type_name("FILE");
}

namespace {

Result<keys::VerifierKey> vkey_of(const std::string& given) {
  std::error_code ec;
  if (!fs::exists(given, ec)) return keys::VerifierKey::parse(given);
  ENTENTE_TRY(std::string text, read_file(given, 4096));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  auto key = keys::VerifierKey::parse(text);
  if (!key && key.error().where.file.empty()) key.error().where.file = given;
  return key;
}

}  // namespace

Result<StepTrust> read_step_trust(const StepTrustOptions& given) {
  StepTrust out;
  for (const std::string& one : given.signers) {
    ENTENTE_TRY(auto key, vkey_of(one));
    out.signers.push_back(std::move(key));
  }
  for (const std::string& one : given.logs) {
    ENTENTE_TRY(auto key, vkey_of(one));
    out.logs.push_back(std::move(key));
  }
  if (!given.policy.empty()) {
    ENTENTE_TRY(auto policy, read_policy(given.policy));
    out.policy = std::move(policy);
  }
  return out;
}

Result<LoggedDocument> sign_and_log(const StepSigning& given, std::string_view predicate_kind, const std::string& subject_name,
                                    const Digest& document, const Json& predicate, const fs::path& folder, const std::string& stem) {
  LoggedDocument out;
  if (given.key.empty()) return out;
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_statement_key(key, given.key));
  std::optional<keys::SigningKey> log_key;
  if (!given.ledger_key.empty()) { ENTENTE_TRY(log_key, read_signing_key(given.ledger_key)); }
  const keys::SigningKey& for_log = log_key ? *log_key : key;
  std::error_code ec;
  const bool fresh = given.ledger.empty() || !fs::exists(given.ledger, ec) || fs::is_empty(given.ledger, ec);
  if (!fresh) ENTENTE_CHECK(check_log_key(given.ledger, for_log));

  const statement::Statement made{
      {{subject_name, document}}, std::string(statement::kPredicateBase) + std::string(predicate_kind), predicate};
  ENTENTE_CHECK(statement::check_predicate(made, DataSet::embedded()));
  const fs::path envelope_path = folder / (stem + ".dsse.json"), receipt_path = folder / (stem + ".tlog-proof");
  ENTENTE_CHECK(make_folders(folder));
  // Signed once: a second run after an interrupted one appends the same bytes, which the ledger knows.
  std::string envelope = statement::sign(made, key).str();
  if (fs::exists(envelope_path, ec)) {
    ENTENTE_TRY(envelope, read_file(envelope_path, statement::kMaxEnvelopeBytes));
    ENTENTE_TRY(const auto there, statement::Envelope::parse_canonical(envelope, envelope_path.string()));
    ENTENTE_TRY(const auto said, statement::verify(there, {key.verifier()}, envelope_path.string()));
    Json old = said.statement.predicate, now_said = predicate;
    old.erase("at");
    now_said.erase("at");
    if (old != now_said)
      return fail("another statement of this step is there already", {.file = envelope_path.string()},
                  "move it away if the step was done anew");
  } else {
    ENTENTE_CHECK(write_file_atomic(envelope_path, envelope));
  }
  out.statement = envelope_path.string();
  if (given.ledger.empty()) return out;
  ENTENTE_TRY(auto ledger, fresh ? ledger::Ledger::init(given.ledger, for_log) : ledger::Ledger::open_write(given.ledger));
  const std::vector<std::string> entries{envelope};
  ENTENTE_TRY(const auto indices, ledger.append(entries, for_log));
  ENTENTE_TRY(const auto receipt, ledger.receipt(indices.at(0)));
  ENTENTE_CHECK(write_file_atomic(receipt_path, receipt.str()));
  out.receipt = receipt_path.string();
  out.index = indices.at(0);
  return out;
}

Result<std::vector<NamedBytes>> read_step_files(const fs::path& folder) {
  ENTENTE_TRY(const auto names, list_files(folder, 100'000));
  std::vector<NamedBytes> out;
  for (const std::string& name : names) {
    if (!name.ends_with(".json") && !name.ends_with(".tlog-proof")) continue;
    ENTENTE_TRY(std::string bytes, read_file(folder / name, std::uint64_t{16} << 20));
    out.push_back({name, std::move(bytes)});
  }
  return out;
}

namespace {

Colour severity_colour(review::Severity severity) {
  switch (severity) {
    case review::Severity::failure: return Colour::red;
    case review::Severity::warning: return Colour::yellow;
    case review::Severity::note: break;
  }
  return Colour::dim;
}

std::string risk_text(const review::ContestReview& contest) {
  if (!contest.recomputed_risk) return "-";
  return fmt::format("{:.4g} %", *contest.recomputed_risk * 100);
}

void print_checks(const review::Review& r) {
  if (r.checks.empty()) return;
  fmt::print("\n{}\n", paint(stdout, Colour::bold, "Checked"));
  for (const review::Check& check : r.checks)
    fmt::print("  {} {:>9} of {:<9} {}\n", check.good == check.of ? paint(stdout, Colour::green, "ok ") : paint(stdout, Colour::red, "NO "),
               check.good, check.of, printable(check.name, 200));
}

// Targeted contests one by one; the rest, if there are many, as a number.
void print_contests(const review::Review& r, std::size_t max_rows) {
  Table table;
  table.column("contest", Fit::cut);
  for (const char* title : {"margin", "draws", "risk", "limit", "outcome"}) table.column(title);
  std::size_t shown = 0, left = 0;
  for (const review::ContestReview& contest : r.contests) {
    if (shown == max_rows) {
      ++left;
      continue;
    }
    ++shown;
    const bool good =
        contest.outcome == review::ContestReview::Outcome::confirmed || contest.outcome == review::ContestReview::Outcome::full_count;
    table.row({{printable(contest.name, 200)},
               {fmt::format("{}", contest.margin_votes)},
               {fmt::format("{}", contest.draws)},
               {risk_text(contest)},
               {fmt::format("{:.4g} %", contest.risk_limit * 100)},
               {std::string(review::to_string(contest.outcome)), good ? Colour::green : Colour::yellow}});
  }
  if (table.empty()) return;
  fmt::print("\n{}\n", paint(stdout, Colour::bold, "Contests"));
  table.print(stdout, terminal_width(stdout));
  if (left > 0) fmt::print("  … and {} more (--rows N, --json or --html FILE shows them)\n", left);
}

void print_findings(const review::Review& r, std::size_t max_rows) {
  fmt::print("\n{}\n", paint(stdout, Colour::bold, "Findings"));
  if (r.findings.empty()) fmt::print("  none\n");
  for (const review::ReviewFinding& finding : r.findings) {
    fmt::print("  {} {} {}{}\n",
               paint(stdout, severity_colour(finding.severity), fmt::format("{:<7}", review::to_string(finding.severity))), finding.code,
               finding.contest.empty() ? "" : printable(finding.contest, 200) + ": ", printable(finding.summary, 1000));
    std::size_t shown = 0;
    for (const review::Row& row : finding.rows) {
      if (shown++ == max_rows) {
        fmt::print("            … and {} more\n", finding.rows.size() - max_rows);
        break;
      }
      fmt::print("            {}{}: {}\n", printable(row.file, 400), row.line == 0 ? "" : fmt::format(":{}", row.line),
                 printable(row.text, 400));
    }
  }
  if (!r.not_checked.empty()) {
    fmt::print("\n{}\n", paint(stdout, Colour::bold, "Not checked"));
    for (const std::string& one : r.not_checked) fmt::print("  {}\n", printable(one, 1000));
  }
}

}  // namespace

void print_review(const review::Review& r, std::size_t max_rows) {
  fmt::print("{}  {} ({} files)\n", r.good() ? paint(stdout, Colour::green, "HOLDS") : paint(stdout, Colour::red, "DOES NOT HOLD"),
             printable(r.title, 400), r.files.size());
  if (!r.seed.empty()) fmt::print("  seed  {}\n", printable(r.seed, 400));
  print_checks(r);
  print_contests(r, max_rows);
  print_findings(r, max_rows);
}

}  // namespace entente::cli
