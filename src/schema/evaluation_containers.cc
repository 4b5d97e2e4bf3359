// Arrays and objects. An object's members are walked once for properties, patternProperties, additionalProperties,
// propertyNames and required together, with one hash look-up a member. Duplicates in an array are found by sorting the
// items' hashes and comparing only within a run of equal ones.
#include <fmt/format.h>
#include <algorithm>

#include "core/utf8.h"
#include "schema/evaluation.h"
#include "schema/messages.h"

namespace entente::schema {

bool Evaluation::run_items(const Instruction& i, const Frame& f) {
  const Items& items = program_.items[i.a];
  bool valid = true;
  std::uint32_t ordinal = 0;
  const simdjson::dom::array array = f.value.array();
  for (const JsonView item : array) {
    const bool in_prefix = ordinal < items.prefix.size();
    const NodeId node = in_prefix ? items.prefix[ordinal] : items.rest;
    const Path path{&f.path, {}, ordinal, true};
    ++ordinal;
    if (node == kNoNode) break;
    if (f.evaluated != nullptr) f.evaluated->mark(path.ordinal);
    if (program_.nodes[node].kind == Node::Kind::reject && !in_prefix) {
      const std::string_view keyword = std::string_view(program_.nodes[node].location);
      return report(f, keyword.substr(keyword.rfind('/') + 1), path, [&] {
        return fmt::format("one item too many: only {} allowed",
                           items.prefix.size() == 1 ? "1 is" : fmt::format("{} are", items.prefix.size()));
      });
    }
    if (is_plain_string(node, item) || evaluate(node, Value::of(item), path, f.scope, nullptr, f.sink)) continue;
    valid = false;
    if (enough(f)) return false;
  }
  return valid;
}

bool Evaluation::run_contains(const Instruction& i, const Frame& f) {
  const Contains& contains = program_.contains[i.a];
  const bool unbounded = contains.most == std::numeric_limits<std::uint64_t>::max();
  std::uint64_t matching = 0;
  std::uint32_t ordinal = 0;
  const simdjson::dom::array array = f.value.array();
  for (const JsonView item : array) {
    if (matching >= contains.least && unbounded && f.evaluated == nullptr) return true;
    const Path path{&f.path, {}, ordinal++, true};
    if (!evaluate(contains.node, Value::of(item), path, f.scope, nullptr, nullptr)) continue;
    ++matching;
    if (contains.evaluates && f.evaluated != nullptr) f.evaluated->mark(path.ordinal);
  }
  if (matching < contains.least)
    return report(f, contains.least == 1 ? "contains" : "minContains", f.path, [&] {
      return fmt::format("{} of its {} of the form needed, at least {} must be", matching,
                         ordinal == 1 ? "1 item is" : fmt::format("{} items are", ordinal), contains.least);
    });
  if (matching > contains.most)
    return report(f, "maxContains", f.path,
                  [&] { return fmt::format("{} of its items are of the form counted, at most {} may be", matching, contains.most); });
  return true;
}

// True if the items are strings, no two the same. What this does not settle, the general way does, which also finds the places.
bool Evaluation::distinct_strings(const Frame& f) {
  strings_.clear();
  const simdjson::dom::array array = f.value.array();
  for (const JsonView item : array) {
    const auto text = as_string(item);
    if (!text || !strings_.add(*text).is_new) return false;
  }
  return true;
}

bool Evaluation::run_unique(const Instruction& i, const Frame& f) {
  if (distinct_strings(f)) return true;
  struct Entry {
    std::uint64_t hash;
    std::uint32_t ordinal;
    JsonView item;
  };
  std::vector<Entry> entries;
  const simdjson::dom::array array = f.value.array();
  for (const JsonView item : array) entries.push_back({deep_hash(item), static_cast<std::uint32_t>(entries.size()), item});
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.hash, a.ordinal) < std::tie(b.hash, b.ordinal); });
  // The hash key differs from process to process: of all repetitions, the first in document order is shown.
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t first = kNone;
  std::uint32_t again = kNone;
  for (std::size_t run = 0; run < entries.size();) {
    std::size_t end = run + 1;
    bool found = false;
    for (; end < entries.size() && entries[end].hash == entries[run].hash; ++end) {
      for (std::size_t k = run; k < end && !found && entries[end].ordinal < again; ++k) {
        if (!deep_equal(entries[k].item, entries[end].item)) continue;
        found = true;
        first = entries[k].ordinal;
        again = entries[end].ordinal;
      }
    }
    run = end;
  }
  if (again == kNone) return true;
  const Path path{&f.path, {}, again, true};
  return report(f, i.keyword, path, [&] { return fmt::format("repeats item {} of an array whose items must be unique", first); });
}

bool Evaluation::run_unevaluated_items(const Instruction& i, const Frame& f) {
  bool valid = true;
  std::uint32_t ordinal = 0;
  const simdjson::dom::array array = f.value.array();
  for (const JsonView item : array) {
    const Path path{&f.path, {}, ordinal++, true};
    if (f.evaluated->has(path.ordinal)) continue;
    f.evaluated->mark(path.ordinal);
    if (program_.nodes[i.a].kind == Node::Kind::reject)
      valid = report(f, i.keyword, path, [] { return std::string("this item is not allowed: no part of the schema describes it"); });
    else
      valid &= evaluate(i.a, Value::of(item), path, f.scope, nullptr, f.sink);
    if (!valid && enough(f)) return false;
  }
  return valid;
}

