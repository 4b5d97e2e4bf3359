// Words of many languages to make names of organisations from. All are inventions; a likeness with a real name is an accident.
#pragma once

#include <span>
#include <string_view>

namespace entente::example {

// "{}" in a pattern is the root.
struct Pattern {
  std::string_view nature;   // code of data/catalog/registry/natures.json; empty: a state
  std::string_view own;      // in the language itself
  std::string_view english;  // the same for people who do not read it
};
struct Root {
  std::string_view own;
  std::string_view latin;  // empty: it is written in Latin letters
};
struct Tongue {
  std::string_view tag;        // BCP 47
  std::string_view countries;  // ISO 3166-1 alpha-3, a space between
  std::span<const Root> roots;
  std::span<const Pattern> patterns;
};
[[nodiscard]] std::span<const Tongue> tongues();

}  // namespace entente::example
