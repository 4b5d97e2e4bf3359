// The plain reference for the orders of Linux distributions: two versions are walked side by side, as dpkg's verrevcmp(), RPM's
// and libalpm's rpmvercmp() and the specification of Gentoo's versions describe it, Alpine's token by token as apk does.
#include <optional>
#include <tuple>

#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::reference {
namespace {

using Ordering = std::strong_ordering;

Ordering number_order(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  return a.size() != b.size() ? a.size() <=> b.size() : a.compare(b) <=> 0;
}

template <class Predicate>
std::string_view take_while(std::string_view& s, Predicate predicate) {
  std::size_t n = 0;
  while (n < s.size() && predicate(s[n])) ++n;
  const std::string_view out = s.substr(0, n);
  s.remove_prefix(n);
  return out;
}

// --- Debian ------------------------------------------------------------------------------------------------------------------

int debian_rank(std::string_view s) {
  if (s.empty() || is_digit(s[0])) return 0;
  if (is_alpha(s[0])) return s[0];
  return s[0] == '~' ? -1 : static_cast<unsigned char>(s[0]) + 256;
}

Ordering debian_part(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while ((!a.empty() && !is_digit(a[0])) || (!b.empty() && !is_digit(b[0]))) {
      if (const int left = debian_rank(a), right = debian_rank(b); left != right) return left <=> right;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
    const std::string_view left = take_while(a, is_digit), right = take_while(b, is_digit);
    if (const Ordering order = number_order(left, right); order != 0) return order;
  }
  return Ordering::equal;
}

// --- RPM ---------------------------------------------------------------------------------------------------------------------

bool is_rpm_separator(char c) { return !is_alnum(c) && c != '~' && c != '^'; }

// Where '~' or '^' stands on one side at least: the order, or nothing if both had the same and were moved past it.
std::optional<Ordering> rpm_mark(std::string_view& a, std::string_view& b) {
  const auto at = [](std::string_view s, char c) { return !s.empty() && s[0] == c; };
  if (at(a, '~') != at(b, '~')) return at(a, '~') ? Ordering::less : Ordering::greater;
  if (!at(a, '~') && at(a, '^') != at(b, '^')) {
    if (a.empty()) return Ordering::less;
    if (b.empty()) return Ordering::greater;
    return at(a, '^') ? Ordering::less : Ordering::greater;
  }
  a.remove_prefix(1);
  b.remove_prefix(1);
  return std::nullopt;
}

Ordering rpm_part(std::string_view a, std::string_view b) {
  for (;;) {
    take_while(a, is_rpm_separator);
    take_while(b, is_rpm_separator);
    if ((!a.empty() && (a[0] == '~' || a[0] == '^')) || (!b.empty() && (b[0] == '~' || b[0] == '^'))) {
      if (const auto order = rpm_mark(a, b)) return *order;
      continue;
    }
    if (a.empty() || b.empty()) return !a.empty() <=> !b.empty();
    const bool number = is_digit(a[0]);
    if (number != is_digit(b[0])) return number ? Ordering::greater : Ordering::less;
    const std::string_view left = take_while(a, number ? is_digit : is_alpha), right = take_while(b, number ? is_digit : is_alpha);
    const Ordering order = number ? number_order(left, right) : left.compare(right) <=> 0;
    if (order != 0) return order;
  }
}

// --- Arch --------------------------------------------------------------------------------------------------------------------

// Where the separators end the comparison: different counts of them, or the end on a side. Letters that follow directly are
// before the end; separators at the very end count like others (pacman ignores them, which is not transitive).
int alpm_rank(std::string_view rest, std::size_t separators) {
  if (separators == 0) return rest.empty() ? 2 : is_digit(rest[0]) ? 3 : 1;
  return 4;
}

Ordering alpm_part(std::string_view a, std::string_view b) {
  const auto separator = [](char c) { return !is_alnum(c); };
  for (;;) {
    const std::size_t left_count = take_while(a, separator).size(), right_count = take_while(b, separator).size();
    if (const int left = alpm_rank(a, left_count), right = alpm_rank(b, right_count); left != right) return left <=> right;
    if (left_count != right_count) return left_count <=> right_count;
    if (const int left = alpm_rank(a, 0), right = alpm_rank(b, 0); left != right) return left <=> right;
    if (a.empty()) return Ordering::equal;
    const bool number = is_digit(a[0]);
    const std::string_view left = take_while(a, number ? is_digit : is_alpha), right = take_while(b, number ? is_digit : is_alpha);
    const Ordering order = number ? number_order(left, right) : left.compare(right) <=> 0;
    if (order != 0) return order;
  }
}

// --- Alpine ------------------------------------------------------------------------------------------------------------------

enum class Apk : unsigned char { number, letter, suffix, suffix_number, hash, revision, end, invalid };

struct ApkToken {
  Apk kind = Apk::number;
  std::string_view value;
  int suffix = 0;  // alpha … rc: −4 … −1; cvs … p: 1 … 5
};

int apk_suffix_rank(std::string_view word) {
  static constexpr std::string_view kWords[] = {"alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"};
  for (int i = 0; i < 10; ++i) {
    if (!word.empty() && word == kWords[i]) return i - 4;
  }
  return 0;
}

ApkToken apk_next(std::string_view& s, Apk before) {
  if (s.empty()) return {Apk::end, {}, 0};
  const std::string_view all = s;
  const char c = s[0];
  s.remove_prefix(1);
  if (before == Apk::number && is_lower(c)) return {Apk::letter, all.substr(0, 1), 0};
  if (before == Apk::number && c == '.') return {Apk::number, take_while(s, is_digit), 0};
  if (is_digit(c) && (before == Apk::letter || before == Apk::suffix)) {
    s = all;
    return {before == Apk::letter ? Apk::number : Apk::suffix_number, take_while(s, is_digit), 0};
  }
  if (c == '_' && before <= Apk::suffix_number) {
    const int suffix = apk_suffix_rank(take_while(s, is_lower));
    return {suffix != 0 ? Apk::suffix : Apk::invalid, {}, suffix};
  }
  if (c == '~' && before < Apk::hash) return {Apk::hash, take_while(s, is_hex_digit), 0};
  if (c == '-' && before < Apk::revision && !s.empty() && s[0] == 'r') {
    s.remove_prefix(1);
    const std::string_view digits = take_while(s, is_digit);
    if (s.empty() || digits.find_first_not_of('0') != std::string_view::npos) return {Apk::revision, digits, 0};
  }
  return {Apk::invalid, {}, 0};
}

// Which token is the higher one where two differ in kind. An empty number is just below a letter.
int apk_rank(const ApkToken& t) {
  switch (t.kind) {
    case Apk::number: return t.value.empty() ? 6 : 8;
    case Apk::letter: return 7;
    case Apk::suffix: return t.suffix < 0 ? -1 : 5;
    case Apk::suffix_number: return 4;
    case Apk::hash: return 3;
    case Apk::revision: return 2;
    case Apk::end: return 1;
    case Apk::invalid: break;
  }
  return 0;
}

Ordering apk_order(const ApkToken& a, const ApkToken& b) {
  if (const int left = apk_rank(a), right = apk_rank(b); left != right) return left <=> right;
  if (a.kind == Apk::suffix) return a.suffix <=> b.suffix;
  if (a.kind == Apk::letter || a.kind == Apk::hash) return a.value.compare(b.value) <=> 0;
  if (a.kind == Apk::number && (a.value.starts_with('0') || b.value.starts_with('0'))) return a.value.compare(b.value) <=> 0;
  return number_order(a.value, b.value);
}

// --- Gentoo ------------------------------------------------------------------------------------------------------------------

struct GentooVersion {
  std::vector<std::string_view> numbers;
  std::string_view letter, revision;
  std::vector<std::pair<int, std::string_view>> suffixes;  // rank, number
};

GentooVersion read_gentoo(std::string_view s) {
  GentooVersion out;
  out.numbers.push_back(take_while(s, is_digit));
  while (s.starts_with('.')) {
    s.remove_prefix(1);
    out.numbers.push_back(take_while(s, is_digit));
  }
  out.letter = take_while(s, is_lower);
  while (s.starts_with('_')) {
    s.remove_prefix(1);
    const int rank = apk_suffix_rank(take_while(s, is_lower));
    out.suffixes.emplace_back(rank, take_while(s, is_digit));
  }
  if (s.starts_with("-r")) out.revision = s.substr(2);
  return out;
}

std::string_view without_trailing_zeros(std::string_view s) { return s.substr(0, s.find_last_not_of('0') + 1); }

Ordering gentoo_numbers(const GentooVersion& a, const GentooVersion& b) {
  if (const Ordering order = number_order(a.numbers[0], b.numbers[0]); order != 0) return order;
  for (std::size_t i = 1; i < std::min(a.numbers.size(), b.numbers.size()); ++i) {
    const std::string_view left = a.numbers[i], right = b.numbers[i];
    const Ordering order = left.starts_with('0') || right.starts_with('0')
                               ? without_trailing_zeros(left).compare(without_trailing_zeros(right)) <=> 0
                               : number_order(left, right);
    if (order != 0) return order;
  }
  return a.numbers.size() <=> b.numbers.size();
}

}  // namespace

