// An SBOM's graph as lines of text, sorted where a form may order as it likes: two forms of one document have one and the same text.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/time.h"
#include "measures/p6_supply/sbom.h"

namespace entente::test {

inline std::string sbom_graph(const measures::p6_supply::Sbom& sbom) {
  using namespace measures::p6_supply;
  std::vector<std::string> lines;
  const auto hashes = [&](Slice slice) {
    std::vector<std::string> all;
    for (std::uint32_t i = slice.first; i < slice.first + slice.count; ++i)
      all.push_back(fmt::format("{}:{}", sbom.hashes[i].algorithm, sbom.hashes[i].value));
    std::sort(all.begin(), all.end());
    return fmt::format("{}", fmt::join(all, ","));
  };
  const auto named = [&](std::uint32_t c) {
    return c == kNoComponent ? std::string("-")
                             : fmt::format("{}/{}/{}", sbom.components[c].ref, sbom.components[c].name, sbom.components[c].version);
  };
  for (std::uint32_t i = 0; i < sbom.components.size(); ++i) {
    const Component& c = sbom.components[i];
    std::vector<std::string> licences;
    for (const std::string_view l : sbom.licences_of(c)) licences.emplace_back(l);
    std::sort(licences.begin(), licences.end());
    lines.push_back(fmt::format("component {} group={} purl={} cpe={} supplier={}({}) type={} scope={} hashes={} licences={} parent={}",
                                named(i), c.group, c.purl, c.cpe, c.supplier, static_cast<int>(c.supplier_field), c.type, c.scope,
                                hashes(c.hashes), fmt::join(licences, ","), named(c.parent)));
  }
  for (const Relationship& r : sbom.relationships)
    lines.push_back(fmt::format("relationship {} {}({}) {}", named(r.from), r.type, static_cast<int>(r.kind), named(r.to)));
  for (const std::uint32_t root : sbom.roots) lines.push_back("root " + named(root));
  for (const SbomFile& f : sbom.files)
    lines.push_back(fmt::format("file {} {} licence={} hashes={} owner={}", f.ref, f.name, f.licence, hashes(f.hashes), named(f.owner)));
  for (const SbomService& s : sbom.services)
    lines.push_back(fmt::format("service {} {}/{} {} provider={}", s.ref, s.group, s.name, s.version, s.provider));
  for (const std::string_view l : sbom.lifecycles) lines.push_back(fmt::format("lifecycle {}", l));
  for (const std::string& a : sbom.authors) lines.push_back("author " + a);
  for (const std::string& t : sbom.tools) lines.push_back("tool " + t);
  // A relationship may be written out and said by a shortcut as well: once is enough.
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  return fmt::format("{} {} serial={} name={} time={} external={}\n{}\n", to_string(sbom.format), sbom.spec_version, sbom.serial, sbom.name,
                     sbom.timestamp ? format_time(*sbom.timestamp) : "-", sbom.external_references, fmt::join(lines, "\n"));
}

}  // namespace entente::test
