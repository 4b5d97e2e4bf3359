// Starting: the log is opened for writing (which settles what a crash left), replayed into State and tables, and only then served. What the
// tables hold of other entries than the ledger's is thrown away on the way. Paths: /api/v1 is the API, /log the ledger's own resources
// (tiles, checkpoint, receipts; nothing can be added there, as it would not be judged), /healthz and /metrics are the operator's; the web
// pages (web_pages.h) and those without script (pages.h) are people's.
#include "server/registry_service.h"

#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <stop_token>
#include <thread>

#include "ledger/serve.h"
#include "merkle/note.h"
#include "server/admission_queue.h"
#include "server/api.h"
#include "server/api_reading.h"
#include "server/applications.h"
#include "server/comcheck.h"
#include "server/contacts.h"
#include "server/mail_signup.h"
#include "server/pages.h"
#include "server/request_counts.h"
#include "server/request_log.h"
#include "server/signup.h"
#include "server/web_pages.h"
#include "server/witnessed.h"

namespace entente::server {
namespace {

constexpr std::string_view kLogPrefix = "/log";
constexpr std::uint64_t kReplayStep = 1024;  // entries a transaction
constexpr std::chrono::seconds kPublicationPatience{30};

// Of what the HTTP layer refuses, for programs.
std::string_view refusal_code(unsigned status) {
  switch (status) {
    case 408: return "too-slow";
    case 413: return "too-large";
    case 429: return "too-many";
    case 431: return "head-too-large";
    case 500: return "internal";
    case 503: return "unavailable";
    default: return "malformed";
  }
}

}  // namespace

struct RegistryService::State {
  explicit State(RegistryOptions o) : options(std::move(o)), cache(options.cache_bytes) {}

