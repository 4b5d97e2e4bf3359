// `entente ledger fsck | repair | export | stats`: looking after a log. Thin commands over the ledger room.
#include <fmt/format.h>
#include <memory>

#include "cli/ledger.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "ledger/export.h"
#include "ledger/http_source.h"
#include "ledger/repair.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using ledger::Ledger;

constexpr const char* kFsckExamples = R"(  entente ledger fsck log/
  entente ledger fsck log/ --vkey log.key.vkey
      with a key from elsewhere: that it is the right log is then checked too

Exit 0: every hash, root and signature is right. Exit 1: each problem is listed with its file and byte offset.)";

constexpr const char* kRepairExamples = R"(  entente ledger repair log/
      computes damaged hashes, index, journal and marks anew from the entries
  entente ledger repair log/ --key log.key
      also signs a checkpoint if that is damaged
  entente ledger repair log/ --new-signing-journal
      if the signing journal is lost, and the folder was certainly not put back to an older state
  entente ledger repair log/ --from https://mirror.example/log
  entente ledger repair log/ --from /backup/log
      damaged and missing entries come back from a mirror, a copy of the folder, or a static export

Without --from entries are never changed: damaged ones are listed. What --from brings is checked against the log's signed roots
before it is written.
Exit 0: the log is whole. Exit 1: what remains is listed.)";

constexpr const char* kExportExamples = R"(  entente ledger export log/ /var/www/log
      checkpoint, tiles and entry bundles as files (C2SP tlog-tiles) for any web server
      run it again after appending: only what is new is written)";

constexpr const char* kStatsExamples = R"(  entente ledger stats log/
  entente ledger stats log/ --json)";

struct LedgerCareGiven {
  std::string folder, key, vkey, out, signing_journal, from;
  bool new_signing_journal = false;
  bool private_addresses = false;
};

void print_problems(const std::vector<ledger::Problem>& problems) {
  for (const ledger::Problem& p : problems) {
    const std::string place = p.offset ? fmt::format("{} byte {}", printable(p.file), *p.offset) : printable(p.file);
    fmt::print("  {}: {}\n", paint(stdout, Colour::red, place), printable(p.what));
  }
}

Json problems_json(const std::vector<ledger::Problem>& problems) {
  Json out = Json::array();
  for (const ledger::Problem& p : problems) {
    Json row{{"file", p.file}, {"what", p.what}};
    if (p.offset) row["offset"] = *p.offset;
    out.push_back(std::move(row));
  }
  return out;
}

