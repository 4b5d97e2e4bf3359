// The security.txt reader on arbitrary bytes: never crashes, every note has a code, every line it names is there.
#include <algorithm>
#include <cstdlib>

#include "csaf/security_txt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = csaf::SecurityTxt::parse(text, Instant{std::chrono::hours(500'000)}, "https://a.example/.well-known/security.txt");
  if (!parsed) return 0;
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(text, '\n')) + 1;
  for (const csaf::SecurityTxtNote& n : parsed->notes)
    if (n.code.empty() || n.what.empty() || (n.line && (*n.line == 0 || *n.line > lines))) std::abort();
  for (const csaf::SecurityTxtField& f : parsed->fields)
    if (f.name.empty() || f.value.empty() || f.line == 0 || f.line > lines) std::abort();
  (void)parsed->contact_addresses();
  return 0;
}
