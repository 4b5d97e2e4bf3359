// What is computed from State is computed anew after each write, when it is asked for.
#include "server/api_views.h"

#include <fmt/format.h>

#include "registry/absence.h"
#include "registry/badge.h"
#include "registry/calendar.h"
#include "registry/changes.h"
#include "registry/counters.h"
#include "registry/csv_export.h"
#include "registry/directory.h"
#include "registry/feed_changes.h"
#include "registry/index.h"
#include "registry/ledger_times.h"
#include "registry/peer_groups.h"
#include "registry/results.h"
#include "server/api_reading.h"

namespace entente::server {
namespace {

constexpr std::string_view kOpenApiPath = "api/openapi.json";

// ---- computed from State

// "at" of the question; else the ledger's own time.
Result<Instant> time_asked(const ApiContext& context, const Call& call) {
  const auto values = parameters(call.request, "at");
  if (values.empty()) return context.projection->state().ledger_time();
  const auto at = parse_time_or_date(values.front());
  if (!at) return bad_question("\"at\" must be a time", "for instance 2026-11-24T00:00:00Z");
  return *at;
}

Result<Made> index(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const Instant at, time_asked(context, call));
  const auto detail = parameters(call.request, "detail");
  if (!detail.empty() && detail.front() != "findings") return bad_question("\"detail\" knows only \"findings\"");
  const registry::Index made = registry::index_at(context.projection->state(), *context.catalog, at);
  return json_made(registry::index_json(made, detail.empty() ? registry::IndexDetail::principles : registry::IndexDetail::findings));
}

Result<Made> index_of(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const Instant at, time_asked(context, call));
  const registry::State& state = context.projection->state();
  const auto row =
      registry::index_of(state, *context.catalog, registry::LedgerTimes(state), call.values[0], at, registry::OtherRecords::looked_at);
  if (!row) return absent("supporter that counts of the id " + shown(call.values[0]));
  return json_made(registry::supporter_index_json(*row, registry::IndexDetail::findings));
}

Result<Made> groups(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const Instant at, time_asked(context, call));
  const registry::Index made = registry::index_at(context.projection->state(), *context.catalog, at);
  return json_made(registry::peer_groups_json(registry::peer_groups(made), made));
}

// As of the ledger's own time, so that they are the same in a static copy.
Result<Made> results(const ApiContext& context, const Call&) {
  const registry::State& state = context.projection->state();
  return json_made(registry::results_json(registry::results_at(state, *context.catalog, state.ledger_time())));
}

Result<Made> control_results(const ApiContext& context, const Call& call) {
  const catalog::Control* control = control_asked(*context.catalog, call);
  if (control == nullptr) return absent("control " + shown(call.values[0]));
  const registry::State& state = context.projection->state();
  return json_made(registry::control_results_json(state, *context.catalog, *control, state.ledger_time()));
}

Result<Made> directory(const ApiContext& context, const Call&) {
  return json_made(registry::directory_json(context.projection->state(), *context.search));
}

Result<Made> counters(const ApiContext& context, const Call&) {
  return json_made(registry::counters_json(registry::count_supporters(context.projection->state())));
}

Result<Made> growth(const ApiContext& context, const Call&) {
  const registry::State& state = context.projection->state();
  return json_made(registry::growth_json(registry::growth(state, registry::LedgerTimes(state))));
}

Result<Made> absence(const ApiContext& context, const Call&) {
  return json_made(registry::absence_json(registry::absence(registry::count_supporters(context.projection->state()))));
}

Result<std::vector<registry::Change>> changes_asked(const ApiContext& context, const Call& call) {
  registry::ChangesQuery query;
  ENTENTE_TRY(query.limit, number_parameter(call.request, "limit", 50, registry::kMaxChanges));
  ENTENTE_TRY(const std::uint64_t before, number_parameter(call.request, "before", ~0ULL >> 2, ~0ULL >> 2));
  if (before != ~0ULL >> 2) query.before = before;
  if (const auto ids = parameters(call.request, "supporter"); !ids.empty()) query.supporter = ids.front();
  const registry::State& state = context.projection->state();
  return registry::latest_changes(state, registry::LedgerTimes(state), query);
}

Result<Made> changes(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const auto found, changes_asked(context, call));
  Json items = Json::array();
  for (const registry::Change& change : found) items.push_back(registry::change_json(change));
  return json_made(Json{{"items", std::move(items)}});
}

std::string registry_name(const ApiContext& context) {
  const registry::Rules* rules = context.projection->state().rules();
  return rules != nullptr ? rules->registry : "Registry";
}

