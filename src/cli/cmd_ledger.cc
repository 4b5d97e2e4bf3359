// `entente ledger`: a transparency log in a folder. Thin commands over ledger::Ledger: every look-up opens the log for reading (which
// checks the checkpoint's signature), append opens it for writing. What the log itself guarantees is written in docs/ledger-format.md.
#include <fmt/format.h>
#include <unistd.h>
#include <cstdio>
#include <limits>
#include <memory>

#include "cli/cli.h"
#include "cli/ledger.h"
#include "cli/table.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "ledger/cose.h"
#include "ledger/ledger.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using ledger::Ledger;

constexpr const char* kLedgerExamples = R"(  entente keygen log.example/pledges -o log.key
  entente ledger init log/ --key log.key
  entente ledger append log/ --key log.key statement.dsse.json
  entente ledger proof log/ 0 -o statement.tlog-proof      the receipt to hand to the signer
  entente ledger fsck log/                                 recompute everything from the entries)";

constexpr const char* kInitExamples = R"(  entente ledger init log/ --key log.key
      makes an empty log; its origin is the key's name, and only this key can ever append to it
  entente ledger init log/ --key log.key --signing-journal /mnt/other/log.signed
      a log put back to an older state is then noticed; every append needs the same option)";

constexpr const char* kAppendExamples = R"(  entente ledger append log/ --key log.key a.dsse.json b.dsse.json
      prints the index of each; what the log already holds keeps its index
  echo -n hello | entente ledger append log/ --key log.key -
  entente ledger append log/ --key log.key --json a.dsse.json
  entente ledger append --url https://log.example --receipts receipts/ --vkey log.key.vkey a.dsse.json
      to a served log; keeps the verified proof that it is in

One file is one entry of at most 65,535 bytes. When the command returns, the entries are on the disk and the signed checkpoint
covers them. Without files it only signs what a crash left unsigned.)";

constexpr const char* kShowExamples = R"(  entente ledger show log/ 0
  entente ledger show log/ 0 > entry.json      the exact bytes
  entente ledger show log/ 0 --json            with size, digest and leaf hash)";

constexpr const char* kLedgerListExamples = R"(  entente ledger list log/
  entente ledger list log/ --from 1000 --count 20
  entente ledger list log/ --json)";

constexpr const char* kProofExamples = R"(  entente ledger proof log/ 7 -o entry7.tlog-proof
      an offline receipt (C2SP tlog-proof): `entente verify` checks it with the log's public key alone
  entente ledger proof log/ 7 --cose --key log.key -o entry7.cose
      the same as a COSE receipt (RFC 9942), for SCITT verifiers
  entente ledger proof log/ 7 --json)";

constexpr const char* kConsistencyExamples = R"(  entente ledger consistency log/ 100 250
      one base64 hash a line: proof that the log of 250 entries begins with that of 100 (RFC 9162 section 2.1.4))";

constexpr const char* kCheckpointExamples = R"(  entente ledger checkpoint log/
      the signed note, as published
  entente ledger checkpoint log/ --json)";

struct LedgerGiven {
  std::string folder, key, out, signing_journal;
  RemoteAppend remote;
  std::vector<std::string> files;
  std::uint64_t index = 0, first = 0, second = 0, from = 0, count = 100;
  bool cose = false;
};

std::string base64(const Digest& digest) { return to_base64(digest.view()); }

Result<merkle::Checkpoint> checkpoint_of(const Ledger& log) {
  ENTENTE_TRY(const std::string note, log.checkpoint());
  ENTENTE_TRY(const auto verified, merkle::verify_checkpoint(note, log.verifier()));
  return verified.checkpoint;
}

Result<void> add_checkpoint(Json& out, const Ledger& log) {
  ENTENTE_TRY(const merkle::Checkpoint checkpoint, checkpoint_of(log));
  ENTENTE_TRY(const std::string note, log.checkpoint());
  out["origin"] = checkpoint.origin;
  out["size"] = checkpoint.size;
  out["root"] = checkpoint.root.hex();
  out["checkpoint"] = note;
  return {};
}

