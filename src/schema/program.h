// The compiled form of a schema: nodes in one vector, each a run of instructions in another, their operands in tables.
// Internal to the room; built by compiler.cc, run by evaluation.cc, immutable in between.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/same_text.h"
#include "schema/formats.h"
#include "schema/pattern_shortcuts.h"
#include "schema/regex.h"
#include "schema/schema.h"
#include "schema/sequence.h"
#include "schema/value.h"

namespace entente::schema {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = std::numeric_limits<NodeId>::max();

// Types of instances as bits; an integral number has both `integer` and `number`.
using TypeSet = std::uint8_t;
inline constexpr TypeSet kNull = 1, kBoolean = 2, kInteger = 4, kNumber = 8, kString = 16, kArray = 32, kObject = 64, kAnyType = 127;

enum class Op : std::uint8_t {
  type,         // a: TypeSet
  enumeration,  // a: enumerations
  constant,     // a: constants
  minimum,      // a: numbers (so for the next four)
  maximum,
  exclusive_minimum,
  exclusive_maximum,
  multiple_of,
  min_length,  // a: bound (so for all min_, max_)
  max_length,
  min_items,
  max_items,
  min_properties,
  max_properties,
  pattern,  // a: patterns
  format,   // a: formats
  unique_items,
  items,               // a: items
  contains,            // a: contains
  members,             // a: members
  dependent_required,  // a: dependent_required
  dependent_schemas,   // a: dependent_schemas
  ref,                 // a: node
  dynamic_ref,         // a: node where no dynamic anchor is in scope, b: anchor number
  all_of,              // a, b: first and number in `branches` (so for the next two)
  any_of,
  one_of,
  negation,                // a: node
  conditional,             // a: conditionals
  unevaluated_items,       // a: node
  unevaluated_properties,  // a: node
};

struct Instruction {
  Op op;
  TypeSet applies;           // types it says something of
  std::string_view keyword;  // static: "minLength"
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

struct Node {
  enum class Kind : std::uint8_t { keywords, accept, reject } kind = Kind::keywords;  // the latter two: true and false
  // What it comes to is "a string of at least so many characters": the most frequent schema by far, decided without running it.
  bool only_string = false;
  std::uint64_t least_characters = 0;
  bool collects = false;    // has an unevaluated… keyword
  std::uint32_t first = 0;  // in `instructions`
  std::uint32_t count = 0;
  std::uint32_t resource = 0;
  std::string location;  // JSON pointer in the root document, or "URI#pointer" in another
};

struct Pattern {
  std::string text;
  std::unique_ptr<const re2::RE2> regex;
  std::optional<Sequence> sequence;    // the same, where it has that form
  PatternShortcut shortcut = nullptr;  // or some of its texts, decided by hand
};

struct Items {
  std::vector<NodeId> prefix;
  NodeId rest = kNoNode;
};

struct Contains {
  NodeId node = kNoNode;
  std::uint64_t least = 1;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  bool evaluates = false;  // 2020-12: what matched counts as evaluated
};

// Finds the names of one schema by length and two of their characters; a schema's names are few and known, so a slot nearly always holds
// the name asked for or nothing.
class NameIndex {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  // Names are numbered as they come; the views must live as long as the index.
  void build(std::vector<std::string_view> names);
  [[nodiscard]] std::uint32_t find(std::string_view name) const {
    if (slots_.empty()) return kNone;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = place(name) & mask;; at = (at + 1) & mask) {
      const std::uint32_t number = slots_[at];
      if (number == kNone || same_text(names_[number], name)) return number;
    }
  }

  // The same for names that are asked for one after the other. `next` begins at 0: where names are numbered in their order, and come in it
  // as members of objects mostly do, one of the next two is it.
  [[nodiscard]] std::uint32_t find(std::string_view name, std::uint32_t& next) const {
    for (std::uint32_t number = next; number < names_.size() && number < next + 2; ++number)
      if (same_text(names_[number], name)) {
        next = number + 1;
        return number;
      }
    const std::uint32_t number = find(name);
    if (number != kNone) next = number + 1;
    return number;
  }

  // The same for the keys of a JsonDocument: each is compared by its length and first bytes, as one word, with the names from `next` on,
  // then with those before.
  [[nodiscard, gnu::always_inline]] std::uint32_t find_key(std::string_view key, std::uint32_t& next) const {
    const std::uint64_t word = word_of_key(key);
    const auto count = static_cast<std::uint32_t>(words_.size());
    for (std::uint32_t number = next; number < count; ++number)
      if (words_[number] == word && is_name(number, key)) return next = number + 1, number;
    for (std::uint32_t number = 0; number < std::min(next, count); ++number)
      if (words_[number] == word && is_name(number, key)) return next = number + 1, number;
    return words_.size() == names_.size() ? kNone : find(key, next);
  }

