// provider-metadata.json and the log of a collection on arbitrary bytes: never crashes; a log that reads writes itself and reads the same
// again.
#include <cstdlib>

#include "csaf/fetch_log.h"
#include "csaf/provider_metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto metadata = csaf::ProviderMetadata::parse(text, "fuzz")) {
    for (const csaf::ProviderIssue& issue : metadata->issues)
      if (issue.what.empty()) std::abort();
    if (metadata->issues.empty() && (metadata->role.empty() || metadata->canonical_url.empty())) std::abort();
  }
  if (const auto log = csaf::FetchLog::parse(text, "fuzz")) {
    const auto again = csaf::FetchLog::parse(json_compact(log->json()), "again");
    if (!again || json_compact(again->json()) != json_compact(log->json())) std::abort();
  }
  return 0;
}
