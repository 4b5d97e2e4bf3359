// `entente ledger mirror | monitor`: following a log somebody else runs, once or again and again. A round that fails (the network, a
// damaged source) is reported and tried again at the next; a proven fork ends the command.
#include <fmt/format.h>
#include <cstdio>
#include <memory>

#include "cli/ledger.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "ledger/http_source.h"
#include "ledger/mirror.h"
#include "ledger/monitor.h"
#include "ledger/witness.h"

namespace entente::cli {
namespace {

using Outcome = ledger::Round::Outcome;

constexpr const char* kMirrorExamples = R"(  entente ledger mirror https://log.example/pledges copy/ --vkey log.key.vkey --once
  entente ledger mirror https://log.example/pledges copy/ --policy trust.policy --every 60
      also asks for the witnesses' cosignatures the policy demands
  entente ledger mirror /mnt/published-log copy/ --vkey log.key.vkey --once
  entente ledger mirror https://log.example/pledges copy/ --vkey log.key.vkey --key mirror.key
      adds the mirror's cosignature to each checkpoint (a key made with `entente keygen … --type cosignature`)

The copy is a log: `entente ledger show | proof | fsck | export | serve` work on it. Every tile and entry is checked up to the signed root
before it is kept, an interrupted copy goes on where it stopped, and only what is new is fetched.
Exit 0: up to date. Exit 1: the log forked; the proof is kept in the copy's folder and `entente verify` confirms it.)";

constexpr const char* kMonitorExamples = R"(  entente ledger monitor https://log.example/pledges --vkey log.key.vkey --state watch/
      prints every entry, then each new one as it comes (every 60 seconds)
  entente ledger monitor https://log.example/pledges --vkey log.key.vkey --state watch/ --once --json
      one JSON object a line: entries, then the checkpoint; for scripts
  entente ledger monitor URL --vkey log.key.vkey --state watch/ --from-now --witness https://witness.example
      also compares with what a witness was shown

The state folder remembers the last checkpoint seen and keeps fork proofs. Entries may come twice after an interruption, never not at all.
Exit 0: the log only grew. Exit 1: it forked, or shows less than it did.)";

struct LedgerFollowGiven {
  std::string source, out, vkey, policy, state, key;
  std::vector<std::string> witnesses;
  unsigned every = 60;
  bool once = false, from_now = false, private_addresses = false;
};

http::ClientOptions client_options(const LedgerFollowGiven& given) {
  http::ClientOptions options;
  options.max_redirects = 3;
  if (given.private_addresses) options.private_addresses = http::PrivateAddresses::allow;
  return options;
}

struct Trust {
  std::optional<keys::VerifierKey> log;
  std::optional<merkle::Policy> policy;
};

Result<Trust> read_trust(const LedgerFollowGiven& given) {
  Trust trust;
  if (!given.policy.empty()) { ENTENTE_TRY(trust.policy, read_policy(given.policy)); }
  if (!given.vkey.empty()) {
    ENTENTE_TRY(trust.log, keys::read_verifier_key(given.vkey));
    return trust;
  }
  if (trust.policy && trust.policy->log_keys().size() == 1) {
    trust.log = trust.policy->log_keys().front();
    return trust;
  }
  return fail(trust.policy ? "the policy does not name exactly one log" : "no key to check the log's signature with", {},
              "pass the log's public key with --vkey");
}

void print_line(const Json& line) {
  fmt::print("{}\n", json_compact(line));
  std::fflush(stdout);
}

// Says what a round showed; the exit code it calls for.
int show_round(const Context& context, const ledger::Round& round, std::string_view who) {
  constexpr std::string_view kNames[] = {"unchanged", "grown", "behind", "forked"};
  if (context.json) {
    Json line{{"event", "checkpoint"},
              {"of", who},
              {"outcome", kNames[static_cast<int>(round.outcome)]},
              {"before", round.before},
              {"size", round.now}};
    if (!round.fork_file.empty()) line["fork_proof"] = round.fork_file;
    if (!round.remark.empty()) line["remark"] = round.remark;
    print_line(line);
  } else if (round.outcome == Outcome::forked) {
    fmt::print("{}: {} signed two histories (sizes {} and {}); the proof is in {}\n", paint(stdout, Colour::red, "FORK"), printable(who),
               round.before, round.now, printable(round.fork_file));
  } else if (round.outcome == Outcome::behind) {
    fmt::print("{}: {} shows {} entries, {} were seen before{}\n", paint(stdout, Colour::yellow, "behind"), printable(who), round.now,
               round.before, round.remark.empty() ? "" : "; " + printable(round.remark));
  } else if (round.outcome == Outcome::grown && !context.quiet) {
    fmt::print("{}: {} → {} entries\n", printable(who), round.before, round.now);
  }
  std::fflush(stdout);
  return round.outcome == Outcome::forked || round.outcome == Outcome::behind ? kFindings : kOk;
}

// Runs rounds until one finds a fork, or only one. A failed round is an error if it is the only one, else reported and tried again.
template <class RunRound>
Result<int> repeat(const Context& context, const LedgerFollowGiven& given, const RunRound& run_round) {
  StopSignal stop;
  for (;;) {
    const Result<std::pair<int, Outcome>> round = run_round();
    if (given.once) {
      if (!round) return fail(round.error());
      return round->first;
    }
    if (!round)
      report(context, round.error());
    else if (round->second == Outcome::forked)
      return round->first;
    if (stop.wait_for(std::chrono::seconds(given.every))) return kOk;
  }
}

Result<int> run_mirror(const Context& context, const LedgerFollowGiven& given) {
  ENTENTE_TRY(const Trust trust, read_trust(given));
  ENTENTE_TRY(const ledger::Fetch fetch, ledger::open_source(given.source, client_options(given)));
  std::shared_ptr<const keys::SigningKey> key;
  if (!given.key.empty()) {
    ENTENTE_TRY(keys::SigningKey read, read_signing_key(given.key));
    if (read.verifier().type() != keys::KeyType::cosignature_v1)
      return fail("a mirror cosigns: its key must be of type cosignature", {.file = given.key},
                  "make one with `entente keygen NAME --type cosignature`");
    key = std::make_shared<const keys::SigningKey>(std::move(read));
  }
  std::optional<ledger::Mirror> mirror;
  return repeat(context, given, [&]() -> Result<std::pair<int, Outcome>> {
    if (!mirror) {
      ENTENTE_TRY(mirror, ledger::Mirror::open(ledger::posix_io(given.out), *trust.log, {.policy = trust.policy, .key = key}));
    }
    Progress progress(context.progress());
    auto round = mirror->update(fetch, progress);
    progress.done();
    if (!round) {
      mirror.reset();  // a failed write must be settled, by opening anew, before it goes on
      return fail(round.error());
    }
    return std::pair(show_round(context, *round, trust.log->name()), round->outcome);
  });
}

Result<void> show_entry(const Context& context, merkle::LeafIndex index, ByteView entry) {
  if (context.json) {
    Json line{{"event", "entry"},
              {"index", index},
              {"size", entry.size()},
              {"sha256", sha256(entry).hex()},
              {"leaf_hash", merkle::leaf_hash(entry).hex()},
              {"entry_base64", to_base64(entry)}};
    if (is_valid_utf8(as_text(entry))) line["text"] = as_text(entry);
    fmt::print("{}\n", json_compact(line));
  } else {
    fmt::print("{:>8}  {:>6} bytes  {}  {}\n", index, entry.size(), sha256(entry).hex().substr(0, 16), printable(as_text(entry), 80));
  }
  if (std::ferror(stdout) != 0) return fail("standard output cannot be written to");
  return {};
}

// What a witness was shown, against what we were.
Result<int> compare_witness(const Context& context, const std::string& url, ledger::Monitor& monitor, const keys::VerifierKey& log,
                            const ledger::Fetch& fetch, const ledger::Get& get) {
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  const std::string address = fmt::format("{}/{}/checkpoint", base, ledger::origin_hash(log.name()));
  ENTENTE_TRY(const ledger::Answer answer, get(address));
  if (answer.status == 404) return kOk;  // it has not seen the log yet
  if (answer.status != 200) return fail(fmt::format("status {} instead of 200", answer.status), {.file = address});
  ENTENTE_TRY(const ledger::Round round, monitor.compare(answer.body, fetch));
  // A witness is asked before a checkpoint is published and may lag behind it: only a contradiction is news.
  return round.outcome == Outcome::forked ? show_round(context, round, log.name()) : kOk;
}

Result<int> run_monitor(const Context& context, const LedgerFollowGiven& given) {
  ENTENTE_TRY(const Trust trust, read_trust(given));
  ENTENTE_TRY(const ledger::Fetch fetch, ledger::open_source(given.source, client_options(given)));
  const ledger::Get get = ledger::web_get(client_options(given));
  const auto start = given.from_now ? ledger::MonitorOptions::Start::now : ledger::MonitorOptions::Start::beginning;
  ENTENTE_TRY(auto monitor, ledger::Monitor::open(ledger::posix_io(given.state), *trust.log, {.policy = trust.policy, .start = start}));
  return repeat(context, given, [&]() -> Result<std::pair<int, Outcome>> {
    ENTENTE_TRY(const ledger::Round round,
                monitor.look(fetch, [&](merkle::LeafIndex index, ByteView entry) { return show_entry(context, index, entry); }));
    int code = show_round(context, round, trust.log->name());
    if (round.outcome == Outcome::forked) return std::pair(code, round.outcome);
    for (const std::string& url : given.witnesses) {
      const auto compared = compare_witness(context, url, monitor, *trust.log, fetch, get);
      if (!compared) {
        report(context, compared.error());
        code = std::max(code, kFindings);
      } else if (*compared != kOk) {
        return std::pair(*compared, Outcome::forked);
      }
    }
    return std::pair(code, round.outcome);
  });
}

}  // namespace

