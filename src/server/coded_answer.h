// Answering one content in the coding a client takes (RFC 9110 sections 8.4, 12.5.3, 13.1.2). Private to the room.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/accept.h"
#include "http/message.h"

namespace entente::server {

struct CodedContent {
  std::string_view content_type;
  std::string_view etag;                         // of identity; the other codings' tags are made from it
  std::string_view caching;                      // Cache-Control
  std::span<const http::ContentCoding> codings;  // beside identity, the preferred first; empty: the answer varies with nothing
  // The bytes in that coding; empty where there are none after all, then identity is sent. Identity always has some.
  std::function<std::shared_ptr<const std::string>(http::ContentCoding)> body;
};

// 200 with the body, or 304 where If-None-Match names the content in any of its codings: a client that holds one need not be sent another.
[[nodiscard]] http::Response coded_answer(const http::Request& request, const CodedContent& content);

}  // namespace entente::server
