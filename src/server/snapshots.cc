// The same handlers answer as in a server, asked one route after another: a snapshot cannot differ from what the server says. What stands
// in a pattern's braces is enumerated from State and catalogue; a route nobody can enumerate is an error, so that a new one is not
// forgotten.
#include "server/snapshots.h"

#include <fmt/format.h>
#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "catalog/control.h"
#include "core/json.h"
#include "registry/projection.h"
#include "registry/search.h"
#include "server/api.h"

namespace entente::server {
namespace {

constexpr std::uint64_t kSnapshotStep = 1024;
constexpr std::string_view kByDigest = "/statements/by-digest/{sha256}";  // the same bodies as /statements/{leaf}: not written twice

std::string snapshot_path(std::string_view route) {
  const std::string_view last = route.substr(route.rfind('/') + 1);
  const bool has_extension = last.find('.') != std::string_view::npos;
  return fmt::format("{}{}{}", kApiPrefix.substr(1), route, has_extension ? "" : "/index.json");
}

}  // namespace

struct Snapshots::State {
  State(EntrySource s, SnapshotOptions o) : source(std::move(s)), options(std::move(o)) {}

  Result<void> open(Progress& progress);
  Result<bool> replay(Progress& progress);
  Result<std::string> ask(const std::string& target) const;
  Result<std::vector<std::string>> values_of(std::string_view pattern) const;

