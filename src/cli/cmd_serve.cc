// `entente serve`: the registry with everything it needs, in one folder: the ledger, the tables, and, in a folder that is made for trying
// out, keys. Signals are blocked before any thread starts; stopping goes from the outside in, as for `entente ledger serve`.
#include <fmt/format.h>
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/ledger.h"
#include "cli/registry_folder.h"
#include "cli/serve_signup.h"
#include "cli/smtp_options.h"
#include "cli/web_folder.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "http/server.h"
#include "server/registry_service.h"

namespace entente::cli {
namespace {

constexpr const char* kServeExamples = R"(  entente serve
      a registry to try out in ./entente-registry: made with keys of two officers, on http://127.0.0.1:8080
  entente serve /srv/registry --key /etc/entente/log.key --listen 127.0.0.1:8080 --public-url https://registry.example
      a real one, behind a web server with TLS (docs/running-a-registry.md)
  entente serve /srv/registry --vantage own=root --vantage abroad=192.0.2.53 --trust-anchors /usr/share/dns/root.key
      one that looks for domain proofs itself, from two places
  entente serve --web build/web
      with the web pages of that build (found without it beside the program and in the package); --no-web: without any
  entente serve /srv/registry --read-only --database postgresql://reader@db/registry
      a copy that takes no statements, with its tables in PostgreSQL

  curl http://127.0.0.1:8080/api/v1/supporters?q=example
  curl --data-binary @statement.json http://127.0.0.1:8080/api/v1/statements

Pages: / leads to /en/ or /fr/, by the browser's languages. The API: docs/api.md. The ledger's own resources are below /log.)";

// A registry that is there has its key somewhere: a new one would not help.
constexpr const char* kNoLogKey =
    "put back the key this registry's log was made with, or name it with --key; without it the log can be read (--read-only), not written";

struct ServeGiven {
  std::string folder = "entente-registry", key, database, signing_journal, policy, listen = "127.0.0.1:8080", public_url, log;
  bool read_only = false;
  double rate = 0, burst = 200;
  SignupGiven signup;
  SmtpGiven smtp;
  WebGiven web;
};

constexpr const char* kNoWebPages =
    "the web pages are not built: ./dev web builds them, the package has them; those without script are there\n";

Result<server::RegistryOptions> service_options(const Context& context, const ServeGiven& given, const RegistryFolder& folder) {
  server::RegistryOptions options{.log = folder.log(), .database = given.database};
  // A copy that writes nothing of its own must not write the tables of the server beside it either.
  if (given.database.empty()) options.database = given.read_only ? "sqlite::memory:" : folder.database();
  options.signing_journal = given.signing_journal;
  options.public_url = given.public_url;
  options.request_log = given.log;
  options.web = web_folder(given.web);
  options.problem = log_problem;
  ENTENTE_TRY(options.data, context.data());
  if (given.read_only) return options;
  auto read = read_signing_key(given.key.empty() ? folder.log_key().string() : given.key);
  if (!read && given.key.empty()) read.error().hint = kNoLogKey;
  ENTENTE_TRY(keys::SigningKey key, std::move(read));
  if (const auto fits = check_log_key(folder.log().string(), key); !fits) {
    if (!given.key.empty()) return fail(fits.error());
    Error error = fits.error();
    error.where.file = folder.log_key().string();
    error.hint = kNoLogKey;
    return fail(std::move(error));
  }
  if (!given.policy.empty()) {
    ENTENTE_TRY(const ledger::Ledger log, ledger::Ledger::open_read(folder.log()));
    ENTENTE_TRY(const auto cosigner, start_cosigner(given.policy, log));
    options.cosign = [cosigner](const std::string& note, merkle::TreeSize previous, const ledger::ConsistencyReader& consistency) {
      return cosigner->cosign(note, previous, consistency);
    };
  }
  options.key = std::make_shared<const keys::SigningKey>(std::move(key));
  ENTENTE_TRY(options.mail, smtp_options(given.smtp));
  if (options.mail && given.public_url.empty())
    return fail("--smtp needs --public-url: the mail leads to a page there", {}, "give the address people reach this server by");
  ENTENTE_TRY(options.signup, signup_options(given.signup, folder));
  return options;
}

// A folder made for trying out stays only if the server starts: options that cannot be used must not leave keys and a ledger behind.
class MadeToTryOut {
 public:
  explicit MadeToTryOut(const RegistryFolder& folder) : folder_(folder) {}
  ~MadeToTryOut() {
    if (made_) folder_.unmake();
  }
  MadeToTryOut(const MadeToTryOut&) = delete;
  MadeToTryOut& operator=(const MadeToTryOut&) = delete;
  Result<void> make() {
    made_ = folder_.is_free();
    return folder_.make_for_trying_out();
  }
  bool keep() { return std::exchange(made_, false); }  // whether it was made

