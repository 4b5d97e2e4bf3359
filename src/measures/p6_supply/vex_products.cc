// A package is looked up by type, namespace and name of its purl; version and qualifiers are compared after that, so that a near miss can
// be told. What lies within a product is a question of dominance in the dependency graph: with the product taken away, the component must
// be out of reach. So a library that two modules use is not silenced by what the maker of one of them says.
#include "measures/p6_supply/vex_products.h"

#include <algorithm>

#include "measures/p6_supply/vers.h"
#include "measures/p6_supply/version.h"
#include "measures/p6_supply/vex_readers.h"

namespace entente::measures::p6_supply {
namespace {

std::string package_of(const Purl& purl) { return purl.type + '\0' + purl.ns + '\0' + purl.name; }

std::string_view bare_serial(std::string_view serial) {
  constexpr std::string_view kUuid = "urn:uuid:";
  if (serial.starts_with(kUuid)) serial.remove_prefix(kUuid.size());
  return serial;
}

// Digests that say that two files are the same.
bool is_strong(std::string_view algorithm) {
  return algorithm.starts_with("sha2") || algorithm.starts_with("sha3") || algorithm == "sha512" || algorithm.starts_with("blake");
}

bool same_version(std::string_view type, std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto scheme = scheme_of_vers_type(type);
  if (!scheme) return false;
  const auto key = version_key(*scheme, a), other = version_key(*scheme, b);
  return key && other && *key == *other;
}

bool in_versions(const VexSoftware& software, std::string_view type, std::string_view version) {
  if (software.versions.empty() && software.ranges.empty()) return true;
  for (const std::string& v : software.versions)
    if (same_version(type, v, version)) return true;
  return std::any_of(software.ranges.begin(), software.ranges.end(), [&](const std::string& text) {
    const auto range = Vers::normalise(text);
    return range && range->contains(version).value_or(false);
  });
}

VexFit purl_fit(const Purl& asked, const Purl& have) {
  if (asked.type != have.type || asked.ns != have.ns || asked.name != have.name) return VexFit::no;
  if (!asked.version.empty() && !same_version(asked.type, asked.version, have.version)) return VexFit::other_version;
  for (const auto& [key, value] : asked.qualifiers)
    if (have.qualifier(key) != value) return VexFit::other_qualifiers;
  return VexFit::yes;
}

std::string hash_key(const std::string& algorithm, const std::string& value) { return algorithm + ":" + value; }

}  // namespace

VexProducts::VexProducts(const Sbom& sbom) : sbom_(sbom), serial_(bare_serial(sbom.serial)) {
  const auto count = static_cast<std::uint32_t>(sbom.components.size());
  purls_.resize(count);
  std::vector<bool> led_to(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Component& c = sbom.components[i];
    if (!c.purl.empty())
      if (auto purl = Purl::parse(c.purl)) {
        by_package_[package_of(*purl)].push_back(i);
        purls_[i] = std::move(*purl);
      }
    if (!c.ref.empty()) by_ref_.emplace(c.ref, i);
    if (!c.cpe.empty()) by_cpe_[c.cpe].push_back(i);
    for (const ComponentHash& h : sbom.hashes_of(c)) {
      std::vector<VexHash> hash;
      add_vex_hash(hash, h.algorithm, h.value);
      if (!hash.empty() && is_strong(hash[0].algorithm)) by_hash_[hash_key(hash[0].algorithm, hash[0].value)].push_back(i);
    }
    for (const std::uint32_t child : sbom.children(i))
      if (child != i) led_to[child] = true;
  }
  sources_ = sbom.roots;
  for (std::uint32_t i = 0; i < count; ++i)
    if (!led_to[i]) sources_.push_back(i);
}

bool VexProducts::is_subject(std::uint32_t component) const { return sbom_.roots.size() == 1 && sbom_.roots[0] == component; }

VexFit VexProducts::fit(std::uint32_t component, const VexSoftware& software, std::string_view document_id) const {
  const Component& c = sbom_.components[component];
  const std::string_view type = purls_[component] ? std::string_view(purls_[component]->type) : std::string_view();
  const auto versioned = [&](VexFit fit) {
    return fit == VexFit::yes && !in_versions(software, type, c.version) ? VexFit::other_version : fit;
  };
  const bool same_document =
      !serial_.empty() && serial_ == (software.serial.empty() ? bare_serial(document_id) : bare_serial(software.serial));
  if (same_document && !software.id.empty() && software.id == c.ref) return versioned(VexFit::yes);
  if (!sbom_.serial.empty() && software.id.size() == sbom_.serial.size() + 1 + c.ref.size() && software.id.starts_with(sbom_.serial) &&
      software.id[sbom_.serial.size()] == '#' && software.id.ends_with(c.ref))
    return versioned(VexFit::yes);  // SPDX: namespace#SPDXID
  if (software.purl && purls_[component]) return versioned(purl_fit(*software.purl, *purls_[component]));
  if (!software.cpe.empty() && software.cpe == c.cpe) return versioned(VexFit::yes);
  for (const ComponentHash& h : sbom_.hashes_of(c)) {
    std::vector<VexHash> hash;
    add_vex_hash(hash, h.algorithm, h.value);
    for (const VexHash& asked : software.hashes)
      if (!hash.empty() && is_strong(asked.algorithm) && asked.algorithm == hash[0].algorithm && asked.value == hash[0].value)
        return versioned(VexFit::yes);
  }
  return VexFit::no;
}

VexComponents VexProducts::find(const VexSoftware& software, std::string_view document_id) {
  std::vector<std::uint32_t> candidates;
  const auto take = [&](const std::vector<std::uint32_t>& more) { candidates.insert(candidates.end(), more.begin(), more.end()); };
  if (software.purl)
    if (const auto it = by_package_.find(package_of(*software.purl)); it != by_package_.end()) take(it->second);
  std::string_view ref = software.id;
  if (!sbom_.serial.empty() && ref.starts_with(sbom_.serial) && ref.size() > sbom_.serial.size() && ref[sbom_.serial.size()] == '#')
    ref.remove_prefix(sbom_.serial.size() + 1);
  if (const auto it = by_ref_.find(ref); it != by_ref_.end()) candidates.push_back(it->second);
  if (const auto it = by_cpe_.find(software.cpe); !software.cpe.empty() && it != by_cpe_.end()) take(it->second);
  for (const VexHash& h : software.hashes)
    if (const auto it = by_hash_.find(hash_key(h.algorithm, h.value)); it != by_hash_.end()) take(it->second);
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  VexComponents out;
  for (const std::uint32_t c : candidates) {
    const VexFit how = fit(c, software, document_id);
    out.nearest = std::max(out.nearest, how);
    if (how == VexFit::yes) out.components.push_back(c);
  }
  return out;
}

std::vector<bool> VexProducts::reached_without(const std::vector<std::uint32_t>& removed) const {
  std::vector<bool> out(sbom_.components.size());
  std::vector<std::uint32_t> todo;
  const auto visit = [&](std::uint32_t c) {
    if (out[c] || std::binary_search(removed.begin(), removed.end(), c)) return;
    out[c] = true;
    todo.push_back(c);
  };
  for (const std::uint32_t source : sources_) visit(source);
  while (!todo.empty()) {
    const std::uint32_t c = todo.back();
    todo.pop_back();
    for (const std::uint32_t child : sbom_.children(c)) visit(child);
  }
  return out;
}

bool VexProducts::lies_within(std::uint32_t component, const std::vector<std::uint32_t>& products) {
  // What the SBOM is about holds all that is in it, whether or not its producer wrote the dependencies down.
  if (std::any_of(products.begin(), products.end(), [&](std::uint32_t p) { return is_subject(p); })) return true;
  auto found = walks_.find(products);
  if (found == walks_.end()) {
    Walk walk{.without = reached_without(products), .from = std::vector<bool>(sbom_.components.size())};
    std::vector<std::uint32_t> todo = products;
    while (!todo.empty()) {
      const std::uint32_t c = todo.back();
      todo.pop_back();
      for (const std::uint32_t child : sbom_.children(c))
        if (!walk.from[child]) {
          walk.from[child] = true;
          todo.push_back(child);
        }
    }
    found = walks_.emplace(products, std::move(walk)).first;
  }
  return found->second.from[component] && !found->second.without[component];
}

}  // namespace entente::measures::p6_supply