Result<std::string> read_entry(const std::string& path) {
  auto entry = read_input(path, ledger::kMaxEntryBytes);
  if (!entry && entry.error().hint.empty())
    entry.error().hint =
        fmt::format("an entry has at most {} bytes: log a statement with its digest instead; nothing was appended", ledger::kMaxEntryBytes);
  if (entry && entry->empty())
    return fail("the entry is empty", {.file = input_name(path)}, "what is in a log stays there: nothing was appended");
  return entry;
}

Result<int> run_init(const Context& context, const LedgerGiven& given) {
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_TRY(const Ledger log, Ledger::init(given.folder, key, {.signing_journal = given.signing_journal}));
  if (context.json) {
    Json out{{"folder", given.folder}, {"vkey", log.verifier().str()}};
    ENTENTE_CHECK(add_checkpoint(out, log));
    print_json(out);
  } else {
    fmt::print("{}\n", log.verifier().str());
    if (!context.quiet)
      fmt::print(stderr, "{} in {}: an empty log, signed. Publish the key above; next: entente ledger append {} --key {} FILE\n",
                 paint(stderr, Colour::bold, printable(log.verifier().name())), printable(given.folder), printable(given.folder),
                 printable(given.key));
  }
  return kOk;
}

Result<int> run_append(const Context& context, const LedgerGiven& given) {
  std::vector<std::string> files = given.files;
  const bool remote = !given.remote.url.empty();
  if (remote && !given.folder.empty()) files.insert(files.begin(), given.folder);  // there is no folder: the first word is a file
  if (!remote && (given.folder.empty() || given.key.empty()))
    return fail("append needs DIR and --key, or --url", {}, "see `entente ledger append --help`");
  std::vector<std::string> entries;
  for (const std::string& file : files) {
    ENTENTE_TRY(std::string entry, read_entry(file));
    entries.push_back(std::move(entry));
  }
  if (remote) return append_remote(context, given.remote, entries);
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_log_key(given.folder, key));
  ENTENTE_TRY(Ledger log, Ledger::open_write(given.folder, {.signing_journal = given.signing_journal}));
  const merkle::TreeSize before = log.size();
  ENTENTE_TRY(const std::vector<merkle::LeafIndex> indices, log.append(entries, key));
  if (context.json) {
    Json out = Json::object();
    out["indices"] = indices;
    ENTENTE_CHECK(add_checkpoint(out, log));
    print_json(out);
    return kOk;
  }
  for (const merkle::LeafIndex index : indices) fmt::print("{}\n", index);
  if (!context.quiet)
    fmt::print(stderr, "{} new {}; the log has {} now\n", log.size() - before, log.size() - before == 1 ? "entry" : "entries", log.size());
  return kOk;
}

Json ledger_entry_json(merkle::LeafIndex index, ByteView entry) {
  Json out{{"index", index},
           {"size", entry.size()},
           {"sha256", sha256(entry).hex()},
           {"leaf_hash", merkle::leaf_hash(entry).hex()},
           {"entry_base64", to_base64(entry)}};
  if (is_valid_utf8(as_text(entry))) out["text"] = as_text(entry);
  return out;
}

// Raw bytes to a file or pipe; on a terminal, lines with control characters made harmless.
void print_entry(std::string_view entry) {
  if (::isatty(STDOUT_FILENO) != 1) {
    std::fwrite(entry.data(), 1, entry.size(), stdout);
    return;
  }
  while (!entry.empty()) {
    const std::string_view line = entry.substr(0, entry.find('\n'));
    fmt::print("{}\n", printable(line, ledger::kMaxEntryBytes * 8));
    entry.remove_prefix(std::min(entry.size(), line.size() + 1));
  }
}

Result<int> run_show(const Context& context, const LedgerGiven& given) {
  ENTENTE_TRY(const Ledger log, Ledger::open_read(given.folder));
  ENTENTE_TRY(const std::string entry, log.entry(given.index));
  if (context.json) {
    print_json(ledger_entry_json(given.index, as_bytes(entry)));
  } else {
    print_entry(entry);
  }
  return kOk;
}

