// Rows are written as text straight away: a register of some thousand records is one answer of some hundred kilobytes, asked for by every
// reader. Order and tiers are the search index's, so that a list sorted here and one sorted by the server look the same.
#include "registry/directory.h"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "registry/names.h"
#include "registry/record_day.h"

namespace entente::registry {
namespace {

constexpr std::uint16_t kAllPrinciples = 0x3FE;
constexpr std::string_view kNeverAssessed = "----------";

void put_string(std::string& out, std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (plain)
    fmt::format_to(std::back_inserter(out), "\"{}\"", text);
  else
    out += json_compact(Json(text));
}

void put_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out += "null";
  else
    put_string(out, text);
}

template <class List, class Put>
void put_values(std::string& out, const List& values, const Put& put) {
  out += '[';
  bool first = true;
  for (const auto& value : values) {
    if (!std::exchange(first, false)) out += ',';
    put(value);
  }
  out += ']';
}

void put_principles(std::string& out, std::uint16_t bits) {
  if (bits == kAllPrinciples) {
    out += "null";
    return;
  }
  std::vector<int> numbers;
  for (int n = 1; n <= 9; ++n)
    if ((bits >> n & 1) != 0) numbers.push_back(n);
  put_values(out, numbers, [&](int n) { out += std::to_string(n); });
}

// Other names it has or had, each spelling once, without those that read like its name.
std::vector<std::string_view> aliases_of(const Supporter& s) {
  std::vector<std::string_view> out;
  const std::string folded = s.identity.names.empty() && s.detail().former_names.empty() ? std::string() : fold(s.identity.name);
  const auto add = [&](const std::string& alias) {
    if (alias != s.identity.name && fold(alias) != folded && std::ranges::find(out, alias) == out.end()) out.push_back(alias);
  };
  for (const auto& [tag, other] : s.identity.names) add(other);
  for (const std::string& former : s.detail().former_names) add(former);
  return out;
}

void put_row(std::string& out, const Supporter& s, std::string_view tiers) {
  const RecordDay day = record_day(s);
  out += '[';
  put_string(out, s.identity.id);
  out += ',';
  put_string(out, s.identity.name);
  for (const std::string_view text :
       {s.identity.category ? name(*s.identity.category) : std::string_view(), std::string_view(s.identity.country),
        std::string_view(s.identity.nature), name(s.status), std::string_view(day.day), name(day.kind)}) {
    out += ',';
    put_or_null(out, text);
  }
  out += ',';
  put_principles(out, s.pledge.principles);
  out += ',';
  put_string(out, tiers.empty() ? kNeverAssessed : tiers);
  fmt::format_to(std::back_inserter(out), ",{},", s.changed_leaf);
  put_values(out, aliases_of(s), [&](std::string_view alias) { put_string(out, alias); });
  out += ']';
}

}  // namespace

std::string directory_json(const State& state, const SearchIndex& search) {
  std::string out = fmt::format(R"({{"ledger":{{"size":{},"time":"{}"}},"columns":)", state.next_leaf(), format_time(state.ledger_time()));
  put_values(out, kDirectoryColumns, [&](std::string_view column) { put_string(out, column); });
  out += ",\"rows\":[";
  bool first = true;
  search.each_by_name([&](const std::string& id, std::string_view tiers) {
    const Supporter* s = state.supporter(id);
    if (s == nullptr || s->status == Status::applied) return;
    if (!std::exchange(first, false)) out += ',';
    put_row(out, *s, tiers);
  });
  return out + "]}";
}

}  // namespace entente::registry