bool Evaluation::run_members(const Instruction& i, const Frame& f) {
  const Members& members = program_.members[i.a];
  bool valid = true;
  std::size_t required_seen = 0;
  std::uint32_t ordinal = 0;
  const simdjson::dom::object object = f.value.object();
  for (const auto field : object) {
    const Path path{&f.path, field.key, ordinal++, false};
    if (check_member(members, Value::of(field.value), path, f, required_seen)) continue;
    valid = false;
    if (enough(f)) return false;
  }
  if (required_seen < members.required.size()) valid = report_missing(members, f);
  return valid;
}

bool Evaluation::check_member(const Members& members, const Value& value, const Path& path, const Frame& f, std::size_t& required_seen) {
  bool valid = true;
  bool described = false;
  if (const std::uint32_t number = members.index.find(path.key); number != NameIndex::kNone) {
    const Members::Named& named = members.by_number[number];
    required_seen += named.required >= 0;
    if (named.node != kNoNode) {
      described = true;
      valid &= is_plain_string(named.node, value.element) || evaluate(named.node, value, path, f.scope, nullptr, f.sink);
    }
  }
  for (const auto& [pattern, node] : members.patterns) {
    if (!re2::RE2::PartialMatch(path.key, *program_.patterns[pattern].regex)) continue;
    described = true;
    valid &= evaluate(node, value, path, f.scope, nullptr, f.sink);
  }
  if (!described && members.additional != kNoNode) {
    described = true;
    if (program_.nodes[members.additional].kind == Node::Kind::reject)
      valid = report(f, "additionalProperties", path,
                     [&] { return fmt::format("the property {} is not allowed here", describe_text(path.key)); });
    else
      valid &= evaluate(members.additional, value, path, f.scope, nullptr, f.sink);
  }
  if (described && f.evaluated != nullptr) f.evaluated->mark(path.ordinal);
  if (members.names != kNoNode && (valid || !enough(f))) valid &= check_name(members.names, path, f);
  return valid;
}

bool Evaluation::check_name(NodeId node, const Path& path, const Frame& f) {
  const Value name = Value::of_name(path.key);
  if (f.sink == nullptr) return evaluate(node, name, path, f.scope, nullptr, nullptr);
  Sink own{1, {}};
  if (evaluate(node, name, path, f.scope, nullptr, &own)) return true;
  return report(f, "propertyNames", path, [&] {
    return fmt::format("the property name {} is not allowed here: {}", describe_text(path.key),
                       own.found.empty() ? "" : own.found[0].violation.message);
  });
}

bool Evaluation::report_missing(const Members& members, const Frame& f) {
  for (const std::string_view name : members.required) {
    if (f.sink == nullptr || f.sink->full()) return false;
    if (json_get(f.value.element, name)) continue;
    static_cast<void>(report(f, "required", f.path, [&] { return fmt::format("the property {} is missing", describe_text(name)); }));
  }
  return false;
}

bool Evaluation::run_dependent_required(const Instruction& i, const Frame& f) {
  bool valid = true;
  for (const auto& [trigger, names] : program_.dependent_required[i.a].rules) {
    if (!json_get(f.value.element, trigger)) continue;
    for (const std::string_view name : names) {
      if (json_get(f.value.element, name)) continue;
      valid = report(f, i.keyword, f.path, [&, t = trigger] {
        return fmt::format("the property {} is missing, which must be there where {} is", describe_text(name), describe_text(t));
      });
      if (enough(f)) return false;
    }
  }
  return valid;
}

bool Evaluation::run_dependent_schemas(const Instruction& i, const Frame& f) {
  bool valid = true;
  for (const auto& [trigger, node] : program_.dependent_schemas[i.a]) {
    if (!json_get(f.value.element, trigger)) continue;
    if (program_.nodes[node].kind == Node::Kind::reject)
      valid =
          report(f, i.keyword, f.path, [&, t = trigger] { return fmt::format("the property {} is not allowed here", describe_text(t)); });
    else
      valid &= apply(node, f);
    if (!valid && enough(f)) return false;
  }
  return valid;
}

bool Evaluation::run_unevaluated_properties(const Instruction& i, const Frame& f) {
  bool valid = true;
  std::uint32_t ordinal = 0;
  const simdjson::dom::object object = f.value.object();
  for (const auto field : object) {
    const Path path{&f.path, field.key, ordinal++, false};
    if (f.evaluated->has(path.ordinal)) continue;
    f.evaluated->mark(path.ordinal);
    if (program_.nodes[i.a].kind == Node::Kind::reject)
      valid = report(f, i.keyword, path, [&] {
        return fmt::format("the property {} is not allowed here: no part of the schema describes it", describe_text(path.key));
      });
    else
      valid &= evaluate(i.a, Value::of(field.value), path, f.scope, nullptr, f.sink);
    if (!valid && enough(f)) return false;
  }
  return valid;
}

}  // namespace entente::schema
