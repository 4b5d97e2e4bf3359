// How a reading route is answered: from the cache, or made under the shared lock. Private to the room.
#pragma once

#include "server/api.h"

namespace entente::server {

using Made = ResponseCache::Made;
using Maker = std::function<Result<Made>(const ApiContext&, const Call&)>;

// An answer to GET, with ETag. Errors made by absent() are answered 404, by bad_question() 400, others 500 and told to the operator.
// `version`, where set, names what the answer hangs on besides the entries: it is kept for that only.
[[nodiscard]] Router::Answer reading(std::shared_ptr<const ApiContext> context, Maker make,
                                     std::function<std::string(const ApiContext&)> version = {});
[[nodiscard]] tl::unexpected<Error> absent(std::string what);
[[nodiscard]] tl::unexpected<Error> bad_question(std::string_view what, std::string_view hint = {});

[[nodiscard]] Made json_made(std::string body);
[[nodiscard]] Made json_made(const Json& value);
// A parameter that is a number; the default where it is absent.
[[nodiscard]] Result<std::uint64_t> number_parameter(const http::Request& request, const char* name, std::uint64_t otherwise,
                                                     std::uint64_t most);
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view text);
// For messages: the path's value, harmless.
[[nodiscard]] std::string shown(const std::string& value);

}  // namespace entente::server
