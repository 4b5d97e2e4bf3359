// Which function answers which path. Patterns are "/supporters/{id}/statements": a segment in braces takes one segment, percent-decoded; in
// "{offset}.json" the segment must end so, and the value is what stands before.
// Dot segments, empty segments, encoded slashes and control characters match nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace entente::server {

// "a%20b" → "a b"; nothing where the text is not percent-encoded UTF-8, or holds control characters.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
// Every value of a query parameter, decoded ('+' is a space there); values that cannot be decoded are left out.
[[nodiscard]] std::vector<std::string> parameters(const http::Request& request, std::string_view name);

struct Call {
  const http::Request& request;
  std::vector<std::string> values;  // of the pattern's braces, in order
  std::string_view pattern = {};    // the route's; lives as long as the router
};

class Router {
 public:
  using Answer = std::function<void(const Call&, http::Reply)>;
  void add(http::Method method, std::string_view pattern, Answer answer);

  struct Match {
    const Answer* answer = nullptr;  // of the pattern and method
    std::vector<std::string> values;
    std::string_view pattern;
    std::vector<http::Method> methods;  // that the path takes; empty: there is no such path
  };
  // `path` without the mount's prefix.
  [[nodiscard]] Match find(http::Method method, std::string_view path) const;
  // "GET /supporters/{id}" …: what the OpenAPI description is compared with.
  [[nodiscard]] std::vector<std::string> routes() const;

 private:
  struct Route {
    http::Method method;
    std::string pattern;
    std::vector<std::string> segments;
    Answer answer;
  };
  std::vector<Route> routes_;
};

}  // namespace entente::server
