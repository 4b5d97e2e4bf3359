// A path is compared with names that are known, never joined to a folder; it is not percent-decoded, since no name of ours needs that. What
// vite compressed beforehand is sent as it is; the shells are compressed here once. Files below assets/ have the hash of their content in
// their names and may be kept for ever; everything else must be asked for again, which costs a 304.
#include "server/web_pages.h"

#include <fmt/format.h>
#include <algorithm>

#include "http/etag.h"
#include "http/gzip.h"
#include "server/coded_answer.h"
#include "server/router.h"

namespace entente::server {
namespace {

using http::ContentCoding;
using http::Method;
using http::Request;
using http::Response;

constexpr std::string_view kWebAssets = "/assets/", kKeepForEver = "public, max-age=31536000, immutable", kAskAgain = "no-cache";
constexpr std::string_view kWebPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src "
    "'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

// What a browser may do with a document of ours. (X-Content-Type-Options is put on everything by the service.)
Response with_policy(Response response) {
  response.headers.emplace_back("Content-Security-Policy", kWebPolicy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  return response;
}

bool is_document(std::string_view type) { return type.starts_with("text/html") || type == "image/svg+xml" || type == "application/xml"; }

Response redirect(unsigned status, std::string location) {
  Response out = http::plain(status, "see " + location);
  out.headers = {{"Location", std::move(location)}, {"Cache-Control", std::string(kAskAgain)}};
  return with_policy(std::move(out));
}

}  // namespace

void WebPages::complete(Item& item) {
  item.etag = http::etag_of(*item.plain);
  if (item.brotli) item.codings.push_back(ContentCoding::brotli);
  if (item.gzip) item.codings.push_back(ContentCoding::gzip);
}

WebPages::WebPages(const WebBundle& bundle) : description_(bundle.description()) {
  const auto& files = bundle.files();
  for (const auto& [path, bytes] : files) {
    const bool coded = (path.ends_with(".gz") || path.ends_with(".br")) && files.contains(path.substr(0, path.size() - 3));
    if (coded) continue;
    Item item{.content_type = std::string(content_type_of(path)), .plain = bytes};
    if (const auto it = files.find(path + ".gz"); it != files.end()) item.gzip = it->second;
    if (const auto it = files.find(path + ".br"); it != files.end()) item.brotli = it->second;
    complete(item);
    files_.emplace(path, std::move(item));
  }
  for (const std::string& language : description_.languages) {
    Item item{.content_type = "text/html; charset=utf-8"};
    item.plain = std::make_shared<const std::string>(bundle.shell(language, ShellMode::live));
    if (auto smaller = http::gzip(*item.plain)) item.gzip = std::make_shared<const std::string>(std::move(*smaller));
    complete(item);
    shells_.emplace(language, std::move(item));
  }
}

const std::string* WebPages::language_of(std::string_view path) const {
  if (!path.starts_with('/')) return nullptr;
  path.remove_prefix(1);
  const auto it = std::ranges::find(description_.languages, path.substr(0, path.find('/')));
  return it == description_.languages.end() ? nullptr : &*it;
}

// `below_language` is what follows "/<language>/".
bool WebPages::is_page(std::string_view below_language) const {
  if (below_language.empty()) return true;
  if (!description_.has_section(below_language.substr(0, below_language.find('/')))) return false;
  const std::string_view last = below_language.substr(below_language.rfind('/') == std::string_view::npos ? 0 : below_language.rfind('/'));
  return last.find('.') == std::string_view::npos && below_language.find("//") == std::string_view::npos;
}

bool WebPages::has(std::string_view path) const {
  if (path == "/" || path.starts_with(kWebAssets) || language_of(path) != nullptr) return true;
  return path.starts_with('/') && files_.contains(path.substr(1));
}

// ?lang= as on the pages without script, which lead here; else what the browser prefers.
const std::string& WebPages::language_asked(const Request& request) const {
  for (const std::string& asked : parameters(request, "lang"))
    if (const auto it = std::ranges::find(description_.languages, asked); it != description_.languages.end()) return *it;
  return http::choose_language(request.list_header("Accept-Language"), description_.languages);
}

Response WebPages::send(const Request& request, const Item& item, std::string_view caching) {
  return coded_answer(request,
                      {.content_type = item.content_type,
                       .etag = item.etag,
                       .caching = caching,
                       .codings = item.codings,
                       .body = [&item](ContentCoding coding) {
                         return coding == ContentCoding::gzip ? item.gzip : coding == ContentCoding::brotli ? item.brotli : item.plain;
                       }});
}

Response WebPages::page(const Request& request, const std::string& language) const {
  const Item& shell = shells_.at(language);
  const std::string_view path = request.path;
  if (path.size() == language.size() + 1) return redirect(301, fmt::format("/{}/", language));
  if (is_page(path.substr(language.size() + 2))) return with_policy(send(request, shell, kAskAgain));
  // The app's own page says that there is nothing. Sent whole: a 304 must not make a good page of it.
  Request whole{.method = request.method, .path = request.path};
  whole.headers.emplace_back("Accept-Encoding", request.list_header("Accept-Encoding"));
  Response absent = send(whole, shell, "no-store");
  absent.status = 404;
  std::erase_if(absent.headers, [](const auto& header) { return header.first == "ETag"; });
  return with_policy(std::move(absent));
}

Response WebPages::answer(const Request& request) const {
  if (request.method != Method::get && request.method != Method::head) {
    Response out = http::plain(405, "this takes no other method than GET and HEAD");
    out.headers.emplace_back("Allow", "GET, HEAD");
    return out;
  }
  const std::string_view path = request.path;
  if (path == "/") {
    Response out = redirect(302, "/" + language_asked(request) + "/");
    out.headers.emplace_back("Vary", "Accept-Language");
    return out;
  }
  if (const std::string* language = language_of(path)) return page(request, *language);
  const auto it = files_.find(path.substr(1));
  if (it == files_.end()) {
    Response absent = http::plain(404, "there is no such file");
    absent.headers.emplace_back("Cache-Control", "no-store");
    return absent;
  }
  Response out = send(request, it->second, path.starts_with(kWebAssets) ? kKeepForEver : kAskAgain);
  return is_document(it->second.content_type) ? with_policy(std::move(out)) : out;
}

}  // namespace entente::server
