// Turns OSV events into intervals: every event becomes a point on the line of keys where the state changes to on or off;
// points are sorted, an "off" and an "on" at one place cancel each other, and one walk over the rest yields the intervals. The limit
// cuts them.
#include "measures/p6_supply/intervals.h"

#include <fmt/format.h>
#include <algorithm>
#include <tuple>

namespace entente::measures::p6_supply {
namespace {

struct Turn {
  std::string key;
  bool on = false;
  std::string text;
  Upper upper = Upper::none;  // why it turns off

  // Off before on; among equals the text decides, so that the order of events in the record does not matter.
  auto order() const { return std::tie(key, on, upper, text); }
};

Result<std::string> event_key(Scheme scheme, const OsvEvent& event) {
  if (event.kind == OsvEvent::Kind::introduced && event.version == "0") return std::string();
  return version_key(scheme, event.version);
}

struct Limit {
  bool present = false;
  std::string key, text;  // empty key: no limit
};

// "*" is no limit; else the highest counts.
void raise_limit(Limit& limit, std::string key, const std::string& text) {
  if (limit.present && limit.key.empty()) return;
  if (!limit.present || key.empty() || key > limit.key) limit = {true, std::move(key), text};
}

void cut(std::vector<KeyInterval>& intervals, const Limit& limit) {
  if (!limit.present || limit.key.empty()) return;
  std::erase_if(intervals, [&](const KeyInterval& i) { return i.low >= limit.key; });
  if (intervals.empty()) return;
  KeyInterval& last = intervals.back();
  if (!last.high.empty() && last.high <= limit.key) return;
  last.high = limit.key;
  last.high_text = limit.text;
  last.upper = Upper::limit;
}

std::vector<KeyInterval> walk(const std::vector<Turn>& turns) {
  std::vector<KeyInterval> out;
  const Turn* open = nullptr;
  const auto close = [&](const std::string& high, const std::string& text, Upper upper) {
    if (high.empty() || open->key < high) out.push_back({open->key, high, open->text, text, upper});
    open = nullptr;
  };
  for (std::size_t first = 0, last = 0; first < turns.size(); first = last) {
    while (last < turns.size() && turns[last].key == turns[first].key) ++last;
    // Off sorts before on, so both are there if the ends differ: the state stays as it was.
    if (turns[first].on != turns[last - 1].on) continue;
    const Turn& turn = turns[first];
    if (turn.on && open == nullptr) open = &turn;
    if (!turn.on && open != nullptr) close(turn.key, turn.text, turn.upper);
  }
  if (open != nullptr) close("", "", Upper::none);
  return out;
}

}  // namespace

Result<std::vector<KeyInterval>> range_intervals(Scheme scheme, const OsvRange& range) {
  std::vector<Turn> turns;
  Limit limit;
  bool introduced = false;
  for (const OsvEvent& event : range.events) {
    if (event.kind == OsvEvent::Kind::limit && event.version == "*") {
      raise_limit(limit, "", "*");
      continue;
    }
    ENTENTE_TRY(std::string key, event_key(scheme, event));
    switch (event.kind) {
      case OsvEvent::Kind::introduced:
        introduced = true;
        turns.push_back({std::move(key), true, event.version, Upper::none});
        break;
      case OsvEvent::Kind::fixed: turns.push_back({std::move(key), false, event.version, Upper::fixed}); break;
      case OsvEvent::Kind::last_affected:
        key += '\0';  // keys are prefix-free: nothing lies between a version and this
        turns.push_back({std::move(key), false, event.version, Upper::last_affected});
        break;
      case OsvEvent::Kind::limit: raise_limit(limit, std::move(key), event.version); break;
    }
  }
  if (!introduced) return fail("a range without an \"introduced\" event");
  std::sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) { return a.order() < b.order(); });
  std::vector<KeyInterval> out = walk(turns);
  cut(out, limit);
  return out;
}

Result<bool> included_in_range(Scheme scheme, std::string_view version, const OsvRange& range) {
  // −1, 0, 1: version against the event's.
  const auto against = [&](const OsvEvent& event) -> Result<int> {
    if (event.kind == OsvEvent::Kind::introduced && event.version == "0") return 1;
    if (event.kind == OsvEvent::Kind::limit && event.version == "*") return -1;
    ENTENTE_TRY(const std::strong_ordering order, compare_versions(scheme, version, event.version));
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  };
  bool limits = false, before_a_limit = false, vulnerable = false;
  std::vector<const OsvEvent*> sorted;
  for (const OsvEvent& event : range.events) {
    if (event.kind != OsvEvent::Kind::limit) {
      sorted.push_back(&event);
      continue;
    }
    limits = true;
    ENTENTE_TRY(const int place, against(event));
    before_a_limit = before_a_limit || place < 0;
  }
  // Insertion sort by the reference order; at equal versions last_affected comes last (it ends just above).
  const auto rank = [](const OsvEvent& e) { return e.kind == OsvEvent::Kind::fixed ? 0 : e.kind == OsvEvent::Kind::introduced ? 1 : 2; };
  const auto first = [](const OsvEvent& e) { return e.kind == OsvEvent::Kind::introduced && e.version == "0"; };
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    for (std::size_t j = i; j > 0; --j) {
      const OsvEvent &a = *sorted[j - 1], &b = *sorted[j];
      bool swap = false;
      if (first(a) || first(b)) {
        swap = first(b) && !first(a);
      } else {
        ENTENTE_TRY(const std::strong_ordering order, compare_versions(scheme, b.version, a.version));
        swap = order < 0 || (order == 0 && rank(b) < rank(a));
      }
      if (!swap) break;
      std::swap(sorted[j - 1], sorted[j]);
    }
  }
  // `introduced` and `fixed` at one version say nothing together.
  const auto cancelled = [&](const OsvEvent& event) -> Result<bool> {
    if (event.kind == OsvEvent::Kind::last_affected || first(event)) return false;
    const auto opposite = event.kind == OsvEvent::Kind::fixed ? OsvEvent::Kind::introduced : OsvEvent::Kind::fixed;
    for (const OsvEvent* other : sorted) {
      if (other->kind != opposite || first(*other)) continue;
      ENTENTE_TRY(const std::strong_ordering order, compare_versions(scheme, event.version, other->version));
      if (order == 0) return true;
    }
    return false;
  };
  for (const OsvEvent* event : sorted) {
    ENTENTE_TRY(const bool skip, cancelled(*event));
    if (skip) continue;
    ENTENTE_TRY(const int place, against(*event));
    if (event->kind == OsvEvent::Kind::introduced && place >= 0) vulnerable = true;
    if (event->kind == OsvEvent::Kind::fixed && place >= 0) vulnerable = false;
    if (event->kind == OsvEvent::Kind::last_affected && place > 0) vulnerable = false;
  }
  return vulnerable && (!limits || before_a_limit);
}

}  // namespace entente::measures::p6_supply
