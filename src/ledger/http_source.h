// The ledger's web functions (source.h, web.h) over http::Client.
#pragma once

#include <string>

#include "http/client.h"
#include "ledger/source.h"
#include "ledger/web.h"

namespace entente::ledger {

// A log's base URL (http:// or https://); 404 and 410 are absence, any other status but 200 an error that names it.
[[nodiscard]] Result<Fetch> url_source(std::string base_url, http::ClientOptions options);
// A URL, or else a folder.
[[nodiscard]] Result<Fetch> open_source(const std::string& url_or_folder, http::ClientOptions options);
[[nodiscard]] bool is_url(std::string_view text);

[[nodiscard]] Post web_post(http::ClientOptions options);
[[nodiscard]] Get web_get(http::ClientOptions options);

}  // namespace entente::ledger