// A server that was not told its own address gives links that are relative to the feed's; the feed's id then stands under a name that is
// none.
registry::FeedInfo feed_info(const ApiContext& context, std::string_view file) {
  const std::string& base = context.public_url;
  const std::string api = base + std::string(kApiPrefix);
  return {.id = fmt::format("{}{}/{}", base.empty() ? "https://registry.invalid" : base, kApiPrefix, file),
          .title = registry_name(context),
          .author = registry_name(context),
          .self = fmt::format("{}/{}", api, file),
          .home = base + "/",
          .entries = api + "/statements/",
          .updated = context.projection->state().ledger_time()};
}

Result<Made> atom(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const auto found, changes_asked(context, call));
  return Made{.body = registry::atom_feed(feed_info(context, "changes.atom"), found), .content_type = "application/atom+xml"};
}

Result<Made> feed(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const auto found, changes_asked(context, call));
  Made made = json_made(registry::json_feed(feed_info(context, "changes.json"), found));
  made.content_type = "application/feed+json";
  return made;
}

// The calendar's domain never changes: the log's origin begins with it.
Result<Made> calendar(const ApiContext& context, const Call&) {
  const registry::State& state = context.projection->state();
  std::string domain = "registry.invalid";
  if (state.rules() != nullptr) domain = state.rules()->log.substr(0, state.rules()->log.find('/'));
  return Made{.body = registry::calendar({.name = registry_name(context), .domain = domain}, state.events()),
              .content_type = "text/calendar; charset=utf-8"};
}

Result<registry::ExportScope> scope_asked(const Call& call) {
  const auto include = parameters(call.request, "include");
  if (!include.empty() && include.front() != "all") return bad_question("\"include\" knows only \"all\"");
  return include.empty() ? registry::ExportScope::counting : registry::ExportScope::all;
}

Result<Made> csv(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const auto scope, scope_asked(call));
  return Made{.body = registry::supporters_csv(context.projection->state(), scope),
              .content_type = "text/csv; charset=utf-8; header=present"};
}

Result<Made> ndjson(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const auto scope, scope_asked(call));
  return Made{.body = registry::supporters_ndjson(context.projection->state(), scope), .content_type = "application/x-ndjson"};
}

Result<registry::BadgeInfo> badge_info(const ApiContext& context, const Call& call) {
  const registry::State& state = context.projection->state();
  registry::BadgeInfo info{.as_of = state.ledger_time(), .ledger_size = state.next_leaf()};
  if (const auto languages = parameters(call.request, "lang"); !languages.empty()) {
    const auto language = catalog::parse_language(languages.front());
    if (!language) return bad_question("\"lang\" must be en or fr");
    info.language = *language;
  }
  return info;
}

Result<Made> badge(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const registry::BadgeInfo info, badge_info(context, call));
  return Made{.body = registry::badge_svg(context.projection->state().supporter(call.values[0]), info), .content_type = "image/svg+xml"};
}

Result<Made> counter_image(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const registry::BadgeInfo info, badge_info(context, call));
  const std::uint32_t supporters = registry::count_supporters(context.projection->state()).supporters;
  return Made{.body = registry::counter_svg(supporters, info), .content_type = "image/svg+xml"};
}

Result<Made> signed_counter(const ApiContext& context, const Call&) {
  if (!context.sign_note) return absent("signed counter here: this server does not have the ledger's key");
  const std::string text = registry::counter_to_sign(registry::count_supporters(context.projection->state()), context.origin) + "\n";
  ENTENTE_TRY(std::string note, context.sign_note(text));
  return Made{.body = std::move(note), .content_type = "text/plain; charset=utf-8"};
}

Result<Made> openapi(const ApiContext& context, const Call&) {
  ENTENTE_TRY(const std::string_view text, context.data->file(kOpenApiPath));
  return Made{.body = std::string(text), .content_type = "application/openapi+json"};
}

}  // namespace

Result<void> add_views(Router& router, std::shared_ptr<const ApiContext> context) {
  ENTENTE_CHECK(add_catalogue(router, context));
  add_ledger_view(router, context);
  const auto get = [&](std::string_view pattern, Maker make) { router.add(http::Method::get, pattern, reading(context, std::move(make))); };
  get("/directory", directory);
  get("/results", results);
  get("/controls/{id}/results", control_results);
  get("/index", index);
  get("/index/{id}", index_of);
  get("/peer-groups", groups);
  get("/counters", counters);
  get("/counters.svg", counter_image);
  get("/counters.note", signed_counter);
  get("/growth", growth);
  get("/absence", absence);
  get("/changes", changes);
  get("/changes.atom", atom);
  get("/changes.json", feed);
  get("/events.ics", calendar);
  get("/supporters.csv", csv);
  get("/supporters.ndjson", ndjson);
  get("/supporters/{id}/badge.svg", badge);
  get("/openapi.json", openapi);
  return {};
}

}  // namespace entente::server
