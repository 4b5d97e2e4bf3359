// Reading handlers are pure functions of tables and State: run under the shared lock, their bodies kept in the cache until the next write.
// A page of a list carries whole records as the table holds them, without reading them as JSON again.
#include "server/api.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>

#include "core/utf8.h"
#include "registry/record_json.h"
#include "server/api_reading.h"
#include "server/api_views.h"
#include "statement/statement.h"

namespace entente::server {
namespace {

using http::Method;
using http::Reply;
using http::Request;
using http::Response;

using Context = std::shared_ptr<const ApiContext>;
constexpr std::size_t kMostPage = 500, kDefaultPage = 50;

template <class F>
auto with_store(const ApiContext& context, const F& run) {
  const std::scoped_lock lock(*context.store_mutex);
  return run(context.projection->store());
}

// {"items":[BODY,…]} with bodies as the tables hold them.
std::string join(const std::vector<std::string>& bodies) {
  std::string out = "[";
  for (const std::string& body : bodies) {
    if (out.size() > 1) out += ',';
    out += body;
  }
  return out + "]";
}

// ---- supporters

bool is_status(std::string_view text) {
  for (auto s = registry::Status::applied; s <= registry::Status::succeeded; s = static_cast<registry::Status>(static_cast<int>(s) + 1))
    if (name(s) == text) return true;
  return false;
}

bool is_tier(std::string_view text) {
  return text.size() == 2 && text[0] >= '0' && text[0] <= '9' && std::string_view("ABCD?").find(text[1]) != std::string_view::npos;
}

// Values of a closed list: one that is not in it would only ever find nothing, which reads like an answer.
Result<void> check_listed(const registry::SearchQuery& q) {
  const auto category = [](const std::string& text) { return text == "-" || registry::category_from(text).has_value(); };
  if (!std::ranges::all_of(q.categories, category)) return bad_question("there is no such category", "see /counters for those there are");
  if (!std::ranges::all_of(q.statuses, is_status)) return bad_question("there is no such status", "see /counters for those there are");
  if (!std::ranges::all_of(q.tiers, is_tier))
    return bad_question("a tier is the principle's number and A, B, C, D or ?", "for instance 6A");
  return {};
}

Result<registry::SearchQuery> search_query(const Request& request) {
  registry::SearchQuery q;
  for (const std::string& text : parameters(request, "q")) q.text += text + " ";
  if (q.text.size() > 400) return bad_question("the search text is too long", "at most 400 bytes");
  q.categories = parameters(request, "category");
  q.countries = parameters(request, "country");
  q.natures = parameters(request, "nature");
  q.statuses = parameters(request, "status");
  q.tiers = parameters(request, "tier");
  ENTENTE_CHECK(check_listed(q));
  for (const std::string& text : parameters(request, "principle")) {
    const auto number = number_of(text);
    if (!number || *number < 1 || *number > 9) return bad_question("a principle is a number from 1 to 9");
    q.principles = static_cast<std::uint16_t>(q.principles | 1U << *number);
  }
  const auto day = [&](const char* name, std::string& out) -> Result<void> {
    const auto values = parameters(request, name);
    if (values.empty()) return {};
    if (!parse_date(values.front())) return bad_question(fmt::format("\"{}\" must be a day", name), "for instance 2026-11-24");
    out = values.front();
    return {};
  };
  ENTENTE_CHECK(day("from", q.from_day));
  ENTENTE_CHECK(day("to", q.to_day));
  if (const auto counted = parameters(request, "include"); !counted.empty()) {
    if (counted.front() != "all") return bad_question("\"include\" knows only \"all\"");
    q.counted = registry::Counted::all;
  }
  if (const auto sorts = parameters(request, "sort"); !sorts.empty()) {
    std::string_view sort = sorts.front();
    if (sort.starts_with('-')) {
      q.order = registry::SortOrder::descending;
      sort.remove_prefix(1);
    }
    if (sort != "name" && sort != "day" && sort != "changed")
      return bad_question("\"sort\" must be name, day or changed, perhaps with a - before it");
    q.sort = sort == "name" ? registry::SortBy::name : sort == "day" ? registry::SortBy::day : registry::SortBy::changed;
  }
  ENTENTE_TRY(q.limit, number_parameter(request, "limit", kDefaultPage, kMostPage));
  ENTENTE_TRY(q.offset, number_parameter(request, "offset", 0, 1ULL << 40));
  return q;
}

Result<Made> found_supporters(const ApiContext& context, const registry::SearchQuery& query) {
  const registry::SearchAnswer found = context.search->find(query);
  std::vector<std::string> bodies;
  for (const std::string& id : found.ids) {
    ENTENTE_TRY(auto body, with_store(context, [&](registry::Store& store) { return store.supporter(id); }));
    if (body) bodies.push_back(std::move(*body));
  }
  const auto counts = [](const std::map<std::string, std::size_t>& values) {
    Json out = Json::object();
    for (const auto& [value, count] : values) out[value] = count;
    return out;
  };
  const Json facets{{"category", counts(found.categories)}, {"country", counts(found.countries)}, {"nature", counts(found.natures)}};
  std::string next = "null";
  if (query.offset + found.ids.size() < found.total && !found.ids.empty()) next = std::to_string(query.offset + found.ids.size());
  return json_made(fmt::format(R"({{"total":{},"offset":{},"next_offset":{},"facets":{},"items":{}}})", found.total, query.offset, next,
                               json_compact(facets), join(bodies)));
}

Result<Made> supporters(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const registry::SearchQuery query, search_query(call.request));
  return found_supporters(context, query);
}

// Where a page of a whole list begins. There is always a first page; no other begins behind the end.
Result<std::size_t> page_start(const Call& call, std::size_t count) {
  const auto first = number_of(call.values[0]);
  if (!first || *first % kWholePage != 0 || (*first != 0 && *first >= count) || std::to_string(*first) != call.values[0])
    return absent(fmt::format("page {}: pages begin at multiples of {}", shown(call.values[0]), kWholePage));
  return *first;
}

// /supporters?include=all&limit=500&offset=…
Result<Made> supporters_page(const ApiContext& context, const Call& call) {
  registry::SearchQuery query{.counted = registry::Counted::all, .limit = kWholePage};
  ENTENTE_TRY(query.offset, page_start(call, context.search->size()));
  return found_supporters(context, query);
}

Result<Made> supporter(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(auto body, with_store(context, [&](registry::Store& store) { return store.supporter(call.values[0]); }));
  if (!body) return absent("supporter " + shown(call.values[0]));
  return json_made(std::move(*body));
}

Result<Made> statements_of(const ApiContext& context, const registry::Store::StatementQuery& query) {
  ENTENTE_TRY(const auto rows, with_store(context, [&](registry::Store& store) { return store.statements(query); }));
  std::vector<std::string> bodies;
  for (const auto& row : rows) bodies.push_back(row.body);
  const std::string next = rows.size() == query.limit ? std::to_string(rows.back().leaf + 1) : "null";
  return json_made(fmt::format(R"({{"next_from":{},"items":{}}})", next, join(bodies)));
}

Result<Made> history(const ApiContext& context, const Call& call) {
  const registry::Supporter* s = context.projection->state().supporter(call.values[0]);
  if (s == nullptr) return absent("supporter " + shown(call.values[0]));
  std::vector<std::string> bodies;
  for (const registry::Leaf leaf : s->statements) {
    ENTENTE_TRY(auto body, with_store(context, [&](registry::Store& store) { return store.statement(leaf); }));
    if (body) bodies.push_back(std::move(*body));
  }
  return json_made(fmt::format(R"({{"supporter":{},"items":{}}})", json_compact(call.values[0]), join(bodies)));
}

// ---- statements

Result<Made> statements(const ApiContext& context, const Call& call) {
  registry::Store::StatementQuery query;
  ENTENTE_TRY(query.from, number_parameter(call.request, "from", 0, 1ULL << 62));
  ENTENTE_TRY(const std::uint64_t limit, number_parameter(call.request, "limit", 100, kMostPage));
  query.limit = static_cast<std::uint32_t>(std::max<std::uint64_t>(limit, 1));
  if (const auto kinds = parameters(call.request, "kind"); !kinds.empty()) {
    if (!registry::kind_from(kinds.front())) return bad_question("there is no such kind of statement", "see docs/statements.md");
    query.kind = kinds.front();
  }
  if (const auto ids = parameters(call.request, "supporter"); !ids.empty()) query.supporter = ids.front();
  return statements_of(context, query);
}

// /statements?limit=500&from=…
Result<Made> statements_page(const ApiContext& context, const Call& call) {
  registry::Store::StatementQuery query{.limit = kWholePage};
  ENTENTE_TRY(query.from, page_start(call, context.projection->state().next_leaf()));
  return statements_of(context, query);
}

// The row, and what the entry says: the decoded statement, or the entry's bytes where it is none.
Result<Made> statement_at(const ApiContext& context, registry::Leaf leaf) {
  ENTENTE_TRY(auto body, with_store(context, [&](registry::Store& store) { return store.statement(leaf); }));
  if (!body) return absent(fmt::format("statement at leaf {}", leaf));
  ENTENTE_TRY(const std::string entry, context.entry(leaf));
  const auto envelope = statement::Envelope::parse(entry, "entry");
  const auto decoded = envelope ? JsonDocument::parse(envelope->payload, "payload") : Result<JsonDocument>(fail("no statement"));
  body->pop_back();
  if (decoded)
    *body += ",\"statement\":" + json_compact(to_json(decoded->root())) + "}";
  else
    *body += ",\"bytes\":" + json_compact(Json(to_base64(as_bytes(entry)))) + "}";
  return json_made(std::move(*body));
}

Result<Made> statement(const ApiContext& context, const Call& call) {
  const auto leaf = number_of(call.values[0]);
  if (!leaf || *leaf >= 1ULL << 62) return absent("such leaf");
  return statement_at(context, *leaf);
}

Result<Made> statement_by_digest(const ApiContext& context, const Call& call) {
  const auto digest = Digest::from_hex(call.values[0]);
  if (!digest) return bad_question("a digest has 64 lower-case hex digits");
  const auto leaf = context.projection->state().leaf_of(*digest);
  if (!leaf) return absent("statement of that digest");
  return statement_at(context, *leaf);
}

void submit(const Context& context, const Call& call, const Reply& reply) {
  if (!context->submit) return reply(problem(405, "read-only", "this server takes no statements", "send it to the registry itself"));
  if (call.request.body.empty()) return reply(problem(400, "malformed", "the request has no body", "send a DSSE envelope"));
  const auto wait = parameters(call.request, "wait");
  if (!wait.empty() && wait.front() != "published" && wait.front() != "integrated")
    return reply(problem(400, "bad-request", "\"wait\" must be integrated or published"));
  const auto mode = !wait.empty() && wait.front() == "published" ? ledger::Appender::Wait::published : ledger::Appender::Wait::integrated;
  registry::Submission submission = context->projection->state().read(call.request.body);
  if (context->refuse)
    if (auto refused = context->refuse(submission)) return reply(std::move(*refused));
  context->submit_read(call.request.body, std::move(submission), mode, [context, reply](Result<RegistryService::Outcome> outcome) {
    if (!outcome) return reply(problem(503, "unavailable", outcome.error().what, outcome.error().hint));
    if (!*outcome) {
      const registry::Rejection& why = outcome->error();
      return reply(problem(static_cast<unsigned>(registry::http_status(why.code)), name(why.code), why.what, why.hint, why.pointer));
    }
    const RegistryService::Accepted& accepted = **outcome;
    Json body{{"leaf", accepted.leaf}, {"disposition", name(accepted.disposition)}};
    if (!accepted.checkpoint.empty()) {
      body["checkpoint"] = accepted.checkpoint;
      if (const auto receipt = context->receipt(accepted.leaf)) body["receipt"] = *receipt;
    }
    Response answer{.status = 201, .content_type = "application/json", .body = json_compact(body) + "\n"};
    answer.headers.emplace_back("Location", fmt::format("{}/statements/{}", kApiPrefix, accepted.leaf));
    reply(std::move(answer));
  });
}

// ---- collections of the tables

Maker collection(const char* name) {
  return [name](const ApiContext& context, const Call&) -> Result<Made> {
    ENTENTE_TRY(const auto rows, with_store(context, [&](registry::Store& store) { return store.documents(name); }));
    std::vector<std::string> bodies;
    for (const auto& row : rows) bodies.push_back(row.body);
    return json_made(fmt::format(R"({{"items":{}}})", join(bodies)));
  };
}

Maker document(const char* name, std::string fixed_id = {}) {
  return [name, fixed_id = std::move(fixed_id)](const ApiContext& context, const Call& call) -> Result<Made> {
    const std::string& id = fixed_id.empty() ? call.values[0] : fixed_id;
    ENTENTE_TRY(auto body, with_store(context, [&](registry::Store& store) { return store.document(name, id); }));
    if (!body) return absent(fmt::format("{} {}", name, shown(id)));
    return json_made(std::move(*body));
  };
}

}  // namespace

Result<void> add_api(Router& router, std::shared_ptr<const ApiContext> context) {
  const auto get = [&](std::string_view pattern, Maker make) { router.add(Method::get, pattern, reading(context, std::move(make))); };
  get("/supporters", supporters);
  get("/supporters/{id}", supporter);
  get("/supporters/{id}/statements", history);
  get("/pages/supporters/{offset}.json", supporters_page);
  get("/statements", statements);
  get("/pages/statements/{leaf}.json", statements_page);
  get("/statements/{leaf}", statement);
  get("/statements/by-digest/{sha256}", statement_by_digest);
  get("/assessments/{envelope}", document("assessment"));
  get("/disputes", collection("dispute"));
  get("/events", collection("event"));
  get("/queue", collection("pending"));
  get("/rules", document("rules", "current"));
  get("/comchecks", collection("comcheck"));
  get("/catalogue-releases", collection("catalogue"));
  get("/commitments", collection("commitment"));
  router.add(Method::post, "/statements", [context](const Call& call, const Reply& reply) { submit(context, call, reply); });
  return add_views(router, std::move(context));
}

}  // namespace entente::server
