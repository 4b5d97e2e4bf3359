// Fuzzes the loader of the norms. The input is one of the four files (first byte: which), the others are the real ones. What is accepted
// must be usable: every index in range, items found by their ids, and inference from any statuses claims nothing about items no edge names.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "catalog/crosswalk.h"
#include "core/data.h"

namespace {

using namespace entente;
using namespace entente::catalog;

const Catalog& fuzz_catalog() {
  static const Catalog made = Catalog::load(DataSet::embedded()).value();
  return made;
}

void check_norms(const Norms& norms) {
  for (ItemIndex i = 0; i < norms.items().size(); ++i)
    if (norms.item(norms.items()[i].id) != i || norms.items()[i].instrument >= norms.instruments().size()) std::abort();
  KnownStatuses known;
  for (const Edge& edge : norms.edges()) {
    if (edge.sources.empty() || edge.targets.empty()) std::abort();
    for (const auto* side : {&edge.sources, &edge.targets})
      for (const ItemIndex item : *side)
        if (item >= norms.items().size()) std::abort();
    known.emplace(edge.sources.front(), static_cast<Status>(known.size() % 5));
  }
  for (const Inferred& item : infer(norms, known).items)
    if (norms.edges_of(item.item).empty()) std::abort();
  if (matrix_json(norms).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const DataSet& real = DataSet::embedded();
  Norms::Source source{.instruments = {*real.file(Norms::kInstrumentsPath), "instruments"},
                       .crosswalk = {*real.file(Norms::kCrosswalkPath), "crosswalk"},
                       .rules = {*real.file(Norms::kRulesPath), "rules"},
                       .stability = {*real.file(Norms::kStabilityPath), "stability"}};
  Norms::Text* files[] = {&source.instruments, &source.crosswalk, &source.rules, &source.stability};
  files[data[0] % 4]->text = std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto norms = Norms::parse(source, fuzz_catalog());
  if (norms) {
    check_norms(*norms);
  } else if (norms.error().what.empty() || norms.error().where.file.empty()) {
    std::abort();
  }
  return 0;
}
