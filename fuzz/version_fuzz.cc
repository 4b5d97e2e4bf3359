// Three versions out of arbitrary bytes, in every scheme: keys and reference agree on what is a version and on every order, equal keys mean
// equal versions, no key is a prefix of another.
#include <cstdlib>

#include "measures/p6_supply/key_order.h"
#include "measures/p6_supply/version.h"

using namespace entente::measures::p6_supply;

namespace {

void compare(Scheme scheme, std::string_view a, std::string_view b) {
  const auto left = version_key(scheme, a), right = version_key(scheme, b);
  const auto reference = compare_versions(scheme, a, b);
  if (reference.has_value() != (left.has_value() && right.has_value())) std::abort();
  if (!reference) return;
  if ((*left <=> *right) != *reference || compare_keys(*left, *right) != *reference) std::abort();
  if (*left != *right && (left->starts_with(*right) || right->starts_with(*left))) std::abort();
  if (left->empty() || *left >= std::string("\xff")) std::abort();
  if (*reference == 0 && scheme != Scheme::semver && version_key_form(scheme, a)->form != VersionForm::legacy &&
      !version_matches_enumerated(scheme, a, b))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t first = text.find('\n');
  if (first == std::string_view::npos) return 0;
  const std::size_t second = std::min(text.find('\n', first + 1), text.size());
  const std::string_view a = text.substr(0, first), b = text.substr(first + 1, second - first - 1),
                         c = text.substr(std::min(second + 1, text.size()));
  for (int i = 1; i <= static_cast<int>(kLastScheme); ++i) {
    const auto scheme = static_cast<Scheme>(i);
    compare(scheme, a, b);
    compare(scheme, b, c);
    compare(scheme, a, c);
    compare(scheme, a, a);
  }
  return 0;
}
