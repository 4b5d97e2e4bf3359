// One request after another out of a byte stream. Private to the room (and its fuzz target).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "http/message.h"

namespace entente::http {

class RequestParser {
 public:
  enum class Event {
    need_more,  // give the bytes not consumed again, with more behind them
    head,       // all fields are there and a body follows: set_body_limit() may be called now. Feed the rest
    complete,   // take() it
    refused,    // status() and reason() say why; the stream cannot be read any further
  };
  struct Step {
    std::size_t consumed = 0;
    Event event = Event::need_more;
  };

  explicit RequestParser(std::size_t max_header_bytes);
  ~RequestParser();

  // Parses as far as it can: up to the end of the head, then up to the end of the request; never beyond.
  [[nodiscard]] Step feed(std::string_view bytes);

  [[nodiscard]] bool started() const;            // any byte of the present request was fed
  [[nodiscard]] const Request& request() const;  // what arrived so far; the whole head from Event::head on
  [[nodiscard]] bool keep_alive() const;         // by version and Connection field
  [[nodiscard]] bool http_1_0() const;
  [[nodiscard]] bool expects_continue() const;  // Expect: 100-continue
  // Default: 0. False if the announced length is larger: the request is refused then.
  [[nodiscard]] bool set_body_limit(std::size_t bytes);
  [[nodiscard]] std::size_t body_bytes() const;  // received so far
  // The finished request; the parser is ready for the next.
  [[nodiscard]] Request take();

  [[nodiscard]] unsigned status() const;          // 400, 413, 431, 501, 505
  [[nodiscard]] std::string_view reason() const;  // one sentence

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace entente::http
