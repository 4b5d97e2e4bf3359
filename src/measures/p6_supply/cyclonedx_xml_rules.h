// The rules of CycloneDX's XML form as tables (not for other rooms): types with attributes, content models, simple types; read from
// data/sbom/cyclonedx-1.<minor>-xml.json, which tools/make_sbom_rules.py derives from the XSD files.
#pragma once

#include <re2/re2.h>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace entente::measures::p6_supply {

// One simple type: a base of XML Schema with facets, or a union of others. Bases not listed here hold any text.
struct XmlSimpleType {
  std::string base;
  std::set<std::string, std::less<>> words;  // enumeration; empty: any
  std::unique_ptr<re2::RE2> pattern;
  std::optional<std::uint64_t> min_length, max_length;
  std::optional<double> least, most;
  std::vector<std::uint32_t> members;  // of a union
};

enum class ParticleKind : std::uint8_t { element, any, sequence, choice };
inline constexpr std::uint32_t kUnbounded = 0xffff'ffff;
struct XmlParticle {
  ParticleKind kind = ParticleKind::sequence;
  std::uint32_t least = 1;
  std::uint32_t most = 1;
  std::string name;        // of an element
  std::uint32_t type = 0;  // of an element
  std::vector<XmlParticle> parts;
};

struct XmlAttributeRule {
  std::uint32_t simple = 0;
  bool required = false;
};
// Attributes the type does not name: refused, of other namespaces only, or any.
enum class ForeignAttributes : std::uint8_t { none, other_namespaces, any };
struct XmlType {
  std::map<std::string, XmlAttributeRule, std::less<>> attributes;
  ForeignAttributes foreign = ForeignAttributes::none;
  bool anything = false;  // nothing is checked below it
  bool mixed = false;
  std::optional<std::uint32_t> text;  // simple type of the content
  std::optional<XmlParticle> model;
};

// Immutable, thread-safe. The data files are our own: a fault in them is an error of the build, reported all the same.
struct XmlRules {
  std::string name_space;
  std::uint32_t root = 0;
  std::set<std::string, std::less<>> unique;  // attributes whose values may stand once in a document
  std::vector<XmlSimpleType> simple;
  std::vector<XmlType> types;

  [[nodiscard]] static Result<const XmlRules*> of_minor(int minor);  // compiled once
  // Empty, or what is wrong with the text.
  [[nodiscard]] std::string fault(std::uint32_t simple_type, std::string_view text) const;
};

}  // namespace entente::measures::p6_supply
