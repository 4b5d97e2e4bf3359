// The ranges of code points that Python does not print (python_repr.cc).
#pragma once

#include <cstdint>
#include <span>

namespace entente::measures::p3_elections::sampling {

struct CodePointRange {
  std::uint32_t first, last;
};
// Ascending, disjoint.
[[nodiscard]] std::span<const CodePointRange> python_unprintable();

}  // namespace entente::measures::p3_elections::sampling
