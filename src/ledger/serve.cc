// Routing and answering. Tiles and bundles never change once they exist, so they are named by the digest of their bytes (ETag) and may be
// cached for ever; the checkpoint must be asked for each time. Only what the shown checkpoint covers is served: bytes an append has written
// but not yet signed are absent (404) like anything beyond the log's end.
#include "ledger/serve.h"

#include <fmt/format.h>
#include <array>

#include "core/json.h"
#include "http/accept.h"
#include "http/etag.h"
#include "http/gzip.h"
#include "ledger/batch_stream.h"
#include "ledger/bundle_cache.h"
#include "ledger/ledger.h"
#include "ledger/resource.h"
#include "ledger/served_log.h"
#include "merkle/checkpoint.h"
#include "merkle/receipt.h"

namespace entente::ledger {
namespace {

using http::Method;
using http::Reply;
using http::Request;
using http::Response;

constexpr const char* kReading = "GET, HEAD, OPTIONS";
constexpr const char* kWriting = "POST, OPTIONS";
constexpr const char* kForEver = "public, max-age=31536000, immutable";
constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kBytes = "application/octet-stream";
constexpr const char* kJson = "application/json";

// Readers may be scripts of any page; nobody's browser may guess a type from an entry's bytes.
Response readable(Response response) {
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return response;
}

Response absent(std::string_view what) {
  Response out = http::plain(404, what);
  out.headers.emplace_back("Cache-Control", "no-store");  // it may exist in a moment
  return readable(std::move(out));
}

// A body with its validator; 304 if the client has it.
Response validated(const Request& request, Response response, std::string etag, const char* caching) {
  if (http::etag_matches(request.list_header("If-None-Match"), etag)) {
    response.status = 304;
    response.body.clear();
    response.shared_body.reset();
  }
  response.headers.emplace_back("ETag", std::move(etag));
  response.headers.emplace_back("Cache-Control", caching);
  return readable(std::move(response));
}

bool holds(const Ledger& log, const Resource& r) {
  const std::uint64_t have = r.kind == Resource::Kind::entries ? log.size() : hashes_at(log.size(), r.level);
  return r.n * kTileWidth + r.width <= have;  // fits: n < 2^55
}

std::string outcome_json(const Appender::Added& added, std::size_t asked) {
  if (asked == 1) return fmt::format("{{\"index\":{},\"size\":{}}}\n", added.indices.front(), added.size);
  return fmt::format("{{\"indices\":[{}],\"size\":{}}}\n", fmt::join(added.indices, ","), added.size);
}

}  // namespace

struct LogService::State {
  ServeOptions options;
  std::unique_ptr<ServedLog> log;
  BundleCache cache;

  State(ServeOptions o, std::unique_ptr<ServedLog> l) : options(std::move(o)), log(std::move(l)), cache(options.cache_bytes) {}

  Response failed(const Error& error) const {
    if (options.problem) options.problem(error);
    Response out = http::plain(500, "the log could not be read: " + error.what);
    out.headers.emplace_back("Cache-Control", "no-store");
    return readable(std::move(out));
  }

  Response checkpoint(const Request& request) {
    const auto shown = log->current();
    auto note = shown->checkpoint();
    if (!note) return failed(note.error());
    const std::string etag = http::etag_of(*note);
    return validated(request, {.content_type = kText, .body = std::move(*note)}, etag, "no-cache");
  }

  Response resource(const Request& request, std::string_view path) {
    const auto wanted = parse_resource(path);
    if (!wanted) return absent(wanted.error().what);
    auto shown = log->current();
    if (!holds(*shown, *wanted)) return absent("the log has no such tile yet");
    if (wanted->kind == Resource::Kind::entries) return bundle(request, *shown, *wanted);
    auto bytes = shown->tile(wanted->level, wanted->n, wanted->width);
    if (!bytes) return failed(bytes.error());
    const std::string etag = http::etag_of(*bytes);
    return validated(request, {.content_type = kBytes, .body = std::move(*bytes)}, etag, kForEver);
  }

