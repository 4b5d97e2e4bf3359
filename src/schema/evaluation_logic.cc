// Applying several schemas to one instance: references, allOf, anyOf, oneOf, not, if. Where no branch of anyOf or oneOf
// matches, each is run again with a sink of its own, and the one that came furthest is shown: the one whose shallowest
// violation lies deepest, a wrong type or value counting as less far than any other violation at the same depth.
#include <fmt/format.h>
#include <algorithm>
#include <tuple>

#include "schema/evaluation.h"
#include "schema/messages.h"

namespace entente::schema {
namespace {

std::size_t depth_of(const Path& path) {
  std::size_t depth = 0;
  for (const Path* p = &path; p->parent != nullptr; p = p->parent) ++depth;
  return depth;
}

// Larger is further.
std::tuple<std::size_t, int, std::ptrdiff_t> progress(const Sink& sink, std::size_t depth) {
  std::size_t shallowest = std::numeric_limits<std::size_t>::max();
  for (const Found& found : sink.found) shallowest = std::min(shallowest, found.order.size() - std::min(found.order.size(), depth));
  bool wrong_kind = false;
  for (const Found& found : sink.found) {
    const std::string_view keyword = found.violation.keyword;
    if (found.order.size() == depth + shallowest)
      wrong_kind |= keyword.ends_with("/type") || keyword.ends_with("/const") || keyword.ends_with("/enum");
  }
  return {shallowest, wrong_kind ? 0 : 1, -static_cast<std::ptrdiff_t>(sink.found.size())};
}

}  // namespace

// The outermost resource in scope that has the anchor (Core section 8.2.3.2).
bool Evaluation::run_dynamic_ref(const Instruction& i, const Frame& f) {
  NodeId target = i.a;
  for (const Scope* s = f.scope; s != nullptr; s = s->parent)
    if (const auto anchor = program_.dynamic_anchors.find({s->resource, i.b}); anchor != program_.dynamic_anchors.end())
      target = anchor->second;
  return apply(target, f);
}

bool Evaluation::run_all_of(const Instruction& i, const Frame& f) {
  bool valid = true;
  for (std::uint32_t k = 0; k < i.b; ++k) {
    if (apply(program_.branches[i.a + k], f)) continue;
    valid = false;
    if (enough(f)) return false;
  }
  return valid;
}

// Without collecting, at most the first two that match: nobody needs more. Indices from 0.
std::vector<std::uint32_t> Evaluation::matching_branches(const Instruction& i, const Frame& f) {
  std::vector<std::uint32_t> out;
  const std::size_t wanted = i.op == Op::one_of ? 2 : f.evaluated != nullptr ? i.b : 1;
  for (std::uint32_t k = 0; k < i.b && out.size() < wanted && stop_ == Stop::no; ++k) {
    Evaluated seen;
    if (!evaluate(program_.branches[i.a + k], f.value, f.path, f.scope, f.evaluated != nullptr ? &seen : nullptr, nullptr)) continue;
    out.push_back(k);
    if (f.evaluated != nullptr) f.evaluated->merge(seen);
  }
  return out;
}

void Evaluation::explain_branches(const Instruction& i, const Frame& f) {
  if (f.sink == nullptr || f.sink->full() || stop_ != Stop::no) return;
  const std::size_t depth = depth_of(f.path);
  Sink best{f.sink->limit, {}};
  std::uint32_t closest = 0;
  for (std::uint32_t k = 0; k < i.b; ++k) {
    Sink own{f.sink->limit, {}};
    static_cast<void>(evaluate(program_.branches[i.a + k], f.value, f.path, f.scope, nullptr, &own));
    if (stop_ != Stop::no) return;
    if (k > 0 && progress(own, depth) <= progress(best, depth)) continue;
    best = std::move(own);
    closest = k;
  }
  const std::string rule = f.node.location + "/" + std::string(i.keyword);
  if (i.b > 1) {
    add(*f.sink, f.path, rule,
        fmt::format("matches none of the {} forms allowed; form {} comes closest, and is missed because:", i.b, closest + 1));
  } else {
    add(*f.sink, f.path, rule, "does not match the one form allowed, because:");
  }
  const std::vector<std::uint32_t> order = f.sink->found.back().order;
  std::stable_sort(best.found.begin(), best.found.end(), [](const Found& a, const Found& b) { return a.order < b.order; });
  for (Found& found : best.found) {
    if (f.sink->full()) return;
    found.order = order;  // they stay behind the line that announces them
    f.sink->found.push_back(std::move(found));
  }
}

bool Evaluation::run_any_of(const Instruction& i, const Frame& f) {
  if (!matching_branches(i, f).empty()) return true;
  explain_branches(i, f);
  return false;
}

bool Evaluation::run_one_of(const Instruction& i, const Frame& f) {
  const std::vector<std::uint32_t> matching = matching_branches(i, f);
  if (matching.size() == 1) return true;
  if (matching.empty()) {
    explain_branches(i, f);
    return false;
  }
  return report(f, i.keyword, f.path, [&] {
    return fmt::format("matches form {} and form {} of the {}, but must match exactly one", matching[0] + 1, matching[1] + 1, i.b);
  });
}

bool Evaluation::run_negation(const Instruction& i, const Frame& f) {
  if (!evaluate(i.a, f.value, f.path, f.scope, nullptr, nullptr)) return stop_ == Stop::no;
  return report(f, i.keyword, f.path, [] { return std::string("matches a form that is not allowed here"); });
}

bool Evaluation::run_conditional(const Instruction& i, const Frame& f) {
  const Conditional& c = program_.conditionals[i.a];
  Evaluated seen;
  const bool holds = evaluate(c.condition, f.value, f.path, f.scope, f.evaluated != nullptr ? &seen : nullptr, nullptr);
  if (holds && f.evaluated != nullptr) f.evaluated->merge(seen);
  const NodeId next = holds ? c.then : c.otherwise;
  return next == kNoNode || apply(next, f);
}

}  // namespace entente::schema