  EntrySource source;
  SnapshotOptions options;
  std::optional<catalog::Catalog> catalog;
  std::optional<registry::Projection> projection;
  registry::SearchIndex search;
  std::shared_mutex lock;
  std::mutex store_mutex;
  ResponseCache cache{0};
  std::optional<Error> problem;  // what a handler told the operator
  std::shared_ptr<ApiContext> context;
  Router router;
};

// False: the tables were of other entries and are cleared now.
Result<bool> Snapshots::State::replay(Progress& progress) {
  ENTENTE_TRY(registry::Store store, registry::Store::open(options.database));
  ENTENTE_TRY(projection, registry::Projection::open(std::move(store), *options.data));
  if (projection->written() > source.size)
    return fail("the tables are ahead of the ledger's checkpoint", {.file = options.database},
                "a server writes to them: leave --database out, or publish again in a moment");
  progress.step("replaying the ledger", source.size);
  while (projection->state().next_leaf() < source.size) {
    std::vector<std::string> batch;
    const std::uint64_t count = std::min(kSnapshotStep, source.size - projection->state().next_leaf());
    ENTENTE_CHECK(source.each(projection->state().next_leaf(), count, [&](std::string entry) -> Result<void> {
      batch.push_back(std::move(entry));
      return {};
    }));
    if (batch.size() != count) return fail("the ledger has fewer entries than its checkpoint says");
    ENTENTE_TRY(const auto outcome, projection->apply(batch));
    if (outcome.began_anew) return false;
    progress.advance(count);
  }
  return true;
}

Result<void> Snapshots::State::open(Progress& progress) {
  ENTENTE_TRY(catalog, catalog::Catalog::load(*options.data));
  ENTENTE_TRY(bool done, replay(progress));
  if (!done) { ENTENTE_TRY(done, replay(progress)); }
  if (!done)
    return fail("the tables could not be made to follow the ledger", {.file = options.database}, "is another program writing to them?");
  std::vector<registry::SupporterRow> rows;
  ENTENTE_CHECK(projection->store().each_supporter([&](registry::SupporterRow row) -> Result<void> {
    row.body.clear();
    rows.push_back(std::move(row));
    return {};
  }));
  search.put(rows);
  context = std::make_shared<ApiContext>();
  context->projection = &*projection;
  context->search = &search;
  context->lock = &lock;
  context->store_mutex = &store_mutex;
  context->cache = &cache;
  context->entry = source.entry;
  context->log_key = source.log_key;
  if (!source.checkpoint.empty()) context->checkpoint = [this]() -> Result<std::string> { return source.checkpoint; };
  context->data = options.data;
  context->catalog = &*catalog;
  ENTENTE_TRY(context->parameters, declared_parameters(*options.data));
  context->public_url = options.public_url;
  context->problem = [this](const Error& error) { problem = error; };
  return add_api(router, context);
}

// `target`: below the API's prefix, perhaps with a query.
Result<std::string> Snapshots::State::ask(const std::string& target) const {
  const std::size_t mark = std::min(target.find('?'), target.size());
  const http::Request request{.path = std::string(kApiPrefix) + target.substr(0, mark),
                              .query = mark == target.size() ? std::string() : target.substr(mark + 1)};
  const Router::Match match = router.find(http::Method::get, std::string_view(target).substr(0, mark));
  if (match.answer == nullptr) return fail("no route answers " + target);
  std::optional<http::Response> response;  // reading handlers answer before they return
  (*match.answer)(Call{.request = request, .values = match.values, .pattern = match.pattern},
                  [&](http::Response r) { response = std::move(r); });
  if (!response || response->status != 200) {
    if (problem) return fail(*problem);
    return fail(fmt::format("{} has no answer to publish (status {})", target, response ? response->status : 0));
  }
  return response->shared_body ? *response->shared_body : response->body;
}

Result<std::vector<std::string>> Snapshots::State::values_of(std::string_view pattern) const {
  std::vector<std::string> out;
  const registry::State& state = projection->state();
  if (pattern.starts_with("/supporters/{id}") || pattern == "/index/{id}") {
    for (const auto& [id, s] : state.supporters())
      if (pattern != "/index/{id}" || registry::counts(s.status)) out.push_back(id);
  } else if (pattern == "/statements/{leaf}") {
    for (registry::Leaf leaf = 0; leaf < source.size; ++leaf) out.push_back(std::to_string(leaf));
  } else if (pattern == "/assessments/{envelope}") {
    for (const auto& [envelope, assessment] : state.assessments()) out.push_back(envelope.hex());
  } else if (pattern == "/principles/{number}") {
    for (const catalog::Principle& p : catalog->principles()) out.push_back(std::to_string(p.number));
  } else if (pattern.starts_with("/controls/{id}")) {
    for (const catalog::Control& c : catalog->controls()) out.push_back(c.id.str());
  } else if (pattern == "/norms/{id}") {
    ENTENTE_TRY(const std::string body, ask("/norms"));
    ENTENTE_TRY(const JsonDocument instruments, JsonDocument::parse(body, "norms"));
    if (const auto list = as_array(instruments.root()))
      for (const JsonView instrument : *list) out.emplace_back(json_string(instrument, "id").value_or(""));
  } else if (pattern.starts_with("/pages/")) {
    const std::size_t count = pattern.starts_with("/pages/supporters/") ? state.supporters().size() : source.size;
    for (std::size_t first = 0; first == 0 || first < count; first += kWholePage) out.push_back(std::to_string(first));
  } else if (pattern != kByDigest) {
    return fail(fmt::format("nobody knows which values {} takes", pattern));
  }
  return out;
}

Snapshots::Snapshots(std::unique_ptr<State> state) : state_(std::move(state)) {}
Snapshots::~Snapshots() = default;

Result<std::unique_ptr<Snapshots>> Snapshots::make(EntrySource source, SnapshotOptions options, Progress& progress) {
  auto state = std::make_unique<State>(std::move(source), std::move(options));
  ENTENTE_CHECK(state->open(progress));
  return std::unique_ptr<Snapshots>(new Snapshots(std::move(state)));
}

Result<void> Snapshots::each(const Take& take, Progress& progress) {
  progress.step("making snapshots");
  for (const std::string& route : state_->router.routes()) {
    if (!route.starts_with("GET ")) continue;
    const std::string pattern = route.substr(4);
    const std::size_t open = pattern.find('{');
    if (open == std::string::npos) {
      // Where the ledger has no founding statement there are no rules.
      if (pattern == "/rules" && state_->projection->state().rules() == nullptr) continue;
      if (pattern == "/counters.note") continue;  // signed by a server that has the ledger's key
      ENTENTE_TRY(const std::string body, state_->ask(pattern));
      ENTENTE_CHECK(take(snapshot_path(pattern), body));
      progress.advance(1);
      continue;
    }
    ENTENTE_TRY(const auto values, state_->values_of(pattern));
    for (const std::string& value : values) {
      std::string path = pattern;
      path.replace(open, path.find('}') - open + 1, value);
      ENTENTE_TRY(const std::string body, state_->ask(path));
      ENTENTE_CHECK(take(snapshot_path(path), body));
      progress.advance(1);
    }
  }
  return {};
}

}  // namespace entente::server
