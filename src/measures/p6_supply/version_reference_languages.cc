// The plain reference for the orders of language ecosystems: versions are taken apart into lists and the lists are compared
// place by place, as Gem::Version, PHP's version_compare(), the Maven documentation and the others describe it.
#include <optional>
#include <variant>

#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::reference {
namespace {

using Verdict3 = std::strong_ordering;

// A number of any length or a word.
struct Part {
  bool number = false;
  std::string text;  // a number has no leading zeros; 0 is empty

  static Part of(std::string_view raw) {
    if (!keys::all_digits_in(raw)) return {false, std::string(raw)};
    raw.remove_prefix(std::min(raw.find_first_not_of('0'), raw.size()));
    return {true, std::string(raw)};
  }
  bool operator==(const Part&) const = default;
};

Verdict3 value_order(const Part& a, const Part& b) {  // both numbers or both words
  if (a.number && a.text.size() != b.text.size()) return a.text.size() <=> b.text.size();
  return a.text.compare(b.text) <=> 0;
}

enum class Higher : unsigned char { number, word };
Verdict3 part_order(const Part& a, const Part& b, Higher higher) {
  if (a.number != b.number) return a.number == (higher == Higher::number) ? Verdict3::greater : Verdict3::less;
  return value_order(a, b);
}

using Parts = std::vector<Part>;

Parts dotted(std::string_view text, std::string_view separators = ".") {
  Parts out;
  for (const std::string_view item : keys::split_at(text, separators)) out.push_back(Part::of(item));
  return out;
}

// Place by place; the shorter list is the lower one.
Verdict3 list_order(const Parts& a, const Parts& b, Higher higher) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (const Verdict3 order = part_order(a[i], b[i], higher); order != 0) return order;
  }
  return a.size() <=> b.size();
}

// Runs of digits and runs of letters.
std::vector<std::string> runs(std::string_view text) {
  std::vector<std::string> out;
  char before = '.';
  for (const char c : text) {
    if (is_alnum(c)) {
      if (!is_alnum(before) || is_digit(before) != is_digit(c)) out.emplace_back();
      out.back() += c;
    }
    before = c;
  }
  return out;
}

// --- RubyGems ----------------------------------------------------------------------------------------------------------------

Parts gem_parts(std::string_view text) {
  std::string spelled;
  for (const char c : text) spelled += c == '-' ? std::string(".pre.") : std::string(1, c);
  Parts numbers, words;
  const Part zero = Part::of("0");
  for (const std::string& run : runs(spelled)) {
    const Part part = Part::of(run);
    (words.empty() && part.number ? numbers : words).push_back(part);
  }
  while (!numbers.empty() && numbers.back() == zero) numbers.pop_back();
  numbers.insert(numbers.end(), words.begin(), words.end());
  return numbers;
}

// --- PHP ---------------------------------------------------------------------------------------------------------------------

int php_rank(const std::optional<std::string>& part) {
  if (!part) return 4;
  if (is_digit((*part)[0])) return 5;
  static constexpr std::pair<std::string_view, int> kForms[] = {{"dev", 0}, {"a", 1}, {"b", 2}, {"rc", 3}, {"p", 6}};
  for (const auto& [form, rank] : kForms) {
    if (part->starts_with(form)) return rank;
  }
  return -1;
}

// --- Maven -------------------------------------------------------------------------------------------------------------------

struct MavenPart {
  char prefix = '.';
  Part part;
};

bool maven_null(const MavenPart& p) { return p.part.text.empty(); }

std::string maven_spelling(std::string_view raw, bool number_follows) {
  const std::string word = lower(raw);
  if (number_follows && (word == "a" || word == "b" || word == "m")) return word == "a" ? "alpha" : word == "b" ? "beta" : "milestone";
  if (word == "cr") return "rc";
  return word == "ga" || word == "final" || word == "release" ? "" : word;
}

void cut_maven_nulls(std::vector<MavenPart>& parts) {
  while (!parts.empty() && maven_null(parts.back())) parts.pop_back();
}

// Where an item ends: at a '.' or '-', or where digits and letters meet.
std::size_t maven_item_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' || text[i] == '-' || is_digit(text[i]) != is_digit(text[0])) return i;
  }
  return text.size();
}