std::strong_ordering compare_debian(std::string_view a, std::string_view b) {
  const auto left = keys::split_distribution(a), right = keys::split_distribution(b);
  if (const Ordering order = number_order(left.epoch, right.epoch); order != 0) return order;
  if (const Ordering order = debian_part(left.version, right.version); order != 0) return order;
  return debian_part(left.release, right.release);
}

std::strong_ordering compare_rpm(std::string_view a, std::string_view b) {
  const auto left = keys::split_distribution(a), right = keys::split_distribution(b);
  if (const Ordering order = rpm_part(left.epoch.empty() ? "0" : left.epoch, right.epoch.empty() ? "0" : right.epoch); order != 0)
    return order;
  if (const Ordering order = rpm_part(left.version, right.version); order != 0) return order;
  if (!left.has_release || !right.has_release) return left.has_release <=> right.has_release;
  return rpm_part(left.release, right.release);
}

std::strong_ordering compare_alpm(std::string_view a, std::string_view b) {
  const auto left = keys::split_distribution(a), right = keys::split_distribution(b);
  if (const Ordering order = number_order(left.epoch, right.epoch); order != 0) return order;
  if (const Ordering order = alpm_part(left.version, right.version); order != 0) return order;
  return alpm_part(left.has_release ? left.release : "1", right.has_release ? right.release : "1");
}

