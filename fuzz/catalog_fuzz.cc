// Fuzzes the catalogue loader. The input is one of the two files (first byte: which), the other is the real one; so references between
// the two are reached as well. What is accepted must be complete: ten principles, controls in strict order of their ids.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "catalog/control.h"
#include "core/data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  catalog::Catalog::Source source{.controls = *DataSet::embedded().file(catalog::Catalog::kControlsPath),
                                  .controls_name = "controls",
                                  .principles = *DataSet::embedded().file(catalog::Catalog::kPrinciplesPath),
                                  .principles_name = "principles"};
  (data[0] == 'p' ? source.principles : source.controls) = input;
  const auto rules = catalog::Catalog::parse(source);
  if (!rules) {
    if (rules.error().what.empty() || rules.error().where.file.empty()) std::abort();
    return 0;
  }
  if (rules->principles().size() != 10) std::abort();
  const auto controls = rules->controls();
  for (std::size_t i = 0; i < controls.size(); ++i) {
    if (i > 0 && !(controls[i - 1].id < controls[i].id)) std::abort();
    if (rules->find(controls[i].id) != &controls[i] || controls[i].roles.empty()) std::abort();
  }
  return 0;
}
