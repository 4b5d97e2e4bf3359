// The plan of a node merges it with the nodes it refers to; a run dispatches on the value's type, looks at the few fields that type needs,
// and runs what is left as instructions. Most values of a document are strings of which only a length is asked: they are settled in the
// loop over their parent, without a call. On the way it is noted whether members were known and in order.
#include "schema/verdict.h"

#include <algorithm>
#include <bit>

#include "schema/messages.h"

namespace entente::schema {
namespace {

constexpr std::uint32_t kMaxVerdictDepth = 512;  // of calls; deeper instances are the evaluation's
constexpr std::uint16_t kMaxMergedNodes = 8;
// simdjson's size() saturates at 2^24 - 1: bounds far below can be compared with it.
constexpr std::uint64_t kMaxQuickBound = 1'000'000;

class VerdictPlanner {
 public:
  explicit VerdictPlanner(Schema::Program& program) : program_(program) {}

  // False if the node has a keyword the verdict does not know.
  bool plan(NodeId id) {
    quick_ = {};
    rest_.clear();
    typed_ = false;
    quick_.kind = program_.nodes[id].kind;
    if (quick_.kind == Node::Kind::keywords && !merge(program_.nodes[id])) return false;
    quick_.first = static_cast<std::uint32_t>(program_.quick_rest.size());
    quick_.count = static_cast<std::uint32_t>(rest_.size());
    quick_.only_text = quick_.kind == Node::Kind::keywords && (quick_.types & kString) != 0 &&
                       std::none_of(rest_.begin(), rest_.end(), [](const Instruction& i) { return (i.applies & kString) != 0; });
    program_.quick_rest.insert(program_.quick_rest.end(), rest_.begin(), rest_.end());
    program_.quick.push_back(quick_);
    return true;
  }

 private:
  bool merge(const Node& node) {
    for (std::uint32_t i = node.first; i < node.first + node.count; ++i)
      if (!add(program_.instructions[i])) return false;
    return true;
  }

  bool add(const Instruction& i) {
    switch (i.op) {
      case Op::contains:
      case Op::dynamic_ref:
      case Op::unevaluated_items:
      case Op::unevaluated_properties: return false;
      case Op::type:
        // A second set of types is no intersection: an integer has two of them.
        if (typed_ && quick_.types != i.a) break;
        typed_ = true;
        quick_.types = static_cast<TypeSet>(i.a);
        return true;
      case Op::min_length: quick_.least_characters = std::max(quick_.least_characters, program_.bounds[i.a]); return true;
      case Op::min_items:
        if (program_.bounds[i.a] > kMaxQuickBound) break;
        quick_.least_items = std::max(quick_.least_items, program_.bounds[i.a]);
        return true;
      case Op::min_properties:
        if (program_.bounds[i.a] > kMaxQuickBound) break;
        quick_.least_members = std::max(quick_.least_members, program_.bounds[i.a]);
        return true;
      case Op::unique_items: quick_.unique = true; return true;
      case Op::items:
        if (quick_.items != Quick::kNone) break;
        quick_.items = i.a;
        return true;
      case Op::members:
        if (program_.members[i.a].names != kNoNode) return false;
        if (quick_.members != Quick::kNone) break;
        quick_.members = i.a;
        return true;
      case Op::ref: {
        const Node& target = program_.nodes[i.a];
        if (target.kind == Node::Kind::accept) return true;
        if (target.kind == Node::Kind::reject || quick_.nodes == kMaxMergedNodes) break;
        ++quick_.nodes;
        return merge(target);
      }
      default: break;
    }
    rest_.push_back(i);
    return true;
  }

