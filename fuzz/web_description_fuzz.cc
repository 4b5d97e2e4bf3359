// web.json, which tells a server what web pages there are: any bytes. What is read can stand in a path, and hides none of the server's own.
#include <algorithm>
#include <cstdlib>

#include "core/file.h"
#include "server/web_bundle.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  const auto read = server::WebDescription::parse({reinterpret_cast<const char*>(data), size}, "web.json");
  if (!read) {
    require(!read.error().what.empty());
    return 0;
  }
  require(!read->languages.empty() && std::ranges::is_sorted(read->sections));
  for (const std::string& language : read->languages)
    require(is_safe_relative_path(language) && language.find('/') == std::string::npos && !server::is_reserved_segment(language));
  for (const std::string& section : read->sections)
    require(is_safe_relative_path(section) && section.find_first_of("/.") == std::string::npos && read->has_section(section));
  return 0;
}
