// First the tags are compared, so that a client that has the content costs no compression; then the coding is chosen.
#include "server/coded_answer.h"

#include "http/etag.h"

namespace entente::server {

using http::ContentCoding;

http::Response coded_answer(const http::Request& request, const CodedContent& content) {
  http::Response out{.content_type = std::string(content.content_type)};
  out.headers.reserve(8);  // with those the service adds
  out.headers.emplace_back("Cache-Control", content.caching);
  const bool varies = !content.codings.empty();
  if (varies) out.headers.emplace_back("Vary", "Accept-Encoding");
  if (const std::string held = request.list_header("If-None-Match"); !held.empty()) {
    std::string matched;
    if (http::etag_matches(held, content.etag)) matched = content.etag;
    for (const ContentCoding coding : content.codings)
      if (matched.empty() && http::etag_matches(held, http::coded_etag(content.etag, coding)))
        matched = http::coded_etag(content.etag, coding);
    if (!matched.empty()) {
      out.status = 304;
      out.headers.emplace_back("ETag", std::move(matched));
      return out;
    }
  }
  ContentCoding coding = varies ? http::choose_coding(request.list_header("Accept-Encoding"), content.codings) : ContentCoding::identity;
  out.shared_body = content.body(coding);
  if (!out.shared_body) {
    coding = ContentCoding::identity;
    out.shared_body = content.body(coding);
  }
  if (coding != ContentCoding::identity) out.headers.emplace_back("Content-Encoding", http::coding_text(coding));
  out.headers.emplace_back("ETag", http::coded_etag(content.etag, coding));
  return out;
}

}  // namespace entente::server