  Result<void> open(const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  Result<void> open_log();
  Result<void> replay(const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  Result<void> fill_search();
  void take_changes(const registry::StoreChanges& changes);
  Result<void> open_faces();
  Result<void> open_signup();
  void open_witnessed();
  Result<std::string> entry(registry::Leaf leaf);
  Result<std::string> receipt(registry::Leaf leaf);
  Result<std::string> checkpoint();
  void handle(http::Request request, http::Reply reply);
  void handle_api(const http::Request& request, const http::Reply& reply);
  [[nodiscard]] http::Reply logged(const http::Request& request, http::Reply reply) const;
  Result<void> open_request_log();
  Result<bool> take_what_is_new();  // whether there was anything
  void follow(const std::stop_token& stop);
  [[nodiscard]] http::Response health() const;
  [[nodiscard]] http::Response metrics() const;

  RegistryOptions options;
  std::shared_mutex lock;  // projection and search
  std::mutex store_mutex;
  std::optional<registry::Projection> projection;
  registry::SearchIndex search;
  ResponseCache cache;
  std::optional<catalog::Catalog> catalog;
  std::unique_ptr<ledger::Appender> appender;
  std::unique_ptr<AdmissionQueue> queue;
  std::shared_ptr<Applications> applications;
  std::shared_ptr<Signup> signup;
  std::shared_ptr<MailSignup> mail_signup;
  std::shared_ptr<Pages> pages;
  std::unique_ptr<const WebPages> web;
  std::shared_ptr<Contacts> contacts;
  std::shared_ptr<ledger::LogService> log_service;
  std::mutex reader_mutex;
  std::optional<ledger::Ledger> reader;  // for entries and receipts; refreshed when it is behind
  std::shared_ptr<ApiContext> context;
  Router router;
  RequestCounts counts;
  std::shared_ptr<RequestLog> request_log;
  std::mutex following_mutex;
  std::condition_variable_any following;
  std::unique_ptr<Witnessed> witnessed;
  std::jthread follower;  // last: it uses the above
};

Result<void> RegistryService::State::open(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  ENTENTE_TRY(catalog, catalog::Catalog::load(*options.data));
  if (!options.clock) options.clock = [] { return now(); };
  ENTENTE_CHECK(open_request_log());
  if (!options.web.empty()) {
    ENTENTE_TRY(const auto bundle, WebBundle::open(options.web));
    web = std::make_unique<const WebPages>(*bundle);
  }
  ENTENTE_CHECK(open_log());
  ENTENTE_CHECK(replay(progress));
  ENTENTE_CHECK(fill_search());
  ENTENTE_CHECK(open_faces());
  open_witnessed();
  if (!options.key) follower = std::jthread([this](const std::stop_token& stop) { follow(stop); });
  return {};
}

Result<void> RegistryService::State::open_request_log() {
  if (options.request_log.empty()) return {};
  ENTENTE_TRY(request_log, RequestLog::open(options.request_log));
  options.problem = [log = request_log, tell = options.request_log == "-" ? nullptr : options.problem](const Error& error) {
    log->problem(now(), error);
    if (tell) tell(error);
  };
  return {};
}

Result<void> RegistryService::State::open_log() {
  if (options.key) {
    ENTENTE_TRY(ledger::Ledger log, ledger::Ledger::open_write(options.log, {.signing_journal = options.signing_journal}));
    ENTENTE_TRY(appender, ledger::Appender::start(std::move(log), options.key, {}, options.cosign));
  }
  ENTENTE_TRY(reader, ledger::Ledger::open_read(options.log));
  return {};
}

Result<void> RegistryService::State::replay(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    ENTENTE_TRY(registry::Store store, registry::Store::open(options.database));
    ENTENTE_TRY(projection, registry::Projection::open(std::move(store), *options.data));
    bool began_anew = false;
    // What a crash left committed and not signed is signed by the appender now: the replay goes on until it has them all.
    std::optional<std::chrono::steady_clock::time_point> waiting_since;
    while (!began_anew && projection->state().next_leaf() < (appender ? appender->integrated() : reader->size())) {
      const merkle::TreeSize size = reader->size();
      while (projection->state().next_leaf() < size && !began_anew) {
        std::vector<std::string> batch;
        ENTENTE_CHECK(
            reader->each_entry(projection->state().next_leaf(), kReplayStep, [&](merkle::LeafIndex, ByteView bytes) -> Result<void> {
              batch.emplace_back(as_text(bytes));
              return {};
            }));
        ENTENTE_TRY(const auto outcome, projection->apply(batch));
        began_anew = outcome.began_anew;
        if (progress) progress(projection->state().next_leaf(), size);
      }
      if (began_anew) break;
      ENTENTE_CHECK(reader->refresh());
      const auto time = std::chrono::steady_clock::now();
      if (reader->size() > size) waiting_since = time;
      if (!waiting_since) waiting_since = time;
      if (appender && time - *waiting_since > kPublicationPatience) {
        const auto why = appender->publication_problem();
        return fail(fmt::format("the ledger holds statements that no checkpoint covers, and none comes{}", why ? ": " + why->what : ""),
                    {.file = options.log.string()}, "are the policy's witnesses there? Start again when they are");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (!began_anew) {
      if (projection->written() <= projection->state().next_leaf()) return {};
      ENTENTE_CHECK(projection->store().clear());  // the tables are ahead of the ledger: of another one
    }
  }
  return fail("the tables could not be made to follow the ledger", {.file = options.database}, "is another server writing to them?");
}

Result<void> RegistryService::State::fill_search() {
  std::vector<registry::SupporterRow> rows;
  ENTENTE_CHECK(projection->store().each_supporter([&](registry::SupporterRow row) -> Result<void> {
    row.body.clear();
    rows.push_back(std::move(row));
    return {};
  }));
  search.put(rows);
  return {};
}

// Under the lock.
void RegistryService::State::take_changes(const registry::StoreChanges& changes) {
  search.put(changes.supporters);
  if (contacts) contacts->ledger_changed(changes.supporters);
  if (applications) applications->ledger_changed(changes.supporters);
  cache.clear();
}

// ---- a read-only server shows what another process, or a mirror, adds to the folder

Result<bool> RegistryService::State::take_what_is_new() {
  std::vector<std::string> batch;
  {
    const std::scoped_lock guard(reader_mutex);
    ENTENTE_CHECK(reader->refresh());
    const registry::Leaf from = projection->state().next_leaf();
    const std::uint64_t count = std::min<std::uint64_t>(kReplayStep, reader->size() - std::min<std::uint64_t>(reader->size(), from));
    if (count == 0) return false;
    ENTENTE_CHECK(reader->each_entry(from, count, [&](merkle::LeafIndex, ByteView bytes) -> Result<void> {
      batch.emplace_back(as_text(bytes));
      return {};
    }));
  }
  {
    const std::unique_lock guard(lock);
    for (const std::string& entry : batch) projection->step(entry);
  }
  const registry::StoreChanges changes = projection->take();  // this thread alone changes the State
  {
    const std::scoped_lock guard(store_mutex);
    ENTENTE_CHECK(projection->write(changes));
  }
  const std::unique_lock guard(lock);
  take_changes(changes);
  return true;
}

void RegistryService::State::follow(const std::stop_token& stop) {
  std::string told;
  while (!stop.stop_requested()) {
    const auto taken = take_what_is_new();
    if (!taken && told != taken.error().what) {
      told = taken.error().what;
      if (options.problem) options.problem(taken.error());
    }
    if (taken && *taken) continue;
    std::unique_lock guard(following_mutex);
    following.wait_for(guard, stop, options.follow, [] { return false; });
  }
}

Result<std::string> RegistryService::State::entry(registry::Leaf leaf) {
  const std::scoped_lock guard(reader_mutex);
  if (leaf >= reader->size()) ENTENTE_CHECK(reader->refresh());
  // Durable and judged, but not signed yet: as in the log's own resources, what no checkpoint covers is not shown.
  if (leaf >= reader->size()) return absent(fmt::format("checkpoint yet that covers leaf {}", leaf));
  return reader->entry(leaf);
}

Result<std::string> RegistryService::State::receipt(registry::Leaf leaf) {
  const std::scoped_lock guard(reader_mutex);
  if (leaf >= reader->size()) ENTENTE_CHECK(reader->refresh());
  ENTENTE_TRY(const merkle::Receipt receipt, reader->receipt(leaf));
  return receipt.str();
}

// The latest, with the cosignatures it has.
Result<std::string> RegistryService::State::checkpoint() {
  const std::scoped_lock guard(reader_mutex);
  ENTENTE_CHECK(reader->refresh());
  return reader->checkpoint();
}

Result<void> RegistryService::State::open_faces() {
  ledger::ServeOptions serve{.prefix = std::string(kLogPrefix), .problem = options.problem};
  if (appender)
    serve.failure = [this] {
      auto error = appender->failure();
      return error ? error : appender->publication_problem();
    };
  ENTENTE_TRY(log_service, ledger::LogService::open(options.log, std::move(serve)));
  context = std::make_shared<ApiContext>();
  context->projection = &*projection;
  context->search = &search;
  context->lock = &lock;
  context->store_mutex = &store_mutex;
  context->cache = &cache;
  context->entry = [this](registry::Leaf leaf) { return entry(leaf); };
  context->receipt = [this](registry::Leaf leaf) { return receipt(leaf); };
  context->data = options.data;
  context->catalog = &*catalog;
  ENTENTE_TRY(context->parameters, declared_parameters(*options.data));
  context->public_url = options.public_url;
  context->origin = reader->verifier().name();
  context->log_key = reader->verifier().str();
  context->checkpoint = [this] { return checkpoint(); };
  if (options.key) context->sign_note = [key = options.key](std::string_view text) { return merkle::sign_note(text, {key.get()}); };
  context->problem = options.problem;
  if (appender) {
    queue = std::make_unique<AdmissionQueue>(
        AdmissionQueue::Parts{.appender = appender.get(),
                              .projection = &*projection,
                              .lock = &lock,
                              .store_mutex = &store_mutex,
                              .changed = [this](const registry::StoreChanges& changes) { take_changes(changes); },
                              .clock = options.clock,
                              .max_queue = options.max_queue});
    context->catch_up = [this] { queue->catch_up(); };
    context->submit = [this](std::string statement, ledger::Appender::Wait wait, AdmissionQueue::Done done) {
      queue->submit(std::move(statement), wait, std::move(done));
    };
    context->submit_read = [this](std::string statement, registry::Submission submission, ledger::Appender::Wait wait,
                                  AdmissionQueue::Done done) {
      queue->submit(std::move(statement), std::move(submission), wait, std::move(done));
    };
  }
  ENTENTE_CHECK(add_api(router, context));
  return open_signup();
}

Result<void> RegistryService::State::open_signup() {
  ENTENTE_TRY(
      applications,
      Applications::open(
          {.public_suffixes = options.signup.public_suffixes, .texts = options.signup.texts, .api = context, .clock = options.clock}));
  Applications::add_routes(router, applications);
  context->refuse = [this](const registry::Submission& submission) { return applications->refuse(submission); };
  ENTENTE_TRY(signup,
              Signup::open({.options = options.signup, .origin = reader->verifier().name(), .api = context, .clock = options.clock}));
  Signup::add_routes(router, signup);
  ENTENTE_TRY(mail_signup, MailSignup::open({.options = options.signup,
                                             .mail = options.mail,
                                             .page = options.public_url.empty() ? std::string() : options.public_url + "/confirm",
                                             .api = context,
                                             .clock = options.clock}));
  MailSignup::add_routes(router, mail_signup);
  const auto name = [this]() -> std::string {
    const std::shared_lock shared(lock);
    const registry::Rules* rules = projection->state().rules();
    return rules == nullptr ? "Entente" : rules->registry;
  };
  ENTENTE_TRY(pages, Pages::open({.data = options.data,
                                  .public_url = options.public_url,
                                  .registry = name,
                                  .confirmations = mail_signup,
                                  .applications = applications}));
  ENTENTE_TRY(
      contacts,
      Contacts::open(
          {.private_folder = options.signup.private_folder, .origin = reader->verifier().name(), .api = context, .clock = options.clock}));
  Contacts::add_routes(router, contacts);
  ComcheckAnswers::add_routes(
      router, std::make_shared<ComcheckAnswers>(ComcheckAnswers::Parts{
                  .private_folder = options.signup.private_folder, .log = reader->verifier(), .api = context, .clock = options.clock}));
  return {};
}

void RegistryService::State::open_witnessed() {
  if (!options.cosign || !options.signup.verifier_key || !queue) return;
  witnessed = std::make_unique<Witnessed>(Witnessed::Parts{.api = context,
                                                           .key = options.signup.verifier_key,
                                                           .checkpoint = context->checkpoint,
                                                           .clock = options.clock,
                                                           .pause = options.witnessed_pause});
}

http::Response RegistryService::State::health() const {
  std::optional<Error> error = queue ? queue->failure() : std::nullopt;
  if (!error && appender) error = appender->failure();
  if (!error && appender) error = appender->publication_problem();
  if (!error) return http::plain(200, "ok");
  return http::plain(503, error->what);
}

http::Response RegistryService::State::metrics() const {
  std::string text = counts.text();
  const auto gauge = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n{0} {2}\n", name, help, value);
  };
  if (appender) {
    gauge("entente_ledger_integrated_entries", "Entries that are durable and in the tree.", appender->integrated());
    gauge("entente_ledger_published_entries", "Entries a published checkpoint covers.", appender->published());
  }
  if (contacts) gauge("entente_contacts_broken_files", "Files of deposited contacts that cannot be read.", contacts->broken_files());
  if (queue) gauge("entente_statements_waiting", "Statements that wait to be judged.", queue->waiting());
  return {.content_type = "text/plain; version=0.0.4", .body = std::move(text)};
}

void RegistryService::State::handle_api(const http::Request& request, const http::Reply& reply) {
  const Router::Match match = router.find(request.method, std::string_view(request.path).substr(kApiPrefix.size()));
  if (match.answer != nullptr) return (*match.answer)(Call{.request = request, .values = match.values, .pattern = match.pattern}, reply);
  if (match.methods.empty())
    return reply(problem(404, "not-found", "there is no such resource", fmt::format("{}/openapi.json lists them", kApiPrefix)));
  std::string allowed = "OPTIONS";
  for (const http::Method method : match.methods) {
    allowed += fmt::format(", {}", http::method_text(method));
    if (method == http::Method::get) allowed += ", HEAD";
  }
  http::Response out = request.method == http::Method::options
                           ? http::Response{.status = 204}
                           : problem(405, "method-not-allowed", "this resource does not take that method");
  out.headers.emplace_back("Allow", allowed);
  if (request.method == http::Method::options) {
    out.headers.emplace_back("Access-Control-Allow-Methods", allowed);
    out.headers.emplace_back("Access-Control-Allow-Headers", "Content-Type");
    out.headers.emplace_back("Access-Control-Max-Age", "86400");
  }
  reply(std::move(out));
}

// What answers, and notes that it did. The time until a later answer is not the connection's but the statement's: it is what people wait.
http::Reply RegistryService::State::logged(const http::Request& request, http::Reply reply) const {
  if (!request_log) return reply;
  const auto start = std::chrono::steady_clock::now();
  return [this, start, at = now(), method = request.method, path = request.path, peer = request.peer,
          reply = std::move(reply)](http::Response response) {
    const std::size_t bytes = response.shared_body ? response.shared_body->size() : response.body.size();
    request_log->answered({.at = at,
                           .method = method,
                           .path = path,
                           .peer = peer,
                           .status = response.status,
                           .bytes = bytes,
                           .took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start)});
    reply(std::move(response));
  };
}

void RegistryService::State::handle(http::Request request, http::Reply reply) {
  const auto counted = [this, reply = logged(request, std::move(reply))](http::Response response) {
    counts.count(response.status);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    reply(std::move(response));
  };
  const std::string_view path = request.path;
  if (path == kLogPrefix || path.starts_with(std::string(kLogPrefix) + "/")) return log_service->handle(std::move(request), counted);
  if (path == kApiPrefix || path.starts_with(std::string(kApiPrefix) + "/"))
    return handle_api(request, [counted](http::Response response) {
      response.headers.emplace_back("Access-Control-Allow-Origin", "*");
      counted(std::move(response));
    });
  if (web && web->has(path)) return counted(web->answer(request));
  if (pages->has(path)) return pages->handle(request, counted);
  if (path == "/healthz") return counted(health());
  if (path == "/metrics") return counted(metrics());
  if (request.header("Accept").find("text/html") != std::string_view::npos) return counted(pages->refused(404, page_language(request)));
  counted(problem(404, "not-found", "there is nothing here", fmt::format("the API is at {}", kApiPrefix)));
}

RegistryService::RegistryService(std::unique_ptr<State> state) : state_(std::move(state)) {}

RegistryService::~RegistryService() {
  if (state_) (void)stop();
}

Result<std::unique_ptr<RegistryService>> RegistryService::start(RegistryOptions options,
                                                                const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  auto state = std::make_unique<State>(std::move(options));
  ENTENTE_CHECK(state->open(progress));
  return std::unique_ptr<RegistryService>(new RegistryService(std::move(state)));
}

std::vector<std::string> RegistryService::routes() const { return state_->router.routes(); }

http::Handler RegistryService::handler() {
  return [this](http::Request request, http::Reply reply) { state_->handle(std::move(request), std::move(reply)); };
}

std::size_t RegistryService::body_limit(const http::Request& head) const {
  constexpr std::size_t kMostStatement = 70'000;  // a ledger entry and a little, so that what is too large is told, not cut off
  if (std::string_view(head.path).starts_with(kLogPrefix)) return state_->log_service->body_limit(head);
  return kMostStatement;
}

http::Response RegistryService::refusal(unsigned status, std::string_view reason, const http::Request& seen) const {
  const std::string_view path = seen.path;
  http::Response out;
  if (path.empty() || path == kLogPrefix || path.starts_with(std::string(kLogPrefix) + "/") || path == "/healthz" || path == "/metrics")
    out = http::plain(status, reason);
  else if (state_->pages->has(path) || (state_->web && state_->web->has(path)))
    out = state_->pages->refused(status, page_language(seen));
  else
    out = problem(status, refusal_code(status), reason);
  if (path.starts_with(kApiPrefix)) out.headers.emplace_back("Access-Control-Allow-Origin", "*");
  out.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return out;
}

void RegistryService::submit(std::string entry, ledger::Appender::Wait wait, std::function<void(Result<Outcome>)> done) {
  if (!state_->queue) return done(fail("this server takes no statements"));
  state_->queue->submit(std::move(entry), wait, std::move(done));
}

Result<void> RegistryService::stop() {
  if (state_->follower.joinable()) {
    state_->follower.request_stop();
    state_->follower.join();
  }
  if (state_->witnessed) state_->witnessed->stop();
  if (state_->mail_signup) state_->mail_signup->stop();
  if (state_->signup) state_->signup->stop();
  if (state_->queue) state_->queue->stop();
  return state_->appender ? state_->appender->stop() : Result<void>();
}

}  // namespace entente::server
