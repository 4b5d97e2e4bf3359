// `entente ledger witness`: a witness for one or more logs, over HTTP until it is told to stop.
#include <fmt/format.h>
#include <cstdio>
#include <memory>

#include "cli/ledger.h"
#include "core/terminal.h"
#include "core/time.h"
#include "core/utf8.h"
#include "http/server.h"
#include "ledger/witness_service.h"

namespace entente::cli {
namespace {

constexpr const char* kLedgerWitnessExamples = R"(  entente keygen witness.example/w1 --type cosignature -o witness.key
  entente ledger witness state/ --key witness.key --log log.key.vkey --listen 127.0.0.1:8091
  entente ledger witness state/ --key witness.key --log a.vkey --log b.vkey --listen "[::]:8091"

Logs send their checkpoints to POST /add-checkpoint (C2SP tlog-witness) and get a cosignature if they can prove that they only grew;
monitors read GET /<hex sha256 of the origin>/checkpoint. The state folder must never be put back to an older state: the witness would
forget what it cosigned. A log caught with two histories is kept there as fork-….proof, which `entente verify` confirms.
Put a web server with TLS in front of it, or listen on a private address only.)";

struct LedgerWitnessGiven {
  std::string folder, key, listen = "127.0.0.1:8091";
  std::vector<std::string> logs;
};

Result<int> run_ledger_witness(const Context& context, const LedgerWitnessGiven& given) {
  ENTENTE_TRY(const auto address, parse_listen(given.listen));
  std::vector<keys::VerifierKey> logs;
  for (const std::string& log : given.logs) {
    ENTENTE_TRY(keys::VerifierKey key, keys::read_verifier_key(log));
    logs.push_back(std::move(key));
  }
  ENTENTE_TRY(keys::SigningKey key, read_signing_key(given.key));
  StopSignal stop;
  const auto alarm = [](const std::string& message) { fmt::print(stderr, "{}: {}\n", paint(stderr, Colour::red, "ALARM"), message); };
  ENTENTE_TRY(auto opened, ledger::Witness::open(ledger::posix_io(given.folder), std::move(key), logs, alarm));
  const std::shared_ptr<ledger::Witness> witness = std::move(opened);
  http::ServerOptions options{.address = address.first, .port = address.second};
  options.limits.max_body_bytes = ledger::witness_body_limit();
  options.limits.rate_per_second = 20;
  options.problem = [](const Error& error) { fmt::print(stderr, "{}\n", printable(error.what)); };
  ENTENTE_TRY(const auto server, http::Server::start(std::move(options), ledger::witness_handler(witness, now)));
  if (context.json)
    fmt::print("{}\n", json_compact({{"event", "listening"}, {"url", server->url()}, {"vkey", witness->verifier().str()}}));
  else
    fmt::print("{} listens on {}\n", witness->verifier().str(), server->url());
  std::fflush(stdout);
  stop.wait();
  server->stop();
  return kOk;
}

}  // namespace

void add_ledger_witness(CLI::App& group, Context& context) {
  const auto given = std::make_shared<LedgerWitnessGiven>();
  CLI::App* command =
      add_command(group, context, "witness", "cosign the checkpoints of logs that only grow", kLedgerWitnessExamples, [&context, given] {
        const auto code = run_ledger_witness(context, *given);
        return code ? *code : report(context, code.error());
      });
  command->add_option("folder", given->folder, "the witness's state; made if absent")->required()->type_name("DIR");
  command->add_option("--key", given->key, "the witness's private key file (type cosignature)")->required()->type_name("FILE");
  command->add_option("--log", given->logs, "a log's public key, as text or file (may be repeated)")->required()->type_name("VKEY");
  command->add_option("--listen", given->listen, "address and port; port 0: any free one")->capture_default_str()->type_name("ADDR:PORT");
}

}  // namespace entente::cli
