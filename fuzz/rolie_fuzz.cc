// ROLIE feeds, service and category documents on arbitrary bytes: never crashes; what an entry names resolves or not, but stays a URL.
#include <cstdlib>

#include "csaf/rolie.h"
#include "csaf/web_url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto base = csaf::parse_web_url("https://a.example/csaf/feed.json");
  if (!base) std::abort();
  if (const auto feed = csaf::RolieFeed::parse(text, "fuzz")) {
    for (const csaf::RolieEntry& entry : feed->entries)
      if (const auto url = csaf::resolve_url(*base, entry.url()); url && !csaf::parse_web_url(url->str())) std::abort();
    for (const csaf::ProviderIssue& issue : feed->issues)
      if (issue.what.empty()) std::abort();
  }
  (void)csaf::RolieService::parse(text, "fuzz");
  (void)csaf::RolieCategories::parse(text, "fuzz");
  return 0;
}
