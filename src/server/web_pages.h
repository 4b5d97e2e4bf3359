// Serving a web bundle: its files, the app's shell for every page of a language, and the redirects that lead there. Private to the room.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/accept.h"
#include "http/message.h"
#include "server/web_bundle.h"

namespace entente::server {

// Immutable, thread-safe. Nothing is read from disk, no cookie is set.
class WebPages {
 public:
  explicit WebPages(const WebBundle& bundle);

  // "/", "/<language>", all below it, "/assets/…", and the client's own files. Any other path is not for the web pages.
  [[nodiscard]] bool has(std::string_view path) const;
  // For a path it has; GET and HEAD, else 405.
  [[nodiscard]] http::Response answer(const http::Request& request) const;

 private:
  struct Item {
    std::string content_type, etag;
    std::shared_ptr<const std::string> plain, gzip, brotli;
    std::vector<http::ContentCoding> codings;  // of the two that are there
  };
  using Items = std::map<std::string, Item, std::less<>>;
  static void complete(Item& item);
  [[nodiscard]] static http::Response send(const http::Request& request, const Item& item, std::string_view caching);
  [[nodiscard]] const std::string* language_of(std::string_view path) const;
  [[nodiscard]] bool is_page(std::string_view below_language) const;
  [[nodiscard]] const std::string& language_asked(const http::Request& request) const;
  [[nodiscard]] http::Response page(const http::Request& request, const std::string& language) const;

  const WebDescription description_;
  Items files_, shells_;  // by path below client/; by language
};

}  // namespace entente::server
