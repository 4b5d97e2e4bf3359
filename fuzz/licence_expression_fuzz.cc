// Licence expressions: no text crashes the parser; one in parentheses is an expression if it is one without, unless too long or deep.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "measures/p6_supply/licence_expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p6_supply;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto plain = parse_licence_expression(text);
  if (size < 60 && plain && !parse_licence_expression("(" + std::string(text) + ")")) std::abort();
  (void)licence_clarity(text);
  return 0;
}
