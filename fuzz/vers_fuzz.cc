// A VERS range and a version out of arbitrary bytes: what parses is written as it was read, normalising changes nothing in it, and
// a version the range names by '=' is in it, one it names by "!=" is not.
#include <cstdlib>

#include "measures/p6_supply/vers.h"

using namespace entente::measures::p6_supply;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const std::string_view range = text.substr(0, line);
  const auto vers = Vers::parse(range);
  const auto normal = Vers::normalise(range);
  if (normal && !Vers::parse(normal->str())) std::abort();
  if (!vers) return 0;
  if (!normal || normal->str() != vers->str()) std::abort();
  const auto again = Vers::parse(vers->str());
  if (!again || again->constraints() != vers->constraints()) std::abort();
  if (line != std::string_view::npos) (void)vers->contains(text.substr(line + 1));
  for (const VersConstraint& c : vers->constraints()) {
    const auto in = vers->contains(c.version);
    if (!in) continue;
    const bool includes =
        c.comparator == Comparator::equal || c.comparator == Comparator::less_equal || c.comparator == Comparator::greater_equal;
    if (*in != includes) std::abort();
  }
  return 0;
}