Result<int> run_ledger_list(const Context& context, const LedgerGiven& given) {
  ENTENTE_TRY(const Ledger log, Ledger::open_read(given.folder));
  if (given.from > log.size()) return fail(fmt::format("the log has {} entries, there is nothing from {}", log.size(), given.from));
  Json rows = Json::array();
  Table table;
  for (const char* title : {"index", "bytes", "sha256"}) table.column(title);
  table.column("begins", Fit::cut);
  ENTENTE_CHECK(log.each_entry(given.from, given.count, [&](merkle::LeafIndex index, ByteView entry) -> Result<void> {
    if (context.json) {
      rows.push_back(ledger_entry_json(index, entry));
    } else {
      table.row({{std::to_string(index), Colour::bold},
                 {std::to_string(entry.size())},
                 {sha256(entry).hex().substr(0, 16)},
                 {printable(as_text(entry), 80), Colour::dim}});
    }
    return {};
  }));
  if (context.json) {
    print_json({{"size", log.size()}, {"from", given.from}, {"entries", std::move(rows)}});
    return kOk;
  }
  if (!table.empty()) table.print(stdout, terminal_width(stdout));
  if (!context.quiet) {
    const std::uint64_t end = std::min(log.size(), given.from + std::min(given.count, log.size() - given.from));
    fmt::print("{} of {} {}{}\n", end - given.from, log.size(), log.size() == 1 ? "entry" : "entries",
               end < log.size() ? fmt::format("; go on with --from {}", end) : "");
  }
  return kOk;
}

Json proof_json(const merkle::Proof& proof) {
  Json out = Json::array();
  for (const Digest& hash : proof) out.push_back(base64(hash));
  return out;
}

// The same proof as a COSE receipt, which the log's key must sign.
Result<int> run_cose_proof(const Context& context, const LedgerGiven& given, const Ledger& log) {
  if (given.key.empty()) return fail("a COSE receipt is signed by the log's key", {}, "pass it with --key, or leave out --cose");
  ENTENTE_TRY(const keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_TRY(const Bytes receipt, ledger::cose_receipt(log, given.index, key));
  if (!given.out.empty()) ENTENTE_CHECK(write_file_atomic(given.out, as_text(receipt)));
  if (context.json)
    print_json({{"index", given.index}, {"size", log.size()}, {"cose_base64", to_base64(receipt)}});
  else if (given.out.empty())
    std::fwrite(receipt.data(), 1, receipt.size(), stdout);
  else if (!context.quiet)
    fmt::print("{}: COSE receipt for entry {} in the log of {}\n", printable(given.out), given.index, log.size());
  return kOk;
}

Result<int> run_proof(const Context& context, const LedgerGiven& given) {
  ENTENTE_TRY(const Ledger log, Ledger::open_read(given.folder));
  if (given.cose) return run_cose_proof(context, given, log);
  ENTENTE_TRY(const merkle::Receipt receipt, log.receipt(given.index));
  if (!given.out.empty()) ENTENTE_CHECK(write_file_atomic(given.out, receipt.str()));
  if (context.json) {
    Json out{{"index", receipt.index}, {"proof", proof_json(receipt.proof)}, {"receipt", receipt.str()}};
    ENTENTE_CHECK(add_checkpoint(out, log));
    print_json(out);
  } else if (given.out.empty()) {
    fmt::print("{}", receipt.str());
  } else if (!context.quiet) {
    fmt::print("{}: proof that entry {} is in the log of {}\n", printable(given.out), receipt.index, log.size());
  }
  return kOk;
}

Result<int> run_consistency(const Context& context, const LedgerGiven& given) {
  ENTENTE_TRY(const Ledger log, Ledger::open_read(given.folder));
  ENTENTE_TRY(const merkle::Proof proof, log.consistency(given.first, given.second));
  if (context.json) {
    print_json({{"first", given.first}, {"second", given.second}, {"proof", proof_json(proof)}});
  } else {
    for (const Digest& hash : proof) fmt::print("{}\n", base64(hash));
  }
  return kOk;
}

Result<int> run_checkpoint(const Context& context, const LedgerGiven& given) {
  ENTENTE_TRY(const Ledger log, Ledger::open_read(given.folder));
  if (context.json) {
    Json out = Json::object();
    ENTENTE_CHECK(add_checkpoint(out, log));
    print_json(out);
    return kOk;
  }
  ENTENTE_TRY(const std::string note, log.checkpoint());
  fmt::print("{}", note);
  return kOk;
}

using LedgerRun = Result<int> (*)(const Context&, const LedgerGiven&);

}  // namespace