  Response bundle(const Request& request, const Ledger& shown, const Resource& wanted) {
    constexpr std::array kCodings{http::ContentCoding::gzip};
    const bool compressed = http::choose_coding(request.list_header("Accept-Encoding"), kCodings) == http::ContentCoding::gzip;
    const bool full = wanted.width == kTileWidth;
    if (compressed && full) {
      if (auto cached = cache.find(wanted.n)) return compressed_bundle(request, std::move(*cached));
    }
    auto bytes = shown.entry_bundle(wanted.n, wanted.width);
    if (!bytes) return failed(bytes.error());
    if (compressed) {
      if (auto smaller = http::gzip(*bytes)) {
        BundleCache::Item item{std::make_shared<const std::string>(std::move(*smaller)), {}};
        item.etag = http::etag_of(*item.body);
        if (full) cache.add(wanted.n, item);
        return compressed_bundle(request, std::move(item));
      }
    }
    const std::string etag = http::etag_of(*bytes);
    return validated(request, {.content_type = kBytes, .body = std::move(*bytes), .headers = {{"Vary", "Accept-Encoding"}}}, etag,
                     kForEver);
  }

  static Response compressed_bundle(const Request& request, BundleCache::Item item) {
    Response response{.content_type = kBytes, .headers = {{"Content-Encoding", "gzip"}, {"Vary", "Accept-Encoding"}}};
    response.shared_body = std::move(item.body);
    return validated(request, std::move(response), std::move(item.etag), kForEver);
  }

  Response entry(const Request& request, std::string_view number) {
    const auto index = merkle::parse_decimal(number);
    const auto shown = log->current();
    if (!index || *index >= shown->size()) return absent("the log has no such entry yet");
    auto bytes = shown->entry(*index);
    if (!bytes) return failed(bytes.error());
    const std::string etag = http::etag_of(*bytes);
    return validated(request, {.content_type = kBytes, .body = std::move(*bytes)}, etag, kForEver);
  }

  Response proof(std::string_view number) {
    const auto index = merkle::parse_decimal(number);
    const auto shown = log->current();
    if (!index || *index >= shown->size()) return absent("the log has no such entry yet");
    const auto receipt = shown->receipt(*index);
    if (!receipt) return failed(receipt.error());
    return readable({.content_type = kText, .body = receipt->str(), .headers = {{"Cache-Control", "no-cache"}}});
  }

  Response health() {
    const auto shown = log->current();
    auto problem = log->problem();
    if (!problem && options.failure) problem = options.failure();
    Json out{{"ok", !problem.has_value()}, {"size", shown->size()}, {"writable", static_cast<bool>(options.add)}};
    if (problem) out["problem"] = problem->what;
    return readable({.status = problem ? 503U : 200U,
                     .content_type = kJson,
                     .body = json_compact(out) + "\n",
                     .headers = {{"Cache-Control", "no-store"}}});
  }

  Response read(const Request& request, std::string_view path) {
    if (path == "checkpoint") return checkpoint(request);
    if (path.starts_with("tile/")) return resource(request, path);
    if (path.starts_with("entry/")) return entry(request, path.substr(6));
    if (path.starts_with("proof/")) return proof(path.substr(6));
    if (path == "healthz") return health();
    return absent("there is checkpoint, tile/…, entry/<index>, proof/<index> and healthz here");
  }

