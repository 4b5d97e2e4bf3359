// Reading handlers are pure functions of tables and State: run under the shared lock, their bodies kept in the cache until the next write.
// A page of a list carries whole records as the table holds them, without reading them as JSON again.
#include "server/api.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>

#include "catalog/crosswalk.h"
#include "catalog/norms.h"
#include "core/utf8.h"
#include "registry/record_json.h"
#include "statement/statement.h"

namespace entente::server {
namespace {

using http::Method;
using http::Reply;
using http::Request;
using http::Response;
using Made = ResponseCache::Made;
using Context = std::shared_ptr<const ApiContext>;

constexpr const char* kJson = "application/json";
constexpr std::size_t kMostPage = 500, kDefaultPage = 50;

// Not an Error of the server: the answer is 404.
constexpr std::string_view kAbsent = "there is no such record";
Result<Made> absent(std::string what) { return fail(std::string(kAbsent), {.pointer = std::move(what)}); }

// A question that makes no sense: 400.
constexpr std::string_view kBadQuestion = "the question makes no sense: ";
Result<Made> bad_question(std::string_view what, std::string_view hint = {}) {
  return fail(fmt::format("{}{}", kBadQuestion, what), {}, std::string(hint));
}

bool etag_matches(std::string_view field, std::string_view etag) {
  while (!field.empty()) {
    const std::size_t comma = std::min(field.find(','), field.size());
    std::string_view item = field.substr(0, comma);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == etag || item == "*") return true;
    field.remove_prefix(std::min(comma + 1, field.size()));
  }
  return false;
}

Response answer_with(const Request& request, const CachedAnswer& answer) {
  Response out{.content_type = answer.content_type, .headers = {{"ETag", answer.etag}, {"Cache-Control", "no-cache"}}};
  if (etag_matches(request.header("If-None-Match"), answer.etag)) {
    out.status = 304;
    return out;
  }
  out.shared_body = answer.body;
  return out;
}

Response answer_error(const ApiContext& context, const Error& error) {
  if (error.what == kAbsent) return problem(404, "not-found", "there is no " + error.where.pointer.value_or("such record"));
  if (error.what.starts_with(kBadQuestion)) return problem(400, "bad-request", error.what.substr(kBadQuestion.size()), error.hint);
  if (context.problem) context.problem(error);
  return problem(500, "internal", "this answer could not be made", "the operator was told; try again later");
}

// A route that is answered from the cache.
using Maker = std::function<Result<Made>(const ApiContext&, const Call&)>;
Router::Answer reading(Context context, Maker make) {
  return [context = std::move(context), make = std::move(make)](const Call& call, const Reply& reply) {
    const std::string key = call.request.path + "?" + call.request.query;
    const auto answer = context->cache->get(key, [&]() -> Result<Made> {
      const std::shared_lock lock(*context->lock);
      return make(*context, call);
    });
    reply(answer ? answer_with(call.request, *answer) : answer_error(*context, answer.error()));
  };
}

template <class F>
auto with_store(const ApiContext& context, const F& run) {
  const std::scoped_lock lock(*context.store_mutex);
  return run(context.projection->store());
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A parameter that is a number; the default where it is absent.
Result<std::uint64_t> number_parameter(const Request& request, const char* name, std::uint64_t otherwise, std::uint64_t most) {
  const auto values = parameters(request, name);
  if (values.empty()) return otherwise;
  const auto value = number_of(values.front());
  if (!value || *value > most)
    return fail(fmt::format("{}\"{}\" must be a number from 0 to {}", kBadQuestion, name, most));
  return *value;
}

Made json_made(std::string body) { return {.body = std::move(body) + "\n", .content_type = kJson}; }
Made json_made(const Json& value) { return json_made(json_compact(value)); }

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

Result<registry::SearchQuery> search_query(const Request& request) {
  registry::SearchQuery q;
  for (const std::string& text : parameters(request, "q")) q.text += text + " ";
  if (q.text.size() > 400) return fail(fmt::format("{}the search text is too long", kBadQuestion), {}, "at most 400 bytes");
  q.categories = parameters(request, "category");
  q.countries = parameters(request, "country");
  q.natures = parameters(request, "nature");
  q.statuses = parameters(request, "status");
  q.tiers = parameters(request, "tier");
  for (const std::string& text : parameters(request, "principle")) {
    const auto number = number_of(text);
    if (!number || *number < 1 || *number > 9) return fail(fmt::format("{}a principle is a number from 1 to 9", kBadQuestion));
    q.principles = static_cast<std::uint16_t>(q.principles | 1U << *number);
  }
  const auto day = [&](const char* name, std::string& out) -> Result<void> {
    const auto values = parameters(request, name);
    if (values.empty()) return {};
    if (!parse_date(values.front())) return fail(fmt::format("{}\"{}\" must be a day", kBadQuestion, name), {}, "for instance 2026-11-24");
    out = values.front();
    return {};
  };
  ENTENTE_CHECK(day("from", q.from_day));
  ENTENTE_CHECK(day("to", q.to_day));
  if (const auto counted = parameters(request, "include"); !counted.empty()) {
    if (counted.front() != "all") return fail(fmt::format("{}\"include\" knows only \"all\"", kBadQuestion));
    q.counted = registry::Counted::all;
  }
  if (const auto sorts = parameters(request, "sort"); !sorts.empty()) {
    std::string_view sort = sorts.front();
    if (sort.starts_with('-')) {
      q.order = registry::SortOrder::descending;
      sort.remove_prefix(1);
    }
    if (sort != "name" && sort != "day" && sort != "changed")
      return fail(fmt::format("{}\"sort\" must be name, day or changed, perhaps with a - before it", kBadQuestion));
    q.sort = sort == "name" ? registry::SortBy::name : sort == "day" ? registry::SortBy::day : registry::SortBy::changed;
  }
  ENTENTE_TRY(q.limit, number_parameter(request, "limit", kDefaultPage, kMostPage));
  ENTENTE_TRY(q.offset, number_parameter(request, "offset", 0, 1ULL << 40));
  return q;
}

Result<Made> supporters(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(const registry::SearchQuery query, search_query(call.request));
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

Result<Made> supporter(const ApiContext& context, const Call& call) {
  ENTENTE_TRY(auto body, with_store(context, [&](registry::Store& store) { return store.supporter(call.values[0]); }));
  if (!body) return absent(fmt::format("supporter \"{}\"", printable(call.values[0], 80)));
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
  if (s == nullptr) return absent(fmt::format("supporter \"{}\"", printable(call.values[0], 80)));
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
  if (!Digest::from_hex(call.values[0])) return bad_question("a digest has 64 lower-case hex digits");
  ENTENTE_TRY(const auto leaf, with_store(context, [&](registry::Store& store) { return store.leaf_of(call.values[0]); }));
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
  context->submit(call.request.body, mode, [context, reply](Result<RegistryService::Outcome> outcome) {
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
    Response answer{.status = 201, .content_type = kJson, .body = json_compact(body) + "\n"};
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
    if (!body) return absent(fmt::format("{} \"{}\"", name, printable(id, 80)));
    return json_made(std::move(*body));
  };
}

}  // namespace

Response problem(unsigned status, std::string_view code, std::string_view what, std::string_view hint, std::string_view pointer) {
  Json body{{"status", status}, {"code", code}, {"detail", what}};
  if (!hint.empty()) body["hint"] = hint;
  if (!pointer.empty()) body["pointer"] = pointer;
  return {.status = status, .content_type = "application/problem+json", .body = json_compact(body) + "\n"};
}

void add_views(Router& router, const std::shared_ptr<const ApiContext>& context);  // api_views.cc

void add_api(Router& router, std::shared_ptr<const ApiContext> context) {
  const auto get = [&](std::string_view pattern, Maker make) { router.add(Method::get, pattern, reading(context, std::move(make))); };
  get("/supporters", supporters);
  get("/supporters/{id}", supporter);
  get("/supporters/{id}/statements", history);
  get("/statements", statements);
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
  add_views(router, context);
}

}  // namespace entente::server