void add_ledger(CLI::App& app, Context& context) {
  CLI::App* group = add_command(app, context, "ledger", "a transparency log: append, look up, prove, check", kLedgerExamples, nullptr);
  group->require_subcommand(1);
  const auto given = std::make_shared<LedgerGiven>();
  const auto add = [&](const char* name, const char* description, const char* examples, LedgerRun run) {
    CLI::App* command = add_command(*group, context, name, description, examples, [&context, given, run] {
      const auto code = run(context, *given);
      return code ? *code : report(context, code.error());
    });
    command->add_option("folder", given->folder, "the log's folder")->required()->type_name("DIR");
    return command;
  };
  const auto key_option = [&](CLI::App* command) {
    command->add_option("--key", given->key, "the log's private key file")->required()->type_name("FILE");
  };
  const auto index_option = [&](CLI::App* command) {
    command->add_option("index", given->index, "the entry's index, from 0")->check(whole_number())->required()->type_name("INDEX");
  };

  const auto signing_option = [&](CLI::App* command) {
    command
        ->add_option("--signing-journal", given->signing_journal,
                     "where sizes and roots are recorded before they are signed, best on another disk (default: in DIR)")
        ->type_name("FILE");
  };
  CLI::App* init = add("init", "make an empty log", kInitExamples, run_init);
  key_option(init);
  signing_option(init);
  CLI::App* append = add("append", "append entries and sign the new checkpoint", kAppendExamples, run_append);
  append->get_option("folder")->required(false);
  auto* key = append->add_option("--key", given->key, "the log's private key file")->type_name("FILE");
  signing_option(append);
  append->add_option("--url", given->remote.url, "add to the log served there instead")->excludes(key)->type_name("URL");
  append->add_option("--wait", given->remote.wait, "with --url: until the entry is integrated or published")
      ->check(CLI::IsMember({"integrated", "published"}))
      ->capture_default_str();
  append->add_option("--receipts", given->remote.receipts, "with --url: verify each receipt and write it to this folder")->type_name("DIR");
  append->add_option("--vkey", given->remote.vkey, "with --receipts: the log's public key, as text or file")->type_name("VKEY");
  append->add_option("files", given->files, "files to append, each as one entry; - for standard input")->type_name("FILE");
  index_option(add("show", "print one entry", kShowExamples, run_show));
  CLI::App* list = add("list", "list entries", kLedgerListExamples, run_ledger_list);
  list->add_option("--from", given->from, "first index")->check(whole_number())->capture_default_str()->type_name("N");
  list->add_option("--count", given->count, "at most so many")->check(whole_number())->capture_default_str()->type_name("M");
  CLI::App* proof = add("proof", "a receipt: proof that an entry is in the log", kProofExamples, run_proof);
  index_option(proof);
  proof->add_option("-o,--out", given->out, "write it to this file")->type_name("FILE");
  proof->add_flag("--cose", given->cose, "a COSE receipt (RFC 9942) instead, signed with --key");
  proof->add_option("--key", given->key, "the log's private key file, for --cose")->type_name("FILE");
  CLI::App* consistency = add("consistency", "proof that the log only grew between two sizes", kConsistencyExamples, run_consistency);
  consistency->add_option("first", given->first, "the smaller size")->check(whole_number())->required()->type_name("A");
  consistency->add_option("second", given->second, "the larger size")->check(whole_number())->required()->type_name("B");
  add("checkpoint", "print the latest signed checkpoint", kCheckpointExamples, run_checkpoint);
  add_ledger_care(*group, context);
  add_ledger_bench(*group, context);
  add_ledger_follow(*group, context);
  add_ledger_witness(*group, context);
  add_ledger_serve(*group, context);
}

}  // namespace entente::cli
