// `entente ledger serve`: one log over HTTP. Threads: the server's I/O threads, the appender's two, and this one, which waits for a signal.
// SIGINT and SIGTERM are blocked before any thread starts, so that only sigwait() sees them. Stopping goes from the outside in: the server
// finishes what it is answering, then the appender commits and publishes what is queued and releases the log.
#include <fmt/format.h>
#include <signal.h>
#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>

#include "cli/ledger.h"
#include "core/parallel.h"
#include "core/time.h"
#include "core/utf8.h"
#include "http/server.h"
#include "ledger/appender.h"
#include "ledger/serve.h"

namespace entente::cli {
namespace {

constexpr const char* kLedgerServeExamples = R"(  entente ledger serve log/ --key log.key
      C2SP tlog-tiles and POST /add on http://127.0.0.1:8008 until Ctrl-C
  entente ledger serve log/ --read-only --listen 0.0.0.0:80
      no key: another process may append, its checkpoints are followed
  entente ledger serve log/ --key log.key --prefix /pledges --rate 50
      below a path, at most 50 requests a second from one address

  curl --data-binary @statement.dsse.json 'http://127.0.0.1:8008/add?wait=published'
  curl http://127.0.0.1:8008/checkpoint

Put a web server with TLS in front of it for the public (docs/operating-a-ledger.md). Resources: docs/http.md.)";

struct LedgerServeGiven {
  std::string folder, key, policy, signing_journal, listen = "127.0.0.1:8008", prefix;
  bool read_only = false;
  unsigned publish_every = 200;
  double rate = 0, burst = 100;
  std::size_t max_connections = 4'096;
};

Result<void> check_prefix(const std::string& prefix) {
  if (prefix.empty() || (prefix.starts_with('/') && !prefix.ends_with('/') && prefix.find("//") == std::string::npos)) return {};
  return fail(fmt::format("the prefix \"{}\" must begin with / and not end with one", prefix), {}, "for instance /pledges");
}

// Tells when checkpoints begin to fail, every minute while they do, and when they are published again. For one thread.
class PublicationAlarm {
 public:
  void outcome(const Result<std::string>& cosigned) {
    const auto time = std::chrono::steady_clock::now();
    if (cosigned) {
      if (told_) log_problem({.what = "the checkpoint is published again", .where = {}, .hint = {}});
      told_.reset();
    } else if (!told_ || time - *told_ >= std::chrono::minutes(1)) {
      log_problem({.what = "no checkpoint is published: " + cosigned.error().what, .where = cosigned.error().where, .hint = {}});
      told_ = time;
    }
  }

 private:
  std::optional<std::chrono::steady_clock::time_point> told_;
};

Result<std::unique_ptr<ledger::Appender>> start_appender(const LedgerServeGiven& given) {
  if (given.read_only) return nullptr;
  if (given.key.empty()) return fail("serving a log that takes entries needs its key", {}, "give --key FILE, or --read-only");
  ENTENTE_TRY(keys::SigningKey key, read_signing_key(given.key));
  ENTENTE_CHECK(check_log_key(given.folder, key));
  ENTENTE_TRY(ledger::Ledger log, ledger::Ledger::open_write(given.folder, {.signing_journal = given.signing_journal}));
  ledger::Appender::Options options;
  options.publish_every = std::chrono::milliseconds(given.publish_every);
  ledger::Appender::Cosign cosign;
  if (!given.policy.empty()) {
    ENTENTE_TRY(const auto cosigner, start_cosigner(given.policy, log));
    cosign = [cosigner, alarm = std::make_shared<PublicationAlarm>()](const std::string& note, merkle::TreeSize previous,
                                                                      const ledger::ConsistencyReader& consistency) {
      auto cosigned = cosigner->cosign(note, previous, consistency);
      alarm->outcome(cosigned);
      return cosigned;
    };
  }
  return ledger::Appender::start(std::move(log), std::make_shared<const keys::SigningKey>(std::move(key)), options, std::move(cosign));
}

Result<int> run_ledger_serve(const Context& context, const LedgerServeGiven& given) {
  ENTENTE_TRY(const auto at, parse_listen(given.listen));
  ENTENTE_CHECK(check_prefix(given.prefix));
  StopSignal signals;
  ENTENTE_TRY(const std::unique_ptr<ledger::Appender> appender, start_appender(given));
  ledger::ServeOptions serve{.prefix = given.prefix, .problem = log_problem};
  if (appender) {
    serve.failure = [&appender] {
      auto error = appender->failure();
      return error ? error : appender->publication_problem();
    };
    serve.add = [&appender](std::vector<std::string> entries, ledger::Appender::Wait wait, ledger::Appender::Done done) {
      appender->add(std::move(entries), wait, std::move(done));
    };
  }
  ENTENTE_TRY(const auto service, ledger::LogService::open(given.folder, std::move(serve)));
  http::ServerOptions options{.address = at.first, .port = at.second, .threads = static_cast<unsigned>(thread_limit())};
  options.limits.rate_per_second = given.rate;
  options.limits.rate_burst = given.burst;
  options.limits.max_connections = given.max_connections;
  options.body_limit = [service](const http::Request& head) { return service->body_limit(head); };
  options.problem = log_problem;
  ENTENTE_TRY(const auto server, http::Server::start(std::move(options), service->handler()));
  const std::string url = server->url() + given.prefix;
  if (context.json)
    print_json({{"url", url}, {"writable", appender != nullptr}});
  else
    fmt::print("{}\n", url);
  std::fflush(stdout);
  signals.wait();
  if (!context.quiet) fmt::print(stderr, "stopping\n");
  server->stop();
  if (appender) ENTENTE_CHECK(appender->stop());
  return kOk;
}

}  // namespace

void add_ledger_serve(CLI::App& group, Context& context) {
  const auto given = std::make_shared<LedgerServeGiven>();
  CLI::App* command =
      add_command(group, context, "serve", "serve the log over HTTP, and take entries", kLedgerServeExamples, [&context, given] {
        const auto code = run_ledger_serve(context, *given);
        return code ? *code : report(context, code.error());
      });
  command->add_option("folder", given->folder, "the log's folder")->required()->type_name("DIR");
  auto* key = command->add_option("--key", given->key, "the log's private key file")->type_name("FILE");
  command
      ->add_option("--signing-journal", given->signing_journal,
                   "where sizes and roots are recorded before they are signed (default: in DIR)")
      ->type_name("FILE");
  command
      ->add_option("--policy", given->policy,
                   "a trust policy: a checkpoint is published once the witnesses it asks for have cosigned (needs their URLs)")
      ->type_name("FILE");
  command->add_flag("--read-only", given->read_only, "take no entries; needs no key")->excludes(key);
  command->add_option("--listen", given->listen, "address and port; port 0 lets the system choose")
      ->capture_default_str()
      ->type_name("ADDR:PORT");
  command->add_option("--prefix", given->prefix, "what all paths begin with")->type_name("PATH");
  command->add_option("--publish-every", given->publish_every, "at most one checkpoint in so many milliseconds")
      ->capture_default_str()
      ->type_name("MS");
  command->add_option("--rate", given->rate, "requests a second from one address, on average (0: no limit)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command->add_option("--burst", given->burst, "requests one address may send at once, with --rate")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--max-connections", given->max_connections, "connections at a time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("N");
}

}  // namespace entente::cli
