// `entente verify`: checks whatever lies at a path and prints one line a fact. Exit 0 only if something was checked and nothing failed.
#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/ledger.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "verify/verify.h"

namespace entente::cli {
namespace {

constexpr const char* kVerifyExamples = R"(  entente verify demo-output/assessment --key org.key.vkey --log log.key.vkey
      bundle, assessment (run again), statement, receipt, and that they belong together
  entente verify evidence.tar.zst                 every file against the manifest
  entente verify ledger/ --log log.key.vkey       recompute the whole log from its entries
  entente verify public/ --log log.key.vkey       a published registry: every file, tile and entry up to the root
  entente verify x.tlog-proof --entry statement.dsse.json --log "log.example+1234abcd+A…"
  entente verify x.tlog-proof --entry statement.dsse.json --policy trust.policy
      accepted only if the witnesses the policy asks for have seen it
  entente verify fork-0123456789abcdef.proof --log log.key.vkey
      whether a log signed two histories: exit 1 and "Confirmed" if it did
  entente verify statement.dsse.json --key org.key.vkey

Keys are vkeys, or files that hold one. Nothing is trusted because it came along: a signature no given key can check counts as bad.
Lines marked "unverified" are bytes that no signature covers (a DSSE keyid, a receipt's extra field, lines of unknown keys).)";

struct VerifyOptions {
  std::string path;
  std::vector<std::string> keys, witnesses;
  std::string log, policy, entry, bundle;
};

Result<verify::Options> resolve(const VerifyOptions& given) {
  verify::Options options;
  for (const std::string& key : given.keys) {
    ENTENTE_TRY(keys::VerifierKey parsed, keys::read_verifier_key(key));
    options.trusted.push_back(std::move(parsed));
  }
  for (const std::string& key : given.witnesses) {
    ENTENTE_TRY(keys::VerifierKey parsed, keys::read_verifier_key(key));
    if (parsed.type() != keys::KeyType::cosignature_v1)
      return fail(fmt::format("{} is no witness's key", parsed.str()), {},
                  "a witness's key is of type cosignature/v1; a log's goes with --log");
    options.witnesses.push_back(std::move(parsed));
  }
  if (!given.log.empty()) {
    ENTENTE_TRY(keys::VerifierKey parsed, keys::read_verifier_key(given.log));
    options.log = std::move(parsed);
  }
  if (!given.policy.empty()) { ENTENTE_TRY(options.policy, read_policy(given.policy)); }
  options.entry = given.entry;
  options.bundle = given.bundle;
  return options;
}

void print_verify(const verify::Report& report) {
  for (const verify::Check& c : report.checks) {
    const std::string mark = c.outcome == verify::Check::Outcome::good      ? paint(stdout, Colour::green, "  ok        ")
                             : c.outcome == verify::Check::Outcome::bad     ? paint(stdout, Colour::red, "  BAD       ")
                             : c.outcome == verify::Check::Outcome::finding ? paint(stdout, Colour::red, "  FINDING   ")
                                                                            : paint(stdout, Colour::yellow, "  unverified");
    std::printf("%s  %s: %s\n", mark.c_str(), paint(stdout, Colour::bold, printable(c.subject, 300)).c_str(),
                printable(c.what, 2000).c_str());
    if (!c.hint.empty()) std::printf("              %s\n", printable(c.hint, 1000).c_str());
  }
  const bool bad =
      std::any_of(report.checks.begin(), report.checks.end(), [](const auto& c) { return c.outcome == verify::Check::Outcome::bad; });
  const bool finding =
      std::any_of(report.checks.begin(), report.checks.end(), [](const auto& c) { return c.outcome == verify::Check::Outcome::finding; });
  if (finding && !bad) {
    std::printf("%s\n", paint(stdout, Colour::red, "Confirmed: this is evidence of wrongdoing.").c_str());
    return;
  }
  std::printf("%s\n",
              report.good() ? paint(stdout, Colour::green, "Verified.").c_str() : paint(stdout, Colour::red, "NOT verified.").c_str());
}

int run_verify(const Context& context, const VerifyOptions& given) {
  const auto options = resolve(given);
  if (!options) return report(context, options.error());
  const auto data = context.data();
  if (!data) return report(context, data.error());
  Progress progress(context.progress());
  const auto result = verify::verify_path(given.path, *options, **data, progress);
  progress.done();
  if (!result) return report(context, result.error());
  if (context.json)
    print_json(result->to_json());
  else
    print_verify(*result);
  return result->good() ? kOk : kFindings;
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  auto given = std::make_shared<VerifyOptions>();
  CLI::App* command = add_command(app, context, "verify", "check a bundle, assessment, statement, receipt or ledger, trusting nothing",
                                  kVerifyExamples, [&context, given] { return run_verify(context, *given); });
  command->add_option("path", given->path, "what to check: a folder or a file")->required();
  command->add_option("--key", given->keys, "a trusted signer's vkey, or a file that holds it (may be repeated)")->type_name("VKEY");
  command->add_option("--log", given->log, "the log's vkey, or a file that holds it")->type_name("VKEY");
  command->add_option("--witness", given->witnesses, "a witness's vkey, or a file that holds it (may be repeated)")->type_name("VKEY");
  command->add_option("--policy", given->policy, "a trust policy (C2SP tlog-policy): its logs, and the witnesses a checkpoint needs")
      ->type_name("FILE");
  command->add_option("--entry", given->entry, "the logged bytes, for a receipt on its own")->type_name("FILE");
  command->add_option("--bundle", given->bundle, "the evidence, for an assessment on its own")->type_name("BUNDLE");
}

}  // namespace entente::cli
