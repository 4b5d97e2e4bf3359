// Reading routes.
#include "server/api_reading.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>

#include "core/utf8.h"
#include "server/coded_answer.h"

namespace entente::server {
namespace {

using http::Reply;
using http::Request;
using http::Response;

// Markers in Error::what: not of the server, but of the question.
constexpr std::string_view kAbsent = "absent: ";
constexpr std::string_view kBadQuestion = "bad question: ";

// What the coded answer's bodies are taken from: behind one pointer, which std::function holds without allocating.
struct CachedSource {
  ResponseCache& cache;
  const std::string& key;
  const CachedAnswer& answer;
};

Response answer_with(const ApiContext& context, const Request& request, const std::string& key, const CachedAnswer& answer) {
  static constexpr std::array kCodings{http::ContentCoding::gzip};
  const CachedSource source{.cache = *context.cache, .key = key, .answer = answer};
  CodedContent content{.content_type = answer.content_type, .etag = answer.etag, .caching = "no-cache"};
  if (answer.gzipped) content.codings = kCodings;
  content.body = [&source](http::ContentCoding coding) {
    return coding == http::ContentCoding::gzip ? source.cache.gzipped(source.key, source.answer) : source.answer.body;
  };
  Response response = coded_answer(request, content);
  // An image opened by itself is a document: it runs nothing.
  if (content.content_type == "image/svg+xml")
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  return response;
}

Response answer_error(const ApiContext& context, const Error& error) {
  if (error.what.starts_with(kAbsent)) return problem(404, "not-found", "there is no " + error.what.substr(kAbsent.size()));
  if (error.what.starts_with(kBadQuestion)) return problem(400, "bad-request", error.what.substr(kBadQuestion.size()), error.hint);
  if (context.problem) context.problem(error);
  return problem(500, "internal", "this answer could not be made", "the operator was told; try again later");
}

// What an answer hangs on: its path, and the parameters its route knows. Others are not looked at, so they must not make a second copy
// either.
std::string cache_key(const ApiContext& context, const Call& call) {
  std::string key = call.request.path + "?";
  const auto declared = context.parameters.find(call.pattern);
  std::string_view rest = call.request.query;
  while (declared != context.parameters.end() && !rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::string_view name = pair.substr(0, pair.find('='));
    if (std::ranges::binary_search(declared->second, name)) key.append(pair).append("&");
  }
  return key;
}

}  // namespace

Result<DeclaredParameters> declared_parameters(const DataSet& data) {
  ENTENTE_TRY(const std::string_view text, data.file("api/openapi.json"));
  const Json description = Json::parse(text, nullptr, false);
  if (!description.is_object() || !description.contains("paths"))
    return fail("no description of the API", {.file = data.display_name("api/openapi.json")});
  DeclaredParameters out;
  for (const auto& [path, item] : description["paths"].items()) {
    std::vector<std::string>& names = out[path];
    if (!item.contains("get")) continue;
    for (const Json& p : item["get"].value("parameters", Json::array()))
      if (p.value("in", "") == "query") names.push_back(p.value("name", ""));
    std::ranges::sort(names);
  }
  return out;
}

tl::unexpected<Error> absent(std::string what) { return fail(std::string(kAbsent) + std::move(what)); }
tl::unexpected<Error> bad_question(std::string_view what, std::string_view hint) {
  return fail(fmt::format("{}{}", kBadQuestion, what), {}, std::string(hint));
}

Router::Answer reading(std::shared_ptr<const ApiContext> context, Maker make, std::function<std::string(const ApiContext&)> version) {
  return [context = std::move(context), make = std::move(make), version = std::move(version)](const Call& call, const Reply& reply) {
    if (context->catch_up) context->catch_up();
    std::string key = cache_key(*context, call);
    if (version) key += "#" + version(*context);
    const auto answer = context->cache->get(key, [&]() -> Result<Made> {
      const std::shared_lock lock(*context->lock);
      return make(*context, call);
    });
    reply(answer ? answer_with(*context, call.request, key, *answer) : answer_error(*context, answer.error()));
  };
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::uint64_t> number_parameter(const Request& request, const char* name, std::uint64_t otherwise, std::uint64_t most) {
  const auto values = parameters(request, name);
  if (values.empty()) return otherwise;
  const auto value = number_of(values.front());
  if (!value || *value > most) return bad_question(fmt::format("\"{}\" must be a number from 0 to {}", name, most));
  return *value;
}

Made json_made(std::string body) { return {.body = std::move(body) + "\n", .content_type = "application/json"}; }
Made json_made(const Json& value) { return json_made(json_compact(value)); }

std::string shown(const std::string& value) { return fmt::format("\"{}\"", printable(value, 80)); }

Response problem(unsigned status, std::string_view code, std::string_view what, std::string_view hint, std::string_view pointer) {
  Json body{{"status", status}, {"code", code}, {"detail", what}};
  if (!hint.empty()) body["hint"] = hint;
  if (!pointer.empty()) body["pointer"] = pointer;
  return {.status = status, .content_type = "application/problem+json", .body = json_compact(body) + "\n"};
}

}  // namespace entente::server
