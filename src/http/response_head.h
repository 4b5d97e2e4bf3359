// How a response goes on the wire, without its body. Private to the room.
#pragma once

#include <string>
#include <string_view>

#include "core/time.h"
#include "http/message.h"

namespace entente::http {

enum class Persistence { keep_alive, keep_alive_1_0, close };

[[nodiscard]] std::string_view reason_phrase(unsigned status);
// IMF-fixdate (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(Instant t);
// Appends status line, fields and the empty line. Fields that could break the message are left out. `length` is the body's.
void append_response_head(std::string& out, const Response& response, std::size_t length, std::string_view date, Persistence persistence);
// 1xx, 204 and 304 have no body.
[[nodiscard]] inline bool has_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace entente::http
