// index.txt, changes.csv, hash files, HTML listings and URLs on arbitrary bytes: never crashes; paths taken are safe; a URL reads as it is
// written.
#include <cstdlib>

#include "core/file.h"
#include "csaf/listing.h"
#include "csaf/web_url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto index = csaf::IndexFile::parse(text, "fuzz"))
    for (const std::string& path : index->paths)
      if (!is_safe_relative_path(path)) std::abort();
  if (const auto changes = csaf::ChangesFile::parse(text, "fuzz"))
    for (const csaf::Change& change : changes->changes)
      if (!is_safe_relative_path(change.path) || change.line == 0) std::abort();
  if (const auto digits = csaf::parse_hash_file(text))
    if (digits->empty() || digits->size() > 128) std::abort();
  (void)csaf::links_of_html(text);
  const auto url = csaf::parse_web_url(text);
  if (url) {
    const auto again = csaf::parse_web_url(url->str());
    if (url->str().size() <= csaf::kMaxUrlBytes && (!again || *again != *url)) std::abort();
  }
  const auto base = csaf::parse_web_url("https://a.example/x/y?z");
  if (const auto to = csaf::resolve_url(*base, text); to && to->path.find("/../") != std::string::npos) std::abort();
  return 0;
}