  Schema::Program& program_;
  Quick quick_;
  std::vector<Instruction> rest_;
  bool typed_ = false;
};

template <class Word>
Word first_bytes(const char* at) {  // so that the words compare as the bytes do
  static_assert(std::endian::native == std::endian::little);
  const Word word = text_words::load<Word>(at);
  if constexpr (sizeof(Word) == 8)
    return __builtin_bswap64(word);
  else
    return __builtin_bswap32(word);
}

// Shorter texts first, then by bytes: the order in which numbered IDs come ("P-9", "P-10").
bool shortlex_less(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size();
  const std::size_t size = a.size();
  if (size > 16 || size < 4) return a < b;
  // Two words that may overlap: where the first are equal, the last decide.
  const auto ends_less = [&]<class Word>(Word first_a, Word first_b) {
    const std::size_t last = size - sizeof(Word);
    return first_a != first_b ? first_a < first_b : first_bytes<Word>(a.data() + last) < first_bytes<Word>(b.data() + last);
  };
  if (size >= 8) return ends_less(first_bytes<std::uint64_t>(a.data()), first_bytes<std::uint64_t>(b.data()));
  return ends_less(first_bytes<std::uint32_t>(a.data()), first_bytes<std::uint32_t>(b.data()));
}

// At least so many code points: a code point takes one to four bytes, so mostly the number of bytes decides.
bool has_characters(std::string_view text, std::uint64_t least) {
  if ((text.size() + 3) / 4 >= least) return true;
  if (text.size() < least) return false;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < text.size() && seen < least; ++i) seen += (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
  return seen >= least;
}

TypeSet quick_types_of(JsonView value) {
  if (value.is_string()) return kString;
  if (value.is_object()) return kObject;
  if (value.is_array()) return kArray;
  return types_of(value);
}

// What a run of the node sees of containers, of those it calls valid (Quick::unlisted): its own fields, and what holds beside them. A
// branch that may be the one that holds must see as much as the others.
TypeSet unlisted_of(const Schema::Program& program, const Quick& q) {
  TypeSet unlisted = kObject | kArray;
  if (q.members != Quick::kNone) unlisted &= static_cast<TypeSet>(~kObject);
  if (q.items != Quick::kNone) unlisted &= static_cast<TypeSet>(~kArray);
  for (std::uint32_t i = q.first; i < q.first + q.count; ++i) {
    const Instruction& instruction = program.quick_rest[i];
    TypeSet here = kObject | kArray;
    if (instruction.op == Op::ref) {
      here = program.quick[instruction.a].unlisted;
    } else if (instruction.op == Op::one_of || instruction.op == Op::any_of) {
      here = 0;
      for (std::uint32_t k = 0; k < instruction.b; ++k) here |= program.quick[program.branches[instruction.a + k]].unlisted;
    }
    unlisted &= here;
  }
  return unlisted;
}

// Whether the schema of the items is glad with each and each comes behind the one before: what lists of IDs mostly are.
bool are_ascending_texts(const Quick& q, simdjson::dom::array array) {
  if (!q.only_text) return false;
  std::string_view last;
  for (const JsonView item : array) {
    if (!item.is_string()) return false;
    const std::string_view text = item.get_string().value_unsafe();
    if ((text.size() + 3) / 4 < q.least_characters || (last.data() != nullptr && !shortlex_less(last, text))) return false;
    last = text;
  }
  return true;
}

bool is_glad_with(const Quick& q, JsonView value) {
  return q.only_text && value.is_string() && (value.get_string().value_unsafe().size() + 3) / 4 >= q.least_characters;
}

bool pattern_holds(const Pattern& pattern, std::string_view text) {
  if (pattern.shortcut != nullptr)
    if (const Sequence::Answer quick = pattern.shortcut(text); quick != Sequence::Answer::unknown) return quick == Sequence::Answer::yes;
  if (pattern.sequence)
    if (const Sequence::Answer quick = pattern.sequence->matches(text); quick != Sequence::Answer::unknown)
      return quick == Sequence::Answer::yes;
  return re2::RE2::PartialMatch(text, *pattern.regex);
}

bool number_holds(Op op, int order) {
  switch (op) {
    case Op::minimum: return order >= 0;
    case Op::maximum: return order <= 0;
    case Op::exclusive_minimum: return order > 0;
    default: return order < 0;
  }
}

template <class Container>
std::uint64_t count_children(Container container) {
  constexpr std::size_t kSaturated = 0xffffff;  // what size() says of that many and more
  if (const std::size_t size = container.size(); size < kSaturated) return size;
  std::uint64_t n = 0;
  for (auto at = container.begin(); at != container.end(); ++at) ++n;
  return n;
}

}  // namespace

void plan_verdict(Schema::Program& program) {
  VerdictPlanner planner(program);
  for (NodeId id = 0; id < program.nodes.size(); ++id)
    if (!planner.plan(id)) {
      program.quick.clear();
      program.quick_rest.clear();
      return;
    }
  // A node's rest may lead to one behind it, and that one to others: as many rounds as schemas are nested in practice.
  for (int round = 0; round < 3; ++round)
    for (Quick& q : program.quick)
      if (q.kind == Node::Kind::keywords) q.unlisted = unlisted_of(program, q);
}

Verdict::Answer Verdict::of(JsonView instance) {
  if (program_.quick.empty()) return Answer::undecided;
  const bool valid = holds(program_.root, instance);
  return undecided_ ? Answer::undecided : valid ? Answer::holds : Answer::fails;
}

bool Verdict::holds(NodeId id, JsonView value) {
  const Quick& q = program_.quick[id];
  if (q.kind != Node::Kind::keywords) {
    orderly_ = orderly_ && !value.is_object() && !value.is_array();
    return q.kind == Node::Kind::accept;
  }
  if (undecided_) return false;
  steps_ += q.nodes;
  if (steps_ > program_.max_steps || depth_ == kMaxVerdictDepth) {
    undecided_ = true;
    return false;
  }
  ++depth_;
  const bool valid = keywords_hold(q, value);
  --depth_;
  return valid;
}

bool Verdict::keywords_hold(const Quick& q, JsonView value) {
  const TypeSet types = quick_types_of(value);
  if ((q.types & types) == 0) return false;
  orderly_ = orderly_ && (q.unlisted & types) == 0;
  if (types == kString) return text_holds(q, value.get_string().value_unsafe(), value);
  if (types == kObject) {
    const simdjson::dom::object object = value.get_object().value_unsafe();
    if (q.least_members > 0 && object.size() < q.least_members) return false;
    if (q.members != Quick::kNone && !object_holds(program_.members[q.members], object)) return false;
  } else if (types == kArray && !array_holds(q, value)) {
    return false;
  }
  return q.count == 0 || rest_holds(q, types, value);
}

// One value of an enumeration mostly comes again and again: the one found last is tried first.
bool Verdict::is_listed(std::uint32_t enumeration, std::string_view text) {
  std::uint32_t& last = last_listed_[enumeration % last_listed_.size()];
  std::uint32_t number = last;
  number = program_.enumerations[enumeration].index.find(text, number);
  if (number == NameIndex::kNone) return false;
  last = number;
  return true;
}

// `text` is what `value` holds.
bool Verdict::text_holds(const Quick& q, std::string_view text, JsonView value) {
  if (!has_characters(text, q.least_characters)) return false;
  for (std::uint32_t i = q.first; i < q.first + q.count; ++i) {
    const Instruction& instruction = program_.quick_rest[i];
    if ((instruction.applies & kString) == 0) continue;
    bool held = false;
    if (instruction.op == Op::enumeration)
      held = is_listed(instruction.a, text);
    else if (instruction.op == Op::pattern || instruction.op == Op::format || instruction.op == Op::max_length)
      held = string_keyword_holds(instruction, text);
    else
      held = instruction_holds(instruction, value);
    if (!held) return false;
  }
  return true;
}

bool Verdict::array_holds(const Quick& q, JsonView value) {
  const simdjson::dom::array array = value.get_array().value_unsafe();
  if (q.least_items > 0 && array.size() < q.least_items) return false;
  if (q.items != Quick::kNone) {
    const Items& items = program_.items[q.items];
    if (q.unique && items.prefix.empty() && items.rest != kNoNode && are_ascending_texts(program_.quick[items.rest], array)) return true;
    if (!items_hold(items, array)) return false;
  }
  return !q.unique || are_distinct(array);
}

bool Verdict::items_hold(const Items& items, simdjson::dom::array array) {
  std::size_t ordinal = 0;
  for (const JsonView item : array) {
    const NodeId node = ordinal < items.prefix.size() ? items.prefix[ordinal] : items.rest;
    ++ordinal;
    if (node == kNoNode) {
      orderly_ = false;
      break;
    }
    if (!is_glad_with(program_.quick[node], item) && !holds(node, item)) return false;
  }
  return true;
}

bool Verdict::are_distinct(simdjson::dom::array array) {
  if (array.size() < 2) return true;
  bool ascending = true;
  std::string_view last;
  for (auto at = array.begin(); ascending && at != array.end(); ++at) {
    const JsonView item = *at;
    if (!item.is_string()) {
      ascending = false;
    } else {
      const std::string_view text = item.get_string().value_unsafe();
      ascending = !(at != array.begin()) || shortlex_less(last, text);
      last = text;
    }
  }
  if (ascending) return true;
  strings_.clear();
  bool only_strings = true;
  for (const JsonView item : array) {
    if (!item.is_string()) {
      only_strings = false;
      break;
    }
    if (!strings_.add(item.get_string().value_unsafe()).is_new) return false;
  }
  if (only_strings) return true;
  std::vector<std::pair<std::uint64_t, JsonView>> hashed;
  for (const JsonView item : array) hashed.emplace_back(deep_hash(item), item);
  std::sort(hashed.begin(), hashed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 1; i < hashed.size(); ++i)
    for (std::size_t k = i; k > 0 && hashed[k - 1].first == hashed[i].first; --k)
      if (deep_equal(hashed[k - 1].second, hashed[i].second)) return false;
  return true;
}

bool Verdict::object_holds(const Members& members, simdjson::dom::object object) {
  std::size_t required_seen = 0;
  std::uint32_t next = 0;
  const bool only_names = members.patterns.empty() && members.additional == kNoNode;
  for (const auto field : object) {
    bool described = false;
    const std::uint32_t least = next;
    if (const std::uint32_t number = members.index.find_key(field.key, next); number != NameIndex::kNone) {
      const Members::Named& named = members.by_number[number];
      required_seen += named.required >= 0;
      described = named.node != kNoNode;
      orderly_ = orderly_ && number >= least;
      if (described && !is_glad_with(program_.quick[named.node], field.value) && !holds(named.node, field.value)) return false;
    }
    orderly_ = orderly_ && described;
    if (!only_names && !unnamed_holds(members, field.key, field.value, described)) return false;
  }
  return required_seen == members.required.size();
}

// patternProperties, and additionalProperties where nothing else described the member.
bool Verdict::unnamed_holds(const Members& members, std::string_view key, JsonView value, bool described) {
  for (const auto& [pattern, node] : members.patterns) {
    if (!pattern_holds(program_.patterns[pattern], key)) continue;
    described = true;
    if (!holds(node, value)) return false;
  }
  return described || members.additional == kNoNode || holds(members.additional, value);
}

bool Verdict::rest_holds(const Quick& q, TypeSet types, JsonView value) {
  for (std::uint32_t i = q.first; i < q.first + q.count; ++i) {
    const Instruction& instruction = program_.quick_rest[i];
    if ((instruction.applies & types) != 0 && !instruction_holds(instruction, value)) return false;
  }
  return true;
}

bool Verdict::instruction_holds(const Instruction& i, JsonView value) {
  switch (i.op) {
    case Op::type: return (i.a & types_of(value)) != 0;
    case Op::enumeration:
    case Op::constant: return is_one_of(i, value);
    case Op::minimum:
    case Op::maximum:
    case Op::exclusive_minimum:
    case Op::exclusive_maximum: return number_holds(i.op, compare(to_number(value), program_.numbers[i.a]));
    case Op::multiple_of: return is_multiple(to_number(value), program_.numbers[i.a]);
    case Op::max_length:
    case Op::pattern:
    case Op::format: return string_keyword_holds(i, value.get_string().value_unsafe());
    case Op::min_items: return count_children(value.get_array().value_unsafe()) >= program_.bounds[i.a];
    case Op::max_items: return count_children(value.get_array().value_unsafe()) <= program_.bounds[i.a];
    case Op::min_properties: return count_children(value.get_object().value_unsafe()) >= program_.bounds[i.a];
    case Op::max_properties: return count_children(value.get_object().value_unsafe()) <= program_.bounds[i.a];
    case Op::items: return items_hold(program_.items[i.a], value.get_array().value_unsafe());
    case Op::members: return object_holds(program_.members[i.a], value.get_object().value_unsafe());
    case Op::dependent_required:
      return std::all_of(
          program_.dependent_required[i.a].rules.begin(), program_.dependent_required[i.a].rules.end(), [&](const auto& rule) {
            return !json_get(value, rule.first) || std::all_of(rule.second.begin(), rule.second.end(),
                                                               [&](std::string_view name) { return json_get(value, name).has_value(); });
          });
    case Op::dependent_schemas:
      return std::all_of(program_.dependent_schemas[i.a].begin(), program_.dependent_schemas[i.a].end(),
                         [&](const auto& rule) { return !json_get(value, rule.first) || holds(rule.second, value); });
    case Op::ref: return holds(i.a, value);
    case Op::all_of:
      for (std::uint32_t k = 0; k < i.b; ++k)
        if (!holds(program_.branches[i.a + k], value)) return false;
      return true;
    case Op::any_of: return matching_branches(i, value, 1) == 1;
    case Op::one_of: return matching_branches(i, value, 2) == 1;
    case Op::negation: return !holds(i.a, value);
    case Op::conditional: {
      const Conditional& c = program_.conditionals[i.a];
      const NodeId next = holds(c.condition, value) ? c.then : c.otherwise;
      return next == kNoNode || holds(next, value);
    }
    default: break;  // those in fields of their own, and those a plan refuses
  }
  undecided_ = true;
  return false;
}

bool Verdict::string_keyword_holds(const Instruction& i, std::string_view text) const {
  if (i.op == Op::pattern) return pattern_holds(program_.patterns[i.a], text);
  if (i.op == Op::format) return program_.formats[i.a]->test(text);
  const std::uint64_t bound = program_.bounds[i.a];
  return text.size() <= bound || count_code_points(text) <= bound;
}

bool Verdict::is_one_of(const Instruction& i, JsonView value) const {
  if (i.op == Op::constant) return deep_equal(program_.constants[i.a], value);
  const Enumeration& allowed = program_.enumerations[i.a];
  if (value.is_string()) return allowed.index.find(value.get_string().value_unsafe()) != NameIndex::kNone;
  return std::any_of(allowed.others.begin(), allowed.others.end(), [&](JsonView other) { return deep_equal(other, value); });
}

std::uint32_t Verdict::matching_branches(const Instruction& i, JsonView value, std::uint32_t wanted) {
  std::uint32_t n = 0;
  for (std::uint32_t k = 0; k < i.b && n < wanted && !undecided_; ++k) n += holds(program_.branches[i.a + k], value) ? 1 : 0;
  return n;
}

}  // namespace entente::schema