std::vector<MavenPart> maven_parts(std::string_view rest) {
  std::vector<MavenPart> out;
  for (char prefix = '.';;) {
    const std::size_t end = maven_item_end(rest);
    const std::string_view item = rest.substr(0, end);
    rest.remove_prefix(end);
    if (prefix == '-') cut_maven_nulls(out);
    const bool number = item.empty() || is_digit(item[0]);
    const bool number_follows = !rest.empty() && is_digit(rest[0]);
    out.push_back({prefix, number ? Part::of(item.empty() ? "0" : item) : Part{false, maven_spelling(item, number_follows)}});
    if (rest.empty()) break;
    prefix = rest[0] == '.' ? '.' : '-';
    if (rest[0] == '.' || rest[0] == '-') rest.remove_prefix(1);
  }
  cut_maven_nulls(out);
  return out;
}

int maven_pre_rank(const Part& part) {
  static constexpr std::string_view kWords[] = {"alpha", "beta", "milestone", "rc", "snapshot"};
  for (int i = 0; i < 5 && !part.number; ++i) {
    if (part.text == kWords[i]) return i;
  }
  return -1;
}

// What stands at a place: zeros that lead to a pre-release word are one with it.
struct MavenPlace {
  int rank = 1;  // 0 pre-release word, 1 the end, 2 word, 3 -number, 4 .0 and something later, 5 .number
  std::size_t next = 0;
};

MavenPlace maven_place(const std::vector<MavenPart>& parts, std::size_t at) {
  if (at >= parts.size()) return {1, at};
  std::size_t zeros = 0;
  while (at + zeros < parts.size() && parts[at + zeros].prefix == '.' && parts[at + zeros].part == Part::of("0")) ++zeros;
  if (at + zeros < parts.size() && maven_pre_rank(parts[at + zeros].part) >= 0) return {0, at + zeros + 1};
  const MavenPart& here = parts[at];
  if (!here.part.number) return {2, at + 1};
  if (here.prefix == '-') return {3, at + 1};
  return {zeros > 0 ? 4 : 5, at + 1};
}

Verdict3 maven_word_order(const std::string& a, const std::string& b) {
  const auto rank = [](const std::string& s) { return s.empty() ? 0 : s == "sp" ? 1 : 2; };
  return rank(a) != rank(b) ? rank(a) <=> rank(b) : a.compare(b) <=> 0;
}

}  // namespace

std::strong_ordering compare_rubygems(std::string_view a, std::string_view b) {
  const Parts left = gem_parts(a), right = gem_parts(b);
  const Part zero = Part::of("0");
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const Verdict3 order = part_order(i < left.size() ? left[i] : zero, i < right.size() ? right[i] : zero, Higher::number);
    if (order != 0) return order;
  }
  return Verdict3::equal;
}

std::strong_ordering compare_packagist(std::string_view a, std::string_view b) {
  const auto parts = [](std::string_view text) {
    if (text.size() > 1 && lower(text[0]) == 'v' && is_digit(text[1])) text.remove_prefix(1);
    return runs(lower(text));
  };
  const std::vector<std::string> left = parts(a), right = parts(b);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const auto x = i < left.size() ? std::optional(left[i]) : std::nullopt, y = i < right.size() ? std::optional(right[i]) : std::nullopt;
    if (php_rank(x) != php_rank(y)) return php_rank(x) <=> php_rank(y);
    if (php_rank(x) != 5) continue;
    if (const Verdict3 order = value_order(Part::of(*x), Part::of(*y)); order != 0) return order;
  }
  return Verdict3::equal;
}

std::strong_ordering compare_maven(std::string_view a, std::string_view b) {
  const std::vector<MavenPart> left = maven_parts(a), right = maven_parts(b);
  for (std::size_t i = 0, j = 0;;) {
    const MavenPlace x = maven_place(left, i), y = maven_place(right, j);
    if (x.rank != y.rank) return x.rank <=> y.rank;
    if (x.rank == 1) return Verdict3::equal;
    const Part &p = left[x.next - 1].part, &q = right[y.next - 1].part;
    const Verdict3 order = x.rank == 0   ? maven_pre_rank(p) <=> maven_pre_rank(q)
                           : x.rank == 2 ? maven_word_order(p.text, q.text)
                                         : value_order(p, q);
    if (order != 0) return order;
    i = x.next;
    j = y.next;
  }
}

