// Running a program: a node's instructions one after the other, recursing into subschemas. Without a sink the first
// violation ends it. With one, everything is tried until the sink is full, and each violation carries the ordinals of its
// place so that they can be put in document order. What an unevaluated… keyword needs (which children some successful
// in-place schema has looked at) is collected only below nodes that have such a keyword.
#include "schema/evaluation.h"

#include <fmt/format.h>
#include <algorithm>

#include "schema/messages.h"

namespace entente::schema {
namespace {

constexpr std::size_t kShownPattern = 100;

std::vector<const Path*> from_root(const Path& path) {
  std::vector<const Path*> out;
  for (const Path* p = &path; p->parent != nullptr; p = p->parent) out.push_back(p);
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

Value Value::of(JsonView element) { return {element, {}, false, types_of(element)}; }

void Evaluation::add(Sink& sink, const Path& path, std::string keyword, std::string message) {
  Found found;
  for (const Path* p : from_root(path)) {
    found.order.push_back(p->ordinal);
    found.violation.instance += p->is_item ? fmt::format("/{}", p->ordinal) : "/" + pointer_segment(p->key);
  }
  found.violation.keyword = std::move(keyword);
  found.violation.message = std::move(message);
  sink.found.push_back(std::move(found));
}

bool Evaluation::run(JsonView instance, Sink* sink) {
  const Path root;
  const bool valid = evaluate(program_.root, Value::of(instance), root, nullptr, nullptr, sink);
  if (stop_ == Stop::no) {
    if (sink != nullptr)
      std::stable_sort(sink->found.begin(), sink->found.end(), [](const Found& a, const Found& b) { return a.order < b.order; });
    return valid;
  }
  if (sink != nullptr) {
    sink->found.clear();
    add(*sink, root, program_.nodes[program_.root].location,
        stop_ == Stop::steps ? fmt::format("not decided: the schema's branches multiply beyond {} steps", program_.max_steps)
                             : fmt::format("not decided: more than {} schemas apply inside one another", kMaxEvaluationDepth));
  }
  return false;
}

bool Evaluation::evaluate(NodeId id, const Value& value, const Path& path, const Scope* scope, Evaluated* evaluated, Sink* sink) {
  const Node& node = program_.nodes[id];
  if (node.kind == Node::Kind::accept) return true;
  if (stop_ != Stop::no) return false;
  if (++steps_ > program_.max_steps) stop_ = Stop::steps;
  if (depth_ >= kMaxEvaluationDepth) stop_ = Stop::depth;
  if (stop_ != Stop::no) return false;
  if (node.kind == Node::Kind::reject) {
    if (sink != nullptr && !sink->full()) add(*sink, path, node.location, "nothing is allowed here");
    return false;
  }
  const Scope here{scope, node.resource};
  if (program_.has_dynamic_ref && (scope == nullptr || scope->resource != node.resource)) scope = &here;
  ++depth_;
  bool valid = false;
  if (node.collects && (value.types & (kArray | kObject))) {
    Evaluated own;
    valid = run_keywords({node, value, path, scope, &own, sink});
    if (valid && evaluated != nullptr) evaluated->merge(own);
  } else {
    valid = run_keywords({node, value, path, scope, evaluated, sink});
  }
  --depth_;
  return valid;
}

bool Evaluation::run_keywords(const Frame& f) {
  bool valid = true;
  for (std::uint32_t i = f.node.first; i < f.node.first + f.node.count; ++i) {
    const Instruction& instruction = program_.instructions[i];
    if (!(instruction.applies & f.value.types) || run_keyword(instruction, f)) continue;
    valid = false;
    if (enough(f)) break;
    // Of a value of the wrong type, the other keywords would only repeat that.
    if (instruction.op == Op::type) break;
  }
  return valid;
}

bool Evaluation::run_keyword(const Instruction& i, const Frame& f) {
  switch (i.op) {
    case Op::type: return run_type(i, f);
    case Op::enumeration:
    case Op::constant: return run_equality(i, f);
    case Op::minimum:
    case Op::maximum:
    case Op::exclusive_minimum:
    case Op::exclusive_maximum:
    case Op::multiple_of: return run_number(i, f);
    case Op::min_length:
    case Op::max_length:
    case Op::pattern:
    case Op::format: return run_string(i, f);
    case Op::min_items:
    case Op::max_items:
    case Op::min_properties:
    case Op::max_properties: return run_size(i, f);
    case Op::unique_items: return run_unique(i, f);
    case Op::items: return run_items(i, f);
    case Op::contains: return run_contains(i, f);
    case Op::members: return run_members(i, f);
    case Op::dependent_required: return run_dependent_required(i, f);
    case Op::dependent_schemas: return run_dependent_schemas(i, f);
    case Op::ref: return apply(i.a, f);
    case Op::dynamic_ref: return run_dynamic_ref(i, f);
    case Op::all_of: return run_all_of(i, f);
    case Op::any_of: return run_any_of(i, f);
    case Op::one_of: return run_one_of(i, f);
    case Op::negation: return run_negation(i, f);
    case Op::conditional: return run_conditional(i, f);
    case Op::unevaluated_items: return run_unevaluated_items(i, f);
    case Op::unevaluated_properties: return run_unevaluated_properties(i, f);
  }
  return true;
}

bool Evaluation::run_type(const Instruction& i, const Frame& f) {
  if (i.a & f.value.types) return true;
  return report(f, i.keyword, f.path, [&] {
    const std::string actual = f.value.is_name ? "a string" : describe_type_of(f.value.element);
    return fmt::format("must be of type {}, but is {}", describe_types(static_cast<TypeSet>(i.a)), actual);
  });
}

bool Evaluation::run_equality(const Instruction& i, const Frame& f) {
  const auto actual = [&] { return f.value.is_name ? describe_text(f.value.name) : describe(f.value.element); };
  const auto equals = [&](JsonView expected) {
    return f.value.is_name ? as_string(expected) == f.value.name : deep_equal(expected, f.value.element);
  };
  if (i.op == Op::constant) {
    const JsonView expected = program_.constants[i.a];
    if (equals(expected)) return true;
    return report(f, i.keyword, f.path, [&] { return fmt::format("must be {}, but is {}", describe(expected), actual()); });
  }
  const Enumeration& allowed = program_.enumerations[i.a];
  if (f.value.types & kString ? allowed.strings.contains(f.value.text())
                              : std::any_of(allowed.others.begin(), allowed.others.end(), equals))
    return true;
  return report(f, i.keyword, f.path, [&] { return fmt::format("is {}, but must be one of: {}", actual(), allowed.shown); });
}

bool Evaluation::run_number(const Instruction& i, const Frame& f) {
  const Number actual = to_number(f.value.element);
  const Number& bound = program_.numbers[i.a];
  bool valid = false;
  std::string_view rule;
  switch (i.op) {
    case Op::minimum:
      valid = compare(actual, bound) >= 0;
      rule = "is less than";
      break;
    case Op::maximum:
      valid = compare(actual, bound) <= 0;
      rule = "is greater than";
      break;
    case Op::exclusive_minimum:
      valid = compare(actual, bound) > 0;
      rule = "is not greater than";
      break;
    case Op::exclusive_maximum:
      valid = compare(actual, bound) < 0;
      rule = "is not less than";
      break;
    default: valid = is_multiple(actual, bound); rule = "is not a multiple of";
  }
  return valid || report(f, i.keyword, f.path, [&] { return fmt::format("{} {} {}", spell(actual), rule, spell(bound)); });
}

bool Evaluation::run_string(const Instruction& i, const Frame& f) {
  const std::string_view text = f.value.text();
  if (i.op == Op::pattern) {
    const Pattern& pattern = program_.patterns[i.a];
    return re2::RE2::PartialMatch(text, *pattern.regex) || report(f, i.keyword, f.path, [&] {
             return fmt::format("{} does not match the pattern {}", describe_text(text), pattern.text.substr(0, kShownPattern));
           });
  }
  if (i.op == Op::format) {
    const Format& format = *program_.formats[i.a];
    return format.test(text) ||
           report(f, i.keyword, f.path, [&] { return fmt::format("{} is not {}", describe_text(text), format.description); });
  }
  const std::uint64_t bound = program_.bounds[i.a];
  // A code point takes one to four bytes: mostly the number of bytes decides.
  if (i.op == Op::min_length ? (text.size() + 3) / 4 >= bound : text.size() <= bound) return true;
  const std::size_t length = count_code_points(text);
  if (i.op == Op::min_length ? length >= bound : length <= bound) return true;
  return report(f, i.keyword, f.path, [&] {
    return fmt::format("{} {} than {}, it has {}", describe_text(text), i.op == Op::min_length ? "is shorter" : "is longer",
                       count_of(bound, "character", "characters"), length);
  });
}

bool Evaluation::run_size(const Instruction& i, const Frame& f) {
  const std::uint64_t bound = program_.bounds[i.a];
  const bool least = i.op == Op::min_items || i.op == Op::min_properties;
  const bool items = i.op == Op::min_items || i.op == Op::max_items;
  std::uint64_t size = 0;  // counted: simdjson's own size() saturates at 2^24
  if (items) {
    const simdjson::dom::array array = f.value.array();
    for (auto at = array.begin(); at != array.end(); ++at) ++size;
  } else {
    const simdjson::dom::object object = f.value.object();
    for (auto at = object.begin(); at != object.end(); ++at) ++size;
  }
  if (least ? size >= bound : size <= bound) return true;
  return report(f, i.keyword, f.path, [&] {
    return fmt::format("has {}, {} than the {} {}", items ? count_of(size, "item", "items") : count_of(size, "member", "members"),
                       least ? "fewer" : "more", bound, least ? "needed" : "allowed");
  });
}

}  // namespace entente::schema
