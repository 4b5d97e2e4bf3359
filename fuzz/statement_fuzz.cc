// in-toto statements and the predicate schemas: any bytes give a statement or an error; what was read is written to a text that
// reads the same; checking its predicate never crashes.
#include <cstdlib>

#include "statement/statement.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using entente::statement::Statement;
  const auto read = Statement::parse({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!read) {
    require(!read.error().what.empty() && read.error().where.file == "fuzz");
    return 0;
  }
  require(!read->subjects.empty() && read->predicate.is_object());
  const std::string text = read->str();
  const auto again = Statement::parse(text, "fuzz");
  require(again.has_value() && again->subjects == read->subjects && again->predicate_type == read->predicate_type && again->str() == text);
  const auto checked = entente::statement::check_predicate(*read, entente::DataSet::embedded());
  require(checked.has_value() || !checked.error().what.empty());
  return 0;
}