std::strong_ordering compare_alpine(std::string_view a, std::string_view b) {
  const std::string_view left = take_while(a, is_digit), right = take_while(b, is_digit);
  if (left.empty() != right.empty()) return left.empty() ? Ordering::less : Ordering::greater;
  if (const Ordering order = number_order(left, right); order != 0) return order;
  ApkToken x, y;
  do {
    x = apk_next(a, x.kind);
    y = apk_next(b, y.kind);
    if (const Ordering order = apk_order(x, y); order != 0) return order;
  } while (x.kind < Apk::end);
  return Ordering::equal;
}

std::strong_ordering compare_gentoo(std::string_view a, std::string_view b) {
  const GentooVersion left = read_gentoo(a), right = read_gentoo(b);
  if (const Ordering order = gentoo_numbers(left, right); order != 0) return order;
  if (const Ordering order = left.letter.compare(right.letter) <=> 0; order != 0) return order;
  for (std::size_t i = 0; i < std::max(left.suffixes.size(), right.suffixes.size()); ++i) {
    const auto [x, x_number] = i < left.suffixes.size() ? left.suffixes[i] : std::pair(0, std::string_view());
    const auto [y, y_number] = i < right.suffixes.size() ? right.suffixes[i] : std::pair(0, std::string_view());
    if (x != y) return x <=> y;
    if (const Ordering order = number_order(x_number, y_number); order != 0) return order;
  }
  return number_order(left.revision, right.revision);
}

}  // namespace entente::measures::p6_supply::reference