void add_ledger_follow(CLI::App& group, Context& context) {
  const auto given = std::make_shared<LedgerFollowGiven>();
  const auto add = [&](const char* name, const char* description, const char* examples,
                       Result<int> (*run)(const Context&, const LedgerFollowGiven&)) {
    CLI::App* command = add_command(group, context, name, description, examples, [&context, given, run] {
      const auto code = run(context, *given);
      return code ? *code : report(context, code.error());
    });
    command->add_option("source", given->source, "the log: its URL, or a folder")->required()->type_name("URL|DIR");
    command->add_option("--vkey", given->vkey, "the log's public key, as text or file")->type_name("VKEY");
    command->add_option("--policy", given->policy, "a trust policy (C2SP tlog-policy) each checkpoint must meet")->type_name("FILE");
    command->add_flag("--once", given->once, "one round, then exit");
    command->add_option("--every", given->every, "seconds between rounds")
        ->capture_default_str()
        ->check(CLI::Range(1, 86'400))
        ->type_name("S");
    command->add_flag("--allow-private", given->private_addresses, "also connect to loopback and private addresses");
    return command;
  };
  CLI::App* mirror = add("mirror", "keep a verified copy of a log", kMirrorExamples, run_mirror);
  mirror->add_option("out", given->out, "the copy's folder; made if absent")->required()->type_name("OUT");
  mirror->add_option("--key", given->key, "the mirror's own private key (type cosignature): cosigns what it holds")->type_name("FILE");
  CLI::App* monitor = add("monitor", "watch a log: print what is new, prove it if it forks", kMonitorExamples, run_monitor);
  monitor->add_option("--state", given->state, "folder for what was seen last; made if absent")->required()->type_name("DIR");
  monitor->add_flag("--from-now", given->from_now, "on the first round, print no entries");
  monitor->add_option("--witness", given->witnesses, "a witness's URL, to compare its view (may be repeated)")->type_name("URL");
}

}  // namespace entente::cli