std::string count_of(std::size_t n, std::string_view what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

bool has_journal(const LedgerCareGiven& given) {
  std::error_code ec;
  return fs::exists(given.signing_journal.empty() ? fs::path(given.folder) / ledger::kSigningFile : fs::path(given.signing_journal), ec);
}

// A mirror or a copy has none; the log itself cannot be appended to without.
void note_lacking_journal(const LedgerCareGiven& given) {
  std::error_code ec;
  if (has_journal(given) || fs::exists(fs::path(given.folder) / ledger::kMirrorFile, ec)) return;
  fmt::print(
      stderr,
      "note: there is no signing journal, so nothing can be appended; if it is kept elsewhere, name it with --signing-journal; if it is "
      "lost, see `entente ledger repair --new-signing-journal`\n");
}

Result<int> run_fsck(const Context& context, const LedgerCareGiven& given) {
  ENTENTE_TRY(const keys::VerifierKey key,
              keys::read_verifier_key(given.vkey.empty() ? (fs::path(given.folder) / ledger::kVerifierFile).string() : given.vkey));
  Progress progress(context.progress());
  ENTENTE_TRY(const std::vector<ledger::Problem> problems,
              ledger::fsck(given.folder, key, progress, {.signing_journal = given.signing_journal}));
  if (context.json) {
    print_json({{"folder", given.folder},
                {"ok", problems.empty()},
                {"signing_journal", has_journal(given)},
                {"problems", problems_json(problems)}});
  } else if (problems.empty()) {
    if (!context.quiet) fmt::print("{}: every hash, root and signature is right\n", printable(given.folder));
    note_lacking_journal(given);
  } else {
    print_problems(problems);
    fmt::print("{}: {}\n", printable(given.folder), count_of(problems.size(), "problem"));
  }
  return problems.empty() ? kOk : kFindings;
}

Result<int> run_repair(const Context& context, const LedgerCareGiven& given) {
  ledger::RepairOptions options{.where = {.signing_journal = given.signing_journal}, .new_signing_journal = given.new_signing_journal};
  if (!given.vkey.empty()) { ENTENTE_TRY(options.vkey, keys::read_verifier_key(given.vkey)); }
  std::optional<keys::SigningKey> key;
  if (!given.key.empty()) {
    ENTENTE_TRY(keys::SigningKey read, read_signing_key(given.key));
    options.key = &key.emplace(std::move(read));
  }
  if (!given.from.empty()) {
    http::ClientOptions client;
    client.max_redirects = 3;
    if (given.private_addresses) client.private_addresses = http::PrivateAddresses::allow;
    ENTENTE_TRY(options.from, ledger::open_source(given.from, std::move(client)));
  }
  Progress progress(context.progress());
  ENTENTE_TRY(const ledger::Repaired repaired, ledger::repair(given.folder, options, progress));
  if (context.json) {
    print_json({{"folder", given.folder},
                {"ok", repaired.remaining.empty()},
                {"done", repaired.done},
                {"problems", problems_json(repaired.remaining)}});
    return repaired.remaining.empty() ? kOk : kFindings;
  }
  for (const std::string& step : repaired.done) fmt::print("  {}\n", printable(step));
  print_problems(repaired.remaining);
  if (!repaired.remaining.empty()) {
    fmt::print("{}: {} left\n", printable(given.folder), count_of(repaired.remaining.size(), "problem"));
  } else if (!context.quiet) {
    fmt::print("{}: {}\n", printable(given.folder), repaired.done.empty() ? "nothing to repair" : "the log is whole again");
    note_lacking_journal(given);
  }
  return repaired.remaining.empty() ? kOk : kFindings;
}

Result<int> run_export(const Context& context, const LedgerCareGiven& given) {
  ENTENTE_TRY(const Ledger log, Ledger::open_read(given.folder));
  Progress progress(context.progress());
  ENTENTE_TRY(const ledger::Exported exported, ledger::export_static(log, given.out, progress));
  if (context.json) {
    print_json({{"folder", given.out},
                {"size", exported.size},
                {"written", exported.written},
                {"kept", exported.kept},
                {"removed", exported.removed}});
  } else if (!context.quiet) {
    fmt::print("{}: the log's {} as static files; {} written, {} kept\n", printable(given.out),
               exported.size == 1 ? "one entry" : fmt::format("{} entries", exported.size), count_of(exported.written, "file"),
               exported.kept);
  }
  return kOk;
}

Result<int> run_stats(const Context& context, const LedgerCareGiven& given) {
  ENTENTE_TRY(const Ledger log, Ledger::open_read(given.folder));
  ENTENTE_TRY(const ledger::Stats stats, log.stats());
  ENTENTE_TRY(const std::string note, log.checkpoint());
  ENTENTE_TRY(const auto verified, merkle::verify_checkpoint(note, log.verifier()));
  const merkle::Checkpoint& checkpoint = verified.checkpoint;
  if (context.json) {
    print_json({{"origin", checkpoint.origin},
                {"vkey", log.verifier().str()},
                {"size", stats.size},
                {"root", checkpoint.root.hex()},
                {"committed", stats.committed},
                {"settled", stats.settled},
                {"commits", stats.commits},
                {"payload_bytes", stats.payload_bytes},
                {"disk_bytes", stats.disk_bytes},
                {"reserved_bytes", stats.reserved_bytes},
                {"times_opened_for_writing", stats.epoch}});
    return kOk;
  }
  fmt::print("origin   {}\nkey      {}\nentries  {}\n", printable(checkpoint.origin), log.verifier().str(), stats.size);
  if (stats.committed != stats.size) fmt::print("         {} more are committed and not yet signed\n", stats.committed - stats.size);
  fmt::print("root     {}\ncommits  {}\npayload  {} bytes\non disk  {} bytes", to_base64(checkpoint.root.view()), stats.commits,
             stats.payload_bytes, stats.disk_bytes);
  if (stats.reserved_bytes > 0) fmt::print(", {} of them room for later entries", stats.reserved_bytes);
  if (stats.payload_bytes > 0)
    fmt::print(" ({:.2f} times the payload)", static_cast<double>(stats.disk_bytes) / static_cast<double>(stats.payload_bytes));
  fmt::print("\nwriters  opened for writing {}\n", stats.epoch == 1 ? "once" : fmt::format("{} times", stats.epoch));
  return kOk;
}

using LedgerCareRun = Result<int> (*)(const Context&, const LedgerCareGiven&);

}  // namespace

void add_ledger_care(CLI::App& group, Context& context) {
  const auto given = std::make_shared<LedgerCareGiven>();
  const auto add = [&](const char* name, const char* description, const char* examples, LedgerCareRun run) {
    CLI::App* command = add_command(group, context, name, description, examples, [&context, given, run] {
      const auto code = run(context, *given);
      return code ? *code : report(context, code.error());
    });
    command->add_option("folder", given->folder, "the log's folder")->required()->type_name("DIR");
    return command;
  };
  const auto signing_option = [&](CLI::App* command) {
    command->add_option("--signing-journal", given->signing_journal, "where the signing journal is, if not in DIR")->type_name("FILE");
  };
  CLI::App* fsck = add("fsck", "recompute every hash, root and signature", kFsckExamples, run_fsck);
  fsck->add_option("--vkey", given->vkey, "the log's public key, as text or file (default: the one in the folder)")->type_name("VKEY");
  signing_option(fsck);
  CLI::App* repair = add("repair", "put a damaged log right, from its entries or a copy", kRepairExamples, run_repair);
  repair->add_option("--vkey", given->vkey, "the log's public key, as text or file, if log.vkey is damaged")->type_name("VKEY");
  repair->add_option("--key", given->key, "the log's private key file, to sign a checkpoint if that is damaged")->type_name("FILE");
  repair->add_option("--from", given->from, "a copy to take damaged and missing entries from")->type_name("URL|DIR");
  repair->add_flag("--allow-private", given->private_addresses, "with --from URL: also connect to loopback and private addresses");
  repair->add_flag("--new-signing-journal", given->new_signing_journal, "make a signing journal where it is lost");
  signing_option(repair);
  CLI::App* command = add("export", "write static files for a web server", kExportExamples, run_export);
  command->add_option("out", given->out, "the folder to write to")->required()->type_name("OUT");
  add("stats", "sizes and counts", kStatsExamples, run_stats);
}

}  // namespace entente::cli
