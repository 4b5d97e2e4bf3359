// Which components of an SBOM a VEX statement's product may be, and what lies within them. Not for other rooms.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "measures/p6_supply/vex.h"

namespace entente::measures::p6_supply {

// How near a component comes to what a statement names; ascending.
enum class VexFit : std::uint8_t { no, other_version, other_qualifiers, yes };

struct VexComponents {
  VexFit nearest = VexFit::no;            // of all components
  std::vector<std::uint32_t> components;  // those that fit; ascending
};

// Looks software up in one SBOM. Not thread-safe: it remembers what it has worked out.
class VexProducts {
 public:
  explicit VexProducts(const Sbom& sbom);

  // `document_id`: of the VEX document: a bom-ref means something in the document it was written for only.
  [[nodiscard]] VexComponents find(const VexSoftware& software, std::string_view document_id);
  [[nodiscard]] VexFit fit(std::uint32_t component, const VexSoftware& software, std::string_view document_id) const;
  // Every way from what the SBOM is about to `component` leads through one of `products` (which do not hold it themselves).
  [[nodiscard]] bool lies_within(std::uint32_t component, const std::vector<std::uint32_t>& products);
  [[nodiscard]] bool is_subject(std::uint32_t component) const;  // the one thing the SBOM is about

 private:
  [[nodiscard]] std::vector<bool> reached_without(const std::vector<std::uint32_t>& removed) const;

  const Sbom& sbom_;
  std::string serial_;  // without "urn:uuid:"
  std::vector<std::optional<Purl>> purls_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_package_;
  std::unordered_map<std::string_view, std::uint32_t> by_ref_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_cpe_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_hash_;
  std::vector<std::uint32_t> sources_;  // where walks begin: the roots, and whatever nothing leads to
  struct Walk {
    std::vector<bool> without;  // reached with the products taken away
    std::vector<bool> from;     // reached from the products
  };
  std::map<std::vector<std::uint32_t>, Walk> walks_;
};

}  // namespace entente::measures::p6_supply