 private:
  static constexpr std::size_t kFew = 32;  // more names than that are not walked through

  // Equal texts have equal words; of texts shorter than eight bytes the reverse holds too.
  static std::uint64_t word_of(std::uint64_t first, std::size_t size) {
    if (size < sizeof first) first &= (std::uint64_t{1} << (8 * size)) - 1;
    return first ^ static_cast<std::uint64_t>(size) << 56;
  }
  static std::uint64_t word_of_key(std::string_view key) {
    static_assert(simdjson::SIMDJSON_PADDING >= sizeof(std::uint64_t), "a word can be read at any string of simdjson's buffer");
    return word_of(text_words::load<std::uint64_t>(key.data()), key.size());
  }
  [[nodiscard]] bool is_name(std::uint32_t number, std::string_view key) const {
    return key.size() < sizeof(std::uint64_t) ? names_[number].size() == key.size() : same_text(names_[number], key);
  }
  static std::size_t place(std::string_view name) {
    if (name.empty()) return 0;
    const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i])); };
    const std::uint32_t mixed =
        static_cast<std::uint32_t>(name.size()) ^ at(0) << 8 ^ at(name.size() / 2) << 16 ^ at(name.size() - 1) << 24;
    return (mixed * 0x9E3779B97F4A7C15u) >> 40;
  }
  std::vector<std::string_view> names_;
  std::vector<std::uint32_t> slots_;  // a power of two, at most a quarter of it used
  std::vector<std::uint64_t> words_;  // of each name; empty if they are many
};

struct Enumeration {
  std::unordered_set<std::string_view> strings;
  NameIndex index;  // of `strings`
  std::vector<JsonView> others;
  std::string shown;  // the values as a message shows them
};

struct Members {
  struct Named {
    NodeId node = kNoNode;       // of `properties`
    std::int32_t required = -1;  // index into `required`
  };
  std::unordered_map<std::string_view, Named> named;  // while compiling; then `index` leads to `by_number`
  NameIndex index;
  std::vector<Named> by_number;
  std::vector<std::string_view> required;
  std::vector<std::pair<std::uint32_t, NodeId>> patterns;
  NodeId additional = kNoNode;
  NodeId names = kNoNode;
};

struct DependentRequired {
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> rules;
  std::string_view keyword;
};
using DependentSchemas = std::vector<std::pair<std::string_view, NodeId>>;

struct Conditional {
  NodeId condition = kNoNode, then = kNoNode, otherwise = kNoNode;
};

// A node as a verdict without reasons needs it (verdict.cc): references followed, what is asked most often in fields, the rest as
// instructions in any order.
struct Quick {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  Node::Kind kind = Node::Kind::keywords;
  TypeSet types = kAnyType;
  bool unique = false;                  // uniqueItems
  bool only_text = false;               // a string is judged by `least_characters` alone
  TypeSet unlisted = kObject | kArray;  // containers of which a run may leave members or items unseen
  std::uint16_t nodes = 1;              // it stands for so many, itself and those referred to
  std::uint32_t members = kNone;        // in `members`
  std::uint32_t items = kNone;          // in `items`
  std::uint32_t first = 0, count = 0;   // in `quick_rest`
  std::uint64_t least_characters = 0, least_items = 0, least_members = 0;
};

struct Schema::Program {
  std::vector<Node> nodes;  // the root is nodes[root]
  NodeId root = 0;
  std::vector<Instruction> instructions;
  std::vector<NodeId> branches;
  std::vector<Number> numbers;
  std::vector<std::uint64_t> bounds;
  std::vector<JsonView> constants;
  std::vector<Enumeration> enumerations;
  std::vector<Pattern> patterns;
  std::vector<const Format*> formats;
  std::vector<Items> items;
  std::vector<Contains> contains;
  std::vector<Members> members;
  std::vector<DependentRequired> dependent_required;
  std::vector<DependentSchemas> dependent_schemas;
  std::vector<Conditional> conditionals;
  std::map<std::pair<std::uint32_t, std::uint32_t>, NodeId> dynamic_anchors;  // (resource, anchor number) → node
  bool has_dynamic_ref = false;
  std::uint64_t max_steps = 0;
  std::vector<Quick> quick;  // by node; empty: the schema has a keyword verdict.cc does not know
  std::vector<Instruction> quick_rest;
  std::vector<JsonDocument> documents;  // keeps the constants and names alive
};

}  // namespace entente::schema
