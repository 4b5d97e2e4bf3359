// What Python's repr() writes of a text, and str() of a tuple of texts and numbers. Arlo hashes those: the identifier of a card is
// "(('Adams', 'Batch 1'), 7)", quotes and blanks included, so that every character counts. As CPython 3.11 (Objects/unicodeobject.c,
// unicode_repr; Unicode 14); which characters are printable differs between versions of Python for those assigned later only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::sampling {

// 'text', or "text" where it holds an apostrophe and no quotation mark. Error: not UTF-8 (Python could not hold it).
[[nodiscard]] Result<std::string> python_repr(std::string_view text);

// An item of a tuple: None, a text, a whole number, or what is already written (a nested tuple).
struct PythonNone {};
struct PythonWritten {
  std::string text;
};
using PythonItem = std::variant<PythonNone, std::string, std::int64_t, PythonWritten>;
// "('a', 1)"; of one item "('a',)".
[[nodiscard]] Result<std::string> python_tuple(const std::vector<PythonItem>& items);

}  // namespace entente::measures::p3_elections::sampling
