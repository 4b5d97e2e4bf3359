// The frame of the compiler: a worklist of locations, each made into one node; a table that says which function compiles
// which keyword in which draft; and at the end a depth-first search for schemas that lead back to themselves without
// going into the instance. The keywords themselves are in keywords.cc.
#include "schema/compiler.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstring>

#include "core/utf8.h"
#include "schema/verdict.h"

namespace entente::schema {

NodeId Compiler::node_of(LocationId location) {
  const auto [at, fresh] = nodes_.emplace(location, static_cast<NodeId>(program_.nodes.size()));
  if (fresh) {
    Node node;
    node.location = documents_.display(location);
    node.resource = documents_.location(location).resource;
    program_.nodes.push_back(std::move(node));
    locations_.push_back(location);
  }
  return at->second;
}

Result<NodeId> Compiler::child(const Site& site, const std::string& steps, JsonView value) {
  if (!value.is_object() && !value.is_bool()) return bad(site, "a schema is an object, true or false", steps);
  return node_of(documents_.child(site.location, steps, value));
}

void Compiler::emit(const Keyword& keyword, std::uint32_t a, std::uint32_t b) {
  program_.instructions.push_back({keyword.op, keyword.applies, keyword.name, a, b});
}

tl::unexpected<Error> Compiler::bad(const Site& site, std::string_view what, std::string_view steps) const {
  return fail(fmt::format("\"{}\": {}", site.keyword, what),
              documents_.where(site.location, steps.empty() ? step(site.keyword) : std::string(steps)));
}

Result<std::shared_ptr<const Schema::Program>> Compiler::compile(std::string_view text, std::string name) {
  ENTENTE_TRY(const LocationId root, documents_.add_root(text, std::move(name)));
  program_.root = node_of(root);
  // Every schema of the root document, used or not, so that a fault in it is found now; of the others, what is referred to.
  for (LocationId id = 0; id < documents_.locations(); ++id)
    if (documents_.location(id).document == 0) node_of(id);
  while (compiled_ < program_.nodes.size()) {
    ENTENTE_CHECK(compile_node(static_cast<NodeId>(compiled_)));
    ++compiled_;
    if (compiled_ == program_.nodes.size()) reach_dynamic_anchors();
  }
  ENTENTE_CHECK(refuse_loops());
  finish();
  program_.max_steps = options_.max_steps;
  program_.documents = std::move(documents_).take_documents();
  return std::make_shared<const Schema::Program>(std::move(program_));
}

Result<void> Compiler::compile_node(NodeId id) {
  const LocationId location = locations_[id];
  const JsonView element = documents_.location(location).element;
  program_.nodes[id].first = static_cast<std::uint32_t>(program_.instructions.size());
  if (element.is_bool()) {
    program_.nodes[id].kind = element.get_bool().value_unsafe() ? Node::Kind::accept : Node::Kind::reject;
    return {};
  }
  const Dialect dialect = documents_.resource(documents_.location(location).resource).dialect;
  ENTENTE_CHECK(compile_keywords(location, dialect));
  Node& node = program_.nodes[id];
  node.count = static_cast<std::uint32_t>(program_.instructions.size()) - node.first;
  if (node.count == 0) node.kind = Node::Kind::accept;
  for (std::uint32_t i = node.first; i < node.first + node.count; ++i)
    node.collects |= program_.instructions[i].op == Op::unevaluated_items || program_.instructions[i].op == Op::unevaluated_properties;
  return {};
}

Result<void> Compiler::compile_keywords(LocationId location, const Dialect& dialect) {
  const JsonView schema = documents_.location(location).element;
  const bool bare_ref = dialect.draft != Draft::draft2020 && json_string(schema, "$ref");
  const auto draft = static_cast<std::uint8_t>(1u << static_cast<unsigned>(dialect.draft));
  for (const Keyword& keyword : keywords()) {
    if (!(keyword.drafts & draft)) continue;
    if (keyword.vocabulary == Vocabulary::applicator && !dialect.applicator) continue;
    if (keyword.vocabulary == Vocabulary::validation && !dialect.validation) continue;
    if (keyword.vocabulary == Vocabulary::unevaluated && !dialect.unevaluated) continue;
    if (bare_ref && keyword.name != "$ref") continue;
    // One instruction stands for all keywords about members, or all about items: compiled where the first would be.
    if (keyword.op == Op::members || keyword.op == Op::items) {
      ENTENTE_CHECK((this->*keyword.compile)({location, schema, keyword.name, schema, dialect}, keyword));
      continue;
    }
    const auto value = json_get(schema, keyword.name);
    if (!value) continue;
    ENTENTE_CHECK((this->*keyword.compile)({location, schema, keyword.name, *value, dialect}, keyword));
  }
  return {};
}

// In the order in which they run: what is cheap and what fails first comes first, unevaluated… last, as they look at what
// the others have seen.
const std::vector<Compiler::Keyword>& Compiler::keywords() {
  using V = Vocabulary;
  using C = Compiler;
  static const std::vector<Keyword> table = {
      {"type", all, V::validation, Op::type, kAnyType, &C::compile_type},
      {"const", since_draft6, V::validation, Op::constant, kAnyType, &C::compile_const},
      {"enum", all, V::validation, Op::enumeration, kAnyType, &C::compile_enum},
      {"minimum", draft4, V::validation, Op::minimum, kNumber, &C::compile_limit4},
      {"maximum", draft4, V::validation, Op::maximum, kNumber, &C::compile_limit4},
      {"minimum", since_draft6, V::validation, Op::minimum, kNumber, &C::compile_number},
      {"maximum", since_draft6, V::validation, Op::maximum, kNumber, &C::compile_number},
      {"exclusiveMinimum", since_draft6, V::validation, Op::exclusive_minimum, kNumber, &C::compile_number},
      {"exclusiveMaximum", since_draft6, V::validation, Op::exclusive_maximum, kNumber, &C::compile_number},
      {"multipleOf", all, V::validation, Op::multiple_of, kNumber, &C::compile_number},
      {"minLength", all, V::validation, Op::min_length, kString, &C::compile_bound},
      {"maxLength", all, V::validation, Op::max_length, kString, &C::compile_bound},
      {"pattern", all, V::validation, Op::pattern, kString, &C::compile_pattern},
      {"format", all, V::core, Op::format, kString, &C::compile_format},
      {"minItems", all, V::validation, Op::min_items, kArray, &C::compile_bound},
      {"maxItems", all, V::validation, Op::max_items, kArray, &C::compile_bound},
      {"minProperties", all, V::validation, Op::min_properties, kObject, &C::compile_bound},
      {"maxProperties", all, V::validation, Op::max_properties, kObject, &C::compile_bound},
      {"required", all, V::core, Op::members, kObject, &C::compile_members},
      {"items", to_draft7, V::applicator, Op::items, kArray, &C::compile_items7},
      {"items", draft2020, V::applicator, Op::items, kArray, &C::compile_items2020},
      {"uniqueItems", all, V::validation, Op::unique_items, kArray, &C::compile_unique},
      {"contains", since_draft6, V::applicator, Op::contains, kArray, &C::compile_contains},
      {"dependentRequired", draft2020, V::validation, Op::dependent_required, kObject, &C::compile_dependent_required},
      {"dependentSchemas", draft2020, V::applicator, Op::dependent_schemas, kObject, &C::compile_dependent_schemas},
      {"dependencies", all, V::applicator, Op::dependent_schemas, kObject, &C::compile_dependencies},
      {"$ref", all, V::core, Op::ref, kAnyType, &C::compile_ref},
      {"$dynamicRef", draft2020, V::core, Op::dynamic_ref, kAnyType, &C::compile_dynamic_ref},
      {"allOf", all, V::applicator, Op::all_of, kAnyType, &C::compile_branches},
      {"anyOf", all, V::applicator, Op::any_of, kAnyType, &C::compile_branches},
      {"oneOf", all, V::applicator, Op::one_of, kAnyType, &C::compile_branches},
      {"not", all, V::applicator, Op::negation, kAnyType, &C::compile_subschema},
      {"if", since_draft7, V::applicator, Op::conditional, kAnyType, &C::compile_conditional},
      {"unevaluatedItems", draft2020, V::unevaluated, Op::unevaluated_items, kArray, &C::compile_subschema},
      {"unevaluatedProperties", draft2020, V::unevaluated, Op::unevaluated_properties, kObject, &C::compile_subschema},
  };
  return table;
}

std::uint32_t Compiler::anchor_number(const std::string& name) {
  return anchors_.emplace(name, static_cast<std::uint32_t>(anchors_.size())).first->second;
}

// A resource that evaluation may enter brings its dynamic anchors into scope: they become nodes, and may reach further.
void Compiler::reach_dynamic_anchors() {
  if (!program_.has_dynamic_ref) return;
  for (std::size_t i = 0; i < program_.nodes.size(); ++i) {
    const ResourceId resource = program_.nodes[i].resource;
    if (!reached_.emplace(resource, true).second) continue;
    for (const auto& [name, location] : documents_.resource(resource).dynamic_anchors)
      program_.dynamic_anchors[{resource, anchor_number(name)}] = node_of(location);
  }
}

void NameIndex::build(std::vector<std::string_view> names) {
  names_ = std::move(names);
  if (names_.empty()) return;
  std::size_t size = 4;
  while (size < names_.size() * 4) size *= 2;
  slots_.assign(size, kNone);
  for (std::uint32_t number = 0; number < names_.size(); ++number) {
    std::size_t at = place(names_[number]) & (size - 1);
    while (slots_[at] != kNone) at = (at + 1) & (size - 1);
    slots_[at] = number;
  }
  if (names_.size() > kFew) return;
  for (const std::string_view name : names_) {
    std::uint64_t first = 0;
    std::memcpy(&first, name.data(), std::min(name.size(), sizeof first));
    words_.push_back(word_of(first, name.size()));
  }
}

// What evaluation looks up often, worked out once all nodes are there.
void Compiler::finish() {
  for (Enumeration& e : program_.enumerations) e.index.build({e.strings.begin(), e.strings.end()});
  for (Members& members : program_.members) {
    std::vector<std::string_view> names;
    for (const auto& [name, named] : members.named) names.push_back(name);
    std::sort(names.begin(), names.end());
    for (const std::string_view name : names) members.by_number.push_back(members.named.at(name));
    members.index.build(std::move(names));
    members.named.clear();
  }
  for (Node& node : program_.nodes) {
    const Node* end = &node;  // a node that is nothing but a reference stands for what it leads to (loops were refused)
    while (end->kind == Node::Kind::keywords && end->count == 1 && program_.instructions[end->first].op == Op::ref)
      end = &program_.nodes[program_.instructions[end->first].a];
    if (end->kind != Node::Kind::keywords) continue;
    bool typed = false, plain = true;
    std::uint64_t least = 0;
    for (std::uint32_t i = end->first; i < end->first + end->count; ++i) {
      const Instruction& instruction = program_.instructions[i];
      if (instruction.op == Op::type && instruction.a == kString)
        typed = true;
      else if (instruction.op == Op::min_length)
        least = program_.bounds[instruction.a];
      else
        plain = false;
    }
    node.only_string = plain && typed;
    node.least_characters = least;
  }
  plan_verdict(program_);
}

// Nodes that apply to the same instance as `node`, whatever is in scope.
void Compiler::in_place(NodeId node, std::vector<NodeId>& out) const {
  out.clear();
  const Node& n = program_.nodes[node];
  for (std::uint32_t i = n.first; i < n.first + n.count; ++i) {
    const Instruction& instruction = program_.instructions[i];
    switch (instruction.op) {
      case Op::ref:
      case Op::negation: out.push_back(instruction.a); break;
      case Op::all_of:
      case Op::any_of:
      case Op::one_of:
        for (std::uint32_t k = 0; k < instruction.b; ++k) out.push_back(program_.branches[instruction.a + k]);
        break;
      case Op::conditional: {
        const Conditional& c = program_.conditionals[instruction.a];
        for (const NodeId next : {c.condition, c.then, c.otherwise})
          if (next != kNoNode) out.push_back(next);
        break;
      }
      case Op::dependent_schemas:
        for (const auto& [name, next] : program_.dependent_schemas[instruction.a]) out.push_back(next);
        break;
      default: break;
    }
  }
}

Result<void> Compiler::refuse_loops() const {
  enum class Colour : std::uint8_t { unseen, open, done };
  struct Visit {
    NodeId node;
    std::vector<NodeId> next;
    std::size_t at = 0;
  };
  std::vector<Colour> colours(program_.nodes.size(), Colour::unseen);
  std::vector<Visit> stack;
  for (NodeId start = 0; start < program_.nodes.size(); ++start) {
    if (colours[start] != Colour::unseen) continue;
    const auto open = [&](NodeId node) {
      colours[node] = Colour::open;
      stack.push_back({node, {}, 0});
      in_place(node, stack.back().next);
    };
    for (open(start); !stack.empty();) {
      if (stack.back().at == stack.back().next.size()) {
        colours[stack.back().node] = Colour::done;
        stack.pop_back();
        continue;
      }
      const NodeId next = stack.back().next[stack.back().at++];
      if (colours[next] == Colour::unseen) {
        open(next);
      } else if (colours[next] == Colour::open) {
        const std::string from = program_.nodes[stack.back().node].location;
        const std::string to = program_.nodes[next].location;
        return fail(fmt::format("the schema at \"{}\" leads back to itself (through \"{}\") without going into the instance, so that it "
                                "could never be decided",
                                printable(to, 200), printable(from, 200)),
                    documents_.where(locations_[next], ""), "a $ref may recurse only below properties, items and the like");
      }
    }
  }
  return {};
}

}  // namespace entente::schema
