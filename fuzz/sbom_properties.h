// What must hold for every SBOM that was read, whatever bytes it came from. Shared by the fuzz targets of all forms.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/sbom.h"
#include "measures/p6_supply/scan.h"

namespace entente::fuzz {

inline void check(bool holds) {
  if (!holds) std::abort();
}

inline void check_sbom(std::string_view text) {
  using namespace measures::p6_supply;
  const auto sbom = parse_sbom(text, "fuzz", {.limits = {.max_bytes = 1 << 20, .max_depth = 32}});
  if (!sbom) {
    check(!sbom.error().what.empty());
    return;
  }
  const auto n = static_cast<std::uint32_t>(sbom->components.size());
  for (std::uint32_t i = 0; i < n; ++i) {
    const Component& c = sbom->components[i];
    check(c.parent == kNoComponent || c.parent < i);  // parents come first
    check(c.hashes.first + c.hashes.count <= sbom->hashes.size());
    check(c.licences.first + c.licences.count <= sbom->licences.size());
    check((c.supplier_field == SupplierField::none) == c.supplier.empty());
    // The pointer leads back to the component.
    check(!sbom->document.root().at_pointer(sbom->pointer(i)).error());
    std::uint32_t previous = kNoComponent;
    for (const std::uint32_t child : sbom->children(i)) {
      check(child < n && child != i && (previous == kNoComponent || previous < child));
      previous = child;
    }
  }
  for (const std::uint32_t root : sbom->roots) check(root < n);
  std::size_t placed = 0;
  for (const Issue& issue : sbom->issues) {
    check(!issue.message.empty());
    if (++placed <= 20) check(sbom->where(issue).line.value_or(0) > 0);
  }
  for (const SbomFile& file : sbom->files) {
    check(file.hashes.first + file.hashes.count <= sbom->hashes.size());
    check(file.owner == kNoComponent || file.owner < n);
  }
  check(sbom->valid() == (sbom->error_count == 0));

  const auto reached = reach(*sbom);
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto path = path_to(reached, i);
    check(path.empty() == (reached[i] == kNoComponent));
    check(path.empty() || path.back() == i);
  }
  const Quality q = measure_quality(*sbom);
  check(q.counted + q.not_counted == n && q.complete + q.incomplete.size() == q.counted);
  for (const std::uint64_t present : q.present) check(present >= q.complete && present <= q.counted);
  const ScanResult r = scan(*sbom, {}, nullptr);
  check(r.evaluated == 0 && r.vulnerabilities.empty() && r.components <= n);
}

}  // namespace entente::fuzz
