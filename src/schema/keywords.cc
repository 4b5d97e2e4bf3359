// Each keyword's operand, checked and put into its table. Errors name the keyword and its place in the schema document.
#include <fmt/format.h>
#include <algorithm>

#include "core/utf8.h"
#include "schema/compiler.h"
#include "schema/messages.h"
#include "schema/uri.h"

namespace entente::schema {
namespace {

constexpr std::size_t kShownEnumeration = 200;

template <class T>
std::uint32_t add(std::vector<T>& table, T value) {
  table.push_back(std::move(value));
  return static_cast<std::uint32_t>(table.size() - 1);
}

TypeSet type_named(std::string_view name) {
  if (name == "null") return kNull;
  if (name == "boolean") return kBoolean;
  if (name == "integer") return kInteger;
  if (name == "number") return kNumber;
  if (name == "string") return kString;
  if (name == "array") return kArray;
  if (name == "object") return kObject;
  return 0;
}

}  // namespace

Result<std::vector<std::string_view>> Compiler::strings(const Site& site, JsonView value, const std::string& steps) {
  const auto items = as_array(value);
  if (!items) return bad(site, "must be an array of strings", steps);
  std::vector<std::string_view> out;
  for (const JsonView item : *items) {
    const auto text = as_string(item);
    if (!text) return bad(site, "must be an array of strings", fmt::format("{}/{}", steps, out.size()));
    out.push_back(*text);
  }
  return out;
}

Result<std::uint64_t> Compiler::count(const Site& site, JsonView value, std::string_view keyword) {
  if (!value.is_number() || !is_integral(to_number(value)) || compare(to_number(value), Number{}) < 0)
    return bad(site, fmt::format("must be a whole number of zero or more, not {}", describe(value)), step(keyword));
  const Number n = to_number(value);
  if (n.kind == Number::Kind::signed_integer) return static_cast<std::uint64_t>(n.i);
  if (n.kind == Number::Kind::unsigned_integer) return n.u;
  return n.d >= 0x1p64 ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(n.d);
}

Result<std::uint32_t> Compiler::pattern(const Site& site, std::string_view text, const std::string& steps) {
  if (const auto known = patterns_.find(text); known != patterns_.end()) return known->second;
  Result<std::unique_ptr<const re2::RE2>> regex = compile_regex(text);
  if (!regex) {
    Error error = std::move(regex).error();
    error.where = documents_.where(site.location, steps);
    return fail(std::move(error));
  }
  const std::uint32_t index =
      add(program_.patterns, Pattern{std::string(text), std::move(*regex), Sequence::of(text), pattern_shortcut(text)});
  patterns_.emplace(text, index);
  return index;
}

Result<void> Compiler::compile_type(const Site& site, const Keyword& keyword) {
  TypeSet types = 0;
  const auto add_name = [&](JsonView name) {
    const auto text = as_string(name);
    const TypeSet bit = text ? type_named(*text) : TypeSet{0};
    types |= bit;
    return bit != 0;
  };
  if (const auto list = as_array(site.value)) {
    std::size_t i = 0;
    for (const JsonView name : *list)
      if (!add_name(name))
        return bad(site, fmt::format("{} is no type", describe(name)), step(site.keyword, i));
      else
        ++i;
  } else if (!add_name(site.value)) {
    return bad(site, fmt::format("{} is no type", describe(site.value)));
  }
  emit(keyword, types);
  return {};
}

Result<void> Compiler::compile_enum(const Site& site, const Keyword& keyword) {
  const auto values = as_array(site.value);
  if (!values) return bad(site, "must be an array");
  Enumeration out;
  std::vector<std::string> shown;
  for (const JsonView value : *values) {
    if (const auto text = as_string(value))
      out.strings.insert(*text);
    else
      out.others.push_back(value);
    shown.push_back(describe(value));
  }
  out.shown = join_some(shown, kShownEnumeration);
  emit(keyword, add(program_.enumerations, std::move(out)));
  return {};
}

Result<void> Compiler::compile_const(const Site& site, const Keyword& keyword) {
  emit(keyword, add(program_.constants, site.value));
  return {};
}

Result<void> Compiler::compile_number(const Site& site, const Keyword& keyword) {
  if (!site.value.is_number()) return bad(site, fmt::format("must be a number, not {}", describe(site.value)));
  const Number n = to_number(site.value);
  if (keyword.op == Op::multiple_of && compare(n, Number{}) <= 0) return bad(site, "must be greater than zero");
  emit(keyword, add(program_.numbers, n));
  return {};
}

// Draft-04: "exclusiveMinimum": true makes "minimum" exclusive.
Result<void> Compiler::compile_limit4(const Site& site, const Keyword& keyword) {
  const bool minimum = keyword.op == Op::minimum;
  if (!json_bool(site.schema, minimum ? "exclusiveMinimum" : "exclusiveMaximum").value_or(false)) return compile_number(site, keyword);
  Keyword exclusive = keyword;
  exclusive.op = minimum ? Op::exclusive_minimum : Op::exclusive_maximum;
  return compile_number(site, exclusive);
}

Result<void> Compiler::compile_bound(const Site& site, const Keyword& keyword) {
  ENTENTE_TRY(const std::uint64_t bound, count(site, site.value, site.keyword));
  emit(keyword, add(program_.bounds, bound));
  return {};
}

Result<void> Compiler::compile_pattern(const Site& site, const Keyword& keyword) {
  const auto text = as_string(site.value);
  if (!text) return bad(site, "must be a string");
  ENTENTE_TRY(const std::uint32_t index, pattern(site, *text, step(site.keyword)));
  emit(keyword, index);
  return {};
}

Result<void> Compiler::compile_format(const Site& site, const Keyword& keyword) {
  const auto name = as_string(site.value);
  if (!name) return bad(site, "must be a string");
  if (options_.formats == FormatMode::annotate && !site.dialect.format_assertion) return {};
  const Format* format = find_format(*name);
  if (format != nullptr) emit(keyword, add(program_.formats, format));
  return {};
}

Result<void> Compiler::compile_unique(const Site& site, const Keyword& keyword) {
  if (!site.value.is_bool()) return bad(site, "must be true or false");
  if (site.value.get_bool().value_unsafe()) emit(keyword, 0);
  return {};
}

Result<void> Compiler::compile_items7(const Site& site, const Keyword& keyword) {
  const auto value = json_get(site.schema, "items");
  if (!value) return {};
  Items out;
  if (const auto list = as_array(*value)) {
    for (const JsonView item : *list) {
      ENTENTE_TRY(const NodeId node, child(site, step("items", out.prefix.size()), item));
      out.prefix.push_back(node);
    }
    if (const auto additional = json_get(site.schema, "additionalItems")) {
      ENTENTE_TRY(out.rest, child(site, step("additionalItems"), *additional));
    }
  } else {
    ENTENTE_TRY(out.rest, child(site, step("items"), *value));
  }
  emit(keyword, add(program_.items, std::move(out)));
  return {};
}

Result<void> Compiler::compile_items2020(const Site& site, const Keyword& keyword) {
  Items out;
  const auto prefix = json_get(site.schema, "prefixItems");
  const auto rest = json_get(site.schema, "items");
  if (!prefix && !rest) return {};
  if (prefix) {
    const auto list = as_array(*prefix);
    if (!list) return bad(site, "\"prefixItems\" must be an array of schemas", step("prefixItems"));
    for (const JsonView item : *list) {
      ENTENTE_TRY(const NodeId node, child(site, step("prefixItems", out.prefix.size()), item));
      out.prefix.push_back(node);
    }
  }
  if (rest) {
    if (rest->is_array()) return bad(site, "must be a schema; a list of schemas is \"prefixItems\" in 2020-12");
    ENTENTE_TRY(out.rest, child(site, step("items"), *rest));
  }
  emit(keyword, add(program_.items, std::move(out)));
  return {};
}

Result<void> Compiler::compile_contains(const Site& site, const Keyword& keyword) {
  Contains out;
  ENTENTE_TRY(out.node, child(site, step(site.keyword), site.value));
  if (site.dialect.draft == Draft::draft2020) {
    out.evaluates = true;
    if (const auto least = json_get(site.schema, "minContains"); least && site.dialect.validation) {
      ENTENTE_TRY(out.least, count(site, *least, "minContains"));
    }
    if (const auto most = json_get(site.schema, "maxContains"); most && site.dialect.validation) {
      ENTENTE_TRY(out.most, count(site, *most, "maxContains"));
    }
  }
  emit(keyword, add(program_.contains, out));
  return {};
}

Result<void> Compiler::add_properties(const Site& site, Members& out) {
  const auto properties = json_get(site.schema, "properties");
  if (!properties) return {};
  const auto fields = as_object(*properties);
  if (!fields) return bad(site, "\"properties\" must be an object", step("properties"));
  for (const auto field : *fields) {
    ENTENTE_TRY(const NodeId node, child(site, step("properties", field.key), field.value));
    out.named[field.key].node = node;
  }
  return {};
}

Result<void> Compiler::add_pattern_properties(const Site& site, Members& out) {
  const auto patterns = json_get(site.schema, "patternProperties");
  if (!patterns) return {};
  const auto fields = as_object(*patterns);
  if (!fields) return bad(site, "\"patternProperties\" must be an object", step("patternProperties"));
  for (const auto field : *fields) {
    ENTENTE_TRY(const NodeId node, child(site, step("patternProperties", field.key), field.value));
    ENTENTE_TRY(const std::uint32_t index, pattern(site, field.key, step("patternProperties", field.key)));
    out.patterns.emplace_back(index, node);
  }
  return {};
}

Result<void> Compiler::add_required(const Site& site, Members& out) {
  const auto required = json_get(site.schema, "required");
  if (!required) return {};
  ENTENTE_TRY(const std::vector<std::string_view> names, strings(site, *required, step("required")));
  for (const std::string_view name : names) {
    Members::Named& named = out.named[name];
    if (named.required >= 0) continue;
    named.required = static_cast<std::int32_t>(out.required.size());
    out.required.push_back(name);
  }
  return {};
}

Result<void> Compiler::compile_members(const Site& site, const Keyword& keyword) {
  Members out;
  if (site.dialect.applicator) {
    ENTENTE_CHECK(add_properties(site, out));
    ENTENTE_CHECK(add_pattern_properties(site, out));
    if (const auto additional = json_get(site.schema, "additionalProperties")) {
      ENTENTE_TRY(out.additional, child(site, step("additionalProperties"), *additional));
    }
    if (const auto names = json_get(site.schema, "propertyNames"); names && site.dialect.draft != Draft::draft4) {
      ENTENTE_TRY(out.names, child(site, step("propertyNames"), *names));
    }
  }
  if (site.dialect.validation) ENTENTE_CHECK(add_required(site, out));
  if (out.named.empty() && out.patterns.empty() && out.additional == kNoNode && out.names == kNoNode) return {};
  emit(keyword, add(program_.members, std::move(out)));
  return {};
}

Result<void> Compiler::compile_dependent_required(const Site& site, const Keyword& keyword) {
  const auto fields = as_object(site.value);
  if (!fields) return bad(site, "must be an object");
  DependentRequired out;
  out.keyword = keyword.name;
  for (const auto field : *fields) {
    ENTENTE_TRY(std::vector<std::string_view> names, strings(site, field.value, step(site.keyword, field.key)));
    out.rules.emplace_back(field.key, std::move(names));
  }
  emit(keyword, add(program_.dependent_required, std::move(out)));
  return {};
}

Result<void> Compiler::compile_dependent_schemas(const Site& site, const Keyword& keyword) {
  const auto fields = as_object(site.value);
  if (!fields) return bad(site, "must be an object");
  DependentSchemas out;
  for (const auto field : *fields) {
    ENTENTE_TRY(const NodeId node, child(site, step(site.keyword, field.key), field.value));
    out.emplace_back(field.key, node);
  }
  emit(keyword, add(program_.dependent_schemas, std::move(out)));
  return {};
}

// Draft-07: a list of names or a schema for each property. Kept in 2020-12, whose meta-schema still describes it.
Result<void> Compiler::compile_dependencies(const Site& site, const Keyword& keyword) {
  const auto fields = as_object(site.value);
  if (!fields) return bad(site, "must be an object");
  DependentRequired lists;
  lists.keyword = keyword.name;
  DependentSchemas schemas;
  for (const auto field : *fields) {
    if (field.value.is_array()) {
      ENTENTE_TRY(std::vector<std::string_view> names, strings(site, field.value, step(site.keyword, field.key)));
      lists.rules.emplace_back(field.key, std::move(names));
    } else {
      ENTENTE_TRY(const NodeId node, child(site, step(site.keyword, field.key), field.value));
      schemas.emplace_back(field.key, node);
    }
  }
  if (!lists.rules.empty())
    program_.instructions.push_back({Op::dependent_required, kObject, keyword.name, add(program_.dependent_required, std::move(lists)), 0});
  if (!schemas.empty()) emit(keyword, add(program_.dependent_schemas, std::move(schemas)));
  return {};
}

Result<void> Compiler::compile_ref(const Site& site, const Keyword& keyword) {
  const auto text = as_string(site.value);
  if (!text) return bad(site, "must be a string");
  ENTENTE_TRY(const LocationId target, documents_.resolve(site.location, site.keyword, *text));
  emit(keyword, node_of(target));
  return {};
}

// Dynamic only if what it names at first is a $dynamicAnchor (Core section 8.2.3.2); else the same as $ref.
Result<void> Compiler::compile_dynamic_ref(const Site& site, const Keyword& keyword) {
  const auto text = as_string(site.value);
  if (!text) return bad(site, "must be a string");
  ENTENTE_TRY(const LocationId target, documents_.resolve(site.location, site.keyword, *text));
  const NodeId node = node_of(target);
  const std::string name = percent_decode(fragment_of(*text)).value_or("");
  const auto& dynamic = documents_.resource(documents_.location(target).resource).dynamic_anchors;
  const auto anchor = dynamic.find(name);
  if (anchor == dynamic.end() || anchor->second != target) {
    program_.instructions.push_back({Op::ref, kAnyType, keyword.name, node, 0});
    return {};
  }
  program_.has_dynamic_ref = true;
  emit(keyword, node, anchor_number(name));
  return {};
}

Result<std::pair<std::uint32_t, std::uint32_t>> Compiler::branch_list(const Site& site) {
  const auto list = as_array(site.value);
  if (!list || list->size() == 0) return bad(site, "must be a list of schemas that is not empty");
  std::vector<NodeId> nodes;
  for (const JsonView item : *list) {
    ENTENTE_TRY(const NodeId node, child(site, step(site.keyword, nodes.size()), item));
    nodes.push_back(node);
  }
  const std::pair out{static_cast<std::uint32_t>(program_.branches.size()), static_cast<std::uint32_t>(nodes.size())};
  program_.branches.insert(program_.branches.end(), nodes.begin(), nodes.end());
  return out;
}

Result<void> Compiler::compile_branches(const Site& site, const Keyword& keyword) {
  ENTENTE_TRY(const auto range, branch_list(site));
  emit(keyword, range.first, range.second);
  return {};
}

Result<void> Compiler::compile_subschema(const Site& site, const Keyword& keyword) {
  ENTENTE_TRY(const NodeId node, child(site, step(site.keyword), site.value));
  emit(keyword, node);
  return {};
}

Result<void> Compiler::compile_conditional(const Site& site, const Keyword& keyword) {
  Conditional out;
  ENTENTE_TRY(out.condition, child(site, step("if"), site.value));
  if (const auto then = json_get(site.schema, "then")) { ENTENTE_TRY(out.then, child(site, step("then"), *then)); }
  if (const auto otherwise = json_get(site.schema, "else")) { ENTENTE_TRY(out.otherwise, child(site, step("else"), *otherwise)); }
  emit(keyword, add(program_.conditionals, out));
  return {};
}

}  // namespace entente::schema