 private:
  const RegistryFolder& folder_;
  bool made_ = false;
};

Result<int> run_serve(const Context& context, const ServeGiven& given) {
  ENTENTE_TRY(const auto at, parse_listen(given.listen));
  ENTENTE_CHECK(check_public_url(given.public_url));
  StopSignal signals;
  RegistryFolder folder(given.folder);
  MadeToTryOut made(folder);
  if (!given.read_only && given.key.empty() && !folder.exists()) ENTENTE_CHECK(made.make());
  ENTENTE_TRY(server::RegistryOptions service, service_options(context, given, folder));
  const bool pages_missing = service.web.empty() && !given.web.none;
  Progress progress(context.progress());
  const auto started = server::RegistryService::start(std::move(service), [&](std::uint64_t done, std::uint64_t of) {
    if (done <= 1024) progress.step("replaying the ledger", of);
    progress.advance(1024);
  });
  progress.done();
  if (!started) return fail(started.error());
  server::RegistryService& registry = **started;
  http::ServerOptions options{.address = at.first, .port = at.second, .threads = static_cast<unsigned>(thread_limit())};
  options.limits.rate_per_second = given.rate;
  options.limits.rate_burst = given.burst;
  options.body_limit = [&registry](const http::Request& head) { return registry.body_limit(head); };
  options.refusal = [&registry](unsigned status, std::string_view reason, const http::Request& seen) {
    return registry.refusal(status, reason, seen);
  };
  options.problem = log_problem;
  ENTENTE_TRY(const auto server, http::Server::start(std::move(options), registry.handler()));
  if (pages_missing && !context.quiet) fmt::print(stderr, kNoWebPages);
  if (context.json)
    print_json({{"url", server->url()}, {"writable", !given.read_only}});
  else
    fmt::print("{}\n", server->url());
  std::fflush(stdout);
  if (made.keep() && !context.quiet)
    fmt::print(stderr, "made a registry to try out in {} (keys of two officers in {})\n", given.folder, folder.keys().string());
  signals.wait();
  if (!context.quiet) fmt::print(stderr, "stopping\n");
  server->stop();
  ENTENTE_CHECK(registry.stop());
  return kOk;
}

}  // namespace

void add_serve(CLI::App& app, Context& context) {
  const auto given = std::make_shared<ServeGiven>();
  CLI::App* command = add_command(app, context, "serve", "run the registry: ledger, tables and API", kServeExamples, [&context, given] {
    const auto code = run_serve(context, *given);
    return code ? *code : report(context, code.error());
  });
  command->add_option("folder", given->folder, "the registry's folder; made, to try out, if it is not there")
      ->capture_default_str()
      ->type_name("DIR");
  auto* key = command->add_option("--key", given->key, "the ledger's private key file (default: DIR/keys/log.key)")->type_name("FILE");
  command
      ->add_option("--database", given->database,
                   "where the tables are: sqlite:PATH or postgresql://… (default: a file in DIR; with --read-only, in memory)")
      ->type_name("URL");
  command->add_option("--signing-journal", given->signing_journal, "as for entente ledger serve")->type_name("FILE");
  command->add_option("--policy", given->policy, "a trust policy whose witnesses cosign each checkpoint")->type_name("FILE");
  command->add_flag("--read-only", given->read_only, "take no statements; needs no key")->excludes(key);
  command->add_option("--listen", given->listen, "address and port; port 0 lets the system choose")
      ->capture_default_str()
      ->type_name("ADDR:PORT");
  command->add_option("--public-url", given->public_url, "how the outside reaches this server; feeds need it")->type_name("URL");
  command->add_option("--log", given->log, "write requests and problems as lines of JSON; - is standard error")->type_name("FILE");
  command->add_option("--rate", given->rate, "requests a second from one address, on average (0: no limit)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command->add_option("--burst", given->burst, "requests one address may send at once, with --rate")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("N");
  add_signup_options(*command, given->signup);
  add_smtp_options(*command, given->smtp);
  add_web_options(*command, given->web, "--no-web");
}

}  // namespace entente::cli