  // With a receipt for each index, up to this many; further ones are at proof/<index>.
  Response published_answer(const Appender::Added& added, std::size_t asked) {
    Json out = Json::object();
    if (asked == 1)
      out["index"] = added.indices.front();
    else
      out["indices"] = added.indices;
    out["size"] = added.size;
    out["checkpoint"] = added.checkpoint;
    if (asked == 1) {
      const auto receipt = log->of_size(added.indices.front() + 1)->receipt(added.indices.front());
      if (!receipt) return failed(receipt.error());
      out["receipt"] = receipt->str();
    }
    return {.content_type = kJson, .body = json_compact(out) + "\n", .headers = {{"Cache-Control", "no-store"}}};
  }
};

namespace {

// Scripts of other pages may read; adding is for programs.
Response preflight(bool writing) {
  return {.status = 204,
          .headers = {{"Access-Control-Allow-Origin", "*"},
                      {"Access-Control-Allow-Methods", kReading},
                      {"Access-Control-Allow-Headers", "If-None-Match"},
                      {"Access-Control-Max-Age", "86400"},
                      {"Allow", writing ? kWriting : kReading}}};
}

Response not_allowed(const char* allow, std::string_view why) {
  Response out = http::plain(405, why);
  out.headers.emplace_back("Allow", allow);
  return out;
}

Response unpublished_answer(const Appender::Added& added, std::size_t asked) {
  return {.status = 202, .content_type = kJson, .body = outcome_json(added, asked), .headers = {{"Cache-Control", "no-store"}}};
}

Response failure_answer(const Error& error) {
  if (!is_full(error)) return http::plain(500, "nothing was added: " + error.what);
  Response out = http::plain(503, "too much is waiting to be written; try again in a moment");
  out.headers.emplace_back("Retry-After", "1");
  return out;
}

}  // namespace

LogService::LogService(std::unique_ptr<State> state) : state_(std::move(state)) {}
LogService::~LogService() = default;

Result<std::shared_ptr<LogService>> LogService::open(const std::filesystem::path& folder, ServeOptions options) {
  ENTENTE_TRY(auto log, ServedLog::open(folder, options.refresh, options.problem));
  return std::shared_ptr<LogService>(new LogService(std::make_unique<State>(std::move(options), std::move(log))));
}

http::Handler LogService::handler() {
  return [self = shared_from_this()](Request request, Reply reply) { self->handle(std::move(request), std::move(reply)); };
}

std::size_t LogService::body_limit(const Request& head) const {
  if (head.method != Method::post || !state_->options.add) return 0;
  return head.path == state_->options.prefix + "/add" ? kMaxEntryBytes : state_->options.max_batch_bytes;
}

void LogService::handle(Request request, Reply reply) {
  State& s = *state_;
  if (request.method == Method::options && request.path == "*")
    return reply({.status = 204, .headers = {{"Allow", "GET, HEAD, OPTIONS, POST"}}});
  std::string_view path = request.path;
  if (!path.starts_with(s.options.prefix) || !path.substr(s.options.prefix.size()).starts_with('/')) return reply(absent("not found"));
  path.remove_prefix(s.options.prefix.size() + 1);
  const bool one = path == "add";
  const bool writing = one || path == "add-batch";
  if (request.method == Method::options) return reply(preflight(writing && s.options.add));
  if (writing && !s.options.add) return reply(not_allowed(kReading, "this log takes no entries over HTTP here"));
  if (request.method == Method::get || request.method == Method::head)
    return reply(writing ? not_allowed(kWriting, "send entries with POST") : s.read(request, path));
  if (!writing) return reply(not_allowed(kReading, "this can only be read"));
  if (request.method != Method::post) return reply(not_allowed(kWriting, "send entries with POST"));
  const std::string_view waiting = request.parameter("wait").value_or("integrated");
  if (waiting != "integrated" && waiting != "published") return reply(http::plain(400, "wait is integrated or published"));
  const Appender::Wait wait = waiting == "published" ? Appender::Wait::published : Appender::Wait::integrated;
  std::vector<std::string> entries;
  if (one) {
    if (request.body.size() > kMaxEntryBytes)
      return reply(http::plain(413, "an entry has at most 65,535 bytes; log the digest of larger ones"));
    entries.push_back(std::move(request.body));
  } else {
    auto batch = parse_batch(request.body);
    if (!batch) return reply(http::plain(400, fmt::format("{} (offset {})", batch.error().what, batch.error().where.offset.value_or(0))));
    entries = std::move(*batch);
  }
  const std::size_t asked = one ? 1 : std::max<std::size_t>(2, entries.size());  // a batch is answered with a list, whatever its length
  s.options.add(std::move(entries), wait,
                [self = shared_from_this(), reply = std::move(reply), wait, asked](Result<Appender::Added> added) {
                  if (!added) {
                    if (!is_full(added.error()) && self->state_->options.problem) self->state_->options.problem(added.error());
                    return reply(failure_answer(added.error()));
                  }
                  if (wait == Appender::Wait::integrated) return reply({.content_type = kJson, .body = outcome_json(*added, asked)});
                  if (added->checkpoint.empty()) return reply(unpublished_answer(*added, asked));
                  reply({.later = [self, asked, outcome = std::move(*added)] { return self->state_->published_answer(outcome, asked); }});
                });
}

}  // namespace entente::ledger
