// Errors as values: how a place and an error are put into words. One format for the whole program, the one compilers
// use (file:line:column: message), so that editors and terminals make the place clickable.
#include "core/error.h"

#include <fmt/format.h>

namespace entente {

std::string Where::str() const {
  std::string out = file;
  if (line) {
    out += out.empty() ? fmt::format("line {}", *line) : fmt::format(":{}", *line);
    if (column) out += fmt::format(":{}", *column);
  } else if (offset) {
    out += fmt::format("{}byte {}", out.empty() ? "" : ":", *offset);
  }
  if (!pointer.empty()) out += fmt::format("{}(at {})", out.empty() ? "" : " ", pointer);
  return out;
}

std::string Error::str() const {
  const std::string place = where.str();
  std::string out = place.empty() ? what : place + ": " + what;
  if (!hint.empty()) out += "\n  hint: " + hint;
  return out;
}

}  // namespace entente