namespace {

struct NumbersAndLists {
  Parts numbers, pre, build;
  bool has_pre = false, has_build = false;
};

NumbersAndLists take_apart(std::string_view text) {
  NumbersAndLists out;
  if (lower(text[0]) == 'v') text.remove_prefix(1);
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    out.build = dotted(text.substr(plus + 1));
    out.has_build = true;
    text = text.substr(0, plus);
  }
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    out.pre = dotted(text.substr(dash + 1));
    out.has_pre = true;
    text = text.substr(0, dash);
  }
  out.numbers = dotted(text);
  return out;
}

Verdict3 numbers_then_pre(NumbersAndLists& a, NumbersAndLists& b, std::size_t count) {
  a.numbers.resize(std::max(count, a.numbers.size()), Part::of("0"));
  b.numbers.resize(std::max(count, b.numbers.size()), Part::of("0"));
  for (std::size_t i = 0; i < count; ++i) {
    if (const Verdict3 order = value_order(a.numbers[i], b.numbers[i]); order != 0) return order;
  }
  if (a.has_pre != b.has_pre) return a.has_pre ? Verdict3::less : Verdict3::greater;
  return list_order(a.pre, b.pre, Higher::word);
}

}  // namespace

std::strong_ordering compare_nuget(std::string_view a, std::string_view b) {
  NumbersAndLists left = take_apart(lower(a)), right = take_apart(lower(b));
  return numbers_then_pre(left, right, 4);
}

std::strong_ordering compare_pub(std::string_view a, std::string_view b) {
  NumbersAndLists left = take_apart(a), right = take_apart(b);
  for (NumbersAndLists* v : {&left, &right}) {
    if (v->numbers.size() <= 3) continue;
    v->build.insert(v->build.begin(), v->numbers.begin() + 3, v->numbers.end());
    v->has_build = true;
  }
  if (const Verdict3 order = numbers_then_pre(left, right, 3); order != 0) return order;
  return list_order(left.build, right.build, Higher::word);
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  return list_order(dotted(a, ".-"), dotted(b, ".-"), Higher::number);
}

namespace {

// Conan's items: the leading number and the rest; an item without a number is above all that have one.
std::vector<std::pair<Part, std::string>> conan_items(std::string_view text) {
  std::vector<std::pair<Part, std::string>> out;
  for (const std::string_view item : keys::split_at(text, ".")) {
    const std::size_t end = std::min(item.find_first_not_of("0123456789"), item.size());
    out.emplace_back(end == 0 ? Part{} : Part::of(item.substr(0, end)), lower(item.substr(end)));
  }
  while (!out.empty() && out.back().first.text.empty() && out.back().second.empty()) out.pop_back();
  return out;
}

Verdict3 conan_order(std::string_view a, std::string_view b) {
  const auto left = conan_items(a), right = conan_items(b);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const Verdict3 order = part_order(left[i].first, right[i].first, Higher::word); order != 0) return order;
    if (const Verdict3 order = left[i].second.compare(right[i].second) <=> 0; order != 0) return order;
  }
  return left.size() <=> right.size();
}

std::optional<std::string> cut_tail(std::string& text, char mark) {
  const std::size_t at = text.rfind(mark);
  if (at == std::string::npos) return std::nullopt;
  std::string tail = text.substr(at + 1);
  text.resize(at);
  return tail;
}

}  // namespace

std::strong_ordering compare_conan(std::string_view a, std::string_view b) {
  std::string left(a), right(b);
  const auto left_build = cut_tail(left, '+'), right_build = cut_tail(right, '+');
  const auto left_pre = cut_tail(left, '-'), right_pre = cut_tail(right, '-');
  if (const Verdict3 order = conan_order(left, right); order != 0) return order;
  if (left_pre.has_value() != right_pre.has_value()) return left_pre ? Verdict3::less : Verdict3::greater;
  if (left_pre) {
    if (const Verdict3 order = conan_order(*left_pre, *right_pre); order != 0) return order;
  }
  if (left_build.has_value() != right_build.has_value()) return left_build ? Verdict3::greater : Verdict3::less;
  return left_build ? conan_order(*left_build, *right_build) : Verdict3::equal;
}

}  // namespace entente::measures::p6_supply::reference
