// The checks of what a log publishes: receipts, whole logs in Entente's form or as static tiles, fork proofs. A policy, where one is given,
// decides which logs and how many witnesses are enough; without one the log's key is.
#include <fmt/format.h>
#include <algorithm>

#include "ledger/ledger.h"
#include "ledger/mirror.h"
#include "ledger/remote_tree.h"
#include "merkle/cose_receipt.h"
#include "merkle/fork_proof.h"
#include "merkle/policy.h"
#include "verify/checks.h"

namespace entente::verify {
namespace {

void no_key(Report& report, const std::string& subject) {
  add_bad(report, subject, "no key to check the log's signature with", "pass the log's vkey with --log, or a policy with --policy");
}

std::vector<keys::VerifierKey> given_log(const Options& options) {
  return options.log ? std::vector{*options.log} : std::vector<keys::VerifierKey>();
}

void add_policy(Report& report, const std::string& subject, const Options& options) {
  if (options.policy) add_good(report, subject, fmt::format("the policy's quorum is reached: {}", options.policy->quorum_text()));
}

Result<merkle::VerifiedCheckpoint> verify_note(const std::string& note, const keys::VerifierKey& log, const Options& options) {
  if (options.policy) ENTENTE_CHECK(merkle::verify_checkpoint(note, *options.policy, {log}));
  return merkle::verify_checkpoint(note, log, options.policy ? options.policy->witness_keys() : options.witnesses);
}

// Each witness named by its key must have cosigned; a policy says itself how many are enough.
void check_witnesses(Report& report, const std::string& subject, const merkle::VerifiedNote& note, const Options& options) {
  for (const auto& [key, time] : note.cosigned)
    add_good(report, subject, fmt::format("cosigned by {}+{} at {}", key.name(), key.id_hex(), format_time(time)));
  if (options.policy) return;
  for (const keys::VerifierKey& witness : options.witnesses)
    if (std::none_of(note.cosigned.begin(), note.cosigned.end(), [&](const auto& c) { return c.first == witness; }))
      add_bad(report, subject, fmt::format("not cosigned by {}+{}", witness.name(), witness.id_hex()),
              "ask the log for a checkpoint this witness has seen");
}

std::string folder_name(const std::filesystem::path& folder) {
  return folder.filename().empty() ? folder.parent_path().filename().string() : folder.filename().string();
}

}  // namespace

std::optional<keys::VerifierKey> log_key(const Options& options) {
  if (options.log) return options.log;
  if (!options.policy) return std::nullopt;
  const auto keys = options.policy->log_keys();
  return keys.size() == 1 ? std::optional(keys.front()) : std::nullopt;
}

void check_receipt(Report& report, const std::string& subject, const std::string& text, const std::string& entry, const Options& options) {
  const auto receipt = merkle::Receipt::parse(text);
  if (!receipt) return add_bad(report, subject, receipt.error());
  if (!options.log && !options.policy) return no_key(report, subject);
  const auto verified = options.policy ? merkle::verify_receipt(*receipt, as_bytes(entry), *options.policy, given_log(options))
                                       : merkle::verify_receipt(*receipt, as_bytes(entry), *options.log, options.witnesses);
  if (!verified) return add_bad(report, subject, verified.error());
  add_good(report, subject,
           fmt::format("entry {} is in the log {} of size {}", receipt->index, verified->checkpoint.origin, verified->checkpoint.size));
  add_policy(report, subject, options);
  check_witnesses(report, subject, verified->note, options);
  for (const auto& line : verified->note.unverified)
    add_unverified(report, subject, fmt::format("signature line of an unknown key: {}", line.name));
  if (receipt->extra) add_unverified(report, subject, fmt::format("{} extra bytes that nothing authenticates", receipt->extra->size()));
}

void check_ledger(Report& report, const std::filesystem::path& folder, const Options& options, Progress& progress) {
  const std::string subject = folder_name(folder);
  const auto log = log_key(options);
  if (!log) return no_key(report, subject);
  const auto problems = ledger::fsck(folder, *log, progress);
  if (!problems) return add_bad(report, subject, problems.error());
  for (const ledger::Problem& p : *problems)
    add_bad(report, p.file.empty() ? subject : p.file, p.offset ? fmt::format("{} (byte {})", p.what, *p.offset) : p.what);
  if (!problems->empty()) return;
  const auto opened = ledger::Ledger::open_read(folder);
  if (!opened) return add_bad(report, subject, opened.error());
  const auto checkpoint = opened->checkpoint();
  if (!checkpoint) return add_bad(report, subject, checkpoint.error());
  const auto verified = verify_note(*checkpoint, *log, options);
  if (!verified) return add_bad(report, subject, verified.error());
  add_good(report, subject,
           fmt::format("{} {} recomputed, root {} signed by {}+{}", verified->checkpoint.size,
                       verified->checkpoint.size == 1 ? "entry" : "entries", verified->checkpoint.root.hex(), log->name(), log->id_hex()));
  add_policy(report, subject, options);
  check_witnesses(report, subject, verified->note, options);
  for (const auto& line : verified->note.unverified)
    add_unverified(report, subject, fmt::format("signature line of an unknown key: {}", line.name));
}

void check_tile_log(Report& report, const std::filesystem::path& folder, const Options& options, Progress& progress) {
  const std::string subject = folder_name(folder);
  const auto log = log_key(options);
  if (!log) return no_key(report, subject);
  const auto check = [&]() -> Result<merkle::VerifiedCheckpoint> {
    ENTENTE_TRY(const ledger::Fetch fetch, ledger::folder_source(folder));
    ENTENTE_TRY(const auto shown, ledger::fetch_checkpoint(fetch, *log, options.policy));
    ENTENTE_TRY(auto verified, verify_note(shown.note, *log, options));
    ENTENTE_TRY(auto tree, ledger::RemoteTree::open(fetch, shown.checkpoint.size, shown.checkpoint.root));
    progress.step("verifying", shown.checkpoint.size);
    ENTENTE_CHECK(tree.each_bundle(0, shown.checkpoint.size, [&](auto, std::span<const ByteView> entries, auto) -> Result<void> {
      progress.advance(entries.size());
      return {};
    }));
    return verified;
  };
  const auto verified = check();
  progress.done();
  if (!verified) return add_bad(report, subject, verified.error());
  add_good(report, subject,
           fmt::format("{} entries and the tiles above them lead to root {}, signed by {}+{}", verified->checkpoint.size,
                       verified->checkpoint.root.hex(), log->name(), log->id_hex()));
  add_policy(report, subject, options);
  check_witnesses(report, subject, verified->note, options);
  for (const auto& line : verified->note.unverified)
    add_unverified(report, subject, fmt::format("signature line of an unknown key: {}", line.name));
}

void check_cose_receipt(Report& report, const std::string& subject, const std::string& receipt, const std::string& entry,
                        const Options& options) {
  const auto log = log_key(options);
  if (!log) return no_key(report, subject);
  const auto verified = merkle::verify_cose_receipt(as_bytes(receipt), as_bytes(entry), *log);
  if (!verified) return add_bad(report, subject, verified.error());
  add_good(report, subject, fmt::format("entry {} is in the log {} of size {}", verified->index, log->name(), verified->size));
  if (options.policy && options.policy->quorum)
    add_bad(report, subject, "a COSE receipt carries no cosignatures: the policy's quorum cannot be reached with it",
            "check the C2SP receipt (.tlog-proof) of the entry instead");
  if (!options.policy && !options.witnesses.empty())
    add_bad(report, subject, "a COSE receipt carries no cosignatures of witnesses",
            "check the C2SP receipt (.tlog-proof) of the entry instead");
}

void check_fork_proof(Report& report, const std::string& subject, const std::string& text, const Options& options) {
  const auto proof = merkle::ForkProof::parse(text);
  if (!proof) return add_bad(report, subject, proof.error());
  std::vector<keys::VerifierKey> logs = given_log(options);
  if (logs.empty() && options.policy) logs = options.policy->log_keys();
  if (logs.empty()) return no_key(report, subject);
  std::optional<Error> why;
  for (const keys::VerifierKey& log : logs) {
    const auto fork = merkle::confirm_fork(*proof, log);
    if (!fork) {
      if (!why) why = fork.error();
      continue;
    }
    const std::string other = fork->smaller.size == fork->larger.size
                                  ? fmt::format("and the same {} entries with root {}", fork->larger.size, fork->larger.root.hex())
                                  : fmt::format("and {} entries with root {}, of which the first {} have root {}", fork->larger.size,
                                                fork->larger.root.hex(), fork->smaller.size, fork->root_in_larger.hex());
    return add_finding(report, subject,
                       fmt::format("the log {}+{} forked: it signed {} entries with root {}, {}", log.name(), log.id_hex(),
                                   fork->smaller.size, fork->smaller.root.hex(), other),
                       "both cannot be true of one append-only log: do not rely on it, and pass this file on");
  }
  add_bad(report, subject, "it proves nothing against the log: " + why->what, why->hint);
}

}  // namespace entente::verify
