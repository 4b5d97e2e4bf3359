// `entente elections verify`: recomputes a published audit and says where it does not hold; on request as a page, as JSON, and as a signed
// statement in a ledger.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/assessment_files.h"
#include "cli/elections.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "core/version.h"
#include "measures/p3_elections/audit/report_html.h"
#include "measures/p3_elections/records_found.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
namespace p3 = measures::p3_elections;

constexpr const char* kElectionsVerifyExamples = R"(  entente elections verify --record colorado-2024/
      draws, risks and sums, recomputed; exit 1 if something does not hold
  entente elections verify --kind shangrla --record sf-2019/ --html report.html --language fr
  entente elections verify --record audit/ --receipts audit/steps --log log.vkey --signer county.vkey
      also: were manifests and vote records fixed in that log before the seed was?
  entente elections verify --record georgia/ --output review/ --key monitor.key --ledger ledger/
      review.json, a signed statement of it, and the ledger's receipt, in review/

Kinds: corla (Colorado), arlo (Georgia and others), shangrla, audit (made by `entente elections audit`); found by looking if not given.
What each record must hold: docs/elections-colorado.md, elections-arlo.md, elections-assertions.md, elections-audit.md.
Codes of findings: docs/elections-findings.md.)";

struct ElectionsVerifyGiven {
  std::string kind, record, receipts, html, language = "en", output;
  std::size_t rows = 20;
  StepTrustOptions trust;
  StepSigning signing;
};

Json review_statement(const p3::review::Review& review, const Digest& document) {
  std::uint64_t failures = 0, audited = 0, confirmed = 0;
  std::vector<std::string> codes;
  for (const auto& finding : review.findings) {
    failures += finding.severity == p3::review::Severity::failure;
    codes.push_back(finding.code);
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  using Outcome = p3::review::ContestReview::Outcome;
  for (const auto& contest : review.contests) {
    audited += contest.outcome != Outcome::not_audited;
    confirmed += contest.outcome == Outcome::confirmed || contest.outcome == Outcome::full_count;
  }
  Json out{{"record", {{"sha256", p3::record_digest(review).hex()}}},
           {"review", {{"sha256", document.hex()}}},
           {"kind", review.kind},
           {"holds", review.good()},
           {"failures", failures},
           {"contests", {{"audited", audited}, {"confirmed", confirmed}}},
           {"tool", {{"name", "entente"}, {"version", std::string(version())}}},
           {"at", format_time(whole_now())}};
  if (!codes.empty()) out["codes"] = codes;
  if (!review.title.empty()) out["title"] = printable(review.title, 200);
  return out;
}

Result<int> elections_verify(const Context& context, const ElectionsVerifyGiven& given) {
  if (!given.html.empty()) ENTENTE_CHECK(check_export_place(given.html));
  if (!given.signing.key.empty() && given.output.empty())
    return fail("--key without --output", {}, "name the folder for the review, its statement and receipt with --output DIR");
  if (given.receipts.empty() && given.trust.any())
    return fail("--log, --signer and --policy judge receipts, and no --receipts is given", {}, "add --receipts DIR");
  const auto chosen = p3::parse_record_kind(given.kind);
  ENTENTE_TRY(const p3::RecordKind kind, chosen ? Result<p3::RecordKind>(*chosen) : p3::find_record_kind(given.record));
  Progress progress(context.progress());
  ENTENTE_TRY(p3::review::Review review, p3::review_record(kind, given.record, progress));
  if (!given.receipts.empty()) {
    ENTENTE_TRY(const p3::StepTrust trust, read_step_trust(given.trust));
    if (trust.signers.empty()) return fail("--receipts without --signer", {}, "say whom the commitments must come from: --signer VKEY");
    if (trust.logs.empty() && !trust.policy)
      return fail("--receipts without a log", {}, "say which log is believed: --log VKEY or --policy FILE");
    ENTENTE_TRY(const auto files, read_step_files(given.receipts));
    p3::judge_commitments(review, p3::read_logged_steps(files, trust));
  } else {
    p3::judge_commitments(review, {});
  }
  p3::review::put_in_order(review);
  progress.done();

  const std::string document = json_pretty(p3::review::to_json(review));
  if (!given.html.empty()) {
    p3::audit::ReportOptions options;
    options.language = given.language == "fr" ? p3::audit::Language::fr : p3::audit::Language::en;
    options.command = fmt::format("entente elections verify --kind {} --record DIR --html FILE", to_string(kind));
    ENTENTE_CHECK(write_file_atomic(given.html, p3::audit::report_html(review, options)));
  }
  LoggedDocument logged;
  if (!given.output.empty()) {
    ENTENTE_CHECK(make_folders(given.output));
    ENTENTE_CHECK(write_file_atomic(fs::path(given.output) / "review.json", document));
    const Digest digest = sha256(document);
    ENTENTE_TRY(logged, sign_and_log(given.signing, "election-review/v1", "review.json", digest, review_statement(review, digest),
                                     given.output, "review"));
  }
  if (context.json) {
    std::fwrite(document.data(), 1, document.size(), stdout);
  } else {
    print_review(review, given.rows);
    if (!given.html.empty()) fmt::print("\n  report     {}\n", printable(given.html, 4096));
    if (!given.output.empty()) fmt::print("\n  review     {}\n", printable((fs::path(given.output) / "review.json").string(), 4096));
    if (!logged.statement.empty()) fmt::print("  statement  {}\n", printable(logged.statement, 4096));
    if (logged.index) fmt::print("  receipt    {}  (entry {})\n", printable(logged.receipt, 4096), *logged.index);
  }
  return review.good() ? kOk : kFindings;
}

}  // namespace

void add_elections_verify(CLI::App& group, Context& context) {
  auto given = std::make_shared<ElectionsVerifyGiven>();
  CLI::App* command =
      add_command(group, context, "verify", "recompute an audit that others published", kElectionsVerifyExamples, [&context, given] {
        const auto done = elections_verify(context, *given);
        return done ? *done : report(context, done.error());
      });
  command->add_option("--record", given->record, "the folder of the published audit")->required()->type_name("DIR");
  command->add_option("--kind", given->kind, "what kind of record it is (default: found by looking)")
      ->check(CLI::IsMember({"corla", "arlo", "shangrla", "audit"}));
  command->add_option("--receipts", given->receipts, "a folder of commitments: statements, their documents, receipts")->type_name("DIR");
  add_trust_options(*command, given->trust);
  command->add_option("--html", given->html, "write the report people read")->type_name("FILE");
  command->add_option("--language", given->language, "of the report: en or fr")->check(CLI::IsMember({"en", "fr"}))->capture_default_str();
  command->add_option("--rows", given->rows, "rows shown of each finding, and contests")->check(whole_number())->capture_default_str();
  command->add_option("--output", given->output, "write review.json here, and what --key and --ledger make")->type_name("DIR");
  add_signing_options(*command, given->signing);
}

}  // namespace entente::cli
